#include "engine/rules/rule_compiler.h"

#include "engine/base/strings.h"
#include "engine/rules/rule_groups.h"

#include <algorithm>

namespace bartizan {

namespace {

// Stateless conditions may be tried in any order (spec §7.2): presence of a field is cheaper to find out than
// whether a pattern is in the whole log.
int costOf(const Condition& condition)
{
    struct Cost
    {
        int operator()(const DecodedAsCondition&) const { return 0; }
        int operator()(const OriginCondition&) const { return 1; }
        int operator()(const SizeCondition&) const { return 1; }
        int operator()(const TextCondition& text) const
        {
            switch (text.source) {
            case RuleTextSource::Match:
                return 6;
            case RuleTextSource::Regex:
                return 7;
            default:
                return 2;
            }
        }
        int operator()(const BuiltinCondition&) const { return 3; }
        int operator()(const FieldCondition&) const { return 4; }
        int operator()(const AddressCondition&) const { return 5; }
        int operator()(const TimeCondition&) const { return 8; }
        int operator()(const WeekdayCondition&) const { return 8; }
        // From here on the order is the reference's.
        int operator()(const CheckDiffCondition&) const { return 100; }
        int operator()(const FirstSeenCondition&) const { return 101; }
        int operator()(const ListCondition&) const { return 102; }
    };
    return std::visit(Cost{}, condition);
}

// "etc/lists/NAME", "lists/NAME" and "NAME" are the same list (architecture: folders of a running engine).
std::string_view listName(std::string_view path)
{
    path = trim(path);
    for (const std::string_view prefix : {"etc/", "lists/"}) {
        if (path.starts_with(prefix))
            path.remove_prefix(prefix.size());
    }
    return path;
}

ListCondition listSource(const std::string& field)
{
    ListCondition condition{};
    condition.fieldName = field;
    condition.source = ListCondition::Source::Dynamic;
    if (field == "user")
        condition.source = ListCondition::Source::User;
    else if (field == "hostname")
        condition.source = ListCondition::Source::Hostname;
    else if (field == "program_name")
        condition.source = ListCondition::Source::ProgramName;
    else if (field == "srcuser" || field == "dstuser")
        condition.source = ListCondition::Source::Dynamic; // no static look-up of that name in the reference
    else if (const auto known = staticFieldFromName(field)) {
        condition.source = ListCondition::Source::Static;
        condition.field = *known;
    }
    return condition;
}

} // namespace

void RuleCompiler::report(Severity severity, const RuleText& text, xml::Position at, std::string message,
                          std::string cure)
{
    m_problems.push_back({severity, "rules", text.file, at.line, at.column,
                          "Rule " + std::to_string(text.id) + ": " + std::move(message), std::move(cure)});
}

void RuleCompiler::error(const RuleText& text, xml::Position at, std::string message, std::string cure)
{
    report(Severity::Error, text, at, std::move(message), std::move(cure));
    m_usable = false;
}

std::unique_ptr<const Pattern>
RuleCompiler::compilePatternOf(const RuleText& text, const PatternText& pattern, PatternType defaultType)
{
    auto compiled = compilePattern(pattern.type.value_or(defaultType), pattern.text);
    if (compiled)
        return std::move(*compiled);
    error(text, pattern.position, compiled.error().message, compiled.error().cure);
    return nullptr;
}

void RuleCompiler::addTexts(const RuleText& text, Rule& rule)
{
    for (std::size_t i = 0; i < kRuleTextSourceCount; ++i) {
        const auto& pattern = text.texts[i];
        if (!pattern)
            continue;
        const auto source = static_cast<RuleTextSource>(i);
        TextCondition condition{source, pattern->negate, nullptr, {}};
        if (source == RuleTextSource::Action && !pattern->type)
            condition.exact = pattern->text;
        else
            condition.pattern = compilePatternOf(text, *pattern,
                                                 source == RuleTextSource::Regex ? PatternType::OsRegex
                                                                                 : PatternType::OsMatch);
        rule.conditions.emplace_back(std::move(condition));
    }
}

void RuleCompiler::addFields(const RuleText& text, Rule& rule)
{
    for (const auto& field : text.fields)
        rule.conditions.emplace_back(FieldCondition{
            field.name, field.pattern.negate, compilePatternOf(text, field.pattern, PatternType::OsRegex)});
}

void RuleCompiler::addAddresses(const RuleText& text, StaticField field, const AddressesText& addresses,
                                Rule& rule)
{
    if (addresses.addresses.empty())
        return;
    AddressCondition condition{field, addresses.negate, {}, {}};
    for (const auto& address : addresses.addresses) {
        (condition.text += condition.text.empty() ? "" : ", ") += address.text;
        if (auto pattern = AddressPattern::parse(address.text))
            condition.patterns.push_back(*pattern);
        else
            error(text, address.position, pattern.error().message, pattern.error().cure);
    }
    rule.conditions.emplace_back(std::move(condition));
}

void RuleCompiler::addTimes(const RuleText& text, Rule& rule)
{
    if (text.time) {
        if (auto time = TimeCondition::parse(text.time->text))
            rule.conditions.emplace_back(*time);
        else
            error(text, text.time->position, time.error().message, time.error().cure);
    }
    if (text.weekday) {
        if (auto weekday = WeekdayCondition::parse(text.weekday->text))
            rule.conditions.emplace_back(*weekday);
        else
            error(text, text.weekday->position, weekday.error().message, weekday.error().cure);
    }
}

void RuleCompiler::addLists(const RuleText& text, Rule& rule)
{
    for (const auto& list : text.lists) {
        auto condition = listSource(list.field);
        const auto lookup = list.lookup.empty() ? ListLookup::MatchKey : listLookupFromName(list.lookup);
        if (!lookup) {
            error(text, list.position, "unknown look-up \"" + list.lookup + "\"",
                  "Known are match_key, not_match_key, match_key_value, address_match_key, "
                  "not_address_match_key "
                  "and address_match_key_value.");
            continue;
        }
        condition.lookup = *lookup;
        condition.keys = list.networks ? AddressKeys::Networks : AddressKeys::Texts;
        if (list.networks && (*lookup == ListLookup::MatchKey || *lookup == ListLookup::NotMatchKey ||
                              *lookup == ListLookup::MatchKeyValue)) {
            error(text, list.position, "networks is for the look-ups of addresses",
                  "Write lookup=\"address_match_key\", or remove networks.");
            continue;
        }
        condition.listName = std::string(listName(list.path));
        m_listNames.insert(condition.listName);
        const auto found = m_lists.find(condition.listName);
        if (found == m_lists.end()) {
            report(Severity::Warning, text, list.position,
                   "there is no list \"" + list.path + "\"; the rule is left out",
                   "Put the file into the lists folder, or remove the rule.");
            m_usable = false;
            continue;
        }
        condition.list = found->second;
        if (list.hasCheckValue)
            condition.checkValue = compilePatternOf(
                text, PatternText{list.checkValue, std::nullopt, false, list.position}, PatternType::OsMatch);
        rule.conditions.emplace_back(std::move(condition));
    }
    if (text.lists.size() > 2)
        report(Severity::Note, text, text.lists.front().position,
               "all " + std::to_string(text.lists.size()) +
                   " lists are looked up; the reference uses the last two",
               {});
}

std::optional<Rule> RuleCompiler::compile(const RuleText& text)
{
    m_usable = true;
    Rule rule;
    rule.id = text.id;
    rule.level = text.level;
    rule.frequency = text.frequency.value_or(0);
    rule.ignore = text.ignore;
    rule.noAlert = text.noAlert;
    rule.accurate = text.accurate;
    rule.mail = text.mail;
    rule.logAlways = text.logAlways;
    rule.logNever = text.logNever;
    rule.noActiveResponse = text.noActiveResponse || !text.accurate;
    rule.noFullLog = text.noFullLog;
    rule.noCounter = text.noCounter;
    rule.description = Description(text.description);
    auto shown = shownGroups(text.groups);
    rule.facts = std::make_shared<const RuleFacts>(RuleFacts{text.groups, std::move(shown.groups),
                                                             std::move(shown.compliance), text.mitreIds,
                                                             text.info, text.cve});
    rule.file = text.file;
    rule.line = text.position.line;

    if (text.decodedAs) {
        if (const auto id = m_decoders.idOf(text.decodedAs->text))
            rule.conditions.emplace_back(DecodedAsCondition{*id, text.decodedAs->text});
        else
            error(text, text.decodedAs->position, "there is no decoder \"" + text.decodedAs->text + "\"",
                  "Check the name, or add the decoder.");
    }
    if (text.origin)
        rule.conditions.emplace_back(OriginCondition{*text.origin});
    if (text.minimumSize > 0)
        rule.conditions.emplace_back(SizeCondition{static_cast<std::size_t>(text.minimumSize)});
    addTexts(text, rule);
    addFields(text, rule);
    addAddresses(text, StaticField::SrcIp, text.srcIp, rule);
    addAddresses(text, StaticField::DstIp, text.dstIp, rule);
    if (text.compiledRule) {
        if (const auto test = builtinTestFromName(text.compiledRule->text))
            rule.conditions.emplace_back(BuiltinCondition{*test, text.compiledRule->text});
        else
            error(text, text.compiledRule->position,
                  "unknown compiled_rule \"" + text.compiledRule->text + "\"",
                  "Remove it, or check its spelling.");
    }
    addTimes(text, rule);
    if (text.checkDiff)
        rule.conditions.emplace_back(CheckDiffCondition{});
    if (text.ifFirstTimeSeen)
        rule.conditions.emplace_back(FirstSeenCondition{});
    addLists(text, rule);
    if (!m_usable)
        return std::nullopt;
    std::ranges::stable_sort(rule.conditions, {}, costOf);
    return rule;
}

} // namespace bartizan
