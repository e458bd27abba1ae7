#include "engine/logsource/watch_plan.h"

#include "engine/logsource/rotation.h"

#include <filesystem>
#include <system_error>
#include <vector>

namespace bartizan {

bool hasWildcard(std::string_view location)
{
    return location.find_first_of("*?[") != std::string_view::npos;
}

namespace {

enum class Naming { Pattern, Exact };

std::set<std::string> foldersOf(LogFileSystem& files, const std::filesystem::path& path, Naming naming)
{
    std::set<std::string> watched;
    std::set<std::string> level{path.root_path().string()};
    const std::filesystem::path parents = path.parent_path().relative_path();
    for (const std::filesystem::path& part : parents) {
        const bool isOpen = naming == Naming::Pattern && hasWildcard(part.string());
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

} // namespace

std::set<std::string> foldersToWatch(LogFileSystem& files, const std::string& location)
{
    return foldersOf(files, location, Naming::Pattern);
}

std::set<std::string> foldersBehindLinks(LogFileSystem& files, const std::string& file)
{
    constexpr int kMaxLinks = 8;
    std::set<std::string> folders;
    std::filesystem::path place(file);
    for (int links = 0; links < kMaxLinks; ++links) {
        // Step by step, since a link that leads nowhere can't be resolved at once.
        std::error_code noLink;
        const std::filesystem::path target = std::filesystem::read_symlink(place, noLink);
        if (noLink)
            break;
        place = place.parent_path() / target;
        folders.merge(foldersOf(files, place, Naming::Exact));
    }
    return folders;
}

} // namespace bartizan
