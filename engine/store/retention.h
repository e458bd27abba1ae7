// Removing what is too old or too much, in small steps. Internal to the store.
#pragma once

#include "engine/base/clock.h"
#include "engine/store/database.h"

#include <optional>

namespace bartizan::store {

struct Usage
{
    std::int64_t usedBytes = 0;
    std::int64_t freeBytes = 0; // pages in the file that hold nothing
    [[nodiscard]] std::int64_t fileBytes() const { return usedBytes + freeBytes; }
};

Result<Usage> usage(Database& database);

enum class PruneBy { Age, Size };

// Deletes at most some hundred rows: by age those that ended before `cutoff`, by size the oldest alerts, and
// ended blocks when no alert is left. Blocks that stand are never touched. Returns how many.
Result<std::int64_t> prune(Database& database, PruneBy by, EpochMs cutoff);

// Gives some free pages at the file's end back to the file system. False when there is nothing more to give.
Result<bool> giveBackSpace(Database& database);

} // namespace bartizan::store
