// The schema, as numbered steps. PRAGMA user_version says how many a database has seen.
#pragma once

#include "engine/store/database.h"

#include <span>
#include <string_view>

namespace bartizan::store {

// The statements of one step. Never changed once released: a new step is added instead.
using Migration = std::span<const std::string_view>;

[[nodiscard]] std::span<const Migration> migrations();

// Runs the steps that the database has not seen, all in one transaction. Unsupported when it has seen more
// than these: it was made by a newer version.
Result<void> migrate(Database& database, std::span<const Migration> steps = migrations());

} // namespace bartizan::store
