// bartizanctl as a function: global options, the command, its exit code (0 done, 1 failed, 2 wrongly used).
#pragma once

#include "engine/ctl/command.h"

namespace bartizan::ctl {

// `words` are the arguments behind the program's name.
[[nodiscard]] int run(const QStringList& words, const Platform& platform, Output& out);

} // namespace bartizan::ctl
