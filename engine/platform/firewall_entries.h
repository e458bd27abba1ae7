// What every firewall backend does alike with the addresses it is handed.
#pragma once

#include "engine/platform/firewall_backend.h"
#include "engine/platform/firewall_list.h"

#include <algorithm>

namespace bartizan {

// Sorted, without duplicates and without networks that another one covers: interval sets take no overlap.
[[nodiscard]] inline std::vector<Cidr> withoutCovered(std::span<const Cidr> networks)
{
    std::vector<Cidr> sorted(networks.begin(), networks.end());
    std::ranges::sort(sorted);
    std::vector<Cidr> kept;
    for (const Cidr& network : sorted) {
        // A covering network has the lower or equal first address, and, being equal there, the shorter
        // prefix.
        if (kept.empty() || !kept.back().contains(network))
            kept.push_back(network);
    }
    return kept;
}

// A block of every address there is would cut this machine off; no backend takes it.
[[nodiscard]] inline Result<void> checkBlockable(const Cidr& network)
{
    if (network.prefix() == 0)
        return fail(ErrorCode::InvalidArgument, network.toString() + " is every address there is",
                    "Name a smaller network.");
    return {};
}

// What beginList() takes.
[[nodiscard]] inline Result<void> checkList(const std::string& name, std::span<const Cidr> entries)
{
    if (!isListName(name))
        return fail(ErrorCode::InvalidArgument, "\"" + name + "\" can't be the name of a list",
                    "Use up to 32 of a-z, 0-9 and -, a letter first.");
    for (const Cidr& entry : entries) {
        if (auto valid = checkBlockable(entry); !valid)
            return valid;
    }
    return {};
}

} // namespace bartizan
