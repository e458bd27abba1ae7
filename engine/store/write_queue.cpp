#include "engine/store/write_queue.h"

#include "engine/store/alert_folder.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <span>

namespace bartizan::store {

namespace {

constexpr std::size_t kMaxBatches = 256; // batches may hold positions only
constexpr std::size_t kMaxFoldedAlerts = 1024;

std::size_t textBytes(std::span<const AlertRecord> alerts)
{
    std::size_t bytes = 0;
    for (const AlertRecord& alert : alerts)
        bytes += alert.firstLog.size() + alert.lastLog.size() + alert.previousOutput.size() +
                 alert.dataJson.size() + alert.description.size();
    return bytes;
}

// The newest position of each path.
void foldByPath(std::vector<SourcePosition>& positions)
{
    std::map<std::string, std::string> newest;
    for (SourcePosition& position : positions)
        newest[std::move(position.path)] = std::move(position.position);
    positions.clear();
    for (auto& [path, position] : newest)
        positions.push_back({path, std::move(position)});
}

template<class Record> void appendTo(std::vector<Record>& all, std::vector<Record>& more)
{
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

} // namespace

Result<void> WriteQueue::runUrgent(UrgentWork work)
{
    const auto job = std::make_shared<UrgentJob>(UrgentJob{std::move(work), {}});
    auto done = job->done.get_future();
    {
        const std::lock_guard lock(m_mutex);
        if (m_closed)
            return fail(ErrorCode::Unavailable, "The history database is closed");
        m_urgent.push_back(job);
        m_urgentWaiting = true;
    }
    m_wake.notify_one();
    return done.get();
}

void WriteQueue::push(Batch batch)
{
    batch.bytes = textBytes(batch.alerts);
    {
        const std::lock_guard lock(m_mutex);
        ++m_pushed;
        m_unfolded += batch.alerts.size();
        m_batches.push_back(std::move(batch));
        count();
        // Not with each push: folding looks at all of them.
        if (isHalfFull() && (m_unfolded > m_maxAlerts / 8 || isOverBound())) {
            foldTogether();
            m_pressure = isHalfFull();
        }
        if (isOverBound())
            dropOldest();
    }
    m_wake.notify_one();
}

bool WriteQueue::waitUntilWritten(std::chrono::milliseconds timeout)
{
    std::unique_lock lock(m_mutex);
    const auto target = m_pushed;
    return m_settled.wait_for(lock, timeout, [&] { return m_written >= target; });
}

void WriteQueue::requestRetention()
{
    {
        const std::lock_guard lock(m_mutex);
        m_retentionRequested = true;
    }
    m_wake.notify_one();
}

void WriteQueue::reportDamage()
{
    {
        const std::lock_guard lock(m_mutex);
        m_damageReported = true;
    }
    m_wake.notify_one();
}

void WriteQueue::close()
{
    {
        const std::lock_guard lock(m_mutex);
        m_closed = true;
    }
    m_wake.notify_one();
}

std::int64_t WriteQueue::droppedAlerts() const
{
    const std::lock_guard lock(m_mutex);
    return m_dropped;
}

WriteQueue::Item WriteQueue::next(const Wanted& wanted)
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        if (!m_urgent.empty()) {
            Item item{Kind::Urgent, std::move(m_urgent.front()), {}};
            m_urgent.pop_front();
            m_urgentWaiting = !m_urgent.empty();
            return item;
        }
        if (std::exchange(m_damageReported, false))
            return {Kind::Damage, nullptr, {}};
        if (wanted.until && std::chrono::steady_clock::now() >= *wanted.until)
            return {Kind::Time, nullptr, {}};
        if (wanted.batches && !m_batches.empty()) {
            Item item{Kind::Batch, nullptr, std::move(m_batches.front())};
            m_batches.pop_front();
            m_takenAlerts = item.batch.alerts.size();
            m_takenBytes = item.batch.bytes;
            count();
            return item;
        }
        if (wanted.mayEnd && m_closed && m_batches.empty())
            return {Kind::Closed, nullptr, {}};
        if (wanted.retention || m_retentionRequested)
            return {Kind::Retention, nullptr, {}};
        if (wanted.until)
            m_wake.wait_until(lock, *wanted.until);
        else
            m_wake.wait(lock);
    }
}

bool WriteQueue::isEmpty() const
{
    const std::lock_guard lock(m_mutex);
    return m_batches.empty();
}

bool WriteQueue::takeRetentionRequest()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_retentionRequested, false);
}

void WriteQueue::putBack(Batch batch)
{
    const std::lock_guard lock(m_mutex);
    m_batches.push_front(std::move(batch));
    m_takenAlerts = m_takenBytes = 0;
    count();
}

void WriteQueue::written(std::size_t pushes)
{
    {
        const std::lock_guard lock(m_mutex);
        m_written += pushes;
        m_takenAlerts = m_takenBytes = 0;
        count();
    }
    m_settled.notify_all();
}

std::int64_t WriteQueue::waitingAlerts() const
{
    const std::lock_guard lock(m_mutex);
    return static_cast<std::int64_t>(m_alerts);
}

bool WriteQueue::isOverBound() const
{
    return m_alerts > m_maxAlerts || m_bytes > m_maxBytes || m_batches.size() > kMaxBatches;
}

bool WriteQueue::isHalfFull() const
{
    return m_alerts > m_maxAlerts / 2 || m_bytes > m_maxBytes / 2 || m_batches.size() > kMaxBatches;
}

void WriteQueue::count()
{
    m_alerts = m_takenAlerts;
    m_bytes = m_takenBytes;
    for (const Batch& batch : m_batches) {
        m_alerts += batch.alerts.size();
        m_bytes += batch.bytes;
    }
    if (!isHalfFull())
        m_pressure = false;
}

// Neighbours only: what a position stands for must be in the same batch or an earlier one. They stay small,
// because an urgent write makes one start over.
void WriteQueue::foldTogether()
{
    std::deque<Batch> folded;
    for (Batch& batch : m_batches) {
        foldById(batch.alerts);
        if (folded.empty() || folded.back().alerts.size() + batch.alerts.size() > kMaxFoldedAlerts) {
            folded.push_back(std::move(batch));
            continue;
        }
        Batch& all = folded.back();
        appendTo(all.alerts, batch.alerts);
        appendTo(all.positions, batch.positions);
        appendTo(all.audits, batch.audits);
        appendTo(all.learned, batch.learned);
        all.pushes += batch.pushes;
        all.settled = std::max(all.settled, batch.settled);
        foldById(all.alerts);
        foldByPath(all.positions);
    }
    for (Batch& batch : folded)
        batch.bytes = textBytes(batch.alerts);
    m_batches = std::move(folded);
    m_unfolded = 0;
    count();
}

void WriteQueue::dropOldest()
{
    // Somewhat below the bound, so that not every push folds and drops again.
    const std::size_t maxAlerts = m_maxAlerts - m_maxAlerts / 8;
    const std::size_t maxBytes = m_maxBytes - m_maxBytes / 8;
    std::size_t alerts = m_alerts;
    std::size_t bytes = m_bytes;
    for (Batch& batch : m_batches) {
        auto kept = batch.alerts.begin();
        for (; kept != batch.alerts.end() && (alerts > maxAlerts || bytes > maxBytes); ++kept) {
            m_dropped += kept->count;
            --alerts;
            bytes -= std::min(bytes, textBytes({&*kept, 1}));
        }
        batch.alerts.erase(batch.alerts.begin(), kept);
        batch.bytes = textBytes(batch.alerts);
    }
    count();
}

} // namespace bartizan::store
