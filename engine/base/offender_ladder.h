// How long a rule's timed block lasts when the address was blocked before (spec §10.4): the second time the
// ladder's first entry, and so on; beyond the ladder its last one; never shorter than asked for.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bartizan {

template<class Address, class Hash = std::hash<Address>> class OffenderLadder
{
public:
    OffenderLadder() = default;
    explicit OffenderLadder(std::vector<std::chrono::minutes> ladder)
        : m_ladder(std::move(ladder))
    {
    }

    // What was counted so far is kept.
    void setLadder(std::vector<std::chrono::minutes> ladder) { m_ladder = std::move(ladder); }

    // Counts one more block.
    [[nodiscard]] std::chrono::seconds next(const Address& address, std::chrono::seconds asked)
    {
        if (m_ladder.empty())
            return asked;
        // Only so many addresses are remembered: attackers choose how many there are.
        if (m_blocks.size() >= kMostAddresses && !m_blocks.contains(address))
            m_blocks.clear();
        const std::size_t before = m_blocks[address]++;
        return before == 0
                   ? asked
                   : std::max<std::chrono::seconds>(asked, m_ladder[std::min(before, m_ladder.size()) - 1]);
    }

private:
    static constexpr std::size_t kMostAddresses = 65'536;

    std::vector<std::chrono::minutes> m_ladder;
    std::unordered_map<Address, std::size_t, Hash> m_blocks;
};

} // namespace bartizan
