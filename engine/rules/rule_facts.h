// What a rule says of every event alike. Immutable and shared by all verdicts of the rule.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace bartizan {

struct RuleFacts
{
    std::string rawGroups;           // as if_group and rules_group see it (spec §6.5)
    std::vector<std::string> groups; // for display, without the compliance items
    std::vector<std::pair<std::string, std::vector<std::string>>>
        compliance; // "pci_dss" → {"11.4"}, in alert order
    std::vector<std::string> mitreIds;
    std::string info;
    std::string cve;
};

using SharedRuleFacts = std::shared_ptr<const RuleFacts>;

// Of a rule without any.
[[nodiscard]] inline SharedRuleFacts noRuleFacts()
{
    static const auto facts = std::make_shared<const RuleFacts>();
    return facts;
}

} // namespace bartizan
