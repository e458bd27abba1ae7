// One SQLite connection with its prepared statements, and errors as Result. Internal to the store. A Database
// belongs to the thread that opened it.
#pragma once

#include "engine/base/result.h"

#include <QSqlDatabase>
#include <QSqlQuery>
#include <QString>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace bartizan::store {

// A prepared statement being used: bind in order, execute, read rows and columns in order. Text and blobs are
// bytes: the SQL says CAST(? AS TEXT) to store text and CAST(column AS BLOB) to read it, so nothing is
// converted on the way. Bound bytes must live until execute().
class Statement
{
public:
    Statement(QSqlQuery* query, std::optional<Error> error, const std::string& file);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(std::int64_t value);
    Statement& bind(std::optional<std::int64_t> value);
    Statement& bind(std::string_view bytes);
    Statement& bindNull();

    Result<void> execute();
    // False at the end.
    Result<bool> next();

    [[nodiscard]] std::int64_t integer();
    [[nodiscard]] std::optional<std::int64_t> optionalInteger();
    [[nodiscard]] std::string bytes();
    [[nodiscard]] std::int64_t changedRows() const;

private:
    QSqlQuery* m_query; // owned by the Database; null when preparing failed
    std::optional<Error> m_error;
    const std::string& m_file;
    int m_bound = 0;
    int m_column = 0;
};

class Database
{
public:
    // A file, or a named database in memory that lives as long as a connection to it is open.
    struct Location
    {
        std::string path;
        bool inMemory = false;
    };
    enum class Access { ReadWrite, ReadOnly };

    Database() = default;
    ~Database() { close(); }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    Result<void> open(const Location& location, Access access, std::chrono::milliseconds busyTimeout);
    void close();
    [[nodiscard]] bool isOpen() const { return m_database.isOpen(); }

    // Kept for the next time. `sql` is a constant or built from constants; values are bound.
    [[nodiscard]] Statement prepare(std::string_view sql);
    // Of a statement that will not come again; none made by prepare() with it is in use.
    void forget(const std::string& sql) { m_statements.erase(sql); }
    // A statement without values or rows.
    Result<void> run(std::string_view sql);
    // The first column of the first row; 0 without one.
    Result<std::int64_t> number(std::string_view sql);

    // BEGIN IMMEDIATE … COMMIT around `work`; rolled back when it or the commit fails.
    Result<void> transaction(const std::function<Result<void>()>& work);

private:
    QSqlDatabase m_database;
    std::string m_file; // as named in errors
    std::map<std::string, QSqlQuery, std::less<>> m_statements;
};

} // namespace bartizan::store
