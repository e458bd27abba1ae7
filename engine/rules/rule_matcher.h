// Finds the verdict on an event (spec §7.2): walks the tree, depth first, and updates the session's state.
#pragma once

#include "engine/rules/rule_plan.h"
#include "engine/rules/rule_state.h"
#include "engine/rules/rule_trace.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

class RuleMatcher
{
public:
    // `localHost` stands in where a record names no host. All references outlive the matcher; `trace` may be
    // nullptr.
    RuleMatcher(const RulePlan& plan, RuleState& state, std::string_view localHost, RuleTrace* trace)
        : m_plan(plan)
        , m_state(state)
        , m_localHost(localHost)
        , m_trace(trace)
        , m_values(plan)
    {
    }

    // Evaluates `event` (predecoded and decoded), which has to outlive the calls below. nullptr where no rule
    // matches.
    const Rule* match(const Event& event);

    // Of the last match: the rule above the verdict on the path, or nullptr.
    [[nodiscard]] const Rule* parent() const { return m_parent; }
    // Puts into `output` the earlier logs that a composite counted, or the text before a change (spec §8.6,
    // §8.5); nothing if there are none.
    void showPrevious(std::string& output) const;
    // Whether there was doubt about who wrote one of the earlier records that the last match counted.
    [[nodiscard]] bool countedDoubted() const { return m_countedDoubted; }
    // Puts the event into the memory with the verdict `rule`.
    void remember(const Rule& rule);

private:
    const Rule* evaluate(std::uint32_t node, const Rule* parent);
    const Rule* evaluateChildren(const RulePlan::Node& node, const Rule& rule);
    const Rule* evaluateCandidates(const RulePlan::Node& node, const CandidateList& candidates,
                                   const Rule& rule);
    [[nodiscard]] bool isForOther(const RulePlan::Child& child) const;
    [[nodiscard]] bool isIndexed(const RulePlan::Candidates* candidates);
    [[nodiscard]] bool holds(const Rule& rule);
    [[nodiscard]] bool holdsUnderTrace(const Rule& rule);
    [[nodiscard]] bool isCounted(const Rule& rule);
    [[nodiscard]] std::optional<std::string_view> textOf(RuleTextSource source) const;
    [[nodiscard]] std::optional<std::string_view> listValue(const ListCondition& condition) const;
    [[nodiscard]] bool matches(const Pattern& pattern, std::string_view value) const;
    [[nodiscard]] bool fits(const Pattern& pattern, std::string_view value, bool negate) const;
    const LocalCalendar& calendar();
    [[nodiscard]] std::string_view host() const { return m_event->hostname.value_or(m_localHost); }

    [[nodiscard]] bool holds(const Rule& rule, const DecodedAsCondition& condition);
    [[nodiscard]] bool holds(const Rule& rule, const OriginCondition& condition);
    [[nodiscard]] bool holds(const Rule& rule, const SizeCondition& condition);
    [[nodiscard]] bool holds(const Rule& rule, const TextCondition& condition);
    [[nodiscard]] bool holds(const Rule& rule, const FieldCondition& condition);
    [[nodiscard]] bool holds(const Rule& rule, const AddressCondition& condition);
    [[nodiscard]] bool holds(const Rule& rule, const BuiltinCondition& condition);
    [[nodiscard]] bool holds(const Rule& rule, const TimeCondition& condition);
    [[nodiscard]] bool holds(const Rule& rule, const WeekdayCondition& condition);
    [[nodiscard]] bool holds(const Rule& rule, const CheckDiffCondition& condition);
    [[nodiscard]] bool holds(const Rule& rule, const FirstSeenCondition& condition);
    [[nodiscard]] bool holds(const Rule& rule, const ListCondition& condition);

    // What a condition that does not hold met, for the trace.
    [[nodiscard]] std::string whyNot(const DecodedAsCondition& condition) const;
    [[nodiscard]] std::string whyNot(const OriginCondition& condition) const;
    [[nodiscard]] std::string whyNot(const SizeCondition& condition) const;
    [[nodiscard]] std::string whyNot(const TextCondition& condition) const;
    [[nodiscard]] std::string whyNot(const FieldCondition& condition) const;
    [[nodiscard]] std::string whyNot(const AddressCondition& condition) const;
    [[nodiscard]] std::string whyNot(const BuiltinCondition& condition) const;
    [[nodiscard]] std::string whyNot(const TimeCondition& condition) const;
    [[nodiscard]] std::string whyNot(const WeekdayCondition& condition) const;
    [[nodiscard]] std::string whyNot(const CheckDiffCondition& condition) const;
    [[nodiscard]] std::string whyNot(const FirstSeenCondition& condition) const;
    [[nodiscard]] std::string whyNot(const ListCondition& condition) const;
    [[nodiscard]] std::string whyNotCounted(const Rule& rule) const;

    const RulePlan& m_plan;
    RuleState& m_state;
    std::string_view m_localHost;
    RuleTrace* m_trace;

    // Of the current event.
    const Event* m_event = nullptr;
    LiteralHits m_hits; // in its log, where it was asked for them
    bool m_hasHits = false;
    std::vector<std::uint32_t> m_candidates; // the children to try, of all rules on the path
    int m_decoderId = 0;
    std::int64_t m_second = 0;
    const Rule* m_parent = nullptr;
    int m_matched = 0;
    bool m_countedDoubted = false;
    EventValues m_values;
    std::vector<std::string_view> m_previous;
    std::optional<std::string> m_textBefore;
    std::optional<bool> m_isFirst;
    std::optional<LocalCalendar> m_calendar;
};

} // namespace bartizan
