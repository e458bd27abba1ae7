// JournalReader over libsystemd's sd-journal(3).
#pragma once

#include "engine/platform/journal.h"

#include <memory>

namespace bartizan {

[[nodiscard]] std::unique_ptr<JournalReader> makeSystemdJournal();

} // namespace bartizan
