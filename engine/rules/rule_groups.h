// Takes a rule's raw group string apart for display (spec §6.5).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bartizan {

struct ShownGroups
{
    std::vector<std::string> groups;
    // "pci_dss" → {"10.2.4"}, in alert order; only those that have an item.
    std::vector<std::pair<std::string, std::vector<std::string>>> compliance;
};

// Items are cut at commas only: the reference shows "windows, WEF" as "windows" and " WEF".
[[nodiscard]] ShownGroups shownGroups(std::string_view rawGroups);

} // namespace bartizan
