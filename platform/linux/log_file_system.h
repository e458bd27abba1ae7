// LogFileSystem of Linux.
#pragma once

#include "engine/platform/log_file.h"

#include <memory>

namespace bartizan {

// Opens without blocking and without becoming a terminal's owner; what is not a regular file is refused. A
// symbolic link at the end of the path is followed only if root or the engine's own user made it: a log
// folder that a service may write to must not lead the engine to other people's files.
[[nodiscard]] std::unique_ptr<LogFileSystem> makeLogFileSystem();

} // namespace bartizan
