// Decoders, rules and lists compiled together: one immutable snapshot, swapped as a whole, but for what is in
// the lists.
#pragma once

#include "engine/analysis/analysis_port.h"
#include "engine/decode/decoder_set.h"
#include "engine/rules/rule_plan.h"

#include <memory>

namespace bartizan {

struct Ruleset
{
    std::shared_ptr<const DecoderSet> decoders;
    std::shared_ptr<const RulePlan> rules;
    ListSlots texts; // the lists of the source
    RulesetSummary summary;

    // Problems of all three kinds are added; what is broken is left out. `compiled` are lists besides those
    // of the source, and come first.
    [[nodiscard]] static std::shared_ptr<const Ruleset>
    compile(const RulesetSource& source, Problems& problems, const ListSlots& compiled = {});

    // A warning about whoever `pattern` belongs to: its message is a name to go on from ("Rule 100").
    [[nodiscard]] Problem ownerOf(const Pattern& pattern) const;
};

// Notes on rules with srcgeoip or dstgeoip, for where there is no location database.
void noteRulesThatNeedLocations(const Ruleset& ruleset, Problems& problems);

} // namespace bartizan
