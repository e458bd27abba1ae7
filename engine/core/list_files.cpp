#include "engine/core/list_files.h"

#include "engine/base/health_board.h"
#include "engine/lists/cdb_list.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace bartizan {

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// Editors and copies write a file in several steps.
constexpr milliseconds kQuiet{200};
constexpr milliseconds kLongestWait{800};

void addTree(const fs::path& folder, std::set<std::string>& paths)
{
    paths.insert(folder.string());
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        std::error_code ignored;
        const auto status = fs::symlink_status(entry->path(), ignored);
        if (fs::is_directory(status))
            addTree(entry->path(), paths);
        else if (fs::is_regular_file(entry->path(), ignored))
            paths.insert(entry->path().string());
    }
}

bool isUnreadable(const std::string& path, const Problems& problems)
{
    const bool reported = std::ranges::any_of(problems, [&path](const Problem& problem) {
        return problem.file == path && problem.severity == Severity::Error;
    });
    std::error_code error;
    return reported && fs::exists(fs::symlink_status(path, error));
}

} // namespace

ListFiles::ListFiles(Pipeline& pipeline, HealthBoard& health, const Clock& clock,
                     std::unique_ptr<FileWatch> watch, RulesWait rulesWait)
    : m_pipeline(pipeline)
    , m_health(health)
    , m_clock(clock)
    , m_watch(std::move(watch))
    , m_rulesWait(std::move(rulesWait))
{
}

ListFiles::~ListFiles()
{
    stop();
}

void ListFiles::refresh(Places places)
{
    const std::lock_guard reading(m_reading);
    m_places = std::move(places);
    (void)readAll();
    if (m_watch)
        m_watch->wake();
}

void ListFiles::start()
{
    if (m_watch)
        m_thread = std::thread([this] { run(); });
}

void ListFiles::stop()
{
    if (!m_thread.joinable())
        return;
    m_stopping = true;
    m_watch->wake();
    m_thread.join();
}

void ListFiles::run()
{
    while (!m_stopping) {
        // What happened before a file was watched is found by looking once more.
        do
            readChanges();
        while (watchAll() && !m_stopping);
        if (m_stopping)
            break;
        (void)m_watch->wait(std::nullopt);
        settle();
    }
}

void ListFiles::settle()
{
    const EpochMs until = m_clock.steadyNow() + kLongestWait.count();
    while (!m_stopping) {
        // A file that is being copied tells only once it is watched.
        watchAll();
        const milliseconds left{until - m_clock.steadyNow()};
        if (left <= milliseconds{0} || m_watch->wait(std::min(left, kQuiet)).empty())
            return;
    }
}

std::set<std::string> ListFiles::pathsToWatch()
{
    std::set<std::string> paths;
    {
        const std::lock_guard reading(m_reading);
        if (m_places.folder.empty())
            return paths;
        addTree(m_places.folder, paths);
        paths.insert(fs::path(m_places.folder).parent_path().string());
    }
    for (const ListFile& file : files()) {
        paths.insert(file.path);
        paths.insert(fs::path(file.path).parent_path().string());
    }
    return paths;
}

bool ListFiles::watchAll()
{
    std::set<std::string> watched;
    Problems problems;
    bool isNew = false;
    for (const std::string& path : pathsToWatch()) {
        const auto added = m_watch->add(path, FolderWatch::Contents);
        if (added)
            watched.insert(path);
        else if (added.error().code != ErrorCode::NotFound)
            problems.push_back({Severity::Warning, "lists", path, 0, 0,
                                added.error().message + ": its changes are seen on reload only",
                                added.error().cure});
        isNew |= added && !m_watched.contains(path);
    }
    m_health.report("list-watch", std::move(problems));
    for (const std::string& path : m_watched) {
        if (!watched.contains(path))
            m_watch->remove(path);
    }
    m_watched = std::move(watched);
    return isNew;
}

void ListFiles::readChanges()
{
    ReplacedLists replaced;
    {
        const std::lock_guard reading(m_reading);
        replaced = readAll();
    }
    if (replaced.rulesWait)
        m_rulesWait(std::move(replaced.old));
}

ReplacedLists ListFiles::readAll()
{
    Problems problems;
    std::vector<Known> now;
    ListChanges changes;
    const auto isThere = [&now](const std::string& name) {
        return std::ranges::any_of(now, [&](const Known& k) { return k.file.name == name; });
    };
    for (SourceFile& file : m_places.read(problems)) {
        if (!isThere(file.name)) // the first of a name
            now.push_back(known(std::move(file), changes));
    }
    // What can't be read for the moment stays as it was.
    for (const Known& before : m_known) {
        if (isThere(before.file.name))
            continue;
        if (isUnreadable(before.file.path, problems))
            now.push_back(before);
        else
            changes.lists.push_back({before.file.name, nullptr});
    }
    std::ranges::sort(now, {}, [](const Known& k) { return k.file.name; });
    for (const Known& k : now)
        problems.insert(problems.end(), k.problems.begin(), k.problems.end());
    {
        const std::lock_guard lock(m_mutex);
        m_known = std::move(now);
        m_problems = problems;
    }
    m_health.report("lists", std::move(problems));
    if (changes.lists.empty())
        return {};
    std::vector<std::string> names;
    names.reserve(changes.lists.size());
    for (const auto& change : changes.lists)
        names.push_back(change.name);
    auto replaced = m_pipeline.changeLists(std::move(changes)).get();
    for (const auto& name : names) {
        if (m_changed)
            m_changed(name);
    }
    return replaced;
}

ListFiles::Known ListFiles::known(SourceFile file, ListChanges& changes) const
{
    const auto hash = std::hash<std::string>{}(file.bytes);
    const auto before = std::ranges::find(m_known, file.name, [](const Known& k) { return k.file.name; });
    if (before != m_known.end() && before->hash == hash && before->file.path == file.path)
        return *before;
    Known fresh;
    fresh.hash = hash;
    const auto started = std::chrono::steady_clock::now();
    fresh.file.list = makeLookupList(CdbList::compile(file.bytes, file.path, fresh.problems));
    fresh.file.compileTime =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started);
    fresh.file.since = m_clock.now();
    fresh.file.name = std::move(file.name);
    fresh.file.path = std::move(file.path);
    changes.lists.push_back({fresh.file.name, fresh.file.list});
    return fresh;
}

std::vector<ListFile> ListFiles::files() const
{
    const std::lock_guard lock(m_mutex);
    std::vector<ListFile> files;
    files.reserve(m_known.size());
    for (const Known& k : m_known)
        files.push_back(k.file);
    return files;
}

Problems ListFiles::problems() const
{
    const std::lock_guard lock(m_mutex);
    return m_problems;
}

} // namespace bartizan
