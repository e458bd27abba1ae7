// Which of the entries that are added overlap with entries of a list.
#pragma once

#include "engine/reputation/own/own_list_types.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::own {

struct FoundOverlaps
{
    std::vector<EntryOverlap> first;
    std::uint64_t count = 0;
};

// `keys` are those added, `text` is the list with them; `others` may be empty.
[[nodiscard]] FoundOverlaps findOverlaps(std::span<const std::string_view> keys, std::string_view text,
                                         const ListsHolding& others);

} // namespace bartizan::own
