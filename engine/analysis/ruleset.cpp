#include "engine/analysis/ruleset.h"

#include "engine/lists/cdb_list.h"

#include <algorithm>

namespace bartizan {

namespace {

bool asksForPlace(const Rule& rule)
{
    return std::ranges::any_of(rule.conditions, [](const Condition& condition) {
        const auto* text = std::get_if<TextCondition>(&condition);
        return text != nullptr &&
               (text->source == RuleTextSource::SrcGeoIp || text->source == RuleTextSource::DstGeoIp);
    });
}

} // namespace

Problem Ruleset::ownerOf(const Pattern& pattern) const
{
    const auto uses = [&pattern](const Condition& condition) {
        if (const auto* text = std::get_if<TextCondition>(&condition))
            return text->pattern.get() == &pattern;
        if (const auto* field = std::get_if<FieldCondition>(&condition))
            return field->pattern.get() == &pattern;
        const auto* list = std::get_if<ListCondition>(&condition);
        return list != nullptr && list->checkValue.get() == &pattern;
    };
    for (const Rule& rule : rules->rules()) {
        if (std::ranges::any_of(rule.conditions, uses))
            return {
                Severity::Warning, "rules", rule.file, rule.line, 0, "Rule " + std::to_string(rule.id), {}};
    }
    if (const Decoder* decoder = decoders->ownerOf(pattern))
        return {Severity::Warning, "decoders", {}, 0, 0, "Decoder " + decoder->ownName(), {}};
    return {Severity::Warning, "rules", {}, 0, 0, "A rule", {}};
}

void noteRulesThatNeedLocations(const Ruleset& ruleset, Problems& problems)
{
    for (const Rule& rule : ruleset.rules->rules()) {
        if (asksForPlace(rule))
            problems.push_back({Severity::Note, "rules", rule.file, rule.line, 0,
                                "Rule " + std::to_string(rule.id) +
                                    " asks where an address is, and there is no location database: it never "
                                    "matches.",
                                "Name a MaxMind database in <global><geoip_db_path>."});
    }
}

std::shared_ptr<const Ruleset> Ruleset::compile(const RulesetSource& source, Problems& problems,
                                                const ListSlots& compiled)
{
    auto ruleset = std::make_shared<Ruleset>();
    ListSlots lists = compiled;
    for (const auto& file : source.lists) {
        if (lists.contains(file.name))
            continue;
        auto slot = std::make_shared<ListSlot>(makeLookupList(
            CdbList::compile(file.bytes, file.path.empty() ? "lists/" + file.name : file.path, problems)));
        ruleset->texts.emplace(file.name, slot);
        lists.emplace(file.name, std::move(slot));
    }
    ruleset->decoders = DecoderSet::compile(source.decoders, problems);
    ruleset->rules = RulePlan::compile(source.rules, *ruleset->decoders, lists, problems);
    ruleset->summary.lists = lists.size();
    for (const auto& [name, slot] : lists)
        ruleset->summary.listEntries += slot->list->size();
    ruleset->summary.decoders = ruleset->decoders->count();
    ruleset->summary.rules = ruleset->rules->rules().size();
    return ruleset;
}

} // namespace bartizan
