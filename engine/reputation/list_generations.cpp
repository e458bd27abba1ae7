#include "engine/reputation/list_generations.h"

#include <algorithm>

namespace bartizan {

namespace {

// By how much of its age the time of an address may be wrong once generation `index` is merged into the next.
double lossOf(const std::vector<EpochMs>& times, std::size_t index)
{
    const auto before = static_cast<double>(times[index - 1]);
    return (static_cast<double>(times[index + 1]) - before) / (static_cast<double>(times.back()) - before);
}

} // namespace

ListGenerations::ListGenerations(std::span<const EpochMs> times, EpochMs now, std::size_t most)
    : m_times(times.begin(), times.end())
{
    for (EpochMs& time : m_times)
        time = std::min(time, now);
    m_times.push_back(now);
    std::ranges::sort(m_times);
    const auto repeated = std::ranges::unique(m_times);
    m_times.erase(repeated.begin(), repeated.end());
    while (m_times.size() > most) {
        std::size_t least = 1;
        for (std::size_t i = 2; i + 1 < m_times.size(); ++i) {
            if (lossOf(m_times, i) < lossOf(m_times, least))
                least = i;
        }
        m_times.erase(m_times.begin() + static_cast<std::ptrdiff_t>(least));
    }
}

std::uint16_t ListGenerations::numberOf(EpochMs time) const
{
    const auto found = std::ranges::lower_bound(m_times, time);
    return found == m_times.end() ? newest() : static_cast<std::uint16_t>(found - m_times.begin());
}

} // namespace bartizan
