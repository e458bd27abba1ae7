// The thread that fills the search index behind the history, a few hundred alerts at a time, and asks it.
// What is in the index and how far it came are one transaction: after a kill it goes on from there. A damaged
// index is thrown away and made again. Internal to the store; start(), stop(), advance() and tidy() are the
// writer's, the rest is for any thread.
#pragma once

#include "engine/base/problem.h"
#include "engine/store/database_thread.h"
#include "engine/store/search_index.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace bartizan::store {

class SearchIndexer
{
public:
    struct Options
    {
        std::chrono::milliseconds busyTimeout;
        std::chrono::milliseconds retryInterval;
        std::function<bool()> historyIsBusy;  // then the index waits, unless it is far behind
        std::function<void(Problems)> report; // what hinders it; empty when it is over
    };

    SearchIndexer(Database::Location history, Options options);
    ~SearchIndexer();
    SearchIndexer(const SearchIndexer&) = delete;
    SearchIndexer& operator=(const SearchIndexer&) = delete;

    // The history is open; its last alert is `lastAlert`.
    void start(AlertId lastAlert);
    // Returns when no connection to the history is open any more.
    void stop();
    // Alerts up to this one are committed and will not change any more.
    void advance(AlertId settled);
    // Alerts were removed: leaves nothing of them in the index.
    void tidy();

    // Alerts up to this one can be found through candidates().
    [[nodiscard]] AlertId indexedThrough() const { return m_indexed; }
    // Alerts that wait for the index.
    [[nodiscard]] std::int64_t waiting() const;
    // See searchCandidates(). Corrupt is dealt with.
    Result<std::vector<AlertId>> candidates(const std::string& query, AlertId before, std::size_t limit);

private:
    enum class Task { Fill, Tidy, Close, End };

    void run();
    Task nextTask();
    Result<void> open();
    Result<void> fill();
    Result<void> tidyUp();
    Result<AlertId> oldestAlert();
    void close();
    void failed(const Error& error);
    [[nodiscard]] bool interrupted() const { return m_interrupted; }

    const Database::Location m_location; // of the history
    const Options m_options;
    std::atomic<AlertId> m_indexed = 0;
    std::atomic<AlertId> m_settled = 0;
    std::atomic<bool> m_interrupted = false; // by stop() or the end
    std::atomic<bool> m_damaged = false;

    mutable std::mutex m_mutex; // guards those up to m_ending
    std::condition_variable m_wake;
    std::condition_variable m_closedNow;
    bool m_running = false;
    bool m_open = false;
    bool m_tidy = false;
    bool m_ending = false;
    AlertId m_lastAlert = 0;

    // The thread's own.
    Database m_history;
    Database m_index;
    std::chrono::steady_clock::time_point m_notBefore; // after a failure
    DatabaseThread m_reader;                           // of the index
    std::thread m_thread;
};

} // namespace bartizan::store
