#include "engine/store/block_table.h"

#include "engine/store/alert_table.h"

#include <algorithm>

namespace bartizan::store {

namespace {

constexpr std::string_view kInsert = R"(
    INSERT INTO blocks (id, address, first_key, last_key, state, origin, rule_id, rule_level, rule_description,
        alert_id, command, reason, requested_by, created_at, expires_at, backend, error, guard, released_at,
        released_by)
    VALUES (?, CAST(? AS TEXT), ?, ?, CAST(? AS TEXT), CAST(? AS TEXT), ?, ?, CAST(? AS TEXT), ?, CAST(? AS TEXT),
        CAST(? AS TEXT), CAST(? AS TEXT), ?, ?, CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), ?,
        CAST(? AS TEXT)))";

constexpr std::string_view kReplace = R"(
    ON CONFLICT (id) DO UPDATE SET address = excluded.address, first_key = excluded.first_key,
        last_key = excluded.last_key, state = excluded.state, origin = excluded.origin, rule_id = excluded.rule_id,
        rule_level = excluded.rule_level, rule_description = excluded.rule_description,
        alert_id = excluded.alert_id, command = excluded.command, reason = excluded.reason,
        requested_by = excluded.requested_by, created_at = excluded.created_at, expires_at = excluded.expires_at,
        backend = excluded.backend, error = excluded.error, guard = excluded.guard,
        released_at = excluded.released_at, released_by = excluded.released_by)";

constexpr std::string_view kActiveColumns = R"(
    SELECT id, CAST(address AS BLOB), CAST(state AS BLOB), CAST(origin AS BLOB), rule_id, rule_level,
        CAST(rule_description AS BLOB), alert_id, CAST(command AS BLOB), CAST(reason AS BLOB),
        CAST(requested_by AS BLOB), created_at, expires_at, CAST(backend AS BLOB), CAST(error AS BLOB))";
// Empty in a block that is wanted: its row is read faster without them.
constexpr std::string_view kEndColumns = R"(,
        CAST(guard AS BLOB), released_at, CAST(released_by AS BLOB))";
constexpr std::string_view kFrom = " FROM blocks ";

enum class Columns { All, OfActive };

std::string selectFrom(Columns columns)
{
    return std::string(kActiveColumns) + std::string(columns == Columns::All ? kEndColumns : "") +
           std::string(kFrom);
}

constexpr std::string_view kActive = "state IN ('pending', 'active')";

Result<void> writeBlock(Database& database, std::string_view sql, const BlockRecord& block)
{
    const std::string address = block.address.toString();
    const std::string firstKey = addressKey(block.address.address());
    const std::string lastKey = addressKey(block.address.last());
    Statement statement = database.prepare(sql);
    statement.bind(block.id).bind(address).bind(firstKey).bind(lastKey);
    statement.bind(blockStateName(block.state)).bind(blockOriginName(block.origin));
    statement.bind(std::int64_t{block.ruleId})
        .bind(std::int64_t{block.ruleLevel})
        .bind(block.ruleDescription);
    statement.bind(block.alertId).bind(block.command).bind(block.reason).bind(block.requestedBy);
    statement.bind(block.createdAt).bind(block.expiresAt).bind(block.backend).bind(block.error);
    statement.bind(block.guard).bind(block.releasedAt).bind(block.releasedBy);
    return statement.execute();
}

std::optional<BlockState> stateFromName(std::string_view name)
{
    for (int i = 0; i <= static_cast<int>(BlockState::Expired); ++i) {
        if (blockStateName(static_cast<BlockState>(i)) == name)
            return static_cast<BlockState>(i);
    }
    return std::nullopt;
}

// Nothing for a row that no version of ours wrote: a damaged file can hold anything.
std::optional<BlockRecord> readBlock(Statement& row, Columns columns = Columns::All)
{
    BlockRecord block;
    block.id = row.integer();
    const auto address = Cidr::parse(row.bytes());
    const auto state = stateFromName(row.bytes());
    block.origin = row.bytes() == "person" ? BlockOrigin::Person : BlockOrigin::Rule;
    block.ruleId = static_cast<std::uint32_t>(row.integer());
    block.ruleLevel = static_cast<int>(row.integer());
    block.ruleDescription = row.bytes();
    block.alertId = row.integer();
    block.command = row.bytes();
    block.reason = row.bytes();
    block.requestedBy = row.bytes();
    block.createdAt = row.integer();
    block.expiresAt = row.optionalInteger();
    block.backend = row.bytes();
    block.error = row.bytes();
    if (columns == Columns::All) {
        block.guard = row.bytes();
        block.releasedAt = row.optionalInteger();
        block.releasedBy = row.bytes();
    }
    if (!address || !state || block.id <= 0)
        return std::nullopt;
    block.address = *address;
    block.state = *state;
    return block;
}

Result<std::vector<BlockRecord>> readBlocks(Statement& statement, Columns columns = Columns::All)
{
    if (auto done = statement.execute(); !done)
        return std::unexpected(done.error());
    std::vector<BlockRecord> blocks;
    for (;;) {
        const auto row = statement.next();
        if (!row)
            return std::unexpected(row.error());
        if (!*row)
            return blocks;
        if (auto block = readBlock(statement, columns))
            blocks.push_back(std::move(*block));
    }
}

} // namespace

Result<void> putBlock(Database& database, const BlockRecord& block)
{
    static const std::string kSql = std::string(kInsert) + std::string(kReplace);
    return writeBlock(database, kSql, block);
}

Result<void> putBlockIfMissing(Database& database, const BlockRecord& block)
{
    static const std::string kSql = std::string(kInsert) + " ON CONFLICT (id) DO NOTHING";
    return writeBlock(database, kSql, block);
}

Result<Page<BlockRecord>> selectBlocks(Database& database, const BlockQuery& query)
{
    const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, 1000);
    std::string sql = selectFrom(Columns::All);
    sql += "WHERE id < ?";
    if (query.activeOnly)
        (sql += " AND ") += kActive;
    if (query.address)
        sql += " AND first_key <= ? AND last_key >= ? AND substr(first_key, 1, 1) = ?";
    sql += " ORDER BY id DESC LIMIT ?";

    std::string firstKey;
    std::string lastKey;
    Statement statement = database.prepare(sql);
    statement.bind(query.before.value_or(INT64_MAX));
    if (query.address) {
        firstKey = addressKey(query.address->address());
        lastKey = addressKey(query.address->last());
        statement.bind(lastKey).bind(firstKey).bind(std::string_view(firstKey).substr(0, 1));
    }
    statement.bind(static_cast<std::int64_t>(limit + 1));

    auto blocks = readBlocks(statement);
    if (!blocks)
        return std::unexpected(blocks.error());
    Page<BlockRecord> page{std::move(*blocks), false};
    page.more = page.items.size() > limit;
    if (page.more)
        page.items.pop_back();
    return page;
}

Result<std::vector<BlockRecord>> selectActiveBlocks(Database& database)
{
    // Sorted here: SQLite would carry the whole rows through a sorter of its own.
    Statement statement = database.prepare(selectFrom(Columns::OfActive) + "WHERE " + std::string(kActive));
    auto blocks = readBlocks(statement, Columns::OfActive);
    if (blocks) {
        std::ranges::reverse(*blocks);
        if (!std::ranges::is_sorted(*blocks, std::ranges::greater{}, &BlockRecord::id))
            std::ranges::sort(*blocks, std::ranges::greater{}, &BlockRecord::id);
    }
    return blocks;
}

Result<BlockRecord> selectBlock(Database& database, BlockId id)
{
    Statement statement = database.prepare(selectFrom(Columns::All) + "WHERE id = ?");
    statement.bind(id);
    auto blocks = readBlocks(statement);
    if (!blocks)
        return std::unexpected(blocks.error());
    if (blocks->empty())
        return fail(ErrorCode::NotFound, "There is no block " + std::to_string(id));
    return std::move(blocks->front());
}

Result<StoreCounters> countRows(Database& database)
{
    StoreCounters counters;
    const auto alerts = database.number("SELECT count(*) FROM alerts");
    if (!alerts)
        return std::unexpected(alerts.error());
    counters.alerts = *alerts;
    Statement statement = database.prepare("SELECT CAST(state AS BLOB), count(*) FROM blocks GROUP BY state");
    if (auto done = statement.execute(); !done)
        return std::unexpected(done.error());
    for (;;) {
        const auto row = statement.next();
        if (!row)
            return std::unexpected(row.error());
        if (!*row)
            return counters;
        const auto state = stateFromName(statement.bytes());
        const std::int64_t count = statement.integer();
        counters.blocks += count;
        if (state == BlockState::Pending || state == BlockState::Active)
            counters.activeBlocks += count;
        else if (state == BlockState::Refused)
            counters.refusedBlocks += count;
        else if (state == BlockState::Failed)
            counters.failedBlocks += count;
    }
}

std::vector<BlockRecord> readableBlocks(Database& database, Order order)
{
    std::vector<BlockRecord> blocks;
    // The table itself, in case an index is what is damaged.
    Statement statement = database.prepare(selectFrom(Columns::All) + "NOT INDEXED ORDER BY id" +
                                           (order == Order::Ascending ? " ASC" : " DESC"));
    if (!statement.execute())
        return blocks;
    for (auto row = statement.next(); row && *row; row = statement.next()) {
        if (auto block = readBlock(statement))
            blocks.push_back(std::move(*block));
    }
    return blocks;
}

} // namespace bartizan::store
