// What all patterns together may spend on one record, so that a line written against them costs a few
// hundredths of a second at most, whatever the rules are. Counted in steps, not in time: the same line gives
// the same verdict on every machine. One budget per thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace bartizan {

class Pattern;

class MatchBudget
{
public:
    // Without an end, as outside of a record.
    constexpr MatchBudget() = default;

    // A step is a state of the OS_Regex machine, or as much work of the others: about two nanoseconds.
    static constexpr std::int64_t kStepsPerRecord = 12'000'000;
    static constexpr std::int64_t kStepsPerMatch = 4'000'000;

    // The calling thread's. Outside of a record it has no end.
    [[nodiscard]] static MatchBudget& current();

    [[nodiscard]] bool isSpent() const { return m_left <= 0; }
    // What the next match may take.
    [[nodiscard]] std::int64_t forOneMatch() const { return std::min(m_left, kStepsPerMatch); }
    void charge(const Pattern& pattern, std::int64_t steps)
    {
        m_left -= steps;
        if (steps > m_most) {
            m_most = steps;
            m_dearest = &pattern;
        }
    }
    // How many matches of the record gave up: which is neither a match nor certainly none.
    void noteUndecided() { ++m_undecided; }
    [[nodiscard]] std::int64_t undecided() const { return m_undecided; }

    // Work that was bounded but not counted. When there was much of it, a pattern that can count has to.
    void chargeUncounted(std::int64_t mostSteps) { m_uncounted += mostSteps; }
    [[nodiscard]] bool mustCount() const { return m_uncounted > kMostUncounted; }

    // Steps charged since beginRecord().
    [[nodiscard]] std::int64_t spent() const { return m_atStart - m_left; }
    // The pattern whose single match took most, or nullptr.
    [[nodiscard]] const Pattern* dearest() const { return m_dearest; }

    void beginRecord() { *this = MatchBudget(kStepsPerRecord); }
    void endRecord() { *this = MatchBudget(); }

private:
    static constexpr std::int64_t kMostUncounted = 6'000'000;

    constexpr explicit MatchBudget(std::int64_t steps)
        : m_left(steps)
        , m_atStart(steps)
    {
    }
    static thread_local MatchBudget s_current;

    std::int64_t m_left = std::numeric_limits<std::int64_t>::max();
    std::int64_t m_atStart = std::numeric_limits<std::int64_t>::max();
    std::int64_t m_uncounted = 0;
    std::int64_t m_undecided = 0;
    std::int64_t m_most = 0;
    const Pattern* m_dearest = nullptr;
};

inline thread_local constinit MatchBudget MatchBudget::s_current;

inline MatchBudget& MatchBudget::current()
{
    return s_current;
}

} // namespace bartizan
