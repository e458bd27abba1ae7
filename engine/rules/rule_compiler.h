// Turns one written rule into one that runs. Where it stands in the tree and what it counts is RulePlan's
// matter.
#pragma once

#include "engine/base/problem.h"
#include "engine/decode/decoder_set.h"
#include "engine/lists/lookup_list.h"
#include "engine/rules/rule.h"
#include "engine/rules/rule_text.h"

#include <memory>
#include <optional>
#include <set>
#include <string>

namespace bartizan {

class RuleCompiler
{
public:
    RuleCompiler(const DecoderSet& decoders, const ListSlots& lists, Problems& problems)
        : m_decoders(decoders)
        , m_lists(lists)
        , m_problems(problems)
    {
    }

    // Nothing, and a problem, where the reference would refuse the rule or leave it out.
    [[nodiscard]] std::optional<Rule> compile(const RuleText& text);

    void report(Severity severity, const RuleText& text, xml::Position at, std::string message,
                std::string cure);
    // Of all lists that a rule looks into, whether they are there or not.
    [[nodiscard]] std::set<std::string>& listNames() { return m_listNames; }
    // nullptr and an error where `pattern` is none.
    std::unique_ptr<const Pattern> compilePatternOf(const RuleText& text, const PatternText& pattern,
                                                    PatternType defaultType);

private:
    void addTexts(const RuleText& text, Rule& rule);
    void addFields(const RuleText& text, Rule& rule);
    void addAddresses(const RuleText& text, StaticField field, const AddressesText& addresses, Rule& rule);
    void addTimes(const RuleText& text, Rule& rule);
    void addLists(const RuleText& text, Rule& rule);
    void error(const RuleText& text, xml::Position at, std::string message, std::string cure);

    const DecoderSet& m_decoders;
    const ListSlots& m_lists;
    Problems& m_problems;
    std::set<std::string> m_listNames;
    bool m_usable = true;
};

} // namespace bartizan
