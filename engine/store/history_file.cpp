#include "engine/store/history_file.h"

#include "engine/base/timestamp.h"
#include "engine/store/block_table.h"
#include "engine/store/migrations.h"
#include "engine/store/small_tables.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <array>

namespace bartizan::store {

namespace {

// A full check reads the whole file; a larger one is checked as it is used.
constexpr qint64 kCheckedAtOpen = 16LL * 1024 * 1024;

// The connection's settings. Checkpoints are made by the store on a thread of their own: an fsync in the
// midst of a commit would keep a block waiting.
constexpr std::array<std::string_view, 7> kSettings = {
    "PRAGMA auto_vacuum = INCREMENTAL", // before the first page is written
    "PRAGMA journal_mode = WAL",           "PRAGMA synchronous = NORMAL", "PRAGMA wal_autocheckpoint = 0",
    "PRAGMA journal_size_limit = 4194304", "PRAGMA secure_delete = OFF",  "PRAGMA trusted_schema = OFF",
};

QString qtPath(const Database::Location& location)
{
    return QString::fromStdString(location.path);
}

Result<void> checkIntegrity(Database& database, const Database::Location& location)
{
    if (auto schema = database.number("SELECT count(*) FROM sqlite_schema"); !schema) {
        Error error = schema.error();
        if (error.code == ErrorCode::Internal) // "unsupported file format": a header of nonsense
            error.code = ErrorCode::Corrupt;
        return std::unexpected(error);
    }
    if (location.inMemory || QFileInfo(qtPath(location)).size() > kCheckedAtOpen)
        return {};
    Statement statement = database.prepare("PRAGMA quick_check(1)");
    if (auto done = statement.execute(); !done)
        return done;
    const auto row = statement.next();
    if (!row)
        return std::unexpected(row.error());
    const std::string finding = *row ? statement.bytes() : std::string("ok");
    if (finding != "ok")
        return fail(ErrorCode::Corrupt,
                    "The history database " + location.path + " is damaged (" + finding + ")");
    return {};
}

Result<void> openChecked(Database& database, const Database::Location& location,
                         std::chrono::milliseconds busyTimeout)
{
    if (auto opened = database.open(location, Database::Access::ReadWrite, busyTimeout); !opened)
        return opened;
    if (auto whole = checkIntegrity(database, location); !whole)
        return whole;
    for (const std::string_view setting : kSettings) {
        if (auto done = database.run(setting); !done)
            return done;
    }
    return migrate(database);
}

constexpr std::array<const char*, 2> kSideFiles = {"-wal", "-shm"};

// Damage that comes again and again must not fill the disk: only the newest damaged file stays.
void removeOlderDamaged(const QFileInfo& history)
{
    QDir folder = history.dir();
    const auto names = folder.entryList({history.fileName() + QStringLiteral(".damaged-*")}, QDir::Files);
    for (const QString& name : names)
        folder.remove(name);
}

// The new path, empty when the file can't be moved.
QString moveAside(const Database::Location& location, EpochMs now)
{
    const QString path = qtPath(location);
    removeOlderDamaged(QFileInfo(path));
    QString stamp = QString::fromStdString(isoUtc(now));
    stamp.remove(QLatin1Char(':'));
    QString aside = path + QStringLiteral(".damaged-") + stamp;
    if (!QFile::rename(path, aside))
        return {};
    for (const char* side : kSideFiles)
        QFile::rename(path + QLatin1String(side), aside + QLatin1String(side));
    return aside;
}

struct Salvaged
{
    std::size_t blocks = 0;
    std::size_t allowEntries = 0;
    std::size_t positions = 0;
};

// The largest number that alerts had, so that none is used twice.
std::string lastAlertId(Database& damaged)
{
    AlertId last = damaged.number("SELECT max(id) FROM alerts").value_or(0);
    if (const auto noted = selectMeta(damaged, "last_alert_id"); noted && *noted)
        last = std::max<AlertId>(last, QByteArray::fromStdString(**noted).toLongLong());
    return std::to_string(last);
}

Result<Salvaged> copyReadable(Database& damaged, Database& fresh)
{
    Salvaged salvaged;
    // From both ends: a damaged page in the middle costs no more than what is on it.
    std::vector<BlockRecord> blocks = readableBlocks(damaged, Order::Ascending);
    std::ranges::move(readableBlocks(damaged, Order::Descending), std::back_inserter(blocks));
    const auto allowEntries = selectAllow(damaged).value_or(std::vector<AllowRecord>{});
    const auto positions = selectPositions(damaged).value_or(std::vector<SourcePosition>{});
    const auto learned = selectLearned(damaged).value_or(std::vector<LearnedFact>{});
    auto done = fresh.transaction([&]() -> Result<void> {
        for (const BlockRecord& block : blocks) {
            if (auto put = putBlockIfMissing(fresh, block); !put)
                return put;
        }
        for (const AllowRecord& entry : allowEntries) {
            if (auto put = putAllow(fresh, entry); !put)
                return put;
        }
        for (const SourcePosition& position : positions) {
            if (auto put = putPosition(fresh, position); !put)
                return put;
        }
        for (const LearnedFact& fact : learned) {
            if (auto put = putLearned(fresh, fact); !put)
                return put;
        }
        return putMeta(fresh, "last_alert_id", lastAlertId(damaged));
    });
    if (!done)
        return std::unexpected(done.error());
    salvaged.blocks = static_cast<std::size_t>(fresh.number("SELECT count(*) FROM blocks").value_or(0));
    salvaged.allowEntries = allowEntries.size();
    salvaged.positions = positions.size();
    return salvaged;
}

Result<Salvaged> salvage(const QString& aside, Database& fresh, std::chrono::milliseconds busyTimeout)
{
    Database damaged;
    const Database::Location location{aside.toStdString(), false};
    if (!damaged.open(location, Database::Access::ReadOnly, busyTimeout))
        return Salvaged{};
    // Makes SQLite read a truncated file as far as it goes; nothing is written.
    (void)damaged.run("PRAGMA writable_schema = ON");
    return copyReadable(damaged, fresh);
}

} // namespace

Result<void> createFile(const Database::Location& location)
{
    if (location.inMemory)
        return {};
    constexpr auto kOwnerOnly = QFileDevice::ReadOwner | QFileDevice::WriteOwner;
    QFile file(qtPath(location));
    if (file.exists()) {
        (void)file.setPermissions(kOwnerOnly); // not ours to change: then opening says what is wrong
        return {};
    }
    if (file.open(QIODevice::WriteOnly | QIODevice::NewOnly, kOwnerOnly) || file.exists())
        return {};
    const auto code =
        file.error() == QFileDevice::ResourceError ? ErrorCode::Exhausted : ErrorCode::Unavailable;
    return fail(
        code, "The history database " + location.path + " can't be made: " + file.errorString().toStdString(),
        "Make sure that the folder exists, is writable for the engine's user and has free space");
}

void removeDatabase(const Database::Location& location)
{
    QFile::remove(qtPath(location));
    for (const char* side : kSideFiles)
        QFile::remove(qtPath(location) + QLatin1String(side));
}

Result<Problems> openHistory(Database& database, const Database::Location& location, EpochMs now,
                             std::chrono::milliseconds busyTimeout)
{
    if (auto created = createFile(location); !created)
        return std::unexpected(created.error());
    auto opened = openChecked(database, location, busyTimeout);
    if (opened)
        return Problems{};
    if (opened.error().code == ErrorCode::Corrupt && !location.inMemory)
        return replaceDamaged(database, location, now, busyTimeout);
    database.close();
    return std::unexpected(opened.error());
}

Result<Problems> replaceDamaged(Database& database, const Database::Location& location, EpochMs now,
                                std::chrono::milliseconds busyTimeout)
{
    database.close();
    const QString aside = moveAside(location, now);
    if (aside.isEmpty()) {
        return fail(ErrorCode::Corrupt,
                    "The history database " + location.path + " is damaged and can't be moved aside",
                    "Stop the engine, move the file away and start the engine again");
    }
    if (auto created = createFile(location); !created)
        return std::unexpected(created.error());
    if (auto opened = openChecked(database, location, busyTimeout); !opened) {
        database.close();
        return std::unexpected(opened.error());
    }
    const auto salvaged = salvage(aside, database, busyTimeout);
    if (!salvaged) {
        // The damaged file still has what the new one lacks: the next try starts from it.
        database.close();
        removeDatabase(location);
        QFile::rename(aside, qtPath(location));
        for (const char* side : kSideFiles)
            QFile::rename(aside + QLatin1String(side), qtPath(location) + QLatin1String(side));
        return std::unexpected(salvaged.error());
    }
    Problem problem;
    problem.severity = Severity::Warning;
    problem.component = "store";
    problem.file = location.path;
    problem.message = "The history database was damaged. A new one was started with " +
                      std::to_string(salvaged->blocks) + " blocks, " +
                      std::to_string(salvaged->allowEntries) + " allow entries and " +
                      std::to_string(salvaged->positions) + " log positions of the old one";
    problem.cure = "Check the disk. The old file is kept as " + aside.toStdString();
    return Problems{problem};
}

} // namespace bartizan::store
