// FolderReader of Linux: every step is taken from an open descriptor, so nothing can be exchanged on the way.
#pragma once

#include "engine/platform/folder_reader.h"

namespace bartizan {

[[nodiscard]] Result<std::unique_ptr<FolderReader>> openFolderReader(const std::string& folder);

} // namespace bartizan
