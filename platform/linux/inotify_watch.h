// FileWatch over inotify, woken through an eventfd.
#pragma once

#include "engine/platform/file_watch.h"

#include <memory>

namespace bartizan {

// A watched path keeps up to two files in view: the one that carries the name, and the one that carried it
// before, so that the last writes to a rotated log are noticed as well. Links are followed.
[[nodiscard]] Result<std::unique_ptr<FileWatch>> makeInotifyWatch();

} // namespace bartizan
