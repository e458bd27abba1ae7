#include "engine/logsource/watch_plan.h"

#include "engine/logsource/rotation.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <vector>

namespace bartizan {

bool hasWildcard(std::string_view location)
{
    return location.find_first_of("*?[") != std::string_view::npos;
}

namespace {

enum class Naming { Pattern, Exact };

void note(WatchPlan& plan, const std::string& folder, FolderWatch watch)
{
    FolderWatch& planned = plan.try_emplace(folder, watch).first->second;
    planned = std::max(planned, watch);
}

bool isLink(const std::string& path)
{
    std::error_code none;
    return std::filesystem::is_symlink(path, none);
}

void planFor(LogFileSystem& files, const std::filesystem::path& path, Naming naming, WatchPlan& plan)
{
    const auto isPattern = [&](const std::filesystem::path& part) {
        return naming == Naming::Pattern && hasWildcard(part.string());
    };
    const bool isMissing = !isPattern(path) && !files.identify(path.string());
    std::set<std::string> level{path.root_path().string()};
    const std::filesystem::path parents = path.parent_path().relative_path();
    for (const std::filesystem::path& part : parents) {
        std::set<std::string> next;
        for (const std::string& folder : level) {
            std::vector<std::string> children;
            if (isPattern(part))
                children = files.glob((std::filesystem::path(escapeGlob(folder)) / part).string());
            else if (std::string child = (std::filesystem::path(folder) / part).string();
                     files.identify(child))
                children.push_back(std::move(child));
            const bool mayChange =
                isMissing || isPattern(part) || children.empty() || std::ranges::any_of(children, isLink);
            note(plan, folder, mayChange ? FolderWatch::Contents : FolderWatch::Itself);
            next.insert(children.begin(), children.end());
        }
        level = std::move(next);
    }
    for (const std::string& folder : level)
        note(plan, folder, FolderWatch::Contents);
}

} // namespace

void planFolders(LogFileSystem& files, const std::string& location, WatchPlan& plan)
{
    planFor(files, location, Naming::Pattern, plan);
}

void planFoldersOfFile(LogFileSystem& files, const std::string& file, WatchPlan& plan)
{
    planFor(files, file, Naming::Exact, plan);
}

void planFoldersBehindLinks(LogFileSystem& files, const std::string& file, WatchPlan& plan)
{
    constexpr int kMaxLinks = 8;
    std::filesystem::path place(file);
    for (int links = 0; links < kMaxLinks; ++links) {
        // Step by step, since a link that leads nowhere can't be resolved at once.
        std::error_code noLink;
        const std::filesystem::path target = std::filesystem::read_symlink(place, noLink);
        if (noLink)
            break;
        place = place.parent_path() / target;
        planFor(files, place, Naming::Exact, plan);
    }
}

} // namespace bartizan
