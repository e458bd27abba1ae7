#include "engine/logsource/source_manager.h"

#include "engine/base/utf8.h"
#include "engine/logsource/date_names.h"
#include "engine/logsource/line_shaper.h"
#include "engine/logsource/log_reader.h"
#include "engine/logsource/log_watch.h"
#include "engine/logsource/rotation.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace bartizan {

namespace {

// How often to look where watching is not possible.
constexpr std::chrono::milliseconds kPollInterval{2000};
// How long yesterday's file of a dated name is still followed.
constexpr EpochMs kFarewellMs = 3'600'000;

std::string withoutDoubleSlashes(const std::string& path)
{
    return path.find("..") == std::string::npos ? std::filesystem::path(path).lexically_normal().string()
                                                : path;
}

} // namespace

class SourceManager::Impl
{
public:
    Impl(LogFileSystem& files, FileWatch& watch, const Clock& clock, BoundedQueue<SourceBatch>& queue,
         std::function<void()> changed)
        : m_files(files)
        , m_watch(watch)
        , m_clock(clock)
        , m_queue(queue)
        , m_changed(std::move(changed))
        , m_logWatch(files, watch)
    {
    }

    Problems start(const std::vector<LocalFile>& sources, const std::vector<FilePosition>& positions,
                   const HostIdentity& host);
    void stop();
    std::vector<SourceState> states() const;
    void setOrigin(RecordOrigin::Kind kind) { m_originKind = kind; }

private:
    struct Source
    {
        LocalFile settings;
        LineShaper shaper;
        bool isOpen = false; // wildcards or dates: files come and go
    };
    struct Entry
    {
        LogReader reader;
        Source* source = nullptr;
        bool due = true;     // there may be something to read
        bool touched = true; // read from since the last batch
        bool wanted = true;  // still named by its source
        EpochMs leftAt = 0;  // since when it is not
        std::optional<FilePosition> reported{};
    };

    void run();
    [[nodiscard]] std::optional<std::chrono::milliseconds> timeout() const;
    void take(const std::vector<FileChange>& changes);
    // True: everything must be looked at.
    [[nodiscard]] bool takeFolderChange(const FileChange& change);
    void lookAtEverything();
    void lookAtEntries();

    void evaluate();
    void watchFolders();
    [[nodiscard]] std::vector<std::string> pathsOf(const Source& source) const;
    void addEntry(const std::string& path, Source& source);
    [[nodiscard]] bool isTooOld(const std::string& path, const Source& source) const;
    void dropEntries();

    void readRound();
    void flushPending();
    void pushBatch();
    void publish();

    LogFileSystem& m_files;
    FileWatch& m_watch;
    const Clock& m_clock;
    BoundedQueue<SourceBatch>& m_queue;
    std::function<void()> m_changed;

    std::vector<std::unique_ptr<Source>> m_sources;
    std::map<std::string, FilePosition> m_stored;
    std::map<std::string, Entry> m_entries;
    LogWatch m_logWatch;
    ReadBuffer m_buffer;
    SourceBatch m_batch;
    bool m_isFirstLook = true;
    bool m_evaluate = true;

    std::thread m_thread;
    std::atomic<bool> m_stopping = false;
    std::atomic<RecordOrigin::Kind> m_originKind = RecordOrigin::Kind::Unknown;
    mutable std::mutex m_mutex;
    std::vector<SourceState> m_states; // guarded by m_mutex
};

Problems SourceManager::Impl::start(const std::vector<LocalFile>& sources,
                                    const std::vector<FilePosition>& positions, const HostIdentity& host)
{
    Problems problems;
    std::set<std::string> locations;
    for (const LocalFile& settings : sources) {
        auto shaper = LineShaper::make(settings, problems, host);
        if (!shaper)
            continue;
        auto source = std::make_unique<Source>(Source{settings, std::move(*shaper)});
        source->settings.location = withoutDoubleSlashes(settings.location);
        source->isOpen = hasWildcard(settings.location) || hasDateName(settings.location);
        if (locations.insert(source->settings.location).second) {
            m_sources.push_back(std::move(source));
        } else {
            problems.push_back({Severity::Warning, "source", settings.place.file, settings.place.line,
                                settings.place.column,
                                forDisplay(settings.location) + " is read already; this block has no effect.",
                                "Remove one of the two."});
        }
    }
    for (const FilePosition& position : positions)
        m_stored.insert_or_assign(position.path, position);
    // Here and not on the thread: what is written once this has returned is seen.
    evaluate();
    for (auto& [path, entry] : m_entries)
        entry.reader.look();
    m_thread = std::thread([this] { run(); });
    return problems;
}

void SourceManager::Impl::stop()
{
    m_stopping = true;
    m_watch.wake();
    if (m_thread.joinable())
        m_thread.join();
}

std::vector<SourceState> SourceManager::Impl::states() const
{
    const std::lock_guard lock(m_mutex);
    return m_states;
}

void SourceManager::Impl::run()
{
    while (!m_stopping) {
        if (m_evaluate)
            evaluate();
        readRound();
        if (!m_stopping)
            take(m_watch.wait(timeout()));
    }
}

std::optional<std::chrono::milliseconds> SourceManager::Impl::timeout() const
{
    if (m_evaluate || std::ranges::any_of(m_entries, [](const auto& item) { return item.second.due; }))
        return std::chrono::milliseconds(0);
    std::optional<std::chrono::milliseconds> shortest;
    if (m_logWatch.mustPoll())
        shortest = kPollInterval;
    for (const auto& [path, entry] : m_entries) {
        if (const auto due = entry.reader.due()) {
            const std::chrono::milliseconds rest(std::max<EpochMs>(0, *due - m_clock.steadyNow()) + 1);
            shortest = std::min(shortest.value_or(rest), rest);
        }
    }
    for (const auto& source : m_sources) {
        if (hasDateName(source->settings.location)) {
            const auto rest = untilDateChange(source->settings.location, m_clock.now());
            shortest = std::min(shortest.value_or(rest), rest);
        }
    }
    return shortest;
}

void SourceManager::Impl::take(const std::vector<FileChange>& changes)
{
    if (changes.empty()) {
        if (m_logWatch.mustPoll())
            lookAtEverything();
        else if (std::ranges::any_of(
                     m_sources, [](const auto& source) { return hasDateName(source->settings.location); }))
            m_evaluate = true;
    }
    bool everything = false;
    for (const FileChange& change : changes) {
        if (change.overflow)
            everything = true;
        else if (const auto entry = m_entries.find(change.path); entry != m_entries.end())
            entry->second.due = true;
        else if (takeFolderChange(change))
            everything = true;
    }
    if (everything)
        lookAtEverything();
}

bool SourceManager::Impl::takeFolderChange(const FileChange& change)
{
    if (change.name.empty()) { // the folder itself: moved, removed, permissions
        m_logWatch.forgetFolders(change.path);
        return true;
    }
    const std::string path = (std::filesystem::path(change.path) / change.name).string();
    const bool isAbove = m_logWatch.forgetFolders(path);
    for (auto& [name, entry] : m_entries) {
        if (name == path) {
            m_logWatch.watchFile(path);
            entry.due = true;
        } else if (rotationKey(name, path)) {
            entry.due = true;
        }
    }
    // Also beside a log that is known: it may have become a link, or the folder of another one has come.
    m_evaluate = true;
    return isAbove || m_logWatch.isBehindLink(change.path);
}

void SourceManager::Impl::lookAtEverything()
{
    m_evaluate = true;
    lookAtEntries();
}

void SourceManager::Impl::lookAtEntries()
{
    for (auto& [path, entry] : m_entries) {
        m_logWatch.watchFile(path);
        entry.due = true;
    }
}

void SourceManager::Impl::evaluate()
{
    m_evaluate = false;
    watchFolders(); // before looking into them: what appears in between raises an event
    for (auto& [path, entry] : m_entries)
        entry.wanted = false;
    const std::size_t known = m_entries.size();
    for (const auto& source : m_sources) {
        for (const std::string& path : pathsOf(*source)) {
            if (const auto entry = m_entries.find(path); entry != m_entries.end())
                entry->second.wanted = true;
            else
                addEntry(path, *source);
        }
    }
    const bool hasNew = m_entries.size() > known;
    dropEntries();
    if (hasNew)
        watchFolders(); // they may be links, or missing
    m_isFirstLook = false;
}

void SourceManager::Impl::watchFolders()
{
    std::vector<std::string> locations;
    locations.reserve(m_sources.size());
    for (const auto& source : m_sources)
        locations.push_back(expandDateNames(source->settings.location, m_clock.now()));
    std::vector<std::string> files;
    files.reserve(m_entries.size());
    for (const auto& [path, entry] : m_entries)
        files.push_back(path);
    if (m_logWatch.watchFolders(locations, files))
        lookAtEntries();
}

std::vector<std::string> SourceManager::Impl::pathsOf(const Source& source) const
{
    const std::string location = expandDateNames(source.settings.location, m_clock.now());
    if (!hasWildcard(location))
        return {location};
    std::vector<std::string> paths = m_files.glob(location);
    std::set<std::string> excluded;
    for (const std::string& pattern : source.settings.exclude) {
        for (std::string& path : m_files.glob(pattern))
            excluded.insert(std::move(path));
    }
    const std::vector<std::string> all = paths;
    std::erase_if(paths, [&](const std::string& path) {
        const auto isOlderPiece = [&](const std::string& log) { return rotationKey(log, path).has_value(); };
        return excluded.contains(path) || isCompressedName(path) || std::ranges::any_of(all, isOlderPiece) ||
               std::ranges::any_of(m_entries, isOlderPiece, [](const auto& item) { return item.first; });
    });
    return paths;
}

void SourceManager::Impl::addEntry(const std::string& path, Source& source)
{
    if (source.isOpen) {
        // Another name of a file that is being read: renamed, or a second link.
        const auto identity = m_files.identify(path);
        const auto isHeld = [&](const auto& item) { return identity && item.second.reader.holds(*identity); };
        if (const auto holder = std::ranges::find_if(m_entries, isHeld); holder != m_entries.end()) {
            holder->second.wanted = true; // goes on under its first name, or its lines would be read again
            return;
        }
    }
    const auto stored = m_stored.find(path);
    const bool fromEnd = (m_isFirstLook && source.settings.onlyFutureEvents) || isTooOld(path, source);
    FileTail tail =
        stored != m_stored.end()
            ? FileTail(m_files, m_buffer, stored->second)
            : FileTail(m_files, m_buffer, path, fromEnd ? FirstSight::FromEnd : FirstSight::FromStart);
    LogReader reader(m_files, m_clock, source.settings, source.shaper, std::move(tail));
    m_entries.emplace(path, Entry{std::move(reader), &source});
    m_logWatch.watchFile(path); // before the first reading
}

bool SourceManager::Impl::isTooOld(const std::string& path, const Source& source) const
{
    const auto modified = source.settings.age ? m_files.modifiedAt(path) : Result<EpochMs>(m_clock.now());
    return modified && source.settings.age &&
           m_clock.now() - *modified > std::chrono::milliseconds(*source.settings.age).count();
}

void SourceManager::Impl::dropEntries()
{
    const EpochMs now = m_clock.now();
    for (auto item = m_entries.begin(); item != m_entries.end();) {
        auto& [path, entry] = *item;
        if (entry.wanted)
            entry.leftAt = 0;
        else if (entry.leftAt == 0)
            entry.leftAt = now;
        const auto identity = m_files.identify(path);
        const bool isGone = !identity && identity.error().code == ErrorCode::NotFound;
        if (entry.wanted || entry.due || (!isGone && now - entry.leftAt < kFarewellMs)) {
            ++item;
            continue;
        }
        entry.reader.flush(m_batch.records, m_originKind);
        if (const auto position = entry.reader.position())
            m_stored.insert_or_assign(path, *position);
        m_logWatch.forgetFile(path);
        item = m_entries.erase(item);
    }
}

void SourceManager::Impl::readRound()
{
    for (auto& [path, entry] : m_entries) {
        if (m_stopping)
            break;
        if (!entry.due)
            continue;
        if (isFull(m_batch.records))
            pushBatch();
        entry.due = entry.reader.read(m_batch.records, m_originKind);
        entry.touched = true;
    }
    flushPending();
    pushBatch();
    publish();
}

// What has waited long enough for its next line.
void SourceManager::Impl::flushPending()
{
    const EpochMs now = m_clock.steadyNow();
    for (auto& [path, entry] : m_entries) {
        const auto due = entry.reader.due();
        if (!due || *due > now || entry.due)
            continue;
        entry.reader.flush(m_batch.records, m_originKind);
        entry.touched = true;
    }
}

void SourceManager::Impl::pushBatch()
{
    for (auto& [path, entry] : m_entries) {
        if (!entry.touched)
            continue;
        entry.touched = false;
        auto position = entry.reader.position();
        if (position && position != entry.reported) {
            m_batch.positions.push_back(*position);
            entry.reported = std::move(position);
        }
    }
    if (m_batch.records.empty() && m_batch.positions.empty())
        return;
    if (!m_queue.push(std::move(m_batch)))
        m_stopping = true; // the owner has closed the queue: nobody would take what follows
    m_batch = {};
}

void SourceManager::Impl::publish()
{
    std::vector<SourceState> states;
    for (const auto& [path, entry] : m_entries) {
        if (!entry.reader.isLeftOut())
            states.push_back(entry.reader.state());
    }
    for (const auto& source : m_sources) {
        const bool isMatched = std::ranges::any_of(
            m_entries, [&](const auto& item) { return item.second.source == source.get(); });
        if (!isMatched) {
            const std::string& location = source->settings.location;
            states.push_back({location,
                              SourceStatus::Missing,
                              "No file matches " + forDisplay(location) + ".",
                              "It is read as soon as one appears.",
                              0,
                              0,
                              0,
                              0,
                              {}});
        }
    }
    std::ranges::sort(states, {}, &SourceState::path);
    const auto looksSame = [](const SourceState& a, const SourceState& b) {
        return a.path == b.path && a.status == b.status && a.detail == b.detail;
    };
    bool isSame = false;
    {
        const std::lock_guard lock(m_mutex);
        isSame = std::ranges::equal(states, m_states, looksSame);
        m_states = std::move(states);
    }
    if (!isSame && m_changed)
        m_changed();
}

SourceManager::SourceManager(LogFileSystem& files, FileWatch& watch, const Clock& clock,
                             BoundedQueue<SourceBatch>& queue, std::function<void()> changed)
    : m_impl(std::make_unique<Impl>(files, watch, clock, queue, std::move(changed)))
{
}

SourceManager::~SourceManager()
{
    m_impl->stop();
}

Problems SourceManager::start(const std::vector<LocalFile>& sources,
                              const std::vector<FilePosition>& positions, const HostIdentity& host)
{
    return m_impl->start(sources, positions, host);
}

void SourceManager::setOrigin(RecordOrigin::Kind kind)
{
    m_impl->setOrigin(kind);
}

void SourceManager::stop()
{
    m_impl->stop();
}

std::vector<SourceState> SourceManager::states() const
{
    return m_impl->states();
}

} // namespace bartizan
