#include "engine/store/alert_table.h"

#include "engine/base/strings.h"

#include <algorithm>
#include <utility>

namespace bartizan::store {

namespace {

constexpr std::string_view kFold = R"(
    INSERT INTO alerts (id, first_time, last_time, count, rule_id, level, description, groups, decoder_name,
        decoder_parent, source_address, address_key, location, hostname, program_name, first_log, last_log,
        previous_output, data_json, origin_json)
    VALUES (?, ?, ?, ?, ?, ?, CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT),
        ?, CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT),
        CAST(? AS TEXT), CAST(? AS TEXT))
    ON CONFLICT (id) DO UPDATE SET
        count = count + excluded.count,
        last_time = max(last_time, excluded.last_time),
        last_log = coalesce(excluded.last_log, excluded.first_log))";

constexpr std::string_view kColumns = R"(
    SELECT id, first_time, last_time, count, rule_id, level, CAST(description AS BLOB), CAST(groups AS BLOB),
        CAST(decoder_name AS BLOB), CAST(decoder_parent AS BLOB), CAST(source_address AS BLOB),
        CAST(location AS BLOB), CAST(hostname AS BLOB), CAST(program_name AS BLOB), CAST(first_log AS BLOB),
        CAST(coalesce(last_log, first_log) AS BLOB), CAST(previous_output AS BLOB), CAST(data_json AS BLOB),
        CAST(origin_json AS BLOB)
    FROM alerts )";

// What a search looks at; what changes here makes every index stale, see search_index.h.
constexpr std::string_view kSearchedText =
    "description || char(10) || first_log || char(10) || coalesce(last_log, '') || char(10) || source_address"
    " || char(10) || hostname || char(10) || program_name || char(10) || location";

constexpr char kGroupSeparator = ',';

std::string joinGroups(const std::vector<std::string>& groups)
{
    std::string joined;
    for (const std::string& group : groups) {
        if (!joined.empty())
            joined += kGroupSeparator;
        joined += group;
    }
    return joined;
}

AlertRecord readAlert(Statement& row)
{
    AlertRecord alert;
    alert.id = row.integer();
    alert.firstTime = row.integer();
    alert.lastTime = row.integer();
    alert.count = row.integer();
    alert.ruleId = static_cast<std::uint32_t>(row.integer());
    alert.level = static_cast<int>(row.integer());
    alert.description = row.bytes();
    const std::string groups = row.bytes();
    for (const std::string_view group : splitAny(groups, {&kGroupSeparator, 1}))
        alert.groups.emplace_back(group);
    alert.decoderName = row.bytes();
    alert.decoderParent = row.bytes();
    alert.sourceAddress = row.bytes();
    alert.location = row.bytes();
    alert.hostname = row.bytes();
    alert.programName = row.bytes();
    alert.firstLog = row.bytes();
    alert.lastLog = row.bytes();
    alert.previousOutput = row.bytes();
    alert.dataJson = row.bytes();
    alert.originJson = row.bytes();
    return alert;
}

Result<std::vector<AlertRecord>> readAlerts(Statement& statement)
{
    if (auto done = statement.execute(); !done)
        return std::unexpected(done.error());
    std::vector<AlertRecord> alerts;
    for (;;) {
        const auto row = statement.next();
        if (!row)
            return std::unexpected(row.error());
        if (!*row)
            return alerts;
        alerts.push_back(readAlert(statement));
    }
}

std::string listSql(const AlertQuery& query, const AlertScope& scope)
{
    std::string sql(kColumns);
    sql += "WHERE id < ? AND id > ?";
    if (!scope.among.empty())
        sql += " AND id IN (SELECT value FROM json_each(CAST(? AS TEXT)))";
    if (scope.newest > 0)
        sql += " AND id > (SELECT min(?, max(id) + 1) FROM alerts) - ?";
    if (query.minLevel)
        sql += " AND level >= ?";
    if (query.ruleId)
        sql += " AND rule_id = ?";
    if (query.address)
        sql +=
            query.address->isSingle() ? " AND address_key = ?" : " AND address_key >= ? AND address_key <= ?";
    if (!query.group.empty())
        sql +=
            " AND address_key IS NOT NULL AND instr(',' || groups || ',', ',' || CAST(? AS TEXT) || ',') > 0";
    if (!query.search.empty()) {
        // Not LIKE: it has wildcards, and ends at a NUL byte, behind which a log line could hide.
        sql += " AND instr(lower(" + std::string(kSearchedText) + "), lower(CAST(? AS TEXT))) > 0";
    }
    return sql + " ORDER BY id DESC LIMIT ?";
}

std::string jsonArray(std::span<const AlertId> ids)
{
    std::string text;
    for (const AlertId id : ids)
        text += (text.empty() ? "[" : ",") + std::to_string(id);
    return text + "]";
}

} // namespace

std::string canonicalAddress(const std::string& text)
{
    const auto address = IpAddress::parse(text);
    return address ? address->toString() : text;
}

std::string addressKey(const IpAddress& address)
{
    std::string key(1, address.isV4() ? '\x04' : '\x06');
    key += address.byteView();
    return key;
}

Result<void> foldAlert(Database& database, const AlertRecord& alert)
{
    const auto address = IpAddress::parse(alert.sourceAddress);
    const std::string key = address ? addressKey(*address) : std::string();
    const std::string groups = joinGroups(alert.groups);
    Statement statement = database.prepare(kFold);
    statement.bind(alert.id).bind(alert.firstTime).bind(alert.lastTime).bind(alert.count);
    statement.bind(std::int64_t{alert.ruleId}).bind(std::int64_t{alert.level});
    statement.bind(alert.description).bind(groups).bind(alert.decoderName).bind(alert.decoderParent);
    statement.bind(alert.sourceAddress);
    if (address)
        statement.bind(key);
    else
        statement.bindNull();
    statement.bind(alert.location).bind(alert.hostname).bind(alert.programName).bind(alert.firstLog);
    if (alert.lastLog.empty() || alert.lastLog == alert.firstLog)
        statement.bindNull();
    else
        statement.bind(alert.lastLog);
    statement.bind(alert.previousOutput).bind(alert.dataJson).bind(alert.originJson);
    return statement.execute();
}

Result<std::vector<AlertRecord>> selectAlerts(Database& database, const AlertQuery& query,
                                              const AlertScope& scope, std::size_t limit)
{
    const AlertId before = query.before.value_or(INT64_MAX);
    const std::string among = jsonArray(scope.among);
    std::string firstKey;
    std::string lastKey;
    Statement statement = database.prepare(listSql(query, scope));
    statement.bind(before).bind(scope.after);
    if (!scope.among.empty())
        statement.bind(among);
    if (scope.newest > 0)
        statement.bind(before).bind(scope.newest);
    if (query.minLevel)
        statement.bind(std::int64_t{*query.minLevel});
    if (query.ruleId)
        statement.bind(std::int64_t{*query.ruleId});
    if (query.address) {
        firstKey = addressKey(query.address->address());
        lastKey = addressKey(query.address->last());
        statement.bind(firstKey);
        if (!query.address->isSingle())
            statement.bind(lastKey);
    }
    if (!query.group.empty())
        statement.bind(query.group);
    if (!query.search.empty())
        statement.bind(query.search);
    statement.bind(static_cast<std::int64_t>(limit));
    return readAlerts(statement);
}

Result<AlertRecord> selectAlert(Database& database, AlertId id)
{
    Statement statement = database.prepare(std::string(kColumns) + "WHERE id = ?");
    statement.bind(id);
    auto alerts = readAlerts(statement);
    if (!alerts)
        return std::unexpected(alerts.error());
    if (alerts->empty())
        return fail(ErrorCode::NotFound, "There is no alert " + std::to_string(id));
    return std::move(alerts->front());
}

Result<std::vector<AlertRecord>> selectNewestKeys(Database& database, std::size_t limit)
{
    Statement statement =
        database.prepare("SELECT id, first_time, last_time, rule_id, CAST(source_address AS BLOB),"
                         " CAST(location AS BLOB) FROM alerts ORDER BY id DESC LIMIT ?");
    statement.bind(static_cast<std::int64_t>(limit));
    if (auto done = statement.execute(); !done)
        return std::unexpected(done.error());
    std::vector<AlertRecord> alerts;
    for (;;) {
        const auto row = statement.next();
        if (!row)
            return std::unexpected(row.error());
        if (!*row)
            return alerts;
        AlertRecord& alert = alerts.emplace_back();
        alert.id = statement.integer();
        alert.firstTime = statement.integer();
        alert.lastTime = statement.integer();
        alert.ruleId = static_cast<std::uint32_t>(statement.integer());
        alert.sourceAddress = statement.bytes();
        alert.location = statement.bytes();
    }
}

AlertTexts::AlertTexts(Database& history, AlertId after, AlertId through, std::int64_t limit)
    : m_statement(history.prepare("SELECT id, CAST(" + std::string(kSearchedText) +
                                  " AS BLOB) FROM alerts WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"))
    , m_left(limit)
{
    m_statement.bind(after).bind(through).bind(limit);
}

Result<std::optional<AlertText>> AlertTexts::next()
{
    if (!std::exchange(m_begun, true)) {
        if (auto done = m_statement.execute(); !done)
            return std::unexpected(done.error());
    }
    const auto row = m_statement.next();
    if (!row)
        return std::unexpected(row.error());
    if (!*row)
        return std::nullopt;
    --m_left;
    const AlertId id = m_statement.integer();
    return AlertText{id, m_statement.bytes()};
}

} // namespace bartizan::store
