#include "engine/rules/rule_plan_builder.h"

#include "engine/base/strings.h"

#include <algorithm>
#include <map>
#include <set>

namespace bartizan {

namespace {

std::optional<DecoderType> categoryFromName(std::string_view name)
{
    static constexpr std::array<std::pair<std::string_view, DecoderType>, 7> kNames{{
        {"firewall", DecoderType::Firewall},
        {"ids", DecoderType::Ids},
        {"syslog", DecoderType::Syslog},
        {"web-log", DecoderType::WebLog},
        {"squid", DecoderType::Squid},
        {"windows", DecoderType::Windows},
        {"ossec", DecoderType::Ossec},
    }};
    for (const auto& [known, type] : kNames) {
        if (known == name)
            return type;
    }
    return std::nullopt;
}

// Ids separated by blanks and commas; nothing where other text is among them.
std::optional<std::vector<std::uint32_t>> parseIds(std::string_view text)
{
    std::vector<std::uint32_t> ids;
    for (const auto part : splitAny(text, " ,\t\r\n")) {
        const auto id = parseNumber<std::uint32_t>(part);
        if (!id)
            return std::nullopt;
        ids.push_back(*id);
    }
    if (ids.empty())
        return std::nullopt;
    return ids;
}

// From so many children on they are told apart by decoder, and from so many of one decoder by literals:
// below, a look at each is cheaper.
constexpr std::size_t kMany = 32;
constexpr std::size_t kVeryMany = 256;

// The pattern of a rule that the log, or a value that may be part of it, has to match.
struct TellingPattern
{
    const Pattern* pattern = nullptr;
    bool isAboutField = false;
};

TellingPattern tellingPattern(const Condition& condition)
{
    if (const auto* field = std::get_if<FieldCondition>(&condition))
        return {field->negate ? nullptr : field->pattern.get(), true};
    const auto* text = std::get_if<TextCondition>(&condition);
    if (text == nullptr || text->negate)
        return {};
    switch (text->source) {
    case RuleTextSource::Match:
    case RuleTextSource::Regex:
        return {text->pattern.get(), false};
    case RuleTextSource::ProgramName: // these are no part of it
    case RuleTextSource::Hostname:
    case RuleTextSource::Location:
    case RuleTextSource::SrcGeoIp:
    case RuleTextSource::DstGeoIp:
        return {};
    default:
        return {text->pattern.get(), true};
    }
}

// One about the log tells more than one about a field.
TellingPattern tellingPattern(const Rule& rule)
{
    TellingPattern best;
    for (const auto& condition : rule.conditions) {
        const auto found = tellingPattern(condition);
        const bool tells = found.pattern != nullptr && !found.pattern->literals().empty();
        if (tells && (best.pattern == nullptr || (best.isAboutField && !found.isAboutField)))
            best = found;
    }
    return best;
}

const std::string kLeftOut = "; the rule is left out";

} // namespace

void RulePlanBuilder::skip(const RuleText& text, const PlacedString& at, std::string message,
                           std::string cure)
{
    m_compiler.report(Severity::Warning, text, at.position, std::move(message) + kLeftOut, std::move(cure));
}

void RulePlanBuilder::add(const RuleText& text)
{
    const auto existing = m_byId.find(text.id);
    if (existing != m_byId.end() && !text.overwrite) {
        m_compiler.report(Severity::Warning, text, text.position,
                          "the id is used already in " + m_rules[existing->second].file + ":" +
                              std::to_string(m_rules[existing->second].line) + kLeftOut,
                          "Give it another id, or write overwrite=\"yes\" to replace the first.");
        return;
    }
    auto rule = m_compiler.compile(text);
    std::unique_ptr<const Pattern> matchedRegex;
    if (text.ifMatchedRegex) {
        matchedRegex = m_compiler.compilePatternOf(text, *text.ifMatchedRegex, PatternType::OsRegex);
        if (!matchedRegex)
            return;
    }
    if (text.category && !categoryFromName(text.category->text)) {
        m_compiler.report(Severity::Error, text, text.category->position,
                          "unknown category \"" + text.category->text + "\"",
                          "Known are firewall, ids, syslog, web-log, squid, windows and ossec.");
        return;
    }
    if (!rule)
        return;
    if (existing != m_byId.end()) {
        overwrite(existing->second, text, std::move(*rule), std::move(matchedRegex));
        return;
    }
    if (text.overwrite)
        m_compiler.report(Severity::Warning, text, text.position,
                          "there is no rule of this id to overwrite; it is a new rule",
                          "Check the id, or remove overwrite.");
    addNew(text, std::move(*rule), std::move(matchedRegex));
}

void RulePlanBuilder::addNew(const RuleText& text, Rule rule, std::unique_ptr<const Pattern> matchedRegex)
{
    Draft draft;
    draft.text = text;
    draft.matchedRegex = std::move(matchedRegex);
    if (text.category)
        draft.category = categoryFromName(text.category->text).value_or(DecoderType::Syslog);
    if (!resolveCounted(text, draft.counted))
        return;
    const auto index = static_cast<std::uint32_t>(m_rules.size());
    rule.index = index;
    m_tree.addRule(RuleTree::orderOf(rule.level, rule.accurate));
    m_rules.push_back(std::move(rule));
    m_drafts.push_back(std::move(draft));
    if (!place(index)) {
        m_rules.pop_back();
        m_drafts.pop_back();
        m_tree.dropLastRule();
        return;
    }
    m_byId[text.id] = index;
    countGroup(m_drafts[index]);
}

// The place in the tree, the children and what is counted stay (spec §7.4).
void RulePlanBuilder::overwrite(std::uint32_t index, const RuleText& text, Rule rule,
                                std::unique_ptr<const Pattern> matchedRegex)
{
    Draft& draft = m_drafts[index];
    const std::pair<const std::optional<PlacedString>*, const std::optional<PlacedString>*> kept[] = {
        {&text.ifSid, &draft.text.ifSid},
        {&text.ifGroup, &draft.text.ifGroup},
        {&text.ifLevel, &draft.text.ifLevel},
        {&text.ifMatchedSid, &draft.text.ifMatchedSid},
        {&text.ifMatchedGroup, &draft.text.ifMatchedGroup},
    };
    for (const auto& [now, before] : kept) {
        if (*now && (!*before || (*now)->text != (*before)->text))
            m_compiler.report(
                Severity::Warning, text, (*now)->position,
                "an overwrite can't change where a rule hangs or what it counts; that stays as it was",
                "Write a new rule with an id of its own instead.");
    }
    m_compiler.report(
        Severity::Note, text, text.position,
        "it overwrites the one in " + m_rules[index].file + ":" + std::to_string(m_rules[index].line), {});
    rule.index = index;
    m_tree.setOrder(index, RuleTree::orderOf(rule.level, rule.accurate));
    m_rules[index] = std::move(rule);
    draft.matchedRegex = std::move(matchedRegex);
    draft.text.frequency = text.frequency;
    draft.text.timeframe = text.timeframe;
    draft.text.relations = text.relations;
    draft.text.globalFrequency = text.globalFrequency;
}

bool RulePlanBuilder::resolveCounted(const RuleText& text, Counted& counted)
{
    counted.group = text.ifMatchedGroup.has_value();
    if (!text.ifMatchedSid)
        return true;
    const auto id = parseNumber<std::uint32_t>(text.ifMatchedSid->text);
    if (!id) {
        skip(text, *text.ifMatchedSid,
             "if_matched_sid \"" + text.ifMatchedSid->text + "\" is not one rule id",
             "Write exactly one id.");
        return false;
    }
    const auto target = m_byId.find(*id);
    if (target == m_byId.end()) {
        skip(text, *text.ifMatchedSid,
             "if_matched_sid names rule " + std::to_string(*id) + ", which is not loaded yet",
             "Load that rule first, or correct the id.");
        return false;
    }
    counted.rule = target->second;
    return true;
}

bool RulePlanBuilder::place(std::uint32_t index)
{
    const RuleText& text = m_drafts[index].text;
    if (text.id < 10) {
        m_tree.placeAtTop(index);
        return true;
    }
    if (text.ifSid)
        return placeBySid(index, *text.ifSid);
    if (text.ifLevel)
        return placeByLevel(index);
    if (text.ifGroup)
        return placeByGroup(index, *text.ifGroup);
    if (text.ifMatchedSid)
        return placeBySid(index, *text.ifMatchedSid);
    if (text.ifMatchedGroup)
        return placeByGroup(index, *text.ifMatchedGroup);
    return placeByCategory(index);
}

bool RulePlanBuilder::placeBySid(std::uint32_t index, const PlacedString& where)
{
    const RuleText& text = m_drafts[index].text;
    const auto ids = parseIds(where.text);
    if (!ids) {
        skip(text, where, "if_sid \"" + where.text + "\" is not a list of rule ids",
             "Separate the ids by commas or blanks.");
        return false;
    }
    std::size_t placed = 0;
    for (const auto id : *ids) {
        const auto parent = m_byId.find(id);
        if (parent == m_byId.end()) {
            // The rule works under the others, so it is no more than a note.
            m_compiler.report(Severity::Note, text, where.position,
                              "if_sid names rule " + std::to_string(id) + ", which is not loaded yet",
                              "Load that rule first, or correct the id.");
            continue;
        }
        placed += m_tree.placeUnderRule(index, parent->second);
    }
    if (placed == 0)
        skip(text, where, "none of its if_sid rules is there", "Correct the ids.");
    return placed > 0;
}

bool RulePlanBuilder::placeByGroup(std::uint32_t index, const PlacedString& group)
{
    const WordMatch wanted(group.text);
    const auto placed = m_tree.placeUnderAll(
        index, [&](std::uint32_t parent) { return wanted.matches(m_rules[parent].facts->rawGroups); });
    if (placed == 0)
        skip(m_drafts[index].text, group, "no rule of group \"" + group.text + "\" is loaded yet",
             "Load such a rule first, or correct the group.");
    return placed > 0;
}

bool RulePlanBuilder::placeByLevel(std::uint32_t index)
{
    const RuleText& text = m_drafts[index].text;
    const auto level = parseNumber<int>(trim(text.ifLevel->text));
    std::size_t placed = 0;
    if (level && *level <= 16)
        placed = m_tree.placeUnderAll(index, [&](std::uint32_t parent) {
            return m_rules[parent].level >= *level || m_rules[parent].level == 0;
        });
    if (placed == 0)
        skip(text, *text.ifLevel, "if_level \"" + text.ifLevel->text + "\" finds no rule",
             "Write a level from 0 to 16.");
    return placed > 0;
}

bool RulePlanBuilder::placeByCategory(std::uint32_t index)
{
    const auto category = m_drafts[index].category;
    for (const auto top : m_tree.tops()) {
        if (m_drafts[m_tree.nodes()[top].rule].category == category) {
            m_tree.placeUnderNode(index, top);
            return true;
        }
    }
    const RuleText& text = m_drafts[index].text;
    m_compiler.report(Severity::Error, text, text.position,
                      "there is no top-level rule (id below 10) of its category to hang it under",
                      "Load the rule files that begin with the categories first.");
    return false;
}

void RulePlanBuilder::countGroup(Draft& draft)
{
    if (!draft.counted.group || draft.counted.rule)
        return;
    const auto pattern = m_compiler.compilePatternOf(
        draft.text,
        {draft.text.ifMatchedGroup->text, std::nullopt, false, draft.text.ifMatchedGroup->position},
        PatternType::OsMatch);
    if (!pattern)
        return; // can't be: an OS_Match pattern is always one
    for (const auto& rule : m_rules) {
        if (pattern->matches(rule.facts->rawGroups))
            draft.counted.members.emplace_back(rule.index, m_tree.placesOf(rule.index));
    }
}

std::uint16_t RulePlanBuilder::comparedValue(const RelationText& relation)
{
    ComparedValue value;
    if (relation.isDynamic) {
        value.kind = ComparedValue::Kind::Dynamic;
        value.name = relation.field;
    } else if (relation.field == "location") {
        value.kind = ComparedValue::Kind::Location;
    } else if (const auto field = relation.field.ends_with("geoip") ? geoFieldFromName(relation.field)
                                                                    : staticFieldFromName(relation.field)) {
        value.kind = ComparedValue::Kind::Static;
        value.field = *field;
    }
    auto& known = m_plan->m_compared;
    const auto found = std::ranges::find(known, value);
    if (found != known.end())
        return static_cast<std::uint16_t>(found - known.begin());
    known.push_back(std::move(value));
    return static_cast<std::uint16_t>(known.size() - 1);
}

std::uint32_t RulePlanBuilder::newStream(StreamPlan plan)
{
    m_plan->m_streams.push_back(std::move(plan));
    return static_cast<std::uint32_t>(m_plan->m_streams.size() - 1);
}

void RulePlanBuilder::addCorrelation(std::uint32_t index)
{
    Draft& draft = m_drafts[index];
    if (!draft.counted.rule && !draft.counted.group && !draft.matchedRegex)
        return;
    Correlation correlation;
    correlation.earlier = std::max(draft.text.frequency.value_or(2) - 2, 0);
    correlation.timeframe = draft.text.timeframe;
    correlation.anyAgent = draft.text.globalFrequency;
    for (const auto& relation : draft.text.relations) {
        if (relation.kind == RelationKind::Same) {
            correlation.same.push_back(comparedValue(relation));
        } else {
            correlation.different.push_back(comparedValue(relation));
            correlation.needsDynamic = correlation.needsDynamic || relation.isDynamic;
        }
    }
    std::ranges::sort(correlation.same);
    const auto repeated = std::ranges::unique(correlation.same);
    correlation.same.erase(repeated.begin(), repeated.end());

    std::ranges::sort(correlation.different);
    const auto repeatedDifferent = std::ranges::unique(correlation.different);
    correlation.different.erase(repeatedDifferent.begin(), repeatedDifferent.end());

    StreamPlan stream{correlation.same, !correlation.anyAgent, false, correlation.different,
                      correlation.needsDynamic};
    if (draft.counted.rule) {
        const auto target = *draft.counted.rule;
        m_isSidTarget[target] = true;
        auto& streams = m_sidStreams[target];
        const auto same = std::ranges::find_if(
            streams, [&](std::uint32_t known) { return m_plan->m_streams[known] == stream; });
        correlation.stream = same != streams.end() ? *same : newStream(std::move(stream));
        if (same == streams.end())
            streams.push_back(correlation.stream);
    } else if (draft.counted.group) {
        correlation.stream = newStream(std::move(stream));
        for (const auto& [member, places] : draft.counted.members) {
            for (std::uint32_t place = 0; place < places; ++place)
                m_groupStreams[member].push_back(correlation.stream);
        }
    } else {
        correlation.sameType = stream.byType = true;
        correlation.stream = newStream(std::move(stream));
        m_plan->m_regexStreams.push_back({correlation.stream, std::move(draft.matchedRegex)});
    }
    m_plan->m_largestFrequency = std::max(m_plan->m_largestFrequency, correlation.earlier);
    m_rules[index].correlation = std::move(correlation);
}

void RulePlanBuilder::collectComparedValues()
{
    std::vector<std::set<std::uint16_t>> ofStream(m_plan->m_streams.size());
    for (const auto& rule : m_rules) {
        if (!rule.correlation)
            continue;
        auto& values = ofStream[rule.correlation->stream];
        values.insert(rule.correlation->same.begin(), rule.correlation->same.end());
        values.insert(rule.correlation->different.begin(), rule.correlation->different.end());
    }
    for (const auto& streams : m_plan->m_streamsOf) {
        std::set<std::uint16_t> values;
        for (const auto stream : streams)
            values.insert(ofStream[stream].begin(), ofStream[stream].end());
        for (const auto& regex : m_plan->m_regexStreams)
            values.insert(ofStream[regex.stream].begin(), ofStream[regex.stream].end());
        m_plan->m_valuesOf.emplace_back(values.begin(), values.end());
    }
}

// What tells without a look at the rule that it is not for an event.
RulePlan::Child RulePlanBuilder::childOf(std::uint32_t node) const
{
    const Rule& rule = m_rules[m_tree.nodes()[node].rule];
    RulePlan::Child child{node, RulePlan::kAnyDecoder};
    for (const auto& condition : rule.conditions) {
        if (const auto* decodedAs = std::get_if<DecodedAsCondition>(&condition))
            child.decoderId = decodedAs->decoderId;
    }
    const auto telling = tellingPattern(rule);
    if (const auto needle = telling.pattern != nullptr ? telling.pattern->needle() : std::nullopt) {
        child.hasNeedle = true;
        child.isAboutField = telling.isAboutField;
        child.needle = *needle;
    }
    return child;
}

RulePlan::Candidates RulePlanBuilder::candidatesAmong(std::span<const RulePlan::Child> children)
{
    std::map<int, std::size_t> ofDecoder;
    for (const auto& child : children)
        ++ofDecoder[child.decoderId];
    RulePlan::Candidates candidates;
    std::vector<std::uint32_t> keys;
    for (const auto& child : children) {
        std::uint32_t key = child.decoderId == RulePlan::kAnyDecoder
                                ? LiteralIndex::kAlways
                                : CandidateList::otherKey(static_cast<std::uint32_t>(child.decoderId));
        if (ofDecoder[child.decoderId] >= kVeryMany) {
            const auto telling = tellingPattern(m_rules[m_tree.nodes()[child.node].rule]);
            const auto requirement = telling.pattern != nullptr
                                         ? m_plan->m_literals.require(telling.pattern->literals())
                                         : LiteralIndex::kAlways;
            if (requirement != LiteralIndex::kAlways) {
                candidates.byLiteral = true;
                key = requirement;
            }
        }
        keys.push_back(key);
    }
    candidates.list = CandidateList(keys);
    return candidates;
}

void RulePlanBuilder::flatten()
{
    for (const auto& node : m_tree.nodes()) {
        RulePlan::Node flat{node.rule, static_cast<std::uint32_t>(m_plan->m_children.size()),
                            static_cast<std::uint32_t>(node.children.size())};
        for (const auto child : node.children)
            m_plan->m_children.push_back(childOf(child));
        if (node.children.size() >= kMany) {
            flat.candidates = static_cast<std::uint32_t>(m_plan->m_candidates.size());
            m_plan->m_candidates.push_back(
                candidatesAmong(std::span(m_plan->m_children).subspan(flat.firstChild)));
        }
        m_plan->m_nodes.push_back(flat);
    }
    m_plan->m_literals.build();
    for (const auto top : m_tree.tops())
        m_plan->m_tops[static_cast<std::size_t>(m_drafts[m_tree.nodes()[top].rule].category)].push_back(top);
}

std::shared_ptr<const RulePlan> RulePlanBuilder::finish()
{
    m_plan = std::make_shared<RulePlan>();
    m_sidStreams.resize(m_rules.size());
    m_groupStreams.resize(m_rules.size());
    m_isSidTarget.resize(m_rules.size());
    for (const auto& rule : m_rules)
        addCorrelation(rule.index);
    m_plan->m_streamsOf.resize(m_rules.size());
    for (std::size_t i = 0; i < m_rules.size(); ++i)
        m_plan->m_streamsOf[i] = std::move(m_isSidTarget[i] ? m_sidStreams[i] : m_groupStreams[i]);
    collectComparedValues();
    flatten();
    m_plan->m_listNames = std::move(m_compiler.listNames());
    m_plan->m_rules = std::move(m_rules);
    m_plan->m_byId = std::move(m_byId);
    return m_plan;
}

} // namespace bartizan
