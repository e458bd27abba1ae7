// A mutex that is had in the order in which it was asked for. With std::mutex, a thread that locks again
// right after it unlocked mostly overtakes those that wait; here it stands behind them.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace bartizan {

class FairMutex
{
public:
    void lock()
    {
        std::unique_lock guard(m_mutex);
        const std::uint64_t ticket = m_next++;
        m_turn.wait(guard, [&] { return m_served == ticket; });
    }

    void unlock()
    {
        {
            const std::lock_guard guard(m_mutex);
            ++m_served;
        }
        m_turn.notify_all();
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_turn;
    std::uint64_t m_next = 0;   // ticket
    std::uint64_t m_served = 0; // whose turn it is
};

} // namespace bartizan
