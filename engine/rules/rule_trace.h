// Which rules were tried on an event, and why not (spec §7.2): for `logtest --explain` and the rule editor's
// test bench.
#pragma once

#include "engine/rules/rule.h"

#include <cstddef>
#include <string>
#include <vector>

namespace bartizan {

struct FailedCondition
{
    std::string condition; // `match "Failed password"`
    std::string why;       // what it met: `program_name is "cron"`. Text of the record: hostile.
};

class RuleTrace
{
public:
    RuleTrace() = default;
    RuleTrace(const RuleTrace&) = delete;
    RuleTrace& operator=(const RuleTrace&) = delete;
    virtual ~RuleTrace() = default;

    // In the order in which they were tried.
    virtual void matched(const Rule& rule) = 0;
    // `held` conditions hold, those in `failed` don't. The stateful ones (check_diff, if_fts, lists,
    // counting) are asked only where all others hold, so more may be missing.
    virtual void failed(const Rule& rule, std::size_t held, const std::vector<FailedCondition>& failed) = 0;
};

} // namespace bartizan
