// A bounded queue between two threads. A full queue makes the producer wait: that is how a slow consumer
// slows the reader, and why nothing is ever dropped. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace bartizan {

template<class T> class BoundedQueue
{
public:
    explicit BoundedQueue(std::size_t capacity)
        : m_capacity(capacity)
    {
    }

    // Waits for room. False (and `item` is lost) only after close().
    bool push(T item)
    {
        std::unique_lock lock(m_mutex);
        m_room.wait(lock, [this] { return m_items.size() < m_capacity || m_closed; });
        if (m_closed)
            return false;
        m_items.push_back(std::move(item));
        lock.unlock();
        m_filled.notify_one();
        return true;
    }

    // Puts an item in front, however full the queue is: for the few that must neither wait nor be lost.
    void pushUrgent(T item)
    {
        {
            const std::lock_guard lock(m_mutex);
            m_items.push_front(std::move(item));
        }
        m_filled.notify_one();
    }

    // Waits for an item. Nothing only when closed and empty: what was pushed before close() still comes out.
    std::optional<T> pop()
    {
        std::unique_lock lock(m_mutex);
        m_filled.wait(lock, [this] { return !m_items.empty() || m_closed; });
        if (m_items.empty())
            return std::nullopt;
        std::optional<T> item(std::move(m_items.front()));
        m_items.pop_front();
        lock.unlock();
        m_room.notify_one();
        return item;
    }

    std::optional<T> tryPop()
    {
        std::unique_lock lock(m_mutex);
        if (m_items.empty())
            return std::nullopt;
        std::optional<T> item(std::move(m_items.front()));
        m_items.pop_front();
        lock.unlock();
        m_room.notify_one();
        return item;
    }

    void close()
    {
        {
            std::lock_guard lock(m_mutex);
            m_closed = true;
        }
        m_filled.notify_all();
        m_room.notify_all();
    }

    [[nodiscard]] std::size_t size() const
    {
        std::lock_guard lock(m_mutex);
        return m_items.size();
    }

private:
    const std::size_t m_capacity;
    mutable std::mutex m_mutex;
    std::condition_variable m_filled;
    std::condition_variable m_room;
    std::deque<T> m_items;
    bool m_closed = false;
};

} // namespace bartizan
