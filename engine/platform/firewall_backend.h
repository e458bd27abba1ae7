// What the engine asks of a firewall. Every implementation passes tests/firewall/backend_contract.h.
#pragma once

#include "engine/base/result.h"
#include "engine/net/cidr.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace bartizan {

struct FirewallEntry
{
    Cidr address;
    // Until the kernel lets it go by itself; nothing = permanent. Rounded up to the backend's resolution.
    std::optional<std::chrono::milliseconds> remaining;
};

// Not thread-safe: the owner calls it from one thread at a time.
class FirewallBackend
{
public:
    virtual ~FirewallBackend() = default;

    // "nftables", "memory", ... as in status.
    [[nodiscard]] virtual std::string_view name() const = 0;

    // Creates what is missing of our own table, sets and chains. Idempotent; blocks that stand are kept.
    // Unavailable: no tool or no kernel support; PermissionDenied: no CAP_NET_ADMIN.
    virtual Result<void> ensureReady() = 0;

    // Makes the allow set, which is evaluated before every block set, equal to `addresses`, in one
    // transaction.
    virtual Result<void> setAllowed(std::span<const Cidr> addresses) = 0;

    // Blocks all entries in one transaction: all or none. An entry that stands gets the new remaining time.
    virtual Result<void> add(std::span<const FirewallEntry> entries) = 0;

    // Releases all of them; one that is not there counts as released.
    virtual Result<void> remove(std::span<const Cidr> addresses) = 0;

    // Reads one block back from the kernel. Nothing if it is not there, or where the rule that makes it count
    // is gone.
    [[nodiscard]] virtual Result<std::optional<FirewallEntry>> find(const Cidr& address) = 0;

    // Every block that stands, read from the kernel. NotFound when our table is gone or incomplete.
    [[nodiscard]] virtual Result<std::vector<FirewallEntry>> list() = 0;
    [[nodiscard]] virtual Result<std::vector<Cidr>> listAllowed() = 0;

    // Removes everything that is ours and reads back that nothing is left.
    virtual Result<void> teardown() = 0;
};

// Tells when something of ours in the firewall was changed by someone else. The callback runs on a thread of
// the watch's own, and stops with the watch's destruction.
class FirewallWatch
{
public:
    virtual ~FirewallWatch() = default;
};

} // namespace bartizan
