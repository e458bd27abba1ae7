// CommandRunner over /bin/sh.
#pragma once

#include "engine/platform/command_runner.h"

#include <memory>

namespace bartizan {

[[nodiscard]] std::unique_ptr<CommandRunner> makeShellRunner();

} // namespace bartizan
