// "Is it on a list?": what a person typed, and the answer of one list.
#pragma once

#include "engine/base/clock.h"
#include "engine/lists/lookup_list.h"
#include "engine/net/ip_address.h"
#include "engine/reputation/loaded_list.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bartizan {

struct ListQuery
{
    enum class Kind { Address, Hash, Domain, Text };

    Kind kind = Kind::Text;
    std::string text; // canonical
    IpAddress address;
    FileHash hash;

    // InvalidArgument: empty, longer than 255 bytes, or a network (which may be on a list in part).
    [[nodiscard]] static Result<ListQuery> parse(std::string_view text);
};

struct ListAnswer
{
    std::optional<EpochMs> since; // nothing: not known
    bool sinceAtLeast = false;    // may have been on it before
    std::string value;            // of an own list's entry: hostile text
};

// Nothing: it is not on the list. `generations` are those of the list's version.
[[nodiscard]] std::optional<ListAnswer> lookUp(const CompiledList& list, std::span<const EpochMs> generations,
                                               const ListQuery& query);
// As a rule's look-ups would find it, networks included.
[[nodiscard]] std::optional<ListAnswer> lookUp(const LookupList& list, const ListQuery& query);

} // namespace bartizan
