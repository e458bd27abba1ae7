// Blocks as rows. Internal to the store; every function runs on the thread of its Database.
#pragma once

#include "engine/store/database.h"
#include "engine/store/store.h"

#include <vector>

namespace bartizan::store {

// Inserts the block, or replaces the row that has its id.
Result<void> putBlock(Database& database, const BlockRecord& block);
// Inserts it unless there is one with its id.
Result<void> putBlockIfMissing(Database& database, const BlockRecord& block);
Result<Page<BlockRecord>> selectBlocks(Database& database, const BlockQuery& query);
Result<std::vector<BlockRecord>> selectActiveBlocks(Database& database);
// NotFound.
Result<BlockRecord> selectBlock(Database& database, BlockId id);
Result<StoreCounters> countRows(Database& database);

enum class Order { Ascending, Descending };
// For a damaged database: every block that can be read before the first error.
std::vector<BlockRecord> readableBlocks(Database& database, Order order);

} // namespace bartizan::store
