#include "engine/store/search_index.h"

#include "engine/store/alert_table.h"
#include "engine/store/search_text.h"

#include <algorithm>
#include <array>
#include <optional>

namespace bartizan::store {

namespace {

constexpr std::int64_t kSchemaVersion = 1;
constexpr std::int64_t kAlertsPerStep = 256;
constexpr std::size_t kBytesPerStep = 1024 * 1024;
constexpr std::int64_t kAlertsPerPart = 16'384;
constexpr std::int64_t kBytesPerPart = 16LL * 1024 * 1024;

constexpr std::array<std::string_view, 6> kSettings = {
    "PRAGMA auto_vacuum = INCREMENTAL", "PRAGMA journal_mode = WAL",           "PRAGMA synchronous = NORMAL",
    "PRAGMA secure_delete = OFF",       "PRAGMA journal_size_limit = 4194304",
    "PRAGMA wal_autocheckpoint = 8192", // pages: fewer waits for the disk, which the history needs too
};

constexpr std::array<std::string_view, 2> kSchema = {
    "CREATE TABLE state (history_id TEXT NOT NULL, position INTEGER NOT NULL) STRICT",
    "CREATE TABLE parts (number INTEGER PRIMARY KEY, first_id INTEGER NOT NULL, bytes INTEGER NOT NULL) "
    "STRICT",
};

constexpr std::string_view kParts = "SELECT number, first_id, bytes FROM parts ORDER BY number DESC";

struct Part
{
    std::int64_t number = 0;
    AlertId firstId = 0;
    std::int64_t bytes = 0;
};

std::string tableOf(std::int64_t part)
{
    return "text_" + std::to_string(part);
}

std::string insertInto(std::int64_t part)
{
    return "INSERT INTO " + tableOf(part) + " (rowid, text) VALUES (?, CAST(? AS TEXT))";
}

// Newest first.
Result<std::vector<Part>> partsOf(Database& index)
{
    Statement statement = index.prepare(kParts);
    if (auto done = statement.execute(); !done)
        return std::unexpected(done.error());
    std::vector<Part> parts;
    for (;;) {
        const auto row = statement.next();
        if (!row)
            return std::unexpected(row.error());
        if (!*row)
            return parts;
        Part& part = parts.emplace_back();
        part.number = statement.integer();
        part.firstId = statement.integer();
        part.bytes = statement.integer();
    }
}

// Which runs a row has, not where: a third of the size, and the row is looked at anyway.
Result<void> createTable(Database& index, std::int64_t part)
{
    return index.run("CREATE VIRTUAL TABLE " + tableOf(part) +
                     " USING fts5 (text, content = '', columnsize = 0, detail = none, tokenize = 'trigram')");
}

Result<void> dropTable(Database& index, std::int64_t part)
{
    index.forget(insertInto(part));
    return index.run("DROP TABLE IF EXISTS " + tableOf(part));
}

Result<void> putPart(Database& index, const Part& part)
{
    Statement statement = index.prepare("INSERT INTO parts (number, first_id, bytes) VALUES (?, ?, ?)"
                                        " ON CONFLICT (number) DO UPDATE SET first_id = excluded.first_id,"
                                        " bytes = excluded.bytes");
    return statement.bind(part.number).bind(part.firstId).bind(part.bytes).execute();
}

Result<Part> addPart(Database& index, std::int64_t number, AlertId firstId)
{
    if (auto created = createTable(index, number); !created)
        return std::unexpected(created.error());
    return Part{number, firstId, 0};
}

Result<void> insertText(Database& index, Part& part, AlertId id, const std::string& bytes)
{
    const std::string text = indexedText(bytes);
    part.bytes += static_cast<std::int64_t>(text.size());
    return index.prepare(insertInto(part.number)).bind(id).bind(text).execute();
}

Result<void> putPosition(Database& index, AlertId position)
{
    return index.prepare("UPDATE state SET position = ?").bind(position).execute();
}

Result<void> dropEverything(Database& index)
{
    const auto parts = index.number("SELECT count(*) FROM sqlite_schema WHERE name = 'parts'");
    if (!parts)
        return std::unexpected(parts.error());
    if (*parts > 0) {
        const auto known = partsOf(index);
        if (!known)
            return std::unexpected(known.error());
        for (const Part& part : *known) {
            if (auto dropped = dropTable(index, part.number); !dropped)
                return dropped;
        }
    }
    for (const char* table : {"DROP TABLE IF EXISTS state", "DROP TABLE IF EXISTS parts"}) {
        if (auto dropped = index.run(table); !dropped)
            return dropped;
    }
    return {};
}

Result<void> startAfresh(Database& index, const std::string& historyId)
{
    return index.transaction([&]() -> Result<void> {
        if (auto dropped = dropEverything(index); !dropped)
            return dropped;
        for (const std::string_view statement : kSchema) {
            if (auto done = index.run(statement); !done)
                return done;
        }
        Statement state =
            index.prepare("INSERT INTO state (history_id, position) VALUES (CAST(? AS TEXT), 0)");
        if (auto put = state.bind(historyId).execute(); !put)
            return put;
        return index.run("PRAGMA user_version = " + std::to_string(kSchemaVersion));
    });
}

Result<bool> belongsTo(Database& index, const std::string& historyId, AlertId lastAlert)
{
    const auto version = index.number("PRAGMA user_version");
    if (!version)
        return std::unexpected(version.error());
    if (*version != kSchemaVersion)
        return false;
    Statement state =
        index.prepare("SELECT count(*) FROM state WHERE history_id = CAST(? AS TEXT) AND position <= ?");
    if (auto done = state.bind(historyId).bind(lastAlert).execute(); !done)
        return std::unexpected(done.error());
    const auto row = state.next();
    if (!row)
        return std::unexpected(row.error());
    return *row && state.integer() == 1;
}

Result<void> removePart(Database& index, const Part& part)
{
    if (auto dropped = dropTable(index, part.number); !dropped)
        return dropped;
    return index.prepare("DELETE FROM parts WHERE number = ?").bind(part.number).execute();
}

// Appends to `ids`.
Result<void> searchPart(Database& index, const Part& part, const std::string& query, AlertId before,
                        std::size_t limit, std::vector<AlertId>& ids)
{
    const std::string table = tableOf(part.number);
    const std::string sql = "SELECT rowid FROM " + table + " WHERE " + table +
                            " MATCH CAST(? AS TEXT) AND rowid < ? ORDER BY rowid DESC LIMIT ?";
    Result<void> done;
    {
        Statement statement = index.prepare(sql);
        statement.bind(query).bind(before).bind(static_cast<std::int64_t>(limit - ids.size()));
        done = statement.execute();
        while (done) {
            const auto row = statement.next();
            if (!row)
                done = std::unexpected(row.error());
            else if (!*row)
                break;
            else
                ids.push_back(statement.integer());
        }
    }
    index.forget(sql); // parts come and go
    return done;
}

} // namespace

Database::Location searchIndexLocation(const Database::Location& history)
{
    return {history.path + "-search", history.inMemory};
}

Result<void> prepareSearchIndex(Database& index, const std::string& historyId, AlertId lastAlert)
{
    for (const std::string_view setting : kSettings) {
        if (auto done = index.run(setting); !done)
            return done;
    }
    const auto same = belongsTo(index, historyId, lastAlert);
    if (!same)
        return std::unexpected(same.error());
    return *same ? Result<void>{} : startAfresh(index, historyId);
}

Result<AlertId> indexPosition(Database& index)
{
    return index.number("SELECT position FROM state");
}

Result<void> indexMore(Database& index, Database& history, AlertId through, const Interrupted& interrupted)
{
    return index.transaction([&]() -> Result<void> {
        const auto position = indexPosition(index);
        const auto parts = partsOf(index);
        if (!position || !parts)
            return std::unexpected(!position ? position.error() : parts.error());
        std::optional<Part> part = parts->empty() ? std::nullopt : std::optional(parts->front());
        AlertTexts texts(history, *position, through, kAlertsPerStep);
        AlertId last = *position;
        bool atEnd = false;
        for (std::size_t bytes = 0; bytes < kBytesPerStep && !interrupted();) {
            const auto text = texts.next();
            if (!text)
                return std::unexpected(text.error());
            atEnd = !*text;
            if (atEnd)
                break;
            const auto& [id, words] = **text;
            if (!part || id - part->firstId >= kAlertsPerPart || part->bytes >= kBytesPerPart) {
                if (part) {
                    if (auto put = putPart(index, *part); !put)
                        return put;
                    index.forget(insertInto(part->number));
                }
                const auto added = addPart(index, part ? part->number + 1 : 1, id);
                if (!added)
                    return std::unexpected(added.error());
                part = *added;
            }
            if (auto put = insertText(index, *part, id, words); !put)
                return put;
            bytes += words.size();
            last = id;
        }
        if (part) {
            if (auto put = putPart(index, *part); !put)
                return put;
        }
        return putPosition(index, atEnd && !texts.wasCut() ? through : last);
    });
}

Result<void> dropForgottenParts(Database& index, AlertId oldestAlert)
{
    const auto parts = partsOf(index);
    if (!parts)
        return std::unexpected(parts.error());
    // A part ends where the next one begins; the newest one is still being filled.
    for (std::size_t i = 1; i < parts->size(); ++i) {
        if ((*parts)[i - 1].firstId > oldestAlert)
            continue;
        if (auto removed = index.transaction([&] { return removePart(index, (*parts)[i]); }); !removed)
            return removed;
    }
    return {};
}

Result<void> rebuildOldestPart(Database& index, Database& history, AlertId oldestAlert,
                               const Interrupted& interrupted)
{
    const auto parts = partsOf(index);
    const auto position = indexPosition(index);
    if (!parts || !position)
        return std::unexpected(!parts ? parts.error() : position.error());
    if (parts->empty() || parts->back().firstId >= oldestAlert)
        return {};
    const AlertId end = parts->size() > 1 ? (*parts)[parts->size() - 2].firstId - 1 : *position;
    return index.transaction([&]() -> Result<void> {
        Part part{parts->back().number, oldestAlert, 0};
        if (auto dropped = dropTable(index, part.number); !dropped)
            return dropped;
        if (auto created = createTable(index, part.number); !created)
            return created;
        AlertTexts texts(history, oldestAlert - 1, end, kAlertsPerPart + 1);
        for (;;) {
            if (interrupted())
                return fail(ErrorCode::Busy, "The search index is being closed");
            const auto text = texts.next();
            if (!text)
                return std::unexpected(text.error());
            if (!*text)
                return putPart(index, part);
            if (auto put = insertText(index, part, (*text)->id, (*text)->text); !put)
                return put;
        }
    });
}

Result<std::vector<AlertId>> searchCandidates(Database& index, const std::string& query, AlertId before,
                                              std::size_t limit)
{
    std::vector<AlertId> ids;
    // One state of the index throughout.
    if (auto begun = index.run("BEGIN"); !begun)
        return std::unexpected(begun.error());
    const auto parts = partsOf(index);
    Result<void> done = parts ? Result<void>{} : std::unexpected(parts.error());
    for (std::size_t i = 0; done && i < parts->size() && ids.size() < limit; ++i) {
        if ((*parts)[i].firstId < before)
            done = searchPart(index, (*parts)[i], query, before, limit, ids);
    }
    (void)index.run("ROLLBACK"); // of reading only
    if (!done)
        return std::unexpected(done.error());
    return ids;
}

} // namespace bartizan::store
