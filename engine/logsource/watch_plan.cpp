#include "engine/logsource/watch_plan.h"

#include "engine/logsource/rotation.h"

#include <filesystem>

namespace bartizan {

bool hasWildcard(std::string_view location)
{
    return location.find_first_of("*?[") != std::string_view::npos;
}

std::set<std::string> foldersToWatch(LogFileSystem& files, const std::string& location)
{
    const std::filesystem::path path(location);
    std::set<std::string> watched;
    std::set<std::string> level{path.root_path().string()};
    const std::filesystem::path parents = path.parent_path().relative_path();
    for (const std::filesystem::path& part : parents) {
        const bool isOpen = hasWildcard(part.string());
        std::set<std::string> next;
        for (const std::string& folder : level) {
            std::vector<std::string> children;
            if (isOpen)
                children = files.glob((std::filesystem::path(escapeGlob(folder)) / part).string());
            else if (std::string child = (std::filesystem::path(folder) / part).string();
                     files.identify(child))
                children.push_back(std::move(child));
            if (isOpen || children.empty())
                watched.insert(folder);
            next.insert(children.begin(), children.end());
        }
        level = std::move(next);
    }
    watched.insert(level.begin(), level.end());
    return watched;
}

} // namespace bartizan
