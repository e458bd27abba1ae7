#include "engine/rules/rule_matcher.h"

#include "engine/decode/decoder.h"
#include "engine/pattern/match_budget.h"

#include <algorithm>

namespace bartizan {

namespace {

constexpr int kNoDecoder = -2; // equals no rule's decoder

std::int64_t secondOf(EpochMs time)
{
    return time >= 0 ? time / 1000 : (time - 999) / 1000;
}

} // namespace

const Rule* RuleMatcher::match(const Event& event)
{
    m_event = &event;
    m_hasHits = false;
    m_decoderId = event.decoder != nullptr ? event.decoder->id() : kNoDecoder;
    m_second = secondOf(event.receivedAt);
    m_parent = nullptr;
    m_matched = 0;
    m_countedDoubted = false;
    m_values.reset(event);
    m_previous.clear();
    m_textBefore.reset();
    m_isFirst.reset();
    m_calendar.reset();
    for (const auto top : m_plan.tops(event.type)) {
        if (const Rule* verdict = evaluate(top, nullptr))
            return verdict;
    }
    return nullptr;
}

const Rule* RuleMatcher::evaluate(std::uint32_t nodeIndex, const Rule* parent)
{
    const auto& node = m_plan.node(nodeIndex);
    const Rule& rule = m_plan.rules()[node.rule];
    if (!(m_trace == nullptr ? holds(rule) : holdsUnderTrace(rule)))
        return nullptr;
    const auto* candidates = m_plan.candidatesOf(node);
    if (const Rule* verdict = isIndexed(candidates) ? evaluateCandidates(node, candidates->list, rule)
                                                    : evaluateChildren(node, rule))
        return verdict;
    if (rule.noAlert)
        return nullptr;
    m_parent = parent;
    ++m_state.fired[rule.index];
    return &rule;
}

// Most children are about another decoder or text: told here, without touching the rule.
bool RuleMatcher::isForOther(const RulePlan::Child& child) const
{
    if (m_trace != nullptr)
        return false;
    return (child.decoderId != RulePlan::kAnyDecoder && child.decoderId != m_decoderId) ||
           (child.hasNeedle && !m_event->logSignature().mayHold(child.needle) &&
            !(child.isAboutField && m_event->hasForeignValue()));
}

// Whether these are to be used: none are for the trace, which hears of every child.
bool RuleMatcher::isIndexed(const RulePlan::Candidates* candidates)
{
    if (candidates == nullptr || m_trace != nullptr)
        return false;
    if (!candidates->byLiteral)
        return true;
    if (!m_hasHits && !m_event->hasForeignValue()) {
        m_plan.literals().scan(m_event->log, m_hits);
        m_hasHits = true;
    }
    return m_hasHits;
}

const Rule* RuleMatcher::evaluateChildren(const RulePlan::Node& node, const Rule& rule)
{
    for (const auto& child : m_plan.children(node)) {
        if (isForOther(child))
            continue;
        if (const Rule* verdict = evaluate(child.node, &rule))
            return verdict;
    }
    return nullptr;
}

const Rule* RuleMatcher::evaluateCandidates(const RulePlan::Node& node, const CandidateList& candidates,
                                            const Rule& rule)
{
    const auto children = m_plan.children(node);
    const std::size_t from = m_candidates.size();
    candidates.find(m_hasHits ? m_hits.met() : std::span<const std::uint32_t>(),
                    CandidateList::otherKey(static_cast<std::uint32_t>(m_decoderId)), m_candidates);
    const std::size_t end = m_candidates.size();
    const Rule* verdict = nullptr;
    for (std::size_t i = from; i < end && verdict == nullptr; ++i) {
        const auto& child = children[m_candidates[i]];
        if (!isForOther(child))
            verdict = evaluate(child.node, &rule);
    }
    m_candidates.resize(from);
    return verdict;
}

bool RuleMatcher::holds(const Rule& rule)
{
    for (const auto& condition : rule.conditions) {
        if (!std::visit([&](const auto& kind) { return holds(rule, kind); }, condition))
            return false;
    }
    return !rule.correlation || isCounted(rule);
}

bool RuleMatcher::isCounted(const Rule& rule)
{
    return m_state.memory.search(m_plan, rule, *m_event, m_values, m_second, m_matched, m_countedDoubted,
                                 m_previous);
}

std::optional<std::string_view> RuleMatcher::textOf(RuleTextSource source) const
{
    switch (source) {
    case RuleTextSource::Match:
    case RuleTextSource::Regex:
        return m_event->log;
    case RuleTextSource::ProgramName:
        return m_event->programName;
    case RuleTextSource::Id:
        return m_event->field(StaticField::Id);
    case RuleTextSource::SystemName:
        return m_event->field(StaticField::SystemName);
    case RuleTextSource::Protocol:
        return m_event->field(StaticField::Protocol);
    case RuleTextSource::Action:
        return m_event->field(StaticField::Action);
    case RuleTextSource::Url:
        return m_event->field(StaticField::Url);
    case RuleTextSource::Location:
        return m_event->location;
    case RuleTextSource::SrcPort:
        return m_event->field(StaticField::SrcPort);
    case RuleTextSource::DstPort:
        return m_event->field(StaticField::DstPort);
    case RuleTextSource::Data:
        return m_event->field(StaticField::Data);
    case RuleTextSource::ExtraData:
        return m_event->field(StaticField::ExtraData);
    case RuleTextSource::Status:
        return m_event->field(StaticField::Status);
    case RuleTextSource::User: {
        const auto target = m_event->field(StaticField::DstUser);
        return target ? target : m_event->field(StaticField::SrcUser);
    }
    case RuleTextSource::Hostname:
        if (m_event->hostname || !m_localHost.empty())
            return host();
        return std::nullopt;
    case RuleTextSource::SrcGeoIp:
        return m_event->field(StaticField::SrcGeoIp);
    case RuleTextSource::DstGeoIp:
        return m_event->field(StaticField::DstGeoIp);
    }
    return std::nullopt;
}

std::optional<std::string_view> RuleMatcher::listValue(const ListCondition& condition) const
{
    switch (condition.source) {
    case ListCondition::Source::Static:
        return m_event->field(condition.field);
    case ListCondition::Source::ProgramName:
        return m_event->programName;
    case ListCondition::Source::Hostname:
        return textOf(RuleTextSource::Hostname);
    case ListCondition::Source::Dynamic:
        return m_event->dynamic(condition.fieldName);
    case ListCondition::Source::User: {
        const auto source = m_event->field(StaticField::SrcUser);
        return source ? source : m_event->field(StaticField::DstUser);
    }
    }
    return std::nullopt;
}

const LocalCalendar& RuleMatcher::calendar()
{
    if (!m_calendar)
        m_calendar = localCalendar(m_event->receivedAt);
    return *m_calendar;
}

bool RuleMatcher::holds(const Rule&, const DecodedAsCondition& condition)
{
    return condition.decoderId == m_decoderId;
}

bool RuleMatcher::holds(const Rule&, const OriginCondition& condition)
{
    return condition.requirement.fits(*m_event->origin);
}

bool RuleMatcher::holds(const Rule&, const SizeCondition& condition)
{
    return m_event->log.size() >= condition.atLeast;
}

bool RuleMatcher::matches(const Pattern& pattern, std::string_view value) const
{
    // What is not in the log is in no part of it. A value made from it (out of JSON) is told by its place.
    return !(m_event->isInLog(value) && pattern.isRuledOutBy(m_event->logSignature())) &&
           pattern.matches(value);
}

// Whoever writes a line on which a pattern gives up is not to make a negated condition hold by it.
bool RuleMatcher::fits(const Pattern& pattern, std::string_view value, bool negate) const
{
    if (!negate)
        return matches(pattern, value);
    const MatchBudget& budget = MatchBudget::current();
    const auto undecided = budget.undecided();
    return !matches(pattern, value) && budget.undecided() == undecided && !budget.isSpent();
}

bool RuleMatcher::holds(const Rule&, const TextCondition& condition)
{
    const auto value = textOf(condition.source);
    if (!value)
        return false;
    return condition.pattern ? fits(*condition.pattern, *value, condition.negate)
                             : (*value == condition.exact) != condition.negate;
}

bool RuleMatcher::holds(const Rule&, const FieldCondition& condition)
{
    const auto value = m_event->dynamic(condition.name);
    return value && fits(*condition.pattern, *value, condition.negate);
}

bool RuleMatcher::holds(const Rule&, const AddressCondition& condition)
{
    const auto text = m_event->field(condition.field);
    if (!text)
        return false;
    const auto value = AddressPattern::valueOf(*text);
    const bool inside = value && std::ranges::any_of(condition.patterns, [&](const auto& pattern) {
                            return pattern.matches(*value);
                        });
    return inside != condition.negate;
}

bool RuleMatcher::holds(const Rule&, const BuiltinCondition& condition)
{
    return builtinTestHolds(condition.test, *m_event);
}

bool RuleMatcher::holds(const Rule&, const TimeCondition& condition)
{
    return condition.matches(calendar());
}

bool RuleMatcher::holds(const Rule&, const WeekdayCondition& condition)
{
    return condition.matches(calendar());
}

bool RuleMatcher::holds(const Rule& rule, const CheckDiffCondition&)
{
    m_textBefore = m_state.lastTexts.changed(rule.id, host(), m_event->log);
    return m_textBefore.has_value();
}

bool RuleMatcher::holds(const Rule&, const FirstSeenCondition&)
{
    // Asked once per event: the question itself makes the key a known one.
    if (!m_isFirst)
        m_isFirst = m_state.firstSeen.isFirst(*m_event);
    return *m_isFirst;
}

bool RuleMatcher::holds(const Rule&, const ListCondition& condition)
{
    const auto value = listValue(condition);
    return value && listMatches(*condition.list->list, condition.lookup, condition.keys, *value,
                                [&](std::string_view found) {
                                    return !condition.checkValue || condition.checkValue->matches(found);
                                });
}

void RuleMatcher::showPrevious(std::string& output) const
{
    output.clear();
    if (m_textBefore) {
        output += "Previous output:\n";
        output += *m_textBefore;
        return;
    }
    if (m_previous.size() < 2)
        return;
    for (const auto log : m_previous) {
        if (!output.empty())
            output += '\n';
        output += log;
    }
}

void RuleMatcher::remember(const Rule& rule)
{
    m_state.memory.remember(m_plan, rule, *m_event, m_values, m_second, m_matched,
                            m_countedDoubted || m_event->isDoubted);
}

} // namespace bartizan
