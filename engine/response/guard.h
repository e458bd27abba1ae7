// The last gate that every block passes, whatever asked for it. A guard is an immutable value: a new one is
// made when the machine's addresses, its logins or the allowlist change.
#pragma once

#include "engine/net/cidr.h"
#include "engine/pattern/pattern.h"
#include "engine/platform/host_info.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

enum class GuardKind {
    ThisNetwork, // 0.0.0.0/8, :: (RFC 6890: "this network", unspecified)
    Loopback,
    LinkLocal,
    Multicast,
    Broadcast,
    OwnAddress,
    Gateway,
    NameServer,
    AdministratorPeer,
    Allowlist,
    TooWide,        // more addresses than one block may cover
    PrivateNetwork, // a network (not one address) of a private range
};

// "loopback", "own_address", ...: stable names for the protocol.
[[nodiscard]] std::string_view guardName(GuardKind kind);

struct GuardRefusal
{
    GuardKind kind;
    std::string text; // a sentence for a person
};

struct AllowlistEntry
{
    Cidr address;
    std::string reason;
};

class Guard
{
public:
    Guard() = default;
    // `patterns` are white_list entries that are no address: OS_Match against the address text (spec §10.2).
    Guard(HostAddresses host, std::vector<AllowlistEntry> allowlist,
          std::vector<std::shared_ptr<const Pattern>> patterns = {});

    // Nothing when `address` may be blocked, else which guard refuses it and why. A network is refused when
    // it covers anything that is protected. Documentation ranges (RFC 5737, 3849) and single private
    // addresses may be blocked.
    [[nodiscard]] std::optional<GuardRefusal> check(const Cidr& address) const;

    // What must stand in the kernel before the block sets: everything that check() refuses and that a packet
    // can have as its source. Sorted, without overlaps.
    [[nodiscard]] std::vector<Cidr> kernelAllowSet() const;

    [[nodiscard]] const HostAddresses& host() const { return m_host; }
    [[nodiscard]] const std::vector<AllowlistEntry>& allowlist() const { return m_allowlist; }

private:
    [[nodiscard]] std::optional<GuardRefusal> checkHost(const Cidr& address) const;

    HostAddresses m_host;
    std::vector<AllowlistEntry> m_allowlist;
    std::vector<std::shared_ptr<const Pattern>> m_patterns;
};

} // namespace bartizan
