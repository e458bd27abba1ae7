#include "engine/store/database_thread.h"

namespace bartizan::store {

DatabaseThread::DatabaseThread(Database::Location location, Database::Access access,
                               std::chrono::milliseconds busyTimeout)
    : m_location(std::move(location))
    , m_access(access)
    , m_busyTimeout(busyTimeout)
    , m_thread([this] { run(); })
{
}

DatabaseThread::~DatabaseThread()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_one();
    m_thread.join();
}

void DatabaseThread::post(Work work)
{
    {
        const std::lock_guard lock(m_mutex);
        m_work.push_back(std::move(work));
    }
    m_wake.notify_one();
}

Result<void> DatabaseThread::ensureOpen(Database& database)
{
    if (database.isOpen())
        return {};
    return database.open(m_location, m_access, m_busyTimeout);
}

void DatabaseThread::closeConnection()
{
    const auto closed = std::make_shared<std::promise<void>>();
    auto done = closed->get_future();
    post([closed](Database& database) {
        database.close();
        closed->set_value();
    });
    done.wait();
}

void DatabaseThread::run()
{
    Database database; // lives and dies on this thread
    for (;;) {
        std::unique_lock lock(m_mutex);
        m_wake.wait(lock, [this] { return !m_work.empty() || m_stopping; });
        if (m_work.empty())
            return;
        const Work work = std::move(m_work.front());
        m_work.pop_front();
        lock.unlock();
        work(database);
    }
}

} // namespace bartizan::store
