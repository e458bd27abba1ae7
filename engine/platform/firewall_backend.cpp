#include "engine/platform/firewall_backend.h"

namespace bartizan {

Result<std::vector<Cidr>> FirewallBackend::missing(std::span<const Cidr> addresses)
{
    std::vector<Cidr> absent;
    for (const Cidr& address : addresses) {
        const auto found = find(address);
        if (!found)
            return std::unexpected(found.error());
        if (!*found)
            absent.push_back(address);
    }
    return absent;
}

} // namespace bartizan
