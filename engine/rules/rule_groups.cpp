#include "engine/rules/rule_groups.h"

#include "engine/base/strings.h"

#include <array>

namespace bartizan {

ShownGroups shownGroups(std::string_view rawGroups)
{
    // In the order of an alert (spec §13).
    static constexpr std::array<std::string_view, 7> kStandards{"pci_dss",     "gdpr", "gpg13", "hipaa",
                                                                "nist_800_53", "tsc",  "cis"};
    std::array<std::vector<std::string>, kStandards.size()> items;
    ShownGroups shown;
    for (const auto group : split(rawGroups, ',')) {
        if (group.empty())
            continue;
        bool isStandard = false;
        for (std::size_t i = 0; i < kStandards.size() && !isStandard; ++i) {
            const auto standard = kStandards[i];
            if (group.starts_with(standard) && group.size() > standard.size() &&
                group[standard.size()] == '_') {
                items[i].emplace_back(group.substr(standard.size() + 1));
                isStandard = true;
            }
        }
        if (!isStandard)
            shown.groups.emplace_back(group);
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (!items[i].empty())
            shown.compliance.emplace_back(std::string(kStandards[i]), std::move(items[i]));
    }
    return shown;
}

} // namespace bartizan
