// Builds a RulePlan rule by rule, in load order.
#pragma once

#include "engine/rules/rule_plan.h"
#include "engine/rules/rule_tree.h"

#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace bartizan {

class RulePlanBuilder
{
public:
    RulePlanBuilder(const DecoderSet& decoders, const ListSlots& lists, Problems& problems)
        : m_compiler(decoders, lists, problems)
    {
    }

    void add(const RuleText& text);
    [[nodiscard]] std::shared_ptr<const RulePlan> finish();

private:
    // What a composite counts: fixed when it is loaded, even if it is overwritten later.
    struct Counted
    {
        std::optional<std::uint32_t> rule; // if_matched_sid
        bool group = false;                // if_matched_group
        // Rules of the group loaded by then, and at how many places each hangs.
        std::vector<std::pair<std::uint32_t, std::uint32_t>> members;
    };
    struct Draft
    {
        RuleText text;
        DecoderType category = DecoderType::Syslog;
        Counted counted;
        std::unique_ptr<const Pattern> matchedRegex;
    };

    void addNew(const RuleText& text, Rule rule, std::unique_ptr<const Pattern> matchedRegex);
    void overwrite(std::uint32_t index, const RuleText& text, Rule rule,
                   std::unique_ptr<const Pattern> matchedRegex);
    [[nodiscard]] bool place(std::uint32_t index);
    [[nodiscard]] bool placeBySid(std::uint32_t index, const PlacedString& ids);
    [[nodiscard]] bool placeByGroup(std::uint32_t index, const PlacedString& group);
    [[nodiscard]] bool placeByLevel(std::uint32_t index);
    [[nodiscard]] bool placeByCategory(std::uint32_t index);
    [[nodiscard]] bool resolveCounted(const RuleText& text, Counted& counted);
    void countGroup(Draft& draft);
    void skip(const RuleText& text, const PlacedString& at, std::string message, std::string cure);

    void addCorrelation(std::uint32_t index);
    [[nodiscard]] std::uint16_t comparedValue(const RelationText& relation);
    [[nodiscard]] std::uint32_t newStream(StreamPlan plan);
    void collectComparedValues();
    [[nodiscard]] RulePlan::Child childOf(std::uint32_t node) const;
    [[nodiscard]] RulePlan::Candidates candidatesAmong(std::span<const RulePlan::Child> children);
    void flatten();

    RuleCompiler m_compiler;
    RuleTree m_tree;
    std::vector<Rule> m_rules;
    std::vector<Draft> m_drafts; // beside m_rules
    std::unordered_map<std::uint32_t, std::uint32_t> m_byId;

    // While finishing: the streams of a target rule, and of the groups.
    std::vector<std::vector<std::uint32_t>> m_sidStreams;
    std::vector<std::vector<std::uint32_t>> m_groupStreams;
    std::vector<bool> m_isSidTarget;
    std::shared_ptr<RulePlan> m_plan;
};

} // namespace bartizan
