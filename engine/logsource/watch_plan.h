// Which folders must be watched so that no file of a location appears unseen.
#pragma once

#include "engine/platform/file_watch.h"
#include "engine/platform/log_file.h"

#include <map>
#include <string>
#include <string_view>

namespace bartizan {

[[nodiscard]] bool hasWildcard(std::string_view location);

// Folders, and what is of interest in each.
using WatchPlan = std::map<std::string, FolderWatch>;

// The folders the files of a location stand in, and those these stand in, up to the root. Their contents
// matter where something of the location may appear: in the innermost, where the location has a wildcard, and
// where a folder is a link that may be turned elsewhere.
//
// Where a file that is named exactly is missing, the contents of all of them matter. That its folder goes as
// well is not said by the folder itself: it goes only when nobody has the removed file open any more.
void planFolders(LogFileSystem& files, const std::string& location, WatchPlan& plan);

// Where a file is a symbolic link: the same for what it leads to, and for each link on the way there, whether
// or not there is anything at the end. Nothing for any other file.
void planFoldersBehindLinks(LogFileSystem& files, const std::string& file, WatchPlan& plan);

// The same as planFolders, for a file whose name may look like a pattern.
void planFoldersOfFile(LogFileSystem& files, const std::string& file, WatchPlan& plan);

} // namespace bartizan
