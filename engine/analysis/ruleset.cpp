#include "engine/analysis/ruleset.h"

namespace bartizan {

std::shared_ptr<const Ruleset> Ruleset::compile(const RulesetSource& source, Problems& problems)
{
    auto ruleset = std::make_shared<Ruleset>();
    ListMap lists;
    for (const auto& file : source.lists) {
        auto list = std::make_shared<const CdbList>(
            CdbList::compile(file.bytes, file.path.empty() ? "lists/" + file.name : file.path, problems));
        ruleset->summary.listEntries += list->size();
        lists.emplace(file.name, std::move(list));
    }
    ruleset->decoders = DecoderSet::compile(source.decoders, problems);
    ruleset->rules = RulePlan::compile(source.rules, *ruleset->decoders, lists, problems);
    ruleset->summary.lists = lists.size();
    ruleset->summary.decoders = ruleset->decoders->count();
    ruleset->summary.rules = ruleset->rules->rules().size();
    return ruleset;
}

} // namespace bartizan
