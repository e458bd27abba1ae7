#include "engine/store/small_tables.h"

#include <algorithm>

namespace bartizan::store {

namespace {

template<class Record>
Result<std::vector<Record>> readAll(Statement& statement, std::optional<Record> (*read)(Statement&))
{
    if (auto done = statement.execute(); !done)
        return std::unexpected(done.error());
    std::vector<Record> records;
    for (;;) {
        const auto row = statement.next();
        if (!row)
            return std::unexpected(row.error());
        if (!*row)
            return records;
        if (auto record = read(statement))
            records.push_back(std::move(*record));
    }
}

std::optional<SourcePosition> readPosition(Statement& row)
{
    SourcePosition position;
    position.path = row.bytes();
    position.position = row.bytes();
    return position;
}

std::optional<LearnedFact> readLearned(Statement& row)
{
    LearnedFact fact;
    fact.kind = row.integer() == 0 ? LearnedFact::Kind::FirstSeen : LearnedFact::Kind::LastText;
    fact.key = row.bytes();
    fact.value = row.bytes();
    return fact;
}

std::optional<AllowRecord> readAllow(Statement& row)
{
    AllowRecord entry;
    const auto address = Cidr::parse(row.bytes());
    entry.reason = row.bytes();
    entry.createdAt = row.integer();
    entry.createdBy = row.bytes();
    if (!address)
        return std::nullopt;
    entry.address = *address;
    return entry;
}

std::optional<AuditRecord> readAudit(Statement& row)
{
    AuditRecord entry;
    entry.id = row.integer();
    entry.time = row.integer();
    entry.userId = static_cast<std::uint32_t>(row.integer());
    entry.userName = row.bytes();
    entry.processId = row.integer();
    entry.method = row.bytes();
    entry.paramsJson = row.bytes();
    entry.granted = row.integer() != 0;
    entry.error = row.bytes();
    return entry;
}

std::optional<std::string> readText(Statement& row)
{
    return row.bytes();
}

} // namespace

Result<void> putPosition(Database& database, const SourcePosition& position)
{
    Statement statement =
        database.prepare("INSERT INTO positions (path, position) VALUES (CAST(? AS TEXT), CAST(? AS TEXT))"
                         " ON CONFLICT (path) DO UPDATE SET position = excluded.position");
    return statement.bind(position.path).bind(position.position).execute();
}

Result<std::vector<SourcePosition>> selectPositions(Database& database)
{
    Statement statement =
        database.prepare("SELECT CAST(path AS BLOB), CAST(position AS BLOB) FROM positions ORDER BY path");
    return readAll<SourcePosition>(statement, readPosition);
}

Result<void> putLearned(Database& database, const LearnedFact& fact)
{
    Statement statement = database.prepare("INSERT OR REPLACE INTO learned (kind, key, value)"
                                           " VALUES (?, CAST(? AS BLOB), CAST(? AS BLOB))");
    return statement.bind(static_cast<std::int64_t>(fact.kind)).bind(fact.key).bind(fact.value).execute();
}

Result<std::vector<LearnedFact>> selectLearned(Database& database)
{
    Statement statement = database.prepare("SELECT kind, key, value FROM (SELECT id, kind, key, value FROM "
                                           "learned ORDER BY id DESC LIMIT 100000)"
                                           " ORDER BY id");
    return readAll<LearnedFact>(statement, readLearned);
}

Result<void> putAllow(Database& database, const AllowRecord& entry)
{
    const std::string address = entry.address.toString();
    Statement statement =
        database.prepare("INSERT INTO allow_entries (address, reason, created_at, created_by)"
                         " VALUES (CAST(? AS TEXT), CAST(? AS TEXT), ?, CAST(? AS TEXT))"
                         " ON CONFLICT (address) DO UPDATE SET reason = excluded.reason,"
                         " created_at = excluded.created_at, created_by = excluded.created_by");
    return statement.bind(address).bind(entry.reason).bind(entry.createdAt).bind(entry.createdBy).execute();
}

Result<void> deleteAllow(Database& database, const Cidr& address)
{
    const std::string text = address.toString();
    Statement statement = database.prepare("DELETE FROM allow_entries WHERE address = CAST(? AS TEXT)");
    if (auto done = statement.bind(text).execute(); !done)
        return done;
    if (statement.changedRows() == 0)
        return fail(ErrorCode::NotFound, text + " is not on the allowlist");
    return {};
}

Result<std::vector<AllowRecord>> selectAllow(Database& database)
{
    Statement statement = database.prepare(
        "SELECT CAST(address AS BLOB), CAST(reason AS BLOB), created_at, CAST(created_by AS BLOB)"
        " FROM allow_entries ORDER BY created_at, address");
    return readAll<AllowRecord>(statement, readAllow);
}

Result<void> insertAudit(Database& database, const AuditRecord& entry)
{
    Statement statement = database.prepare(
        "INSERT INTO audit (time, user_id, user_name, process_id, method, params_json, granted, error)"
        " VALUES (?, ?, CAST(? AS TEXT), ?, CAST(? AS TEXT), CAST(? AS TEXT), ?, CAST(? AS TEXT))");
    statement.bind(entry.time).bind(std::int64_t{entry.userId}).bind(entry.userName).bind(entry.processId);
    statement.bind(entry.method).bind(entry.paramsJson).bind(std::int64_t{entry.granted}).bind(entry.error);
    return statement.execute();
}

Result<std::vector<AuditRecord>> selectAudit(Database& database, std::size_t limit)
{
    Statement statement = database.prepare(
        "SELECT id, time, user_id, CAST(user_name AS BLOB), process_id, CAST(method AS BLOB),"
        " CAST(params_json AS BLOB), granted, CAST(error AS BLOB) FROM audit ORDER BY id DESC LIMIT ?");
    statement.bind(static_cast<std::int64_t>(std::clamp<std::size_t>(limit, 1, 1000)));
    return readAll<AuditRecord>(statement, readAudit);
}

Result<void> putMeta(Database& database, const std::string& key, const std::string& value)
{
    Statement statement =
        database.prepare("INSERT INTO meta (key, value) VALUES (CAST(? AS TEXT), CAST(? AS TEXT))"
                         " ON CONFLICT (key) DO UPDATE SET value = excluded.value");
    return statement.bind(key).bind(value).execute();
}

Result<std::optional<std::string>> selectMeta(Database& database, const std::string& key)
{
    Statement statement =
        database.prepare("SELECT CAST(value AS BLOB) FROM meta WHERE key = CAST(? AS TEXT)");
    statement.bind(key);
    const auto values = readAll<std::string>(statement, readText);
    if (!values)
        return std::unexpected(values.error());
    return values->empty() ? std::nullopt : std::optional(values->front());
}

} // namespace bartizan::store
