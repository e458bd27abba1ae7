#include "engine/store/retention.h"

#include <vector>

namespace bartizan::store {

namespace {

// A step takes a few milliseconds, which is how long an urgent write may have to wait for it.
constexpr std::int64_t kRowsPerStep = 256;
constexpr std::int64_t kPagesPerStep = 128;
constexpr std::int64_t kFreePagesKept = 64;
// Blocks that ended and audit entries are small, but whoever can cause them must not fill the disk with them.
constexpr std::int64_t kMaxEndedBlocks = 100'000;
constexpr std::int64_t kMaxAuditEntries = 100'000;
constexpr std::int64_t kMaxLearned = 100'000;

constexpr std::string_view kOldestAlerts =
    "DELETE FROM alerts WHERE id IN (SELECT id FROM alerts ORDER BY id LIMIT ?)";
// Rows are in order of time but for changes of the clock: looking at the oldest only spares an index.
constexpr std::string_view kExpiredAlerts =
    "DELETE FROM alerts WHERE id IN (SELECT id FROM alerts ORDER BY id LIMIT ?) AND last_time < ?";
constexpr std::string_view kOldestBlocks =
    "DELETE FROM blocks WHERE id IN (SELECT id FROM blocks WHERE state NOT IN ('pending', 'active')"
    " ORDER BY id LIMIT ?)";
constexpr std::string_view kExpiredBlocks =
    "DELETE FROM blocks WHERE id IN (SELECT id FROM blocks WHERE state NOT IN ('pending', 'active')"
    " AND coalesce(released_at, created_at) < ? ORDER BY id LIMIT ?)";
constexpr std::string_view kSurplusBlocks =
    "DELETE FROM blocks WHERE id IN (SELECT id FROM blocks WHERE state NOT IN ('pending', 'active')"
    " AND id <= (SELECT max(id) FROM blocks) - ? ORDER BY id LIMIT ?)";
constexpr std::string_view kExpiredAudit =
    "DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id LIMIT ?) AND time < ?";
constexpr std::string_view kSurplusAudit = "DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?";
constexpr std::string_view kSurplusLearned =
    "DELETE FROM learned WHERE id <= (SELECT max(id) FROM learned) - ?";

Result<std::int64_t> remove(Database& database, std::string_view sql, const std::vector<std::int64_t>& values)
{
    Statement statement = database.prepare(sql);
    for (const std::int64_t value : values)
        statement.bind(value);
    if (auto done = statement.execute(); !done)
        return std::unexpected(done.error());
    return statement.changedRows();
}

struct Removal
{
    std::string_view sql;
    std::vector<std::int64_t> values;
};

// Adds the rows removed to `removed`.
Result<void> removeAll(Database& database, const std::vector<Removal>& removals, std::int64_t& removed)
{
    for (const Removal& removal : removals) {
        const auto rows = remove(database, removal.sql, removal.values);
        if (!rows)
            return std::unexpected(rows.error());
        removed += *rows;
    }
    return {};
}

} // namespace

Result<Usage> usage(Database& database)
{
    const auto pages = database.number("PRAGMA page_count");
    const auto freePages = database.number("PRAGMA freelist_count");
    const auto pageSize = database.number("PRAGMA page_size");
    for (const auto& number : {pages, freePages, pageSize}) {
        if (!number)
            return std::unexpected(number.error());
    }
    return Usage{(*pages - *freePages) * *pageSize, *freePages * *pageSize};
}

Result<std::int64_t> prune(Database& database, PruneBy by, EpochMs cutoff)
{
    std::int64_t removed = 0;
    auto done = database.transaction([&]() -> Result<void> {
        if (by == PruneBy::Age) {
            return removeAll(database,
                             {{kExpiredAlerts, {kRowsPerStep, cutoff}},
                              {kExpiredBlocks, {cutoff, kRowsPerStep}},
                              {kSurplusBlocks, {kMaxEndedBlocks, kRowsPerStep}},
                              {kExpiredAudit, {kRowsPerStep, cutoff}},
                              {kSurplusAudit, {kMaxAuditEntries}},
                              {kSurplusLearned, {kMaxLearned}}},
                             removed);
        }
        auto alerts = removeAll(database, {{kOldestAlerts, {kRowsPerStep}}}, removed);
        if (!alerts || removed > 0)
            return alerts;
        return removeAll(database, {{kOldestBlocks, {kRowsPerStep}}}, removed);
    });
    if (!done)
        return std::unexpected(done.error());
    return removed;
}

Result<bool> giveBackSpace(Database& database)
{
    const auto before = database.number("PRAGMA freelist_count");
    if (!before || *before <= kFreePagesKept)
        return before ? Result<bool>(false) : std::unexpected(before.error());
    auto done = database.transaction([&]() -> Result<void> {
        for (std::int64_t page = 0; page < kPagesPerStep; ++page) {
            // One page at a time: QSqlQuery makes one step of a statement that returns no columns.
            if (auto freed = database.prepare("PRAGMA incremental_vacuum(1)").execute(); !freed)
                return freed;
        }
        return {};
    });
    if (!done)
        return std::unexpected(done.error());
    const auto after = database.number("PRAGMA freelist_count");
    if (!after)
        return std::unexpected(after.error());
    return *after > kFreePagesKept && *after < *before;
}

} // namespace bartizan::store
