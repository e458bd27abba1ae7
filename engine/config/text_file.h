// Reads whole files.
#pragma once

#include "engine/base/result.h"

#include <filesystem>
#include <string>

namespace bartizan::config {

// NotFound, PermissionDenied, Unsupported (not a regular file) or Exhausted (over 256 MiB), with a cure.
[[nodiscard]] Result<std::string> readTextFile(const std::filesystem::path& path);

} // namespace bartizan::config
