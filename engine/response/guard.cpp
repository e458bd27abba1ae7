#include "engine/response/guard.h"

#include <algorithm>
#include <array>

namespace bartizan {

namespace {

struct SpecialRange
{
    GuardKind kind;
    std::string_view network;
    std::string_view what;
};

// RFC 6890 and the registries behind it; only ranges whose loss would harm this machine.
constexpr std::array kSpecialRanges{
    SpecialRange{GuardKind::ThisNetwork, "0.0.0.0/8", "\"this network\""},
    SpecialRange{GuardKind::ThisNetwork, "::", "the unspecified address"},
    SpecialRange{GuardKind::Loopback, "127.0.0.0/8", "loopback"},
    SpecialRange{GuardKind::Loopback, "::1", "loopback"},
    SpecialRange{GuardKind::LinkLocal, "169.254.0.0/16", "link-local"},
    SpecialRange{GuardKind::LinkLocal, "fe80::/10", "link-local"},
    SpecialRange{GuardKind::Multicast, "224.0.0.0/4", "multicast"},
    SpecialRange{GuardKind::Multicast, "ff00::/8", "multicast"},
    SpecialRange{GuardKind::Broadcast, "255.255.255.255", "the broadcast address"},
};

constexpr std::array<std::string_view, 5> kPrivateNetworks{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                                                           "100.64.0.0/10", "fc00::/7"};

// A block of more than this is a mistake or an attack on the owner, not a defence.
constexpr unsigned kShortestPrefixV4 = 8;
constexpr unsigned kShortestPrefixV6 = 19;

const std::vector<std::pair<const SpecialRange*, Cidr>>& specialRanges()
{
    static const auto ranges = [] {
        std::vector<std::pair<const SpecialRange*, Cidr>> parsed;
        parsed.reserve(kSpecialRanges.size());
        for (const auto& range : kSpecialRanges)
            parsed.emplace_back(&range, Cidr::parse(range.network).value());
        return parsed;
    }();
    return ranges;
}

GuardRefusal refusal(GuardKind kind, const Cidr& asked, std::string_view what)
{
    return {kind, asked.toString() + (asked.isSingle() ? " is " : " covers ") + std::string(what)};
}

std::optional<GuardRefusal> checkList(const std::vector<IpAddress>& addresses, GuardKind kind,
                                      std::string_view what, const Cidr& asked)
{
    for (const auto& address : addresses) {
        if (asked.contains(address))
            return refusal(kind, asked,
                           std::string(what) + (asked.isSingle() ? "" : " (" + address.toString() + ')'));
    }
    return std::nullopt;
}

} // namespace

std::string_view guardName(GuardKind kind)
{
    switch (kind) {
    case GuardKind::ThisNetwork:
        return "this_network";
    case GuardKind::Loopback:
        return "loopback";
    case GuardKind::LinkLocal:
        return "link_local";
    case GuardKind::Multicast:
        return "multicast";
    case GuardKind::Broadcast:
        return "broadcast";
    case GuardKind::OwnAddress:
        return "own_address";
    case GuardKind::Gateway:
        return "gateway";
    case GuardKind::NameServer:
        return "name_server";
    case GuardKind::AdministratorPeer:
        return "administrator_peer";
    case GuardKind::Allowlist:
        return "allowlist";
    case GuardKind::TooWide:
        return "too_wide";
    case GuardKind::PrivateNetwork:
        return "private_network";
    }
    return "unknown";
}

Guard::Guard(HostAddresses host, std::vector<AllowlistEntry> allowlist,
             std::vector<std::shared_ptr<const Pattern>> patterns)
    : m_host(std::move(host))
    , m_allowlist(std::move(allowlist))
    , m_patterns(std::move(patterns))
{
}

std::optional<GuardRefusal> Guard::checkHost(const Cidr& address) const
{
    if (auto refused = checkList(m_host.own, GuardKind::OwnAddress, "an address of this machine", address))
        return refused;
    if (auto refused = checkList(m_host.gateways, GuardKind::Gateway, "this machine's gateway", address))
        return refused;
    if (auto refused =
            checkList(m_host.nameServers, GuardKind::NameServer, "this machine's name server", address))
        return refused;
    if (auto refused = checkList(m_host.administratorPeers, GuardKind::AdministratorPeer,
                                 "where an administrator is logged in from", address))
        return refused;
    return checkList(m_host.broadcast, GuardKind::Broadcast, "a broadcast address", address);
}

std::optional<GuardRefusal> Guard::check(const Cidr& address) const
{
    for (const auto& [range, network] : specialRanges()) {
        if (network.overlaps(address))
            return refusal(range->kind, address, range->what);
    }
    if (auto refused = checkHost(address))
        return refused;
    for (const auto& entry : m_allowlist) {
        if (entry.address.overlaps(address)) {
            return refusal(GuardKind::Allowlist, address,
                           "on the allowlist (" + entry.address.toString() +
                               (entry.reason.empty() ? std::string() : ", " + entry.reason) + ')');
        }
    }
    for (const auto& pattern : m_patterns) {
        if (pattern->matches(address.toString()))
            return refusal(GuardKind::Allowlist, address, "on the allowlist (" + pattern->text() + ')');
    }
    if (address.isSingle())
        return std::nullopt;
    if (address.prefix() < (address.family() == IpFamily::V4 ? kShortestPrefixV4 : kShortestPrefixV6))
        return GuardRefusal{GuardKind::TooWide, address.toString() + " covers too many addresses"};
    for (const auto network : kPrivateNetworks) {
        if (Cidr::parse(network)->overlaps(address))
            return refusal(GuardKind::PrivateNetwork, address,
                           "a private network; block single addresses of it");
    }
    return std::nullopt;
}

std::vector<Cidr> Guard::kernelAllowSet() const
{
    std::vector<Cidr> all;
    for (const auto& [range, network] : specialRanges())
        all.push_back(network);
    for (const auto* addresses : {&m_host.own, &m_host.gateways, &m_host.nameServers,
                                  &m_host.administratorPeers, &m_host.broadcast}) {
        for (const auto& address : *addresses)
            all.emplace_back(address);
    }
    for (const auto& entry : m_allowlist)
        all.push_back(entry.address);

    // Interval sets take no overlaps. Sorted by address, then widest first, a covered one follows its cover.
    std::ranges::sort(all, [](const Cidr& a, const Cidr& b) {
        return a.address() != b.address() ? a.address() < b.address() : a.prefix() < b.prefix();
    });
    std::vector<Cidr> kept;
    for (const auto& network : all) {
        if (kept.empty() || !kept.back().contains(network))
            kept.push_back(network);
    }
    return kept;
}

} // namespace bartizan
