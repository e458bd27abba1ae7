// A list as people look at it, some entries at a time.
#pragma once

#include "engine/reputation/own/entry_facts.h"
#include "engine/reputation/own/own_list_types.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bartizan::own {

inline constexpr std::size_t kLargestPage = 1'000;

// `filter` is part of a key or a note, in any case; an address is found in the networks that hold it, too.
[[nodiscard]] EntryPage pageOf(std::string_view text, std::uint64_t offset, std::size_t limit,
                               std::string_view filter, const EntryFacts& facts, std::string_view list);

} // namespace bartizan::own
