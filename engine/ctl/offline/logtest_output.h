// How logtest shows a verdict, to programs and to people.
#pragma once

#include "engine/analysis/analysis_port.h"
#include "engine/rules/rule_matcher.h"

#include <string>
#include <string_view>
#include <vector>

namespace bartizan::offline {

// The rules tried on one record, for --explain.
class RuleAttempts final : public RuleTrace
{
public:
    struct Attempt
    {
        std::uint32_t rule;
        int level;
        std::string failed; // the condition; empty where the rule matched
    };

    void matched(const Rule& rule) override { m_attempts.push_back({rule.id, rule.level, {}}); }
    void failed(const Rule& rule, const std::string& condition) override
    {
        m_attempts.push_back({rule.id, rule.level, condition});
    }
    void clear() { m_attempts.clear(); }
    [[nodiscard]] const std::vector<Attempt>& attempts() const { return m_attempts; }

private:
    std::vector<Attempt> m_attempts;
};

// One line without its end. `attempts` may be nullptr.
[[nodiscard]] std::string verdictJson(const Verdict& verdict, std::string_view session,
                                      const RuleAttempts* attempts);
[[nodiscard]] std::string errorJson(std::string_view message);
// Several lines; log text is made fit for a terminal.
[[nodiscard]] std::string verdictText(const Verdict& verdict, std::string_view log,
                                      const RuleAttempts* attempts);

} // namespace bartizan::offline
