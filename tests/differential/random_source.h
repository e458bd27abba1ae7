// Choices that a seed repeats on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

namespace bartizan::test {

class RandomSource
{
public:
    explicit RandomSource(std::uint64_t seed)
        : m_engine(seed)
    {
    }

    // From 0 to below `end`, which is not 0.
    std::size_t below(std::size_t end) { return static_cast<std::size_t>(m_engine() % end); }
    // From `low` to `high`, both inclusive.
    int between(int low, int high)
    {
        return low + static_cast<int>(below(static_cast<std::size_t>(high - low + 1)));
    }
    bool oneIn(std::size_t count) { return below(count) == 0; }
    template<class List> const auto& pick(const List& list)
    {
        return std::data(list)[below(std::size(list))];
    }

private:
    std::mt19937_64 m_engine; // its numbers are the standard's; those of distributions are not
};

} // namespace bartizan::test
