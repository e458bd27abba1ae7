// The lists to be noticed, merged into one table: a record's address is asked for once, however many they
// are.
#pragma once

#include "engine/base/result.h"
#include "engine/lists/watched_lists.h"
#include "engine/reputation/loaded_list.h"

#include <memory>
#include <utility>
#include <vector>

namespace bartizan {

// nullptr where there is no list. Takes seconds for millions of addresses. Exhausted: see
// AddressTableBuilder.
[[nodiscard]] Result<std::shared_ptr<const WatchedLists>>
mergeWatched(const std::vector<std::pair<WatchedList, SharedList>>& lists);

} // namespace bartizan
