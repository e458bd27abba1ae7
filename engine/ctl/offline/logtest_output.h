// How logtest shows a verdict, to programs and to people.
#pragma once

#include "engine/analysis/analysis_port.h"
#include "engine/decode/decoder.h"
#include "engine/rules/rule_trace.h"

#include <string>
#include <string_view>
#include <vector>

namespace bartizan::offline {

// The decoders and rules tried on one record, for --explain.
class Attempts final : public DecoderTrace, public RuleTrace
{
public:
    struct DecoderAttempt
    {
        std::string name;
        std::string parent;
        DecoderStep step;
        std::string pattern;
        bool held;
    };
    struct RuleAttempt
    {
        std::uint32_t rule;
        int level;
        std::size_t held;                    // conditions
        std::vector<FailedCondition> failed; // empty where the rule matched
    };

    void tried(const Decoder& decoder, DecoderStep step, bool held) override
    {
        m_decoders.push_back(
            {decoder.ownName(), decoder.parentName(), step, decoder.patternText(step), held});
    }
    void matched(const Rule& rule) override { m_rules.push_back({rule.id, rule.level, 0, {}}); }
    void failed(const Rule& rule, std::size_t held, const std::vector<FailedCondition>& failed) override
    {
        m_rules.push_back({rule.id, rule.level, held, failed});
    }
    void clear()
    {
        m_decoders.clear();
        m_rules.clear();
    }
    [[nodiscard]] const std::vector<DecoderAttempt>& decoders() const { return m_decoders; }
    [[nodiscard]] const std::vector<RuleAttempt>& rules() const { return m_rules; }

private:
    std::vector<DecoderAttempt> m_decoders;
    std::vector<RuleAttempt> m_rules;
};

// One line without its end. `attempts` may be nullptr.
[[nodiscard]] std::string verdictJson(const Verdict& verdict, std::string_view session,
                                      const Attempts* attempts);
[[nodiscard]] std::string errorJson(std::string_view message);
// Several lines; log text is made fit for a terminal.
[[nodiscard]] std::string verdictText(const Verdict& verdict, std::string_view log, const Attempts* attempts);

} // namespace bartizan::offline
