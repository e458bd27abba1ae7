// Rules and their tree as spec §6 and §7.1 build them: nodes with children, searched depth first.
#pragma once

#include "engine/lists/cdb_list.h"
#include "engine/lists/lookup_list.h"
#include "engine/rules/address_condition.h"
#include "engine/rules/description.h"
#include "engine/rules/rule_text.h"
#include "engine/rules/time_condition.h"
#include "tests/plain/plain_decoders.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bartizan::plain {

struct PlainListCondition
{
    std::string field;
    ListLookup lookup;
    const CdbList* list;
    std::unique_ptr<const PlainPattern> checkValue;
};

struct PlainRule
{
    // What an overwrite replaces.
    struct Body
    {
        RuleText text;
        std::array<std::unique_ptr<const PlainPattern>, kRuleTextSourceCount> texts;
        std::vector<std::unique_ptr<const PlainPattern>> fields;
        std::vector<AddressPattern> srcIp;
        std::vector<AddressPattern> dstIp;
        std::optional<TimeCondition> time;
        std::optional<WeekdayCondition> weekday;
        std::vector<PlainListCondition> lists;
        std::unique_ptr<const PlainPattern> matchedRegex;
        Description description;
    };
    Body body;

    // What stays.
    DecoderType category = DecoderType::Syslog;
    const PlainRule* countedRule = nullptr; // if_matched_sid
    bool countsGroup = false;               // if_matched_group
    bool isCounted = false;                 // some if_matched_sid names this rule
    int places = 0;                         // in the tree
    // The composites of whose group this rule was when they were loaded, once per place it hung at.
    std::vector<const PlainRule*> groupCounters;

    [[nodiscard]] bool isComposite() const { return countedRule || countsGroup || body.matchedRegex; }
    // The frequency as it is stored: two less than written.
    [[nodiscard]] int storedFrequency() const { return std::max(body.text.frequency.value_or(2) - 2, 0); }
};

struct PlainNode
{
    PlainRule* rule;
    std::vector<std::unique_ptr<PlainNode>> children;
};

using PlainLists = std::map<std::string, CdbList, std::less<>>;

class PlainRules
{
public:
    // What is fatal or skipped in the reference is left out without a word. Both references outlive the
    // rules.
    PlainRules(std::span<const SourceFile> files, const PlainDecoders& decoders, const PlainLists& lists);

    [[nodiscard]] const std::vector<std::unique_ptr<PlainNode>>& tops() const { return m_tops; }
    [[nodiscard]] std::size_t count() const { return m_rules.size(); }
    // The largest stored frequency of all composites (spec §8.1).
    [[nodiscard]] int largestFrequency() const;
    [[nodiscard]] std::int64_t largestTimeframe() const; // seconds

private:
    using Nodes = std::vector<std::unique_ptr<PlainNode>>;

    void add(const RuleText& text);
    [[nodiscard]] std::optional<PlainRule::Body> compile(const RuleText& text) const;
    [[nodiscard]] bool addLists(const RuleText& text, PlainRule::Body& body) const;
    [[nodiscard]] PlainRule* find(std::uint32_t id) const;
    [[nodiscard]] bool place(PlainRule& rule);
    [[nodiscard]] bool placeBySid(PlainRule& rule, const std::string& ids);
    [[nodiscard]] bool placeByGroup(PlainRule& rule, const std::string& group);
    [[nodiscard]] bool placeByLevel(PlainRule& rule, const std::string& level);
    [[nodiscard]] bool placeByCategory(PlainRule& rule);
    void countGroup(const PlainRule& composite);

    static int searchSid(Nodes& list, PlainRule& rule, std::uint32_t id);
    static int placeUnderAll(Nodes& list, PlainRule& rule, const std::function<bool(const PlainRule&)>& fits);
    static void addChild(PlainNode& parent, PlainRule& rule);

    const PlainDecoders& m_decoders;
    const PlainLists& m_lists;
    std::vector<std::unique_ptr<PlainRule>> m_rules;
    Nodes m_tops;
};

[[nodiscard]] std::optional<DecoderType> categoryFromName(std::string_view name);

} // namespace bartizan::plain
