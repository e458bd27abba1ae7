#include "engine/store/write_queue.h"

#include "engine/store/alert_folder.h"

#include <iterator>
#include <map>

namespace bartizan::store {

namespace {

constexpr std::size_t kMaxBatches = 256; // batches may hold positions only

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
    {
        std::unique_lock lock(m_mutex);
        m_room.wait(lock, [this] { return !isFull() || m_failing || m_closed; });
        append(std::move(batch));
        if (isFull())
            foldTogether();
    }
    m_wake.notify_one();
}

void WriteQueue::pushUnbounded(Batch batch)
{
    {
        const std::lock_guard lock(m_mutex);
        append(std::move(batch));
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
    m_room.notify_all();
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
            m_alerts -= item.batch.alerts.size();
            lock.unlock();
            m_room.notify_all();
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
    m_alerts += batch.alerts.size();
    m_batches.push_front(std::move(batch));
}

void WriteQueue::written(std::size_t pushes)
{
    {
        const std::lock_guard lock(m_mutex);
        m_written += pushes;
    }
    m_settled.notify_all();
}

void WriteQueue::setHealth(Health health)
{
    {
        const std::lock_guard lock(m_mutex);
        m_failing = health == Health::Failing;
    }
    m_room.notify_all();
}

bool WriteQueue::isFull() const
{
    return m_alerts >= m_maxAlerts || m_batches.size() >= kMaxBatches;
}

void WriteQueue::append(Batch batch)
{
    ++m_pushed;
    m_alerts += batch.alerts.size();
    m_batches.push_back(std::move(batch));
}

// Called when appending made the queue full. While writing works that is how it should be; the next push()
// waits.
void WriteQueue::foldTogether()
{
    if (!m_failing)
        return;
    Batch all;
    all.pushes = 0;
    for (Batch& batch : m_batches) {
        appendTo(all.alerts, batch.alerts);
        appendTo(all.positions, batch.positions);
        appendTo(all.audits, batch.audits);
        appendTo(all.learned, batch.learned);
        all.pushes += batch.pushes;
    }
    foldById(all.alerts);
    foldByPath(all.positions);
    if (all.alerts.size() > m_maxAlerts) {
        const std::size_t surplus = all.alerts.size() - m_maxAlerts;
        const auto kept = all.alerts.begin() + static_cast<std::ptrdiff_t>(surplus);
        for (auto alert = all.alerts.begin(); alert != kept; ++alert)
            m_dropped += alert->count;
        all.alerts.erase(all.alerts.begin(), kept);
    }
    m_alerts = all.alerts.size();
    m_batches.clear();
    m_batches.push_back(std::move(all));
}

} // namespace bartizan::store
