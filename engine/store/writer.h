// The thread that changes the database: commits, retries, retention, and moving aside what is damaged.
// Internal to the store.
#pragma once

#include "engine/base/health_board.h"
#include "engine/store/alert_folder.h"
#include "engine/store/database_thread.h"
#include "engine/store/search_indexer.h"
#include "engine/store/store.h"
#include "engine/store/write_queue.h"

#include <future>
#include <map>
#include <span>
#include <thread>

namespace bartizan::store {

class Writer
{
public:
    // All references outlive the writer. `reader` is told to close its connection when the file is moved
    // aside.
    Writer(Database::Location location, const Store::Options& options, const Clock& clock,
           AlertFolder& folder, DatabaseThread& reader);
    // Writes what is queued, for at most 5 s, and ends the thread.
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    // Opens the file on the writer's thread. Once, before everything else.
    Result<void> open();

    // See Store.
    Result<void> saveBlocks(std::span<BlockRecord> blocks, Durability durability);
    Result<void> change(const std::function<Result<void>(Database&)>& work);
    void enqueue(Batch batch);
    [[nodiscard]] WriteQueue& queue() { return m_queue; }
    [[nodiscard]] SearchIndexer& indexer() { return m_indexer; }
    [[nodiscard]] std::int64_t droppedAlerts() const;
    [[nodiscard]] Problems problems() const { return m_health.all(); }

private:
    using SteadyTime = WriteQueue::TimePoint;

    void run(const std::shared_ptr<std::promise<Result<void>>>& opened);
    Result<void> openOnThread();
    Result<void> seedIds();
    void loop();

    Result<void> writeBlocks(std::span<const BlockRecord> blocks, Durability durability);
    Result<void> writeUnsaved();
    Result<void> commit(Durability durability, const std::function<Result<void>()>& work);
    void writeBatch(Batch batch);
    Result<void> writeRows(const Batch& batch, std::vector<AlertRecord>& rows,
                           const std::function<bool()>& giveWay);
    Result<void> readBack(const Batch& batch, std::vector<AlertRecord>& rows);
    void tidyUp();
    void watchSize();
    void watchLog();

    void retry();
    void batchSucceeded();
    void otherSucceeded();
    void failed(const Error& error);
    void closeDamagedFile();
    void reportDropped();
    void step(std::string_view name) const;
    [[nodiscard]] bool waitsForRetry() const { return m_retryAt.has_value(); }
    [[nodiscard]] bool mustEnd() const;

    const Database::Location m_location;
    const Store::Options& m_options;
    const Clock& m_clock;
    AlertFolder& m_folder;
    DatabaseThread& m_reader;
    HealthBoard m_health;
    WriteQueue m_queue;
    SearchIndexer m_indexer;
    std::atomic<BlockId> m_lastBlockId = 0;
    std::atomic<std::int64_t> m_refusedAlerts = 0;

    // The writer thread's own.
    Database m_database;
    std::optional<DatabaseThread> m_checkpointer;
    std::map<BlockId, BlockRecord> m_unsaved; // blocks that could not be written yet
    bool m_failing = false;                   // and problems() says so
    std::optional<SteadyTime> m_retryAt;      // until then nothing is tried
    bool m_damaged = false;                   // the file must be replaced, m_database is closed
    std::optional<SteadyTime> m_endBy;        // when closing
    Error m_lastError;
    AlertId m_lastCommitted = 0;
    bool m_tooOld = false; // there may be rows over the age
    bool m_tooLarge = false;
    bool m_farTooLarge = false; // then alerts wait
    bool m_hasSpare = false;    // free pages to give back
    std::atomic<bool> m_checkpointing = false;
    std::atomic<bool> m_ending = false;
    std::thread m_thread;
};

} // namespace bartizan::store
