#include "engine/store/migrations.h"

#include <array>

namespace bartizan::store {

namespace {

// An address is stored as text and as a key that sorts: a family byte (4 or 6), then its bytes.
// last_log is NULL while it equals first_log.
constexpr std::array<std::string_view, 10> kFirst = {
    R"(CREATE TABLE alerts (
        id INTEGER PRIMARY KEY,
        first_time INTEGER NOT NULL,
        last_time INTEGER NOT NULL,
        count INTEGER NOT NULL,
        rule_id INTEGER NOT NULL,
        level INTEGER NOT NULL,
        description TEXT NOT NULL,
        groups TEXT NOT NULL,
        decoder_name TEXT NOT NULL,
        decoder_parent TEXT NOT NULL,
        source_address TEXT NOT NULL,
        address_key BLOB,
        location TEXT NOT NULL,
        hostname TEXT NOT NULL,
        program_name TEXT NOT NULL,
        first_log TEXT NOT NULL,
        last_log TEXT,
        previous_output TEXT NOT NULL,
        data_json TEXT NOT NULL
    ) STRICT)",
    "CREATE INDEX alerts_by_address ON alerts (address_key) WHERE address_key IS NOT NULL",
    "CREATE INDEX alerts_by_rule ON alerts (rule_id)",
    R"(CREATE TABLE blocks (
        id INTEGER PRIMARY KEY,
        address TEXT NOT NULL,
        first_key BLOB NOT NULL,
        last_key BLOB NOT NULL,
        state TEXT NOT NULL CHECK (state IN
            ('pending', 'active', 'failed', 'refused', 'observed', 'released', 'expired')),
        origin TEXT NOT NULL CHECK (origin IN ('rule', 'person')),
        rule_id INTEGER NOT NULL,
        rule_level INTEGER NOT NULL,
        rule_description TEXT NOT NULL,
        alert_id INTEGER NOT NULL,
        command TEXT NOT NULL,
        reason TEXT NOT NULL,
        requested_by TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER,
        backend TEXT NOT NULL,
        error TEXT NOT NULL,
        guard TEXT NOT NULL,
        released_at INTEGER,
        released_by TEXT NOT NULL
    ) STRICT)",
    "CREATE INDEX blocks_by_state ON blocks (state)",
    "CREATE INDEX blocks_by_address ON blocks (first_key)",
    "CREATE TABLE positions (path TEXT PRIMARY KEY, position TEXT NOT NULL) STRICT, WITHOUT ROWID",
    R"(CREATE TABLE allow_entries (
        address TEXT PRIMARY KEY,
        reason TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        created_by TEXT NOT NULL
    ) STRICT, WITHOUT ROWID)",
    R"(CREATE TABLE audit (
        id INTEGER PRIMARY KEY,
        time INTEGER NOT NULL,
        user_id INTEGER NOT NULL,
        user_name TEXT NOT NULL,
        process_id INTEGER NOT NULL,
        method TEXT NOT NULL,
        params_json TEXT NOT NULL,
        granted INTEGER NOT NULL,
        error TEXT NOT NULL
    ) STRICT)",
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
};

constexpr std::array<std::string_view, 1> kOrigin = {
    "ALTER TABLE alerts ADD COLUMN origin_json TEXT NOT NULL DEFAULT ''",
};

// kind 0: a first-time-seen key, 1: the last text of a check_diff rule. The order of rows is that of
// learning.
constexpr std::array<std::string_view, 1> kLearned = {
    R"(CREATE TABLE learned (
        id INTEGER PRIMARY KEY,
        kind INTEGER NOT NULL,
        key BLOB NOT NULL,
        value BLOB NOT NULL,
        UNIQUE (kind, key)
    ) STRICT)",
};

// Tells this history from every other, so that the search index beside it is not taken for one of another.
constexpr std::array<std::string_view, 1> kIdentity = {
    "INSERT INTO meta (key, value) VALUES ('history_id', lower(hex(randomblob(16))))",
};

const std::array<Migration, 4> kMigrations = {Migration(kFirst), Migration(kOrigin), Migration(kLearned),
                                              Migration(kIdentity)};

} // namespace

std::span<const Migration> migrations()
{
    return kMigrations;
}

Result<void> migrate(Database& database, std::span<const Migration> steps)
{
    const auto version = database.number("PRAGMA user_version");
    if (!version)
        return std::unexpected(version.error());
    const auto known = static_cast<std::int64_t>(steps.size());
    if (*version < 0 || *version > known) {
        return fail(ErrorCode::Unsupported,
                    "The history database was made by a newer version (its schema is " +
                        std::to_string(*version) + ", this version knows " + std::to_string(known) + ")",
                    "Install the newer version again, or move the file away to start a new history");
    }
    if (*version == known)
        return {};
    return database.transaction([&]() -> Result<void> {
        for (auto i = static_cast<std::size_t>(*version); i < steps.size(); ++i) {
            for (const std::string_view statement : steps[i]) {
                if (auto done = database.run(statement); !done)
                    return done;
            }
        }
        return database.run("PRAGMA user_version = " + std::to_string(known));
    });
}

} // namespace bartizan::store
