// A thread with a connection of its own, opened when first needed. Internal to the store.
#pragma once

#include "engine/store/database.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

namespace bartizan::store {

class DatabaseThread
{
public:
    using Work = std::function<void(Database&)>;

    DatabaseThread(Database::Location location, Database::Access access,
                   std::chrono::milliseconds busyTimeout);
    // Does what was posted, then ends.
    ~DatabaseThread();
    DatabaseThread(const DatabaseThread&) = delete;
    DatabaseThread& operator=(const DatabaseThread&) = delete;

    // Runs `query` with an open database and waits for its Result.
    template<class Query> auto call(const Query& query) -> decltype(query(std::declval<Database&>()))
    {
        using Answer = decltype(query(std::declval<Database&>()));
        // Shared: the caller may be gone before set_value() has returned.
        const auto promise = std::make_shared<std::promise<Answer>>();
        auto answer = promise->get_future();
        post([this, promise, &query](Database& database) {
            if (auto opened = ensureOpen(database); !opened)
                promise->set_value(std::unexpected(opened.error()));
            else
                promise->set_value(query(database));
        });
        return answer.get();
    }

    // Runs `work` some time later; the database may be closed.
    void post(Work work);
    Result<void> ensureOpen(Database& database);
    // Returns when the connection is closed; the next call opens it again.
    void closeConnection();

private:
    void run();

    const Database::Location m_location;
    const Database::Access m_access;
    const std::chrono::milliseconds m_busyTimeout;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<Work> m_work;
    bool m_stopping = false;
    std::thread m_thread;
};

} // namespace bartizan::store
