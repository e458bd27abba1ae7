#include "engine/store/database.h"

#include <QSqlError>
#include <QVariant>

#include <atomic>

namespace bartizan::store {

namespace {

// https://www.sqlite.org/rescode.html: primary result codes.
enum SqliteCode {
    kBusy = 5,
    kLocked = 6,
    kReadOnly = 8,
    kIoError = 10,
    kCorrupt = 11,
    kFull = 13,
    kCannotOpen = 14,
    kNotADatabase = 26,
};
constexpr int kPrimaryCodeMask = 0xff;

Error toError(const QSqlError& error, const std::string& file)
{
    const int code = error.nativeErrorCode().toInt() & kPrimaryCodeMask;
    const std::string detail = " (" + error.databaseText().toStdString() + ")";
    switch (code) {
    case kBusy:
    case kLocked:
        return {ErrorCode::Busy, "The history database " + file + " is locked by another program",
                "Close the program that has it open. Nothing is lost: writing is retried"};
    case kFull:
        return {ErrorCode::Exhausted, "The disk with the history database " + file + " is full",
                "Free space on it. Blocking goes on, and what is not written yet is kept in memory"};
    case kCorrupt:
    case kNotADatabase:
        return {ErrorCode::Corrupt, "The history database " + file + " is damaged" + detail, {}};
    case kReadOnly:
    case kCannotOpen:
        return {ErrorCode::Unavailable, "The history database " + file + " can't be written" + detail,
                "Make the file and its folder writable for the engine's user"};
    case kIoError:
        return {ErrorCode::Unavailable, "The disk with the history database " + file + " fails" + detail,
                "Look for disk errors in the system's log"};
    default:
        return {ErrorCode::Internal, "The history database " + file + " refused a statement" + detail, {}};
    }
}

QString uniqueConnectionName()
{
    static std::atomic<int> counter = 0;
    return QStringLiteral("bartizan-store-%1").arg(++counter);
}

} // namespace

Statement::Statement(QSqlQuery* query, std::optional<Error> error, const std::string& file)
    : m_query(query)
    , m_error(std::move(error))
    , m_file(file)
{
}

Statement::~Statement()
{
    // An unfinished statement would hold its read transaction, and with it the write-ahead log.
    if (m_query)
        m_query->finish();
}

Statement& Statement::bind(std::int64_t value)
{
    if (m_query)
        m_query->bindValue(m_bound++, QVariant::fromValue<qlonglong>(value));
    return *this;
}

Statement& Statement::bind(std::optional<std::int64_t> value)
{
    return value ? bind(*value) : bindNull();
}

Statement& Statement::bind(std::string_view bytes)
{
    // A null QByteArray would be bound as NULL.
    const char* data = bytes.data() ? bytes.data() : "";
    if (m_query)
        m_query->bindValue(m_bound++, QByteArray::fromRawData(data, static_cast<qsizetype>(bytes.size())));
    return *this;
}

Statement& Statement::bindNull()
{
    if (m_query)
        m_query->bindValue(m_bound++, QVariant());
    return *this;
}

Result<void> Statement::execute()
{
    if (m_error)
        return std::unexpected(*m_error);
    m_bound = 0;
    if (!m_query->exec())
        return std::unexpected(toError(m_query->lastError(), m_file));
    return {};
}

Result<bool> Statement::next()
{
    m_column = 0;
    if (m_query->next())
        return true;
    if (m_query->lastError().isValid())
        return std::unexpected(toError(m_query->lastError(), m_file));
    return false;
}

std::int64_t Statement::integer()
{
    return m_query->value(m_column++).toLongLong();
}

std::optional<std::int64_t> Statement::optionalInteger()
{
    const QVariant value = m_query->value(m_column++);
    if (value.isNull())
        return std::nullopt;
    return value.toLongLong();
}

std::string Statement::bytes()
{
    return m_query->value(m_column++).toByteArray().toStdString();
}

std::int64_t Statement::changedRows() const
{
    return m_query ? m_query->numRowsAffected() : 0;
}

Result<void> Database::open(const Location& location, Access access, std::chrono::milliseconds busyTimeout)
{
    close();
    m_file = location.inMemory ? std::string("in memory") : location.path;
    m_database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), uniqueConnectionName());
    QString options = QStringLiteral("QSQLITE_BUSY_TIMEOUT=%1").arg(busyTimeout.count());
    if (location.inMemory) {
        options += QStringLiteral(";QSQLITE_OPEN_URI");
        m_database.setDatabaseName(
            QStringLiteral("file:/%1?vfs=memdb").arg(QString::fromStdString(location.path)));
    } else {
        if (access == Access::ReadOnly)
            options += QStringLiteral(";QSQLITE_OPEN_READONLY");
        m_database.setDatabaseName(QString::fromStdString(location.path));
    }
    m_database.setConnectOptions(options);
    if (!m_database.open()) {
        const Error error = toError(m_database.lastError(), m_file);
        close();
        return std::unexpected(error);
    }
    return {};
}

void Database::close()
{
    m_statements.clear();
    if (!m_database.isValid())
        return;
    const QString name = m_database.connectionName();
    m_database.close();
    m_database = QSqlDatabase();
    QSqlDatabase::removeDatabase(name);
}

Statement Database::prepare(std::string_view sql)
{
    if (const auto known = m_statements.find(sql); known != m_statements.end())
        return {&known->second, std::nullopt, m_file};
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    if (!query.prepare(QString::fromUtf8(sql.data(), static_cast<qsizetype>(sql.size()))))
        return {nullptr, toError(query.lastError(), m_file), m_file};
    auto& stored = m_statements.insert_or_assign(std::string(sql), std::move(query)).first->second;
    return {&stored, std::nullopt, m_file};
}

Result<void> Database::run(std::string_view sql)
{
    QSqlQuery query(m_database);
    if (!query.exec(QString::fromUtf8(sql.data(), static_cast<qsizetype>(sql.size()))))
        return std::unexpected(toError(query.lastError(), m_file));
    return {};
}

Result<std::int64_t> Database::number(std::string_view sql)
{
    Statement statement = prepare(sql);
    if (auto done = statement.execute(); !done)
        return std::unexpected(done.error());
    const auto row = statement.next();
    if (!row)
        return std::unexpected(row.error());
    return *row ? statement.integer() : 0;
}

Result<void> Database::transaction(const std::function<Result<void>()>& work)
{
    if (auto begun = prepare("BEGIN IMMEDIATE").execute(); !begun)
        return begun;
    auto done = work();
    if (done)
        done = prepare("COMMIT").execute();
    if (!done)
        (void)prepare("ROLLBACK")
            .execute(); // SQLite may have rolled back by itself: then this fails, rightly
    return done;
}

} // namespace bartizan::store
