// The matcher under a trace: every condition is looked at, and what it met is told.
#include "engine/decode/decoder.h"
#include "engine/rules/rule_matcher.h"

namespace bartizan {

namespace {

constexpr std::size_t kLongestValue = 200;

std::string shown(std::string_view name, std::optional<std::string_view> value)
{
    if (!value)
        return std::string(name) + " is not set";
    const bool isLong = value->size() > kLongestValue;
    return std::string(name) + " is \"" + std::string(value->substr(0, kLongestValue)) +
           (isLong ? "…\"" : "\"");
}

bool isStateful(const Condition& condition)
{
    return std::holds_alternative<CheckDiffCondition>(condition) ||
           std::holds_alternative<FirstSeenCondition>(condition) ||
           std::holds_alternative<ListCondition>(condition);
}

} // namespace

std::string RuleMatcher::whyNot(const DecodedAsCondition&) const
{
    return m_event->decoder != nullptr ? shown("the decoder", m_event->decoder->name())
                                       : "no decoder accepts the record";
}

std::string RuleMatcher::whyNot(const OriginCondition&) const
{
    return "the record's origin is another, or not known";
}

std::string RuleMatcher::whyNot(const SizeCondition&) const
{
    return "the log has " + std::to_string(m_event->log.size()) + " bytes";
}

std::string RuleMatcher::whyNot(const TextCondition& condition) const
{
    if (condition.source == RuleTextSource::Match || condition.source == RuleTextSource::Regex)
        return condition.negate ? "it is in the log" : "it is not in the log";
    return shown(ruleTextSourceName(condition.source), textOf(condition.source));
}

std::string RuleMatcher::whyNot(const FieldCondition& condition) const
{
    return shown(condition.name, m_event->dynamic(condition.name));
}

std::string RuleMatcher::whyNot(const AddressCondition& condition) const
{
    return shown(staticFieldName(condition.field), m_event->field(condition.field));
}

std::string RuleMatcher::whyNot(const BuiltinCondition&) const
{
    return "the record does not pass it";
}

std::string RuleMatcher::whyNot(const TimeCondition&) const
{
    const int minute = m_calendar->minuteOfDay;
    const auto twoDigits = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return "the record came at " + twoDigits(minute / 60) + ":" + twoDigits(minute % 60);
}

std::string RuleMatcher::whyNot(const WeekdayCondition&) const
{
    static constexpr std::array<std::string_view, 7> kNames{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                            "Thursday", "Friday", "Saturday"};
    return "the record came on a " + std::string(kNames.at(static_cast<std::size_t>(m_calendar->weekday)));
}

std::string RuleMatcher::whyNot(const CheckDiffCondition&) const
{
    return "the log is the first of its host, or the same as the one before";
}

std::string RuleMatcher::whyNot(const FirstSeenCondition&) const
{
    const bool hasKey = m_event->decoder != nullptr && m_event->decoder->firstSeen() != nullptr;
    return hasKey ? "its fields were seen before" : "the decoder has no <fts>";
}

std::string RuleMatcher::whyNot(const ListCondition& condition) const
{
    return shown(condition.fieldName, listValue(condition));
}

std::string RuleMatcher::whyNotCounted(const Rule& rule) const
{
    return std::to_string(m_state.memory.lastCount()) + " of " +
           std::to_string(rule.correlation->earlier + 1) + " earlier events are there";
}

// Gives the verdict of holds(), and in the same order what has a memory.
bool RuleMatcher::holdsUnderTrace(const Rule& rule)
{
    std::vector<FailedCondition> failed;
    std::size_t held = 0;
    for (const auto& condition : rule.conditions) {
        if (!failed.empty() && isStateful(condition))
            continue;
        if (std::visit([&](const auto& kind) { return holds(rule, kind); }, condition))
            ++held;
        else
            failed.push_back(
                {describe(condition), std::visit([&](const auto& kind) { return whyNot(kind); }, condition)});
    }
    if (failed.empty() && rule.correlation) {
        if (isCounted(rule))
            ++held;
        else
            failed.push_back({"frequency " + std::to_string(rule.correlation->earlier + 2) + " in " +
                                  std::to_string(rule.correlation->timeframe) + " s",
                              whyNotCounted(rule)});
    }
    if (failed.empty())
        m_trace->matched(rule);
    else
        m_trace->failed(rule, held, failed);
    return failed.empty();
}

} // namespace bartizan
