// Reads what is below one folder that somebody else may have made: nothing outside of it, whatever links and
// ".." say.
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bartizan {

struct FolderEntry
{
    enum class Kind { File, Folder, Link, Other };
    std::string name;
    Kind kind = Kind::Other;
};

// Paths are relative to the folder, "" is the folder itself. An error's message says what the path is
// ("a link, which is not followed"); the caller names it.
class FolderReader
{
public:
    virtual ~FolderReader() = default;
    // Sorted by name.
    [[nodiscard]] virtual Result<std::vector<FolderEntry>> list(const std::string& path) const = 0;
    // A regular file of at most `limit` bytes. NotFound, PermissionDenied, Refused (a link on the way),
    // Unsupported (not a regular file) or Exhausted.
    [[nodiscard]] virtual Result<std::string> read(const std::string& path, std::size_t limit) const = 0;
};

// NotFound or PermissionDenied where `folder` can't be opened; it may itself be a link.
using OpenFolder = std::function<Result<std::unique_ptr<FolderReader>>(const std::string& folder)>;

} // namespace bartizan
