// A list whose entries keep their memory when it is cleared: what fills it again and again does not allocate.
#pragma once

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <utility>
#include <vector>

namespace bartizan {

template<class Entry> class ReusedList
{
public:
    using value_type = Entry;

    // One more entry, in whatever state an earlier use has left it: the caller sets all of it.
    Entry& next()
    {
        if (m_size == m_entries.size())
            m_entries.emplace_back();
        return m_entries[m_size++];
    }
    void push_back(Entry entry) { next() = std::move(entry); }
    // An entry that can `releaseLargeTexts()` does, so that no rare large one is kept for good.
    void clear()
    {
        if constexpr (requires(Entry& entry) { entry.releaseLargeTexts(); }) {
            for (Entry& entry : *this)
                entry.releaseLargeTexts();
        }
        m_size = 0;
    }

    [[nodiscard]] std::size_t size() const { return m_size; }
    [[nodiscard]] bool empty() const { return m_size == 0; }
    [[nodiscard]] Entry& operator[](std::size_t index) { return m_entries[index]; }
    [[nodiscard]] const Entry& operator[](std::size_t index) const { return m_entries[index]; }
    [[nodiscard]] const Entry& at(std::size_t index) const
    {
        if (index >= m_size)
            throw std::out_of_range("ReusedList");
        return m_entries[index];
    }
    [[nodiscard]] const Entry& front() const { return at(0); }
    [[nodiscard]] const Entry& back() const { return at(m_size - 1); }

    [[nodiscard]] auto begin() { return m_entries.begin(); }
    [[nodiscard]] auto end() { return m_entries.begin() + static_cast<std::ptrdiff_t>(m_size); }
    [[nodiscard]] auto begin() const { return m_entries.begin(); }
    [[nodiscard]] auto end() const { return m_entries.begin() + static_cast<std::ptrdiff_t>(m_size); }

private:
    std::vector<Entry> m_entries;
    std::size_t m_size = 0; // in use
};

} // namespace bartizan
