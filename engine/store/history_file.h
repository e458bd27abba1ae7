// The database file: made, opened, checked, migrated; moved aside when it is damaged. Internal to the store.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/problem.h"
#include "engine/store/database.h"

#include <chrono>

namespace bartizan::store {

// Makes the file before SQLite does it: it holds log lines and is nobody else's business. SQLite gives its
// side files the same mode.
Result<void> createFile(const Database::Location& location);
// With its side files. No connection to it is open.
void removeDatabase(const Database::Location& location);

// Opens for reading and writing and leaves the schema at its newest. Problems: what was found and mended (a
// damaged file moved aside). Errors as of Store::open.
Result<Problems> openHistory(Database& database, const Database::Location& location, EpochMs now,
                             std::chrono::milliseconds busyTimeout);

// For damage found while running: moves the file aside and opens a new one. No other connection to it may be
// open.
Result<Problems> replaceDamaged(Database& database, const Database::Location& location, EpochMs now,
                                std::chrono::milliseconds busyTimeout);

} // namespace bartizan::store
