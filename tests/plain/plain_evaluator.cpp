#include "tests/plain/plain_evaluator.h"

#include "engine/base/origin_requirement.h"
#include "engine/decode/predecode.h"
#include "engine/rules/rule_groups.h"
#include "tests/plain/plain_conditions.h"

#include <algorithm>

namespace bartizan::plain {

bool PlainEvaluator::load(const RulesetSource& source)
{
    m_sessions.clear();
    m_rules.reset();
    m_lists.clear();
    Problems problems;
    for (const auto& file : source.lists)
        m_lists.try_emplace(file.name, CdbList::compile(file.bytes, file.name, problems));
    m_decoders = std::make_unique<PlainDecoders>(source.decoders);
    m_rules = std::make_unique<PlainRules>(source.rules, *m_decoders, m_lists);
    if (m_rules->count() == 0)
        m_rules.reset();
    return m_rules != nullptr;
}

std::vector<Verdict> PlainEvaluator::analyse(const RecordBatch& batch)
{
    std::vector<Verdict> verdicts;
    for (std::uint32_t i = 0; m_rules != nullptr && i < batch.records().size(); ++i)
        verdicts.push_back(analyseRecord(batch, i));
    return verdicts;
}

Verdict PlainEvaluator::analyseRecord(const RecordBatch& batch, std::uint32_t index)
{
    const auto& record = batch.records()[index];
    PlainSession& session =
        m_sessions.try_emplace(record.session, m_options.rememberedEvents()).first->second;
    PlainEvent current;
    Event& event = current.event;
    event.fullLog = batch.text(record);
    event.location = batch.location(record);
    session.lastTime = std::max(session.lastTime, record.receivedAt);
    event.receivedAt = session.lastTime;
    current.second = event.receivedAt / 1000;
    predecode(event);
    event.origin = &batch.origin(record);
    current.isDoubted = !doubtAbout(*event.origin, event.programName).empty();
    current.decoder = m_decoders->decode(event);
    session.accumulate(current);

    Outcome outcome;
    if (const PlainRule* rule = match(current, session))
        outcome = decide(*rule, current, session);
    auto verdict = verdictOf(index, current, session, outcome);
    if (outcome.remember)
        session.remember(*outcome.rule, current, m_rules->largestFrequency(), m_rules->largestTimeframe());
    return verdict;
}

const PlainRule* PlainEvaluator::match(PlainEvent& current, PlainSession& session)
{
    const Event& event = current.event;
    if (event.isMalformed)
        return nullptr;
    // Spec §7.3: log_fw.
    const auto lacks = [&](StaticField field) { return !event.field(field); };
    if (m_options.mode == AnalysisMode::Daemon && m_options.dropIncompleteFirewallEvents &&
        event.type == DecoderType::Firewall &&
        (lacks(StaticField::Action) || lacks(StaticField::SrcIp) || lacks(StaticField::DstIp) ||
         lacks(StaticField::SrcPort) || lacks(StaticField::DstPort) || lacks(StaticField::Protocol)))
        return nullptr;
    for (const auto& top : m_rules->tops()) {
        if (top->rule->category != event.type)
            continue;
        if (const PlainRule* verdict = evaluate(*top, nullptr, current, session))
            return verdict;
    }
    return nullptr;
}

const PlainRule* PlainEvaluator::evaluate(const PlainNode& node, const PlainRule* parent, PlainEvent& event,
                                          PlainSession& session)
{
    const PlainRule& rule = *node.rule;
    if (!holds(rule, event, session))
        return nullptr;
    for (const auto& child : node.children) {
        if (const PlainRule* verdict = evaluate(*child, &rule, event, session))
            return verdict;
    }
    if (rule.body.text.noAlert)
        return nullptr;
    ++session.fired[&rule];
    m_parent = parent;
    return &rule;
}

std::optional<std::string_view> PlainEvaluator::hostOf(const Event& event) const
{
    if (event.hostname)
        return event.hostname;
    return m_options.hostName.empty() ? std::nullopt : std::optional<std::string_view>(m_options.hostName);
}

std::optional<std::string_view> PlainEvaluator::textOf(RuleTextSource source, const Event& event) const
{
    switch (source) {
    case RuleTextSource::Match:
    case RuleTextSource::Regex:
        return event.log;
    case RuleTextSource::ProgramName:
        return event.programName;
    case RuleTextSource::Location:
        return event.location;
    case RuleTextSource::Hostname:
        return hostOf(event);
    case RuleTextSource::User:
        return event.field(StaticField::DstUser) ? event.field(StaticField::DstUser)
                                                 : event.field(StaticField::SrcUser);
    case RuleTextSource::SrcGeoIp:
    case RuleTextSource::DstGeoIp:
        return std::nullopt;
    default: // the others are called like the field
        return event.field(staticFieldFromName(ruleTextSourceName(source)).value());
    }
}

// True where the rule does not ask for it; a field that is missing fits nothing, not even a negation.
bool PlainEvaluator::textHolds(const PlainRule& rule, RuleTextSource source, const Event& event) const
{
    const auto index = static_cast<std::size_t>(source);
    const auto& condition = rule.body.text.texts[index];
    if (!condition)
        return true;
    const auto value = textOf(source, event);
    if (!value)
        return false;
    const auto& pattern = rule.body.texts[index];
    const bool hit = pattern ? pattern->matches(*value) : *value == condition->text;
    return hit != condition->negate;
}

std::optional<std::string_view> PlainEvaluator::listValue(const std::string& field, const Event& event) const
{
    if (field == "user")
        return event.field(StaticField::SrcUser) ? event.field(StaticField::SrcUser)
                                                 : event.field(StaticField::DstUser);
    if (field == "hostname")
        return hostOf(event);
    if (field == "program_name")
        return event.programName;
    for (const auto* name : {"srcip", "dstip", "srcport", "dstport", "url", "id", "status", "action",
                             "system_name", "protocol", "data", "extra_data"}) {
        if (field == name)
            return event.field(staticFieldFromName(field).value());
    }
    return event.dynamic(field);
}

bool PlainEvaluator::listsHold(const PlainRule& rule, const Event& event) const
{
    return std::ranges::all_of(rule.body.lists, [&](const PlainListCondition& condition) {
        const auto value = listValue(condition.field, event);
        return value && lookupHolds(*condition.list, condition.lookup, *value, condition.checkValue.get());
    });
}

// The conditions in the order of spec §7.2.
bool PlainEvaluator::holds(const PlainRule& rule, PlainEvent& current, PlainSession& session) const
{
    using enum RuleTextSource;
    const Event& event = current.event;
    const PlainRule::Body& body = rule.body;
    const RuleText& text = body.text;
    if (text.decodedAs && (current.decoder == nullptr || current.decoder->shownName != text.decodedAs->text))
        return false;
    if (text.origin && !text.origin->fits(*event.origin))
        return false;
    for (const auto source : {ProgramName, Id, SystemName, Protocol, Match, Regex, Action, Url, Location}) {
        if (!textHolds(rule, source, event))
            return false;
    }
    for (std::size_t i = 0; i < text.fields.size(); ++i) {
        const auto value = event.dynamic(text.fields[i].name);
        if (!value || body.fields[i]->matches(*value) == text.fields[i].pattern.negate)
            return false;
    }
    if (!addressHolds(body.srcIp, text.srcIp.negate, event.field(StaticField::SrcIp)) ||
        !addressHolds(body.dstIp, text.dstIp.negate, event.field(StaticField::DstIp)))
        return false;
    if (!textHolds(rule, SrcPort, event) || !textHolds(rule, DstPort, event))
        return false;
    if (text.compiledRule && !builtinHolds(text.compiledRule->text, event))
        return false;
    for (const auto source : {User, SrcGeoIp, DstGeoIp}) {
        if (!textHolds(rule, source, event))
            return false;
    }
    if (event.log.size() < static_cast<std::size_t>(text.minimumSize))
        return false;
    if (body.time && !body.time->matches(localCalendar(event.receivedAt)))
        return false;
    if (body.weekday && !body.weekday->matches(localCalendar(event.receivedAt)))
        return false;
    for (const auto source : {Data, ExtraData, Hostname, Status}) {
        if (!textHolds(rule, source, event))
            return false;
    }
    if (text.checkDiff) {
        current.textBefore = session.textChanged(rule, hostOf(event).value_or(""), event.log);
        if (!current.textBefore)
            return false;
    }
    if (text.ifFirstTimeSeen) {
        if (!current.isFirst)
            current.isFirst = session.isFirst(current);
        if (!*current.isFirst)
            return false;
    }
    return listsHold(rule, event) && (!rule.isComposite() || session.search(rule, current));
}

PlainEvaluator::Outcome PlainEvaluator::decide(const PlainRule& matched, const PlainEvent& event,
                                               PlainSession& session) const
{
    const bool tester = m_options.mode == AnalysisMode::Tester;
    Outcome outcome{&matched, true, true, true, false};
    const RuleText& text = matched.body.text;
    if (text.level > 0 && text.ignore > 0) { // spec §8.4
        const auto since = session.ignoredSince.find(&matched);
        if (since == session.ignoredSince.end()) {
            session.ignoredSince[&matched] = event.second;
        } else if (event.second - since->second >= text.ignore) {
            if (tester)
                session.ignoredSince.erase(since);
            else
                since->second = event.second;
        } else if (!tester && m_parent != nullptr) {
            outcome.rule = m_parent;
            outcome.isParent = true;
        } else {
            outcome.alert = outcome.respond = false;
            outcome.remember = tester;
        }
    }
    const RuleText& verdict = outcome.rule->body.text;
    if (verdict.level == 0)
        outcome.alert = outcome.respond = outcome.remember = false;
    bool logged = verdict.level >= m_options.logAlertLevel;
    if (!tester) // the reference's tester looks at the level only
        logged = (logged || verdict.logAlways) && !verdict.logNever;
    outcome.alert = outcome.alert && logged;
    outcome.respond = outcome.respond && !verdict.noActiveResponse && verdict.accurate;
    return outcome;
}

Verdict PlainEvaluator::verdictOf(std::uint32_t index, const PlainEvent& current, const PlainSession& session,
                                  const Outcome& outcome) const
{
    const Event& event = current.event;
    Verdict verdict;
    verdict.record = index;
    verdict.timestamp = event.timestamp;
    verdict.hostname = shownHostname(event.fullLog);
    verdict.programName = event.programName;
    if (current.decoder != nullptr) {
        verdict.decoderName = current.decoder->shownName;
        verdict.decoderParent = current.decoder->model.parent.value_or("");
        verdict.decoderComment = current.decoder->model.firstSeenComment;
        verdict.decoderAccumulates = current.decoder->model.accumulates;
        if (verdict.decoderName == "windows_eventchannel")
            verdict.fullLog = event.fullLog;
    }
    for (std::size_t i = 0; i < kStaticFieldCount; ++i) {
        const auto field = static_cast<StaticField>(i);
        if (const auto value = event.field(field))
            verdict.fields.push_back({std::string(staticFieldName(field)), std::string(*value), true});
    }
    for (const auto& field : event.dynamicFields())
        verdict.fields.push_back({std::string(field.name), std::string(field.value), false});
    verdict.alert = outcome.alert;
    verdict.respond = outcome.respond;
    if (outcome.rule == nullptr)
        return verdict;

    verdict.countedDoubted = current.countedDoubted;
    const PlainRule& rule = *outcome.rule;
    const RuleText& text = rule.body.text;
    RuleInfo& info = verdict.rule.emplace();
    info.id = text.id;
    info.level = text.level;
    rule.body.description.expand(event, m_options.hostName, info.description);
    auto shown = shownGroups(text.groups);
    info.facts = std::make_shared<const RuleFacts>(RuleFacts{text.groups, std::move(shown.groups),
                                                             std::move(shown.compliance), text.mitreIds,
                                                             text.info, text.cve});
    info.frequency = rule.isComposite() ? text.frequency.value_or(0) : 0;
    const auto fired = session.fired.find(&rule);
    info.firedTimes = text.noCounter || fired == session.fired.end() ? 0 : fired->second;
    info.mail = text.mail.value_or(text.level >= m_options.mailLevel);
    info.noActiveResponse = text.noActiveResponse || !text.accurate;
    info.noFullLog = text.noFullLog;
    if (outcome.isParent)
        return verdict;
    if (current.textBefore) {
        verdict.previousOutput = "Previous output:\n" + *current.textBefore;
    } else if (current.previous.size() > 1) { // spec §8.6
        for (const auto& log : current.previous)
            verdict.previousOutput += (verdict.previousOutput.empty() ? "" : "\n") + log;
    }
    return verdict;
}

} // namespace bartizan::plain
