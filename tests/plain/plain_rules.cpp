#include "tests/plain/plain_rules.h"

#include "engine/base/strings.h"
#include "engine/rules/rule_reader.h"

#include <algorithm>
#include <array>

namespace bartizan::plain {

namespace {

constexpr std::array<std::string_view, 5> kBuiltinTests{"comp_srcuser_dstuser", "check_id_size",
                                                        "comp_mswin_targetuser_calleruser_diff",
                                                        "is_simple_http_request", "is_valid_crawler"};

// Ids separated by blanks and commas; none where the text is malformed.
std::vector<std::uint32_t> idsOf(std::string_view text)
{
    std::vector<std::uint32_t> ids;
    for (const auto part : splitAny(text, " ,\t\r\n")) {
        const auto id = parseNumber<std::uint32_t>(part);
        if (!id)
            return {};
        ids.push_back(*id);
    }
    return ids;
}

bool addAddresses(const AddressesText& texts, std::vector<AddressPattern>& patterns)
{
    for (const auto& address : texts.addresses) {
        const auto pattern = AddressPattern::parse(address.text);
        if (!pattern)
            return false;
        patterns.push_back(*pattern);
    }
    return true;
}

// Whether `a` stands before `b` among siblings: level 0 first, then descending; inaccurate ones last.
bool standsBefore(const PlainRule& a, const PlainRule& b)
{
    const auto order = [](const RuleText& text) { return text.level == 0 ? 99 : text.level; };
    const RuleText& first = a.body.text;
    const RuleText& second = b.body.text;
    if (first.accurate != second.accurate)
        return first.accurate;
    return order(first) > order(second);
}

} // namespace

std::optional<DecoderType> categoryFromName(std::string_view name)
{
    if (name == "firewall")
        return DecoderType::Firewall;
    if (name == "ids")
        return DecoderType::Ids;
    if (name == "syslog")
        return DecoderType::Syslog;
    if (name == "web-log")
        return DecoderType::WebLog;
    if (name == "squid")
        return DecoderType::Squid;
    if (name == "windows")
        return DecoderType::Windows;
    if (name == "ossec")
        return DecoderType::Ossec;
    return std::nullopt;
}

PlainRules::PlainRules(std::span<const SourceFile> files, const PlainDecoders& decoders,
                       const PlainLists& lists)
    : m_decoders(decoders)
    , m_lists(lists)
{
    for (const auto* file : inLoadOrder(files)) {
        Problems problems;
        std::vector<RuleText> texts;
        readRuleFile(*file, texts, problems);
        for (const auto& text : texts)
            add(text);
    }
}

PlainRule* PlainRules::find(std::uint32_t id) const
{
    const auto found =
        std::ranges::find_if(m_rules, [id](const auto& rule) { return rule->body.text.id == id; });
    return found == m_rules.end() ? nullptr : found->get();
}

void PlainRules::add(const RuleText& text)
{
    PlainRule* existing = find(text.id);
    if (existing != nullptr && !text.overwrite)
        return;
    auto body = compile(text);
    if (!body)
        return;
    if (existing != nullptr) { // spec §7.4
        existing->body = std::move(*body);
        return;
    }
    auto rule = std::make_unique<PlainRule>();
    rule->body = std::move(*body);
    if (text.category)
        rule->category = *categoryFromName(text.category->text);
    rule->countsGroup = text.ifMatchedGroup.has_value();
    PlainRule* counted = nullptr;
    if (text.ifMatchedSid) {
        const auto id = parseNumber<std::uint32_t>(text.ifMatchedSid->text);
        counted = id ? find(*id) : nullptr;
        if (counted == nullptr)
            return;
        rule->countedRule = counted;
    }
    if (!place(*rule))
        return;
    if (counted != nullptr)
        counted->isCounted = true;
    m_rules.push_back(std::move(rule));
    if (m_rules.back()->countsGroup)
        countGroup(*m_rules.back());
}

std::optional<PlainRule::Body> PlainRules::compile(const RuleText& text) const
{
    PlainRule::Body body;
    body.text = text;
    body.description = Description(text.description);
    if (text.decodedAs && !m_decoders.knows(text.decodedAs->text))
        return std::nullopt;
    for (std::size_t i = 0; i < kRuleTextSourceCount; ++i) {
        const auto source = static_cast<RuleTextSource>(i);
        const auto& pattern = text.texts[i];
        if (!pattern || (source == RuleTextSource::Action && !pattern->type))
            continue;
        const auto usual = source == RuleTextSource::Regex ? PatternType::OsRegex : PatternType::OsMatch;
        body.texts[i] = compilePlain(pattern->type.value_or(usual), pattern->text);
        if (!body.texts[i])
            return std::nullopt;
    }
    for (const auto& field : text.fields) {
        body.fields.push_back(
            compilePlain(field.pattern.type.value_or(PatternType::OsRegex), field.pattern.text));
        if (!body.fields.back())
            return std::nullopt;
    }
    if (text.ifMatchedRegex) {
        body.matchedRegex =
            compilePlain(text.ifMatchedRegex->type.value_or(PatternType::OsRegex), text.ifMatchedRegex->text);
        if (!body.matchedRegex)
            return std::nullopt;
    }
    if (!addAddresses(text.srcIp, body.srcIp) || !addAddresses(text.dstIp, body.dstIp))
        return std::nullopt;
    if (text.time) {
        const auto time = TimeCondition::parse(text.time->text);
        if (!time)
            return std::nullopt;
        body.time = *time;
    }
    if (text.weekday) {
        const auto weekday = WeekdayCondition::parse(text.weekday->text);
        if (!weekday)
            return std::nullopt;
        body.weekday = *weekday;
    }
    if (text.compiledRule && std::ranges::find(kBuiltinTests, text.compiledRule->text) == kBuiltinTests.end())
        return std::nullopt;
    if (text.category && !categoryFromName(text.category->text))
        return std::nullopt;
    if (!addLists(text, body))
        return std::nullopt;
    return body;
}

bool PlainRules::addLists(const RuleText& text, PlainRule::Body& body) const
{
    for (const auto& list : text.lists) {
        const auto lookup = list.lookup.empty() ? ListLookup::MatchKey : listLookupFromName(list.lookup);
        std::string_view path = trim(list.path);
        for (const std::string_view prefix : {"etc/", "lists/"}) {
            if (path.starts_with(prefix))
                path.remove_prefix(prefix.size());
        }
        const auto file = m_lists.find(path);
        if (!lookup || file == m_lists.end())
            return false;
        PlainListCondition condition{list.field, *lookup, &file->second, nullptr};
        if (list.hasCheckValue)
            condition.checkValue = compilePlain(PatternType::OsMatch, list.checkValue);
        body.lists.push_back(std::move(condition));
    }
    return true;
}

bool PlainRules::place(PlainRule& rule)
{
    const RuleText& text = rule.body.text;
    if (text.id < 10) {
        m_tops.push_back(std::make_unique<PlainNode>(&rule));
        ++rule.places;
        return true;
    }
    if (text.ifSid)
        return placeBySid(rule, text.ifSid->text);
    if (text.ifLevel)
        return placeByLevel(rule, text.ifLevel->text);
    if (text.ifGroup)
        return placeByGroup(rule, text.ifGroup->text);
    if (text.ifMatchedSid)
        return placeBySid(rule, text.ifMatchedSid->text);
    if (text.ifMatchedGroup)
        return placeByGroup(rule, text.ifMatchedGroup->text);
    return placeByCategory(rule);
}

void PlainRules::addChild(PlainNode& parent, PlainRule& rule)
{
    const auto place = std::ranges::find_if(
        parent.children, [&](const auto& sibling) { return standsBefore(rule, *sibling->rule); });
    parent.children.insert(place, std::make_unique<PlainNode>(&rule));
    ++rule.places;
}

int PlainRules::searchSid(Nodes& list, PlainRule& rule, std::uint32_t id)
{
    int placed = 0;
    for (auto& node : list) {
        if (node->rule->body.text.id == id) {
            addChild(*node, rule);
            return placed + 1;
        }
        placed += searchSid(node->children, rule, id);
    }
    return placed;
}

bool PlainRules::placeBySid(PlainRule& rule, const std::string& ids)
{
    int placed = 0;
    for (const auto id : idsOf(ids)) {
        if (find(id) != nullptr) // the rule itself, just placed by an id before, is not loaded yet
            placed += searchSid(m_tops, rule, id);
    }
    return placed > 0;
}

int PlainRules::placeUnderAll(Nodes& list, PlainRule& rule, const std::function<bool(const PlainRule&)>& fits)
{
    int placed = 0;
    for (auto& node : list) {
        placed += placeUnderAll(node->children, rule, fits);
        if (fits(*node->rule)) {
            addChild(*node, rule);
            ++placed;
        }
    }
    return placed;
}

bool PlainRules::placeByGroup(PlainRule& rule, const std::string& group)
{
    return placeUnderAll(m_tops, rule, [&](const PlainRule& parent) {
               return plainWordMatch(group, parent.body.text.groups);
           }) > 0;
}

bool PlainRules::placeByLevel(PlainRule& rule, const std::string& text)
{
    const auto level = parseNumber<int>(trim(text));
    if (!level || *level > 16)
        return false;
    return placeUnderAll(m_tops, rule, [&](const PlainRule& parent) {
               return parent.body.text.level >= *level || parent.body.text.level == 0;
           }) > 0;
}

bool PlainRules::placeByCategory(PlainRule& rule)
{
    const auto top =
        std::ranges::find_if(m_tops, [&](const auto& node) { return node->rule->category == rule.category; });
    if (top == m_tops.end())
        return false;
    addChild(**top, rule);
    return true;
}

void PlainRules::countGroup(const PlainRule& composite)
{
    const auto group = compilePlain(PatternType::OsMatch, composite.body.text.ifMatchedGroup->text);
    for (const auto& rule : m_rules) {
        if (!group->matches(rule->body.text.groups))
            continue;
        for (int place = 0; place < rule->places; ++place)
            rule->groupCounters.push_back(&composite);
    }
}

int PlainRules::largestFrequency() const
{
    int largest = 0;
    for (const auto& rule : m_rules) {
        if (rule->isComposite())
            largest = std::max(largest, rule->storedFrequency());
    }
    return largest;
}

std::int64_t PlainRules::largestTimeframe() const
{
    std::int64_t largest = 0;
    for (const auto& rule : m_rules) {
        if (rule->isComposite())
            largest = std::max<std::int64_t>(largest, rule->body.text.timeframe);
    }
    return largest;
}

} // namespace bartizan::plain
