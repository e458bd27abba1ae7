#include "engine/logsource/journal_source.h"

#include "engine/logsource/journal_line.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace bartizan {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAwakePause{3};
constexpr EpochMs kAwakeMs = 10'000;
constexpr milliseconds kRetryPause{10'000};
constexpr const char* kName = "journal";

} // namespace

class JournalSource::Impl
{
public:
    Impl(JournalReader& journal, const Clock& clock, BoundedQueue<SourceBatch>& queue,
         std::function<void()> changed)
        : m_journal(journal)
        , m_clock(clock)
        , m_queue(queue)
        , m_changed(std::move(changed))
    {
        m_state.path = kName;
    }

    Problems start(const std::vector<LocalFile>& sources, const std::string& cursor,
                   const HostIdentity& host);
    void stop();
    void stayAwake();
    [[nodiscard]] bool vouchesForSsh() const { return m_isOpen && m_readsSsh; }
    [[nodiscard]] SourceState state() const
    {
        const std::lock_guard lock(m_mutex);
        return m_state;
    }

private:
    void run();
    bool open();
    void readAll();
    void readEntry();
    void pushBatch();
    void setStatus(SourceStatus status, std::string detail = {}, std::string cure = {});
    [[nodiscard]] std::optional<milliseconds> pause() const;

    JournalReader& m_journal;
    const Clock& m_clock;
    BoundedQueue<SourceBatch>& m_queue;
    std::function<void()> m_changed;

    std::vector<JournalSelection> m_selections;
    bool m_readsSsh = false;
    bool m_onlyFuture = true;
    std::string m_cursor;   // read up to here
    std::string m_reported; // of m_cursor
    JournalLine m_line;
    SourceBatch m_batch;
    std::size_t m_skipped = 0; // entries since m_reported
    std::uint64_t m_lines = 0;
    std::uint64_t m_bytes = 0;
    std::optional<EpochMs> m_lastLineAt;

    std::atomic<bool> m_isOpen = false;
    std::atomic<bool> m_stopping = false;
    std::atomic<EpochMs> m_awakeUntil = 0;
    std::thread m_thread;
    mutable std::mutex m_mutex;
    SourceState m_state; // guarded by m_mutex
};

Problems JournalSource::Impl::start(const std::vector<LocalFile>& sources, const std::string& cursor,
                                    const HostIdentity& host)
{
    Problems problems;
    for (const LocalFile& settings : sources) {
        if (auto selection = JournalSelection::make(settings, problems, host))
            m_selections.push_back(std::move(*selection));
        m_onlyFuture &= settings.onlyFutureEvents;
    }
    m_readsSsh =
        std::ranges::any_of(m_selections, [](const auto& selection) { return selection.takesSsh(); });
    m_cursor = cursor;
    open(); // here, so that the owner knows whether the journal vouches for what the files say
    m_thread = std::thread([this] { run(); });
    return problems;
}

void JournalSource::Impl::stop()
{
    m_stopping = true;
    m_journal.wake();
    if (m_thread.joinable())
        m_thread.join();
}

void JournalSource::Impl::stayAwake()
{
    const EpochMs now = m_clock.now();
    // Only the first call of a time of rest has to wake the thread.
    if (m_awakeUntil.exchange(now + kAwakeMs) <= now)
        m_journal.wake();
}

bool JournalSource::Impl::open()
{
    const auto start = m_onlyFuture ? JournalReader::Start::AtEnd : JournalReader::Start::AtBegin;
    const auto place = m_journal.open(m_cursor, start);
    m_isOpen = place.has_value();
    if (!place) {
        const Error& error = place.error();
        setStatus(sourceStatusOf(error), error.message, error.cure);
        return false;
    }
    m_cursor = m_journal.cursor();
    if (*place == JournalReader::Place::Lost)
        setStatus(SourceStatus::Reading,
                  "The journal has removed entries that had not been read yet: lines may be missing.");
    else
        setStatus(SourceStatus::Reading);
    return true;
}

std::optional<milliseconds> JournalSource::Impl::pause() const
{
    if (!m_isOpen)
        return kRetryPause;
    const EpochMs rest = m_awakeUntil - m_clock.now();
    if (rest > 0 && rest <= kAwakeMs) // more, where the clock was set back
        return kAwakePause;
    return std::nullopt;
}

void JournalSource::Impl::run()
{
    while (!m_stopping) {
        if (m_isOpen || open())
            readAll();
        if (!m_stopping)
            m_journal.wait(pause());
    }
}

void JournalSource::Impl::readAll()
{
    while (!m_stopping) {
        const auto more = m_journal.next();
        if (!more) {
            m_cursor = m_journal.cursor();
            pushBatch();
            m_isOpen = false;
            setStatus(SourceStatus::Failed, more.error().message, "It is opened again in ten seconds.");
            return;
        }
        if (!*more)
            break;
        readEntry();
        if (isFull(m_batch.records)) {
            m_cursor = m_journal.cursor();
            pushBatch();
        }
    }
    m_cursor = m_journal.cursor();
    pushBatch();
}

void JournalSource::Impl::readEntry()
{
    if (!m_line.read(m_journal)) {
        ++m_skipped;
        return;
    }
    const EpochMs now = m_clock.now();
    for (JournalSelection& selection : m_selections) {
        const auto event = selection.take(m_journal, m_line, now);
        if (!event)
            continue;
        RecordBatch& records = m_batch.records;
        records.add(*event, records.locationIndex(kJournalLocation), now, 0,
                    records.originIndex(m_line.origin()));
        ++m_lines;
        m_bytes += event->size() + 1;
        m_lastLineAt = now;
        return;
    }
    ++m_skipped;
}

void JournalSource::Impl::pushBatch()
{
    // Entries that nobody wants move the cursor as well, but are no reason to write to the disk each time.
    constexpr std::size_t kMostSkipped = 1000;
    const bool isFirst = m_reported.empty() && !m_cursor.empty();
    if (m_batch.records.empty() && m_skipped < kMostSkipped && !isFirst)
        return;
    m_batch.journalCursor = m_cursor;
    m_reported = m_cursor;
    m_skipped = 0;
    {
        const std::lock_guard lock(m_mutex);
        m_state.lines = m_lines;
        m_state.bytes = m_bytes;
        m_state.lastLineAt = m_lastLineAt;
    }
    if (!m_queue.push(std::move(m_batch)))
        m_stopping = true; // the owner has closed the queue: nobody would take what follows
    m_batch = {};
}

void JournalSource::Impl::setStatus(SourceStatus status, std::string detail, std::string cure)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_state.status == status && m_state.detail == detail)
            return;
        m_state.status = status;
        m_state.detail = std::move(detail);
        m_state.cure = std::move(cure);
    }
    if (m_changed)
        m_changed();
}

JournalSource::JournalSource(JournalReader& journal, const Clock& clock, BoundedQueue<SourceBatch>& queue,
                             std::function<void()> changed)
    : m_impl(std::make_unique<Impl>(journal, clock, queue, std::move(changed)))
{
}

JournalSource::~JournalSource()
{
    m_impl->stop();
}

Problems JournalSource::start(const std::vector<LocalFile>& sources, const std::string& cursor,
                              const HostIdentity& host)
{
    return m_impl->start(sources, cursor, host);
}

void JournalSource::stop()
{
    m_impl->stop();
}

bool JournalSource::vouchesForSsh() const
{
    return m_impl->vouchesForSsh();
}

void JournalSource::stayAwake()
{
    m_impl->stayAwake();
}

SourceState JournalSource::state() const
{
    return m_impl->state();
}

} // namespace bartizan
