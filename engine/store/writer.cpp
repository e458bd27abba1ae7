#include "engine/store/writer.h"

#include "engine/store/alert_table.h"
#include "engine/store/block_table.h"
#include "engine/store/history_file.h"
#include "engine/store/retention.h"
#include "engine/store/small_tables.h"

#include <QFileInfo>

#include <algorithm>

namespace bartizan::store {

namespace {

constexpr auto kEndWithin = std::chrono::seconds(5);
// An urgent write interrupts a batch, which then starts over; not for ever. What an interruption costs is
// less than the time since the last one.
constexpr int kMaxPreemptions = 50;
constexpr std::size_t kRememberedRows = 4096;

// The write-ahead log is copied into the file from here on, on a thread of its own; one that grows further,
// because writing never pauses, by the writer.
constexpr qint64 kCheckpointBytes = 4LL * 1024 * 1024;
constexpr qint64 kForcedCheckpointBytes = 32LL * 1024 * 1024;

// Pruning by size starts before the bound is reached and goes on a little, so that it does not start again at
// once. At the bound alerts wait for it.
constexpr std::int64_t pruneFrom(std::int64_t maxBytes)
{
    return maxBytes / 10 * 9;
}

constexpr std::int64_t pruneTo(std::int64_t maxBytes)
{
    return maxBytes / 10 * 8;
}

Problem toProblem(const Error& error, const std::string& file)
{
    Problem problem;
    problem.component = "store";
    problem.file = file;
    problem.message = error.message;
    problem.cure = error.cure;
    return problem;
}

} // namespace

Writer::Writer(Database::Location location, const Store::Options& options, const Clock& clock,
               AlertFolder& folder, DatabaseThread& reader)
    : m_location(std::move(location))
    , m_options(options)
    , m_clock(clock)
    , m_folder(folder)
    , m_reader(reader)
    , m_health(options.problemsChanged)
    , m_queue(options.queuedAlerts, options.queuedBytes)
    , m_indexer(m_location,
                {options.busyTimeout, options.retryInterval, [this] { return !m_queue.isEmpty(); },
                 [this](Problems problems) { m_health.report("search-index", std::move(problems)); }})
{
}

Writer::~Writer()
{
    m_ending = true;
    m_queue.close();
    if (m_thread.joinable())
        m_thread.join();
}

Result<void> Writer::open()
{
    const auto opened = std::make_shared<std::promise<Result<void>>>();
    auto result = opened->get_future();
    m_thread = std::thread([this, opened] { run(opened); });
    return result.get();
}

Result<void> Writer::saveBlocks(std::span<BlockRecord> blocks, Durability durability)
{
    for (BlockRecord& block : blocks) {
        if (block.id == 0)
            block.id = ++m_lastBlockId;
    }
    return m_queue.runUrgent([&] { return writeBlocks(blocks, durability); });
}

Result<void> Writer::change(const std::function<Result<void>(Database&)>& work)
{
    return m_queue.runUrgent([&]() -> Result<void> {
        if (waitsForRetry())
            return std::unexpected(m_lastError);
        auto done = commit(Durability::PowerLoss, [&] { return work(m_database); });
        if (done)
            otherSucceeded();
        else if (done.error().code != ErrorCode::NotFound)
            failed(done.error());
        return done;
    });
}

void Writer::enqueue(Batch batch)
{
    batch.settled = m_folder.settledThrough();
    m_queue.push(std::move(batch));
}

void Writer::run(const std::shared_ptr<std::promise<Result<void>>>& opened)
{
    const auto result = openOnThread();
    opened->set_value(result);
    if (result)
        loop();
    // The last connection that is closed copies the log into the file; a reading one could not.
    m_indexer.stop();
    m_reader.closeConnection();
    m_checkpointer.reset();
    m_database.close();
}

Result<void> Writer::openOnThread()
{
    auto found = openHistory(m_database, m_location, m_clock.now(), m_options.busyTimeout);
    if (!found)
        return std::unexpected(found.error());
    m_health.report("file", std::move(*found));
    m_tooOld = true;
    if (!m_location.inMemory)
        m_checkpointer.emplace(m_location, Database::Access::ReadWrite, m_options.busyTimeout);
    auto seeded = seedIds();
    if (seeded)
        watchSize();
    return seeded;
}

Result<void> Writer::seedIds()
{
    // An id that a block or an event has named is never given to another alert, also when its row is gone.
    AlertId lastAlert = 0;
    for (const std::string_view sql :
         {"SELECT max(id) FROM alerts", "SELECT max(alert_id) FROM blocks",
          "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'last_alert_id'"}) {
        const auto id = m_database.number(sql);
        if (!id)
            return std::unexpected(id.error());
        lastAlert = std::max(lastAlert, *id);
    }
    const auto block = m_database.number("SELECT max(id) FROM blocks");
    const auto noted =
        m_database.number("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'last_block_id'");
    const auto newest = selectNewestKeys(m_database, kRememberedRows);
    if (!block || !noted || !newest)
        return std::unexpected(!block ? block.error() : !noted ? noted.error() : newest.error());
    m_folder.seed(lastAlert, *newest);
    m_lastCommitted = lastAlert;
    m_indexer.start(lastAlert);
    m_indexer.advance(m_folder.settledThrough());
    m_lastBlockId = std::max({m_lastBlockId.load(), *block, *noted});
    return {};
}

void Writer::loop()
{
    for (;;) {
        WriteQueue::Wanted wanted;
        wanted.until = m_retryAt;
        wanted.batches = !waitsForRetry() && !m_farTooLarge;
        // Also while writing fails: with a file that is too large, only pruning lets the batches go on.
        wanted.retention = !waitsForRetry() && (m_tooOld || m_tooLarge || m_hasSpare);
        wanted.mayEnd = m_unsaved.empty();
        if (m_ending) {
            m_endBy = m_endBy.value_or(std::chrono::steady_clock::now() + kEndWithin);
            wanted.until = std::min(m_retryAt.value_or(*m_endBy), *m_endBy);
        }
        auto item = m_queue.next(wanted);
        switch (item.kind) {
        case WriteQueue::Kind::Urgent:
            item.job->done.set_value(item.job->work());
            break;
        case WriteQueue::Kind::Damage:
            failed({ErrorCode::Corrupt, "The history database " + m_location.path + " is damaged", {}});
            break;
        case WriteQueue::Kind::Time:
            if (mustEnd())
                return;
            retry();
            break;
        case WriteQueue::Kind::Batch:
            writeBatch(std::move(item.batch));
            break;
        case WriteQueue::Kind::Retention:
            tidyUp();
            break;
        case WriteQueue::Kind::Closed:
            return;
        }
    }
}

Result<void> Writer::commit(Durability durability, const std::function<Result<void>()>& work)
{
    const bool full = durability == Durability::PowerLoss && !m_location.inMemory;
    if (full) {
        if (auto set = m_database.run("PRAGMA synchronous = FULL"); !set)
            return set;
    }
    auto done = m_database.transaction(work);
    if (full)
        (void)m_database.run("PRAGMA synchronous = NORMAL"); // no transaction is open: it can't fail
    return done;
}

Result<void> Writer::writeBlocks(std::span<const BlockRecord> blocks, Durability durability)
{
    // While writing fails nobody is kept waiting for the next failure.
    Result<void> done = std::unexpected(m_lastError);
    if (!waitsForRetry()) {
        done = commit(durability, [&]() -> Result<void> {
            step("block-begun");
            for (const BlockRecord& block : blocks) {
                if (auto put = putBlock(m_database, block); !put)
                    return put;
            }
            step("block-rows-written");
            return {};
        });
    }
    if (done) {
        step("block-committed");
        for (const BlockRecord& block : blocks)
            m_unsaved.erase(block.id);
        otherSucceeded();
        return done;
    }
    for (const BlockRecord& block : blocks)
        m_unsaved.insert_or_assign(block.id, block);
    if (!waitsForRetry())
        failed(done.error());
    return done;
}

void Writer::retry()
{
    m_retryAt.reset();
    reportDropped();
    if (!m_database.isOpen()) {
        auto found = (m_damaged ? replaceDamaged : openHistory)(m_database, m_location, m_clock.now(),
                                                                m_options.busyTimeout);
        if (!found) {
            failed(found.error());
            return;
        }
        m_damaged = false;
        m_health.report("file", std::move(*found));
        m_indexer.start(m_folder.lastId());
    }
    const auto done = commit(Durability::ProcessCrash, [&]() -> Result<void> {
        for (const auto& [id, block] : m_unsaved) {
            if (auto put = putBlock(m_database, block); !put)
                return put;
        }
        // So that there is something to try with also when nothing waits.
        return putMeta(m_database, "last_retry", std::to_string(m_clock.now()));
    });
    if (!done) {
        failed(done.error());
        return;
    }
    m_unsaved.clear();
    otherSucceeded();
}

void Writer::writeBatch(Batch batch)
{
    foldById(batch.alerts);
    std::vector<AlertRecord> rows;
    bool gaveWay = false;
    const auto giveWay = [&] {
        gaveWay = batch.preemptions < kMaxPreemptions && m_queue.urgentWaiting();
        return gaveWay;
    };
    const auto done = commit(Durability::ProcessCrash, [&] { return writeRows(batch, rows, giveWay); });
    if (gaveWay) {
        ++batch.preemptions;
        m_queue.putBack(std::move(batch));
        return;
    }
    if (!done && done.error().code != ErrorCode::Internal) {
        m_queue.putBack(std::move(batch));
        failed(done.error());
        return;
    }
    if (!done) {
        // A row that SQLite will not take: trying again would hold up everything behind it.
        for (const AlertRecord& alert : batch.alerts)
            m_refusedAlerts += alert.count;
        reportDropped();
        m_queue.written(batch.pushes);
        return;
    }
    step("batch-committed");
    if (!batch.alerts.empty())
        m_lastCommitted = std::max(m_lastCommitted, std::ranges::max(batch.alerts, {}, &AlertRecord::id).id);
    batchSucceeded();
    reportDropped();
    m_indexer.advance(batch.settled);
    m_queue.written(batch.pushes);
    if (m_options.written && !rows.empty())
        m_options.written(rows);
    watchSize();
    watchLog();
}

Result<void> Writer::writeRows(const Batch& batch, std::vector<AlertRecord>& rows,
                               const std::function<bool()>& giveWay)
{
    step("batch-begun");
    for (const AlertRecord& alert : batch.alerts) {
        if (giveWay())
            return fail(ErrorCode::Busy, "Something urgent came");
        if (auto put = foldAlert(m_database, alert); !put)
            return put;
    }
    for (const SourcePosition& position : batch.positions) {
        if (auto put = putPosition(m_database, position); !put)
            return put;
    }
    for (const AuditRecord& entry : batch.audits) {
        if (auto put = insertAudit(m_database, entry); !put)
            return put;
    }
    for (const LearnedFact& fact : batch.learned) {
        if (auto put = putLearned(m_database, fact); !put)
            return put;
    }
    if (auto read = readBack(batch, rows); !read)
        return read;
    step("batch-rows-written");
    return {};
}

Result<void> Writer::readBack(const Batch& batch, std::vector<AlertRecord>& rows)
{
    if (!m_options.written)
        return {};
    for (const AlertRecord& alert : batch.alerts) {
        if (alert.id > m_lastCommitted) {
            AlertRecord& row = rows.emplace_back(alert);
            if (row.lastLog.empty())
                row.lastLog = row.firstLog;
            continue;
        }
        auto row = selectAlert(m_database, alert.id);
        if (!row)
            return std::unexpected(row.error());
        rows.push_back(std::move(*row));
    }
    return {};
}

void Writer::tidyUp()
{
    if (m_queue.takeRetentionRequest())
        m_tooOld = true;
    Result<void> done;
    if (m_tooOld || m_tooLarge) {
        const auto by = m_tooLarge ? PruneBy::Size : PruneBy::Age;
        const EpochMs age = std::chrono::duration_cast<std::chrono::milliseconds>(m_options.maxAge).count();
        const auto removed = prune(m_database, by, m_clock.now() - age);
        if (!removed) {
            failed(removed.error());
            return;
        }
        if (*removed > 0) {
            m_hasSpare = true;
            done = commit(Durability::ProcessCrash, [&]() -> Result<void> {
                auto noted = putMeta(m_database, "last_alert_id", std::to_string(m_folder.lastId()));
                return noted ? putMeta(m_database, "last_block_id", std::to_string(m_lastBlockId)) : noted;
            });
        }
        if (by == PruneBy::Age) {
            if (*removed == 0)
                m_indexer.tidy();
            m_tooOld = *removed > 0;
        }
        const auto size = usage(m_database);
        m_tooLarge = m_tooLarge && *removed > 0 && size && size->usedBytes > pruneTo(m_options.maxBytes);
        m_farTooLarge = m_farTooLarge && m_tooLarge;
    } else if (m_hasSpare) {
        const auto more = giveBackSpace(m_database);
        m_hasSpare = more && *more;
        if (!more)
            done = std::unexpected(more.error());
    }
    if (!done) {
        failed(done.error());
        return;
    }
    step("retention-step");
    watchLog();
}

std::int64_t Writer::droppedAlerts() const
{
    return m_queue.droppedAlerts() + m_refusedAlerts;
}

void Writer::watchSize()
{
    const auto size = usage(m_database);
    if (!size)
        return; // the next write says what is wrong
    m_tooLarge = m_tooLarge || size->usedBytes > pruneFrom(m_options.maxBytes);
    m_farTooLarge = m_farTooLarge || size->usedBytes > m_options.maxBytes;
}

void Writer::watchLog()
{
    if (m_location.inMemory)
        return;
    const qint64 bytes = QFileInfo(QString::fromStdString(m_location.path + "-wal")).size();
    if (bytes >= kForcedCheckpointBytes) {
        (void)m_database.number("PRAGMA wal_checkpoint(PASSIVE)"); // a failure shows in the next write
    } else if (bytes > kCheckpointBytes && !m_checkpointing.exchange(true)) {
        m_checkpointer->post([this, thread = &*m_checkpointer](Database& database) {
            if (thread->ensureOpen(database))
                (void)database.number("PRAGMA wal_checkpoint(PASSIVE)");
            m_checkpointing = false;
        });
    }
}

void Writer::batchSucceeded()
{
    if (!m_failing)
        return;
    m_failing = false;
    m_health.report("writing", {});
    reportDropped();
}

// A row here and there may find room on a full disk where a batch does not: only a batch, or having none to
// write, ends the failure.
void Writer::otherSucceeded()
{
    if (m_failing && m_queue.isEmpty())
        batchSucceeded();
}

void Writer::failed(const Error& error)
{
    m_failing = true;
    m_lastError = error;
    m_retryAt = std::chrono::steady_clock::now() + m_options.retryInterval;
    m_health.report("writing", {toProblem(error, m_location.path)});
    if (error.code == ErrorCode::Corrupt && !m_location.inMemory)
        closeDamagedFile();
}

void Writer::closeDamagedFile()
{
    m_indexer.stop();
    m_reader.closeConnection();
    if (m_checkpointer)
        m_checkpointer->closeConnection();
    m_database.close();
    m_damaged = true;
}

void Writer::reportDropped()
{
    const std::int64_t dropped = droppedAlerts();
    if (dropped == 0)
        return;
    Problem problem;
    problem.severity = Severity::Warning;
    problem.component = "store";
    problem.file = m_location.path;
    problem.message = std::to_string(dropped) + " alerts could not be kept in the history";
    problem.cure = "They were recognised and answered all the same. Look at what hinders writing";
    m_health.report("dropped", {problem});
}

void Writer::step(std::string_view name) const
{
    if (m_options.afterStep)
        m_options.afterStep(name);
}

bool Writer::mustEnd() const
{
    return m_endBy && std::chrono::steady_clock::now() >= *m_endBy;
}

} // namespace bartizan::store
