#include "engine/rules/rule_plan.h"

#include "engine/rules/rule_plan_builder.h"
#include "engine/rules/rule_reader.h"

#include <algorithm>

namespace bartizan {

namespace {

std::string_view baseName(std::string_view path)
{
    const auto slash = path.find_last_of("/\\");
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

} // namespace

std::shared_ptr<const RulePlan> RulePlan::compile(std::span<const SourceFile> files,
                                                  const DecoderSet& decoders, const ListSlots& lists,
                                                  Problems& problems)
{
    std::vector<const SourceFile*> ordered;
    for (const auto& file : files)
        ordered.push_back(&file);
    std::ranges::stable_sort(ordered, {}, [](const SourceFile* file) { return baseName(file->name); });

    RulePlanBuilder builder(decoders, lists, problems);
    for (const auto* file : ordered) {
        std::vector<RuleText> rules;
        readRuleFile(*file, rules, problems);
        for (const auto& rule : rules)
            builder.add(rule);
    }
    return builder.finish();
}

const Rule* RulePlan::find(std::uint32_t id) const
{
    const auto found = m_byId.find(id);
    return found == m_byId.end() ? nullptr : &m_rules[found->second];
}

} // namespace bartizan
