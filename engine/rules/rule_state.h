// Everything that rules remember of a session: fired counts, ignore clocks, correlation, first-seen keys,
// last texts.
#pragma once

#include "engine/decode/first_seen.h"
#include "engine/rules/correlation_memory.h"

#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bartizan {

// The last text per host and rule, for check_diff (spec §8.5). Host names are an attacker's choice, so the
// oldest entries go when there are too many.
class LastTexts
{
public:
    // The text before, where there is one and it differs; `text` is kept.
    [[nodiscard]] std::optional<std::string> changed(std::uint32_t ruleId, std::string_view host,
                                                     std::string_view text);

    // From now on every text that is kept is added to `facts` too, which outlives this.
    void teach(std::vector<LearnedFact>* facts) { m_facts = facts; }
    // A text known from before a restart.
    void recall(std::string key, std::string text);

private:
    static constexpr std::size_t kLongestText = std::size_t{64} * 1024;
    static constexpr std::size_t kMostEntries = 1024;

    std::unordered_map<std::string, std::string> m_texts;
    std::deque<std::string> m_order; // keys, oldest first
    std::vector<LearnedFact>* m_facts = nullptr;
};

class RuleState
{
public:
    static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

    RuleState(const RulePlan& plan, const CorrelationMemory::Limits& memoryLimits)
        : memory(plan, memoryLimits)
        , fired(plan.rules().size())
        , ignoredSince(plan.rules().size(), kNever)
    {
    }

    // After a reload: what is known of rules that exist before and after is kept.
    void adopt(const RulePlan& before, const RulePlan& after);

    // What is to survive a restart: from now on it is added to `facts` as it is learned; and what was, oldest
    // first.
    void teach(std::vector<LearnedFact>* facts);
    void recall(const std::vector<LearnedFact>& facts);

    CorrelationMemory memory;
    FirstSeenState firstSeen;
    LastTexts lastTexts;
    std::vector<std::uint64_t> fired;       // by rule
    std::vector<std::int64_t> ignoredSince; // by rule, seconds
};

} // namespace bartizan
