// The conditions of a rule that need nothing but the event.
#pragma once

#include "engine/decode/event.h"
#include "engine/lists/cdb_list.h"
#include "engine/lists/lookup_list.h"
#include "engine/rules/address_condition.h"
#include "tests/plain/plain_pattern.h"

#include <optional>
#include <string_view>
#include <vector>

namespace bartizan::plain {

// Spec §6.2: srcip, dstip. True without patterns.
[[nodiscard]] bool addressHolds(const std::vector<AddressPattern>& patterns, bool negate,
                                std::optional<std::string_view> value);

// Spec §6.4; `test` is one of the known names.
[[nodiscard]] bool builtinHolds(std::string_view test, const Event& event);

// Spec §9.2 for a value that is there. `checkValue` may be nullptr: every value fits.
[[nodiscard]] bool lookupHolds(const CdbList& list, ListLookup lookup, std::string_view value,
                               const PlainPattern* checkValue);

} // namespace bartizan::plain
