// Keeps everything under watch that tells of changes to the logs: the files themselves and the folders on the
// way to them, through links (watch_plan.h says which). For one thread.
#pragma once

#include "engine/logsource/watch_plan.h"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace bartizan {

class LogWatch
{
public:
    // Both outlive the object.
    LogWatch(LogFileSystem& files, FileWatch& watch)
        : m_files(files)
        , m_watch(watch)
    {
    }

    // Watches the folders of these locations (dates expanded, wildcards not) and of these files that are
    // being read. True: some were not watched before, so that something may have happened in them unseen.
    bool watchFolders(const std::vector<std::string>& locations, const std::vector<std::string>& files);

    // The file that carries this name now.
    void watchFile(const std::string& path);
    void forgetFile(const std::string& path);

    // A folder has been moved or removed, or its name has been given to another: forgets it and all below it.
    // True: some were watched.
    bool forgetFolders(const std::string& folder);

    // Whether logs stand in this folder under another name.
    [[nodiscard]] bool isBehindLink(const std::string& folder) const { return m_linked.contains(folder); }
    // Whether something can't be watched and has to be looked at from time to time.
    [[nodiscard]] bool mustPoll() const { return !m_unwatched.empty(); }

private:
    [[nodiscard]] WatchPlan planOf(const std::vector<std::string>& locations,
                                   const std::vector<std::string>& files);
    bool watchFolder(const std::string& folder, FolderWatch watch);

    LogFileSystem& m_files;
    FileWatch& m_watch;
    WatchPlan m_folders; // that are watched
    WatchPlan m_linked;  // those of them that logs stand in under another name
    std::set<std::string> m_unwatched;
};

} // namespace bartizan
