#include "engine/analysis/analyser.h"

#include "engine/base/utf8.h"
#include "engine/decode/predecode.h"
#include "engine/decode/windows_event.h"
#include "engine/pattern/match_budget.h"

#include <algorithm>
#include <array>

namespace bartizan {

namespace {

// Into the memory that is there.
void assign(std::string& target, std::string_view text)
{
    target.assign(text);
}

void assign(std::optional<std::string>& target, std::optional<std::string_view> text)
{
    if (text && target)
        target->assign(*text);
    else
        target = text;
}

constexpr std::size_t kLargeText = 4096;
constexpr std::size_t kManyFields = 64;

void release(std::string& text)
{
    if (text.capacity() > kLargeText)
        std::string().swap(text); // an assignment may keep the memory
}

} // namespace

void Verdict::releaseLargeTexts()
{
    release(fullLog);
    release(previousOutput);
    if (programName)
        release(*programName);
    if (rule)
        release(rule->description);
    for (Field& field : fields)
        release(field.value);
    if (fields.size() > kManyFields)
        std::vector<Field>().swap(fields);
}

Analyser::Analyser(const AnalysisOptions& options)
    : m_options(options)
{
}

std::unique_ptr<AnalysisPort> makeAnalyser(const AnalysisOptions& options)
{
    return std::make_unique<Analyser>(options);
}

Result<Problems> Analyser::load(const RulesetSource& source)
{
    Problems problems;
    auto ruleset = Ruleset::compile(source, problems, m_lists);
    if (ruleset->summary.rules == 0) {
        std::string message = "No rule could be loaded";
        const auto first = std::ranges::find(problems, Severity::Error, &Problem::severity);
        if (first != problems.end())
            message += ": " + describe(*first);
        return fail(ErrorCode::InvalidArgument, std::move(message),
                    "Run bartizanctl check to see every problem.");
    }
    if (!m_options.geoLocator)
        noteRulesThatNeedLocations(*ruleset, problems);
    for (auto& [number, session] : m_sessions)
        session.rules.adopt(*m_ruleset->rules, *ruleset->rules);
    m_ruleset = std::move(ruleset);
    m_texts = m_ruleset->texts;
    m_exhausted.clear();
    m_overspent.clear();
    for (auto& [number, session] : m_sessions)
        renewMatcher(session);
    return problems;
}

RulesetSummary Analyser::summary() const
{
    RulesetSummary summary = m_ruleset ? m_ruleset->summary : RulesetSummary{};
    summary.lists = m_lists.size() + m_texts.size();
    summary.listEntries = 0;
    for (const ListSlots* slots : {&m_lists, &m_texts}) {
        for (const auto& [name, slot] : *slots)
            summary.listEntries += slot->list->size();
    }
    return summary;
}

CorrelationUsage Analyser::correlation() const
{
    CorrelationUsage usage;
    usage.limit = m_options.correlationBytes;
    for (const auto& [number, session] : m_sessions) {
        const auto one = session.rules.memory.usage();
        usage.events += one.events;
        usage.bytes += one.bytes;
        usage.evicted += one.evicted;
    }
    return usage;
}

void Analyser::setTrace(DecoderTrace* decoders, RuleTrace* rules)
{
    m_scratch.setTrace(decoders);
    m_trace = rules;
    for (auto& [number, session] : m_sessions)
        renewMatcher(session);
}

Analyser::Session& Analyser::session(std::uint32_t number)
{
    const auto found = m_sessions.find(number);
    if (found != m_sessions.end())
        return found->second;
    Session& created = m_sessions.try_emplace(number, *m_ruleset->rules, m_options).first->second;
    renewMatcher(created);
    if (number == 0 && m_options.learns) {
        created.rules.recall(std::exchange(m_recalled, {}));
        created.rules.teach(&m_learned);
    }
    return created;
}

void Analyser::renewMatcher(Session& session)
{
    session.matcher =
        std::make_unique<RuleMatcher>(*m_ruleset->rules, session.rules, m_options.hostName, m_trace);
}

Result<void> Analyser::analyse(const RecordBatch& batch, VerdictDetail detail, Verdicts& verdicts)
{
    if (!m_ruleset)
        return fail(ErrorCode::Unavailable, "No rules are loaded", "Load a rule set first.");
    static_cast<void>(takeExhausted()); // whoever else matched on this thread: not a rule of this set
    for (std::uint32_t i = 0; i < batch.records().size(); ++i) {
        MatchBudget::current().beginRecord();
        prepareEvent(batch, batch.records()[i], *m_ruleset->decoders, m_scratch, m_own);
        conclude(m_own, batch.records()[i].session, i, detail, verdicts);
    }
    for (const Pattern* pattern : takeExhausted())
        ++m_exhausted[pattern];
    return {};
}

Result<void> Analyser::analyse(PreparedBatch& batch, VerdictDetail detail, Verdicts& verdicts)
{
    if (!m_ruleset || batch.m_ruleset != m_ruleset)
        return fail(ErrorCode::Unavailable, "The records were decoded with other rules than are loaded",
                    "Decode them again.");
    static_cast<void>(takeExhausted());
    for (std::uint32_t i = 0; i < batch.records().records().size(); ++i) {
        Event& event = batch.m_events[i];
        MatchBudget::current() = batch.m_budgets[i];
        event.lendSignature(&m_scratch.signature());
        conclude(event, batch.records().records()[i].session, i, detail, verdicts);
    }
    for (const auto& exhausted : {batch.m_exhausted, takeExhausted()}) {
        for (const Pattern* pattern : exhausted)
            ++m_exhausted[pattern];
    }
    return {};
}

Problems Analyser::findings() const
{
    Problems problems;
    for (const auto& [pattern, times] : m_exhausted) {
        Problem problem = m_ruleset->ownerOf(*pattern);
        problem.message += " has a pattern that gave up on " + std::to_string(times) +
                           (times == 1 ? " record" : " records") +
                           ", which counts as no match: " + forDisplay(pattern->text(), 200);
        problem.cure = "Write the pattern so that there are fewer ways to match the same text.";
        problems.push_back(std::move(problem));
    }
    for (const auto& [pattern, times] : m_overspent) {
        Problem problem = m_ruleset->ownerOf(*pattern);
        problem.message +=
            " took most of what a record may cost, on " + std::to_string(times) +
            (times == 1 ? " record" : " records") +
            ", and the patterns behind it were not tried any more: " + forDisplay(pattern->text(), 200);
        problem.cure = "Look at these records: such lines are long or written by an attacker. Or write the "
                       "pattern so that there are fewer ways to match the same text.";
        problems.push_back(std::move(problem));
    }
    return problems;
}

// What is left of a record's way when it is decoded.
void Analyser::conclude(Event& event, std::uint32_t sessionNumber, std::uint32_t index, VerdictDetail detail,
                        Verdicts& verdicts)
{
    Session& current = session(sessionNumber);
    m_event = &event;
    // Correlation relies on it.
    current.lastTime = std::max(current.lastTime, event.receivedAt);
    event.receivedAt = current.lastTime;
    current.accumulate.apply(event);
    if (m_options.geoLocator)
        locate();

    Outcome outcome;
    if (!event.isMalformed && !isDropped()) {
        if (const Rule* rule = current.matcher->match(event))
            outcome = decide(current, *rule);
    }
    if (m_watched)
        noticeListed(index, outcome);
    if (detail == VerdictDetail::Everything || outcome.alert || outcome.respond)
        fillVerdict(verdicts.next(), index, current, outcome);
    if (outcome.remember)
        current.matcher->remember(*outcome.rule);
    settleBudget();
}

void Analyser::settleBudget()
{
    MatchBudget& budget = MatchBudget::current();
    if (budget.isSpent() && budget.dearest() != nullptr)
        ++m_overspent[budget.dearest()];
    m_lastCost = budget.spent();
    budget.endRecord();
}

void Analyser::locate()
{
    for (const auto& [address, place] : {std::pair(StaticField::SrcIp, StaticField::SrcGeoIp),
                                         std::pair(StaticField::DstIp, StaticField::DstGeoIp)}) {
        const auto text = m_event->field(address);
        if (auto found = text ? m_options.geoLocator->locate(*text) : std::nullopt)
            m_event->setPlace(place, m_event->keep(std::move(*found)));
    }
}

// log_fw (spec §7.3): a firewall event without these fields is of no use to any rule.
bool Analyser::isDropped() const
{
    static constexpr std::array kNeeded{StaticField::Action,  StaticField::SrcIp,   StaticField::DstIp,
                                        StaticField::SrcPort, StaticField::DstPort, StaticField::Protocol};
    if (m_options.mode != AnalysisMode::Daemon || !m_options.dropIncompleteFirewallEvents ||
        m_event->type != DecoderType::Firewall)
        return false;
    return std::ranges::any_of(kNeeded, [this](StaticField field) { return !m_event->field(field); });
}

Analyser::Outcome Analyser::decide(Session& session, const Rule& matched) const
{
    Outcome outcome{&matched, true, true, true, false};
    if (matched.level > 0 && matched.ignore > 0)
        applyIgnore(session, matched, outcome);
    const Rule& rule = *outcome.rule;
    if (rule.level == 0)
        return {&rule, false, false, false, outcome.replaced};
    const bool loud = rule.level >= m_options.logAlertLevel;
    // The reference's tester knows the level only.
    const bool logged =
        m_options.mode == AnalysisMode::Tester ? loud : (loud || rule.logAlways) && !rule.logNever;
    outcome.alert = outcome.alert && logged;
    outcome.respond = outcome.respond && !rule.noActiveResponse;
    return outcome;
}

// Spec §8.4.
void Analyser::applyIgnore(Session& session, const Rule& rule, Outcome& outcome) const
{
    const auto now = m_event->receivedAt / 1000;
    auto& since = session.rules.ignoredSince[rule.index];
    if (since == RuleState::kNever) {
        since = now;
        return;
    }
    const bool tester = m_options.mode == AnalysisMode::Tester;
    if (now - since >= rule.ignore) {
        since = tester ? RuleState::kNever : now;
        return;
    }
    const Rule* parent = session.matcher->parent();
    if (!tester && parent != nullptr) {
        outcome.rule = parent;
        outcome.replaced = true;
        return;
    }
    outcome.alert = outcome.respond = false;
    outcome.remember = tester;
}

void Analyser::fillVerdict(Verdict& verdict, std::uint32_t index, const Session& session,
                           const Outcome& outcome) const
{
    const Decoder* const decoder = m_event->decoder;
    verdict.record = index;
    assign(verdict.fullLog, decoder != nullptr && decoder->name() == kWindowsEventDecoder
                                ? m_event->fullLog
                                : std::string_view{});
    assign(verdict.timestamp, m_event->timestamp);
    assign(verdict.hostname, shownHostname(m_event->fullLog));
    assign(verdict.programName, m_event->programName);
    assign(verdict.decoderName, decoder != nullptr ? decoder->name() : std::string_view{});
    assign(verdict.decoderParent, decoder != nullptr ? decoder->parentName() : std::string_view{});
    assign(verdict.decoderComment, decoder != nullptr ? decoder->firstSeenComment() : std::string_view{});
    verdict.decoderAccumulates = decoder != nullptr && decoder->accumulates();
    fillFields(verdict.fields);
    verdict.countedDoubted = false;
    verdict.previousOutput.clear();
    if (outcome.rule == nullptr) {
        verdict.rule.reset();
    } else {
        if (!verdict.rule)
            verdict.rule.emplace();
        fillRuleInfo(*verdict.rule, session, *outcome.rule);
        verdict.countedDoubted = session.matcher->countedDoubted();
        if (!outcome.replaced)
            session.matcher->showPrevious(verdict.previousOutput);
    }
    verdict.alert = outcome.alert;
    verdict.respond = outcome.respond;
}

void Analyser::fillFields(std::vector<Field>& fields) const
{
    std::size_t count = 0;
    const auto add = [&](std::string_view name, std::string_view value, bool isStatic) {
        if (count == fields.size())
            fields.emplace_back();
        Field& field = fields[count++];
        field.name = name;
        field.value = value;
        field.isStatic = isStatic;
    };
    for (std::size_t i = 0; i < kStaticFieldCount; ++i) {
        const auto field = static_cast<StaticField>(i);
        if (const auto value = m_event->field(field))
            add(staticFieldName(field), *value, true);
    }
    for (const auto& field : m_event->dynamicFields())
        add(field.name, field.value, false);
    fields.resize(count);
}

void Analyser::fillRuleInfo(RuleInfo& info, const Session& session, const Rule& rule) const
{
    info.id = rule.id;
    info.level = rule.level;
    rule.description.expand(*m_event, m_options.hostName, info.description);
    info.facts = rule.facts;
    info.frequency = rule.correlation ? rule.frequency : 0;
    info.firedTimes = rule.noCounter ? 0 : session.rules.fired[rule.index];
    info.mail = rule.mail.value_or(rule.level >= m_options.mailLevel);
    info.noActiveResponse = rule.noActiveResponse;
    info.noFullLog = rule.noFullLog;
}

} // namespace bartizan
