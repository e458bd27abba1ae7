#include "engine/logsource/log_watch.h"

#include <algorithm>

namespace bartizan {

bool LogWatch::watchFolders(const std::vector<std::string>& locations, const std::vector<std::string>& files)
{
    // A folder may be created while its parent is not watched yet, hence the second look.
    constexpr int kLooks = 10;
    bool anyNew = false;
    WatchPlan plan;
    for (int look = 0; look < kLooks; ++look) {
        plan = planOf(locations, files);
        bool isNew = false;
        for (const auto& [folder, watch] : plan)
            isNew |= watchFolder(folder, watch);
        anyNew |= isNew;
        if (!isNew)
            break;
    }
    std::erase_if(m_folders, [&](const auto& watched) {
        if (plan.contains(watched.first))
            return false;
        m_watch.remove(watched.first);
        return true;
    });
    std::erase_if(m_unwatched, [&](const std::string& path) {
        return !plan.contains(path) && std::ranges::find(files, path) == files.end();
    });
    return anyNew;
}

WatchPlan LogWatch::planOf(const std::vector<std::string>& locations, const std::vector<std::string>& files)
{
    WatchPlan plan;
    for (const std::string& location : locations)
        planFolders(m_files, location, plan);
    m_linked.clear();
    for (const std::string& file : files) {
        if (!m_files.identify(file))
            planFoldersOfFile(m_files, file, plan);
        planFoldersBehindLinks(m_files, file, m_linked);
    }
    for (const auto& [folder, watch] : m_linked) {
        FolderWatch& planned = plan.try_emplace(folder, watch).first->second;
        planned = std::max(planned, watch);
    }
    return plan;
}

bool LogWatch::watchFolder(const std::string& folder, FolderWatch watch)
{
    if (const auto watched = m_folders.find(folder); watched != m_folders.end() && watched->second >= watch)
        return false;
    forgetFolders(folder); // others may carry the names of those below by now
    const auto added = m_watch.add(folder, watch);
    m_unwatched.erase(folder);
    if (added) {
        m_folders.insert_or_assign(folder, watch);
        return true;
    }
    // Passing through a folder may be allowed without reading it.
    if (added.error().code != ErrorCode::NotFound && watch == FolderWatch::Contents)
        m_unwatched.insert(folder);
    return added.error().code == ErrorCode::NotFound;
}

bool LogWatch::forgetFolders(const std::string& folder)
{
    const std::string below = folder.ends_with('/') ? folder : folder + '/';
    return std::erase_if(m_folders, [&](const auto& watched) {
               if (watched.first != folder && !watched.first.starts_with(below))
                   return false;
               m_watch.remove(watched.first);
               return true;
           }) > 0;
}

void LogWatch::watchFile(const std::string& path)
{
    const auto added = m_watch.add(path, FolderWatch::Itself);
    // What can't be opened can't be watched either; its folder tells when that changes.
    if (!added && added.error().code != ErrorCode::NotFound &&
        added.error().code != ErrorCode::PermissionDenied)
        m_unwatched.insert(path);
    else
        m_unwatched.erase(path);
}

void LogWatch::forgetFile(const std::string& path)
{
    m_watch.remove(path);
    m_unwatched.erase(path);
}

} // namespace bartizan
