// Waiting for news in folders and files.
#pragma once

#include "engine/base/result.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bartizan {

struct FileChange
{
    std::string path;      // the watched path
    std::string name;      // of the entry inside a watched folder, else empty
    bool overflow = false; // events were lost: look at everything again
};

// What is of interest in a folder.
enum class FolderWatch {
    Itself,   // moved, removed, its permissions
    Contents, // also entries appearing, moved or removed
};

// One thread waits; wake() may be called from any other.
class FileWatch
{
public:
    virtual ~FileWatch() = default;

    // Watches a file (written, truncated, renamed, removed) or a folder, of which nothing is said that was
    // not asked for by one of the calls. Watching the same path again follows whatever carries that name now.
    virtual Result<void> add(const std::string& path, FolderWatch folder) = 0;
    virtual void remove(const std::string& path) = 0;

    // Sleeps until something changed, wake() was called or `timeout` is over (nothing = for ever), and
    // returns all that changed.
    virtual std::vector<FileChange> wait(std::optional<std::chrono::milliseconds> timeout) = 0;
    virtual void wake() = 0;
};

} // namespace bartizan
