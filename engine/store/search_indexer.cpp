#include "engine/store/search_indexer.h"

#include "engine/store/history_file.h"
#include "engine/store/retention.h"
#include "engine/store/small_tables.h"

#include <algorithm>
#include <utility>

namespace bartizan::store {

namespace {

// While the history is being written the index leaves it the processor and the disk, up to here: more rows
// than these would make searching slow.
constexpr std::int64_t kFarBehind = 32'768;
constexpr auto kGiveWay = std::chrono::milliseconds(20);

} // namespace

SearchIndexer::SearchIndexer(Database::Location history, Options options)
    : m_location(std::move(history))
    , m_options(std::move(options))
    , m_reader(searchIndexLocation(m_location), Database::Access::ReadOnly, m_options.busyTimeout)
    , m_thread([this] { run(); })
{
}

SearchIndexer::~SearchIndexer()
{
    m_interrupted = true;
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
    }
    m_wake.notify_one();
    m_thread.join();
}

void SearchIndexer::start(AlertId lastAlert)
{
    m_interrupted = false;
    {
        const std::lock_guard lock(m_mutex);
        m_lastAlert = lastAlert;
        m_running = true;
        m_tidy = true;
    }
    m_wake.notify_one();
}

void SearchIndexer::stop()
{
    m_interrupted = true;
    std::unique_lock lock(m_mutex);
    m_running = false;
    m_wake.notify_one();
    m_closedNow.wait(lock, [this] { return !m_open; });
}

void SearchIndexer::advance(AlertId settled)
{
    if (settled <= m_settled)
        return;
    {
        const std::lock_guard lock(m_mutex); // so that it is not missed between looking and waiting
        m_settled = settled;
    }
    m_wake.notify_one();
}

void SearchIndexer::tidy()
{
    {
        const std::lock_guard lock(m_mutex);
        m_tidy = true;
    }
    m_wake.notify_one();
}

std::int64_t SearchIndexer::waiting() const
{
    return std::max<std::int64_t>(m_settled - m_indexed, 0);
}

Result<std::vector<AlertId>> SearchIndexer::candidates(const std::string& query, AlertId before,
                                                       std::size_t limit)
{
    auto found =
        m_reader.call([&](Database& index) { return searchCandidates(index, query, before, limit); });
    if (!found && found.error().code == ErrorCode::Corrupt) {
        m_damaged = true;
        tidy();
    }
    return found;
}

void SearchIndexer::run()
{
    for (;;) {
        Result<void> done;
        switch (const Task task = nextTask()) {
        case Task::Close:
        case Task::End:
            close();
            if (task == Task::End)
                return;
            continue;
        case Task::Tidy:
        case Task::Fill:
            done = open();
            if (done)
                done = task == Task::Tidy ? tidyUp() : fill();
            break;
        }
        if (done)
            m_options.report({});
        else if (!m_interrupted)
            failed(done.error());
    }
}

SearchIndexer::Task SearchIndexer::nextTask()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        if (m_ending)
            return Task::End;
        if (!m_running && m_open)
            return Task::Close;
        if (!m_running || (!m_tidy && waiting() == 0)) {
            m_wake.wait(lock);
            continue;
        }
        const auto now = std::chrono::steady_clock::now();
        if (now < m_notBefore) {
            m_wake.wait_until(lock, m_notBefore);
            continue;
        }
        if (waiting() < kFarBehind && m_options.historyIsBusy()) {
            m_wake.wait_until(lock, now + kGiveWay);
            if (waiting() < kFarBehind && m_running && !m_ending && m_options.historyIsBusy())
                continue;
        }
        if (!m_running || m_ending)
            continue;
        m_open = true;
        return std::exchange(m_tidy, false) ? Task::Tidy : Task::Fill;
    }
}

Result<void> SearchIndexer::open()
{
    const auto location = searchIndexLocation(m_location);
    if (m_damaged.exchange(false)) {
        m_indexed = 0;
        m_index.close();
        m_reader.closeConnection();
        removeDatabase(location);
    }
    if (!m_history.isOpen()) {
        if (auto opened = m_history.open(m_location, Database::Access::ReadOnly, m_options.busyTimeout);
            !opened)
            return opened;
    }
    if (m_index.isOpen())
        return {};
    if (auto created = createFile(location); !created)
        return created;
    if (auto opened = m_index.open(location, Database::Access::ReadWrite, m_options.busyTimeout); !opened)
        return opened;
    const auto history = selectMeta(m_history, "history_id");
    if (!history)
        return std::unexpected(history.error());
    AlertId last = 0;
    {
        const std::lock_guard lock(m_mutex);
        last = m_lastAlert;
    }
    auto done = prepareSearchIndex(m_index, history->value_or(""), last);
    const auto indexed = done ? indexPosition(m_index) : std::unexpected(done.error());
    if (!indexed) {
        m_index.close();
        return std::unexpected(indexed.error());
    }
    m_indexed = *indexed;
    return {};
}

Result<void> SearchIndexer::fill()
{
    if (auto done = indexMore(m_index, m_history, m_settled, [this] { return interrupted(); }); !done)
        return done;
    const auto indexed = indexPosition(m_index);
    if (!indexed)
        return std::unexpected(indexed.error());
    m_indexed = *indexed;
    // Also while rows keep coming: the history has its bound, and so has the index.
    const auto oldest = oldestAlert();
    return oldest ? dropForgottenParts(m_index, *oldest) : std::unexpected(oldest.error());
}

Result<void> SearchIndexer::tidyUp()
{
    const auto oldest = oldestAlert();
    if (!oldest)
        return std::unexpected(oldest.error());
    if (auto dropped = dropForgottenParts(m_index, *oldest); !dropped)
        return dropped;
    if (auto done = rebuildOldestPart(m_index, m_history, *oldest, [this] { return interrupted(); }); !done)
        return done;
    for (bool more = true; more && !interrupted();) {
        const auto given = giveBackSpace(m_index);
        if (!given)
            return std::unexpected(given.error());
        more = *given;
    }
    return {};
}

// Where there is none, the next one.
Result<AlertId> SearchIndexer::oldestAlert()
{
    const auto oldest = m_history.number("SELECT min(id) FROM alerts");
    return oldest && *oldest == 0 ? Result<AlertId>(m_indexed + 1) : oldest;
}

void SearchIndexer::close()
{
    m_indexed = 0; // until it is known again whether the index is of the history that comes next
    m_history.close();
    m_index.close();
    m_reader.closeConnection(); // the last one to be closed copies the log into the file
    {
        const std::lock_guard lock(m_mutex);
        m_open = false;
    }
    m_closedNow.notify_all();
}

void SearchIndexer::failed(const Error& error)
{
    if (error.code == ErrorCode::Corrupt)
        m_damaged = true;
    m_notBefore = std::chrono::steady_clock::now() + m_options.retryInterval;
    const std::lock_guard lock(m_mutex);
    m_tidy = true;
    if (error.code == ErrorCode::Exhausted)
        return; // a full disk is reported by the one who writes the history
    Problem problem;
    problem.severity = Severity::Warning;
    problem.component = "store";
    problem.file = searchIndexLocation(m_location).path;
    problem.message = "The search index can't be filled: " + error.message;
    problem.cure =
        error.cure.empty() ? "Nothing is lost: searches look at the newest alerts only" : error.cure;
    m_options.report({problem});
}

} // namespace bartizan::store
