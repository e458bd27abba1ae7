// What waits for the writer thread: urgent work first, then batches in order, then tidying up. Bounded, and
// nobody waits to put something in. Thread-safe. Internal to the store.
#pragma once

#include "engine/base/learned_fact.h"
#include "engine/store/database.h"
#include "engine/store/records.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace bartizan::store {

// Committed in one transaction.
struct Batch
{
    std::vector<AlertRecord> alerts;
    std::vector<SourcePosition> positions;
    std::vector<AuditRecord> audits;
    std::vector<LearnedFact> learned;
    std::size_t pushes = 1; // how many push() calls are in it
    std::size_t bytes = 0;  // of the alerts' text; the queue's
    AlertId settled = 0;    // see AlertFolder::settledThrough(), when it was pushed
    int preemptions = 0;
};

using UrgentWork = std::function<Result<void>()>; // runs on the writer thread

struct UrgentJob
{
    UrgentWork work;
    std::promise<Result<void>> done;
};

class WriteQueue
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    WriteQueue(std::size_t maxAlerts, std::size_t maxBytes)
        : m_maxAlerts(maxAlerts)
        , m_maxBytes(maxBytes)
    {
    }

    // For any thread.
    // Waits until it has run.
    Result<void> runUrgent(UrgentWork work);
    // Never waits: in a full queue batches are folded together, and the oldest alerts beyond the bound are
    // dropped.
    void push(Batch batch);
    // True when everything pushed before is written.
    [[nodiscard]] bool waitUntilWritten(std::chrono::milliseconds timeout);
    void requestRetention();
    void reportDamage();
    // What is queued still comes out of next(); nothing new goes in.
    void close();
    [[nodiscard]] std::int64_t droppedAlerts() const;
    [[nodiscard]] std::int64_t waitingAlerts() const; // rows
    // Half full with rows that can't be folded together: whoever can should hand in less.
    [[nodiscard]] bool isUnderPressure() const { return m_pressure.load(std::memory_order_relaxed); }

    // For the writer thread.
    enum class Kind { Urgent, Damage, Time, Batch, Retention, Closed };
    struct Item
    {
        Kind kind;
        std::shared_ptr<UrgentJob> job;
        Batch batch;
    };
    struct Wanted
    {
        bool batches = true;
        bool retention = false;         // there is some to do
        bool mayEnd = true;             // Kind::Closed, when closed and no batch is left
        std::optional<TimePoint> until; // Kind::Time when nothing came before
    };
    [[nodiscard]] Item next(const Wanted& wanted);
    [[nodiscard]] bool isEmpty() const; // of batches
    [[nodiscard]] bool urgentWaiting() const { return m_urgentWaiting.load(std::memory_order_relaxed); }
    // Kind::Retention was asked for by requestRetention() since the last call.
    [[nodiscard]] bool takeRetentionRequest();
    void putBack(Batch batch);
    void written(std::size_t pushes);

private:
    [[nodiscard]] bool isOverBound() const;
    [[nodiscard]] bool isHalfFull() const;
    void count();
    void foldTogether();
    void dropOldest();

    const std::size_t m_maxAlerts;
    const std::size_t m_maxBytes;
    mutable std::mutex m_mutex;
    std::condition_variable m_wake;    // the writer
    std::condition_variable m_settled; // those in waitUntilWritten()
    std::deque<std::shared_ptr<UrgentJob>> m_urgent;
    std::atomic<bool> m_urgentWaiting = false;
    std::deque<Batch> m_batches;
    // Of the batch that next() gave away and that is neither written nor put back.
    std::size_t m_takenAlerts = 0;
    std::size_t m_takenBytes = 0;
    std::size_t m_alerts = 0;   // in m_batches, and those taken
    std::size_t m_bytes = 0;    // the same
    std::size_t m_unfolded = 0; // alerts that came since foldTogether()
    std::atomic<bool> m_pressure = false;
    std::uint64_t m_pushed = 0;
    std::uint64_t m_written = 0;
    std::int64_t m_dropped = 0;
    bool m_retentionRequested = false;
    bool m_damageReported = false;
    bool m_closed = false;
};

} // namespace bartizan::store
