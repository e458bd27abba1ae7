// What is wrong right now, by component: each part of the engine reports its own list, and status shows all
// of them. Thread-safe.
#pragma once

#include "engine/base/problem.h"

#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace bartizan {

class HealthBoard
{
public:
    // `changed` is called after a real change, on the thread that reported it.
    explicit HealthBoard(std::function<void()> changed = {})
        : m_changed(std::move(changed))
    {
    }

    // Replaces what `part` reported before; an empty list clears it.
    void report(const std::string& part, Problems problems)
    {
        {
            const std::lock_guard lock(m_mutex);
            auto& known = m_parts[part];
            if (known == problems)
                return;
            known = std::move(problems);
        }
        if (m_changed)
            m_changed();
    }

    [[nodiscard]] Problems all() const
    {
        const std::lock_guard lock(m_mutex);
        Problems problems;
        for (const auto& [part, list] : m_parts)
            problems.insert(problems.end(), list.begin(), list.end());
        return problems;
    }

private:
    const std::function<void()> m_changed;
    mutable std::mutex m_mutex;
    std::map<std::string, Problems> m_parts;
};

} // namespace bartizan
