// Since when the addresses of a list are on it, in few numbers: each update that adds addresses is a
// generation.
#pragma once

#include "engine/base/clock.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bartizan {

class ListGenerations
{
public:
    // `times` in any order, repeated; those after `now` count as now (the clock was set back). Of more than
    // `most` (at least 3), those go that say least for their age, and what belongs to them gets the next
    // later one, so a time stays true as "at least since". The oldest never goes.
    ListGenerations(std::span<const EpochMs> times, EpochMs now, std::size_t most);

    // Ascending; the last one is now.
    [[nodiscard]] const std::vector<EpochMs>& times() const { return m_times; }
    [[nodiscard]] std::uint16_t numberOf(EpochMs time) const;
    [[nodiscard]] std::uint16_t newest() const { return static_cast<std::uint16_t>(m_times.size() - 1); }

private:
    std::vector<EpochMs> m_times;
};

} // namespace bartizan
