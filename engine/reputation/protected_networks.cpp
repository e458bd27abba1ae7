#include "engine/reputation/protected_networks.h"

#include <array>
#include <string_view>

namespace bartizan {

namespace {

struct SpecialRange
{
    std::string_view network;
    std::string_view reason;
    bool isPrivate = false; // to be blocked by its owner, if by anyone
};

// RFC 6890 and the registries behind it. ::ffff:0:0/96 means IPv4 addresses everywhere here and is in no
// table.
constexpr std::array kSpecialRanges{
    SpecialRange{"0.0.0.0/8", "\"this network\""},
    SpecialRange{"10.0.0.0/8", "private addresses", true},
    SpecialRange{"100.64.0.0/10", "addresses shared behind a provider's translation", true},
    SpecialRange{"127.0.0.0/8", "loopback"},
    SpecialRange{"169.254.0.0/16", "link-local addresses"},
    SpecialRange{"172.16.0.0/12", "private addresses", true},
    SpecialRange{"192.0.0.0/24", "addresses of protocols", true},
    SpecialRange{"192.168.0.0/16", "private addresses", true},
    SpecialRange{"198.18.0.0/15", "addresses for measurements", true},
    SpecialRange{"224.0.0.0/4", "multicast"},
    SpecialRange{"240.0.0.0/4", "reserved addresses", true},
    SpecialRange{"255.255.255.255", "the broadcast address"},
    SpecialRange{"::", "the unspecified address"},
    SpecialRange{"::1", "loopback"},
    SpecialRange{"64:ff9b::/96", "the way to IPv4 from a network that has only IPv6", true},
    SpecialRange{"64:ff9b:1::/48", "the way to IPv4 from a network that has only IPv6", true},
    SpecialRange{"100::/64", "addresses to discard", true},
    SpecialRange{"2001::/23", "addresses of protocols", true},
    SpecialRange{"fc00::/7", "private addresses", true},
    SpecialRange{"fe80::/10", "link-local addresses"},
    SpecialRange{"fec0::/10", "private addresses", true},
    SpecialRange{"ff00::/8", "multicast"},
};

} // namespace

std::vector<ProtectedNetwork> protectedNetworks(const Guard& guard, ListAuthor author)
{
    std::vector<ProtectedNetwork> networks;
    const auto add = [&networks](const std::vector<IpAddress>& addresses, GuardKind kind,
                                 std::string_view reason) {
        for (const IpAddress& address : addresses)
            networks.push_back({address, std::string(guardName(kind)), std::string(reason)});
    };
    const HostAddresses& host = guard.host();
    add(host.own, GuardKind::OwnAddress, "an address of this machine");
    add(host.gateways, GuardKind::Gateway, "this machine's gateway");
    add(host.nameServers, GuardKind::NameServer, "this machine's name server");
    add(host.administratorPeers, GuardKind::AdministratorPeer, "where an administrator is logged in from");
    add(host.broadcast, GuardKind::Broadcast, "a broadcast address");
    for (const AllowlistEntry& entry : guard.allowlist())
        networks.push_back({entry.address, std::string(guardName(GuardKind::Allowlist)),
                            "the allowlist" + (entry.reason.empty() ? "" : " (" + entry.reason + ')')});
    for (const SpecialRange& range : kSpecialRanges) {
        const auto network = Cidr::parse(range.network);
        if (network && (author == ListAuthor::Others || !range.isPrivate))
            networks.push_back({*network, "special_range", std::string(range.reason)});
    }
    return networks;
}

} // namespace bartizan
