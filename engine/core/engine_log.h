// The engine's own log: what goes to standard error, and so to the journal.
#pragma once

#include "engine/base/problem.h"
#include "engine/base/result.h"

#include <QLoggingCategory>

#include <string>

namespace bartizan {

Q_DECLARE_LOGGING_CATEGORY(lcEngine)

// Each as "file:line:column: message (cure)".
void logProblems(const Problems& problems);

[[nodiscard]] Problem problemOf(const Error& error, std::string component, std::string file = {});

} // namespace bartizan
