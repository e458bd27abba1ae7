// Which folders must be watched so that no file of a location appears unseen.
#pragma once

#include "engine/platform/log_file.h"

#include <set>
#include <string>
#include <string_view>

namespace bartizan {

[[nodiscard]] bool hasWildcard(std::string_view location);

// The folders the files stand in, and where one of them does not exist yet, the nearest one that does.
[[nodiscard]] std::set<std::string> foldersToWatch(LogFileSystem& files, const std::string& location);

// Where a file is a symbolic link: the same for what it leads to, and for each link on the way there, whether
// or not there is anything at the end. Empty for any other file.
[[nodiscard]] std::set<std::string> foldersBehindLinks(LogFileSystem& files, const std::string& file);

} // namespace bartizan
