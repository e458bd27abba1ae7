// Reads rule files into plain data (spec §6).
#pragma once

#include "engine/base/problem.h"
#include "engine/base/ruleset_source.h"
#include "engine/rules/rule_text.h"

#include <vector>

namespace bartizan {

// Appends the rules of one file in the order written. What is wrong is reported (component "rules") and set
// aside: a file that is no readable XML as a whole, else the group or the rule; the rest is used.
void readRuleFile(const SourceFile& file, std::vector<RuleText>& rules, Problems& problems);

} // namespace bartizan
