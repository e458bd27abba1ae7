// A thread that does jobs one after another, and sleeps without any. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace bartizan {

class Worker
{
public:
    // Asked to stop, a job ends as soon as it can.
    using Job = std::function<void(const std::stop_token&)>;

    Worker()
        : m_thread([this](const std::stop_token& stop) { run(stop); })
    {
    }
    // Waits for the job at hand; those behind it are dropped.
    ~Worker() { stop(); }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void post(Job job)
    {
        {
            const std::lock_guard lock(m_mutex);
            m_jobs.push_back(std::move(job));
        }
        m_wake.notify_one();
    }

    // As destruction; nothing that is posted later is done.
    void stop()
    {
        m_thread.request_stop();
        if (m_thread.joinable())
            m_thread.join();
    }

private:
    void run(const std::stop_token& stop)
    {
        for (;;) {
            Job job;
            {
                std::unique_lock lock(m_mutex);
                if (!m_wake.wait(lock, stop, [this] { return !m_jobs.empty(); }) || stop.stop_requested())
                    return;
                job = std::move(m_jobs.front());
                m_jobs.pop_front();
            }
            job(stop);
        }
    }

    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::deque<Job> m_jobs; // guarded by m_mutex
    std::jthread m_thread;  // last: it uses the others
};

} // namespace bartizan
