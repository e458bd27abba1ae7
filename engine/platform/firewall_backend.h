// What the engine asks of a firewall. Every implementation passes tests/firewall/backend_contract.h.
#pragma once

#include "engine/base/result.h"
#include "engine/net/cidr.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

struct FirewallEntry
{
    Cidr address;
    // Until the kernel lets it go by itself; nothing = permanent. Rounded up to the backend's resolution.
    std::optional<std::chrono::milliseconds> remaining;
};

// Whose new connections a reputation list forbids.
enum class ListTraffic {
    Inbound,  // those that come from a listed address, to this machine or through it
    Outbound, // those to a listed address, from this machine or through it: programs here are told at once
    Both,
};

// A reputation list on its way into the firewall, in small steps between which others may use the backend.
// Until the last entry is in, what stood before under the list's name stays in force; then all of it changes
// at once (or, where little is different, piece by piece). Dropped early, the old version stays and what was
// begun is taken away.
//
// step() and destruction are uses of the backend, which outlives the load: under the same lock as all others.
class ListLoad
{
public:
    virtual ~ListLoad() = default;

    // The long work that needs no firewall: sorts, merges, compares. May run while others use the backend.
    virtual void prepare() = 0;

    // One step: a transaction of at most 5,000 elements. True when the list is in force and what it replaced
    // is gone. After an error the load is over: drop it, and begin again if need be. NotFound: our table was
    // taken away meanwhile.
    virtual Result<bool> step() = 0;

    // How long to leave the firewall alone before the next step, for everybody else's sake: other programs
    // that change it wait for the same lock of the kernel's.
    [[nodiscard]] virtual std::chrono::milliseconds pause() const { return std::chrono::milliseconds(1); }
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

    // Those of `addresses` that find() would not find; cheaper than asking for each when they are many.
    [[nodiscard]] virtual Result<std::vector<Cidr>> missing(std::span<const Cidr> addresses);

    // Every block that stands, read from the kernel. NotFound when our table is gone or incomplete.
    [[nodiscard]] virtual Result<std::vector<FirewallEntry>> list() = 0;
    [[nodiscard]] virtual Result<std::vector<Cidr>> listAllowed() = 0;

    // Reputation lists: addresses and networks from which, or to which, no new connection may be opened; what
    // belongs to a connection that stands passes. They come after the allow set and the blocks, end only by
    // being loaded again (without entries: the list is taken away), and outlive the process. A list that is
    // lost with our table is not put back by ensureReady(). Loaded again with other traffic, it is in force
    // as before until it is as wanted.
    //
    // `name` as in isListName(). InvalidArgument: the name, or an entry that is every address there is; Busy:
    // the list is being loaded.
    [[nodiscard]] virtual Result<std::unique_ptr<ListLoad>>
    beginList(std::string name, std::vector<Cidr> entries, ListTraffic traffic) = 0;
    // The names of those in force, sorted: what of them is in the kernel and has all its rules.
    [[nodiscard]] virtual Result<std::vector<std::string>> lists() = 0;
    // The names of those that hold the address, sorted; read from the kernel.
    [[nodiscard]] virtual Result<std::vector<std::string>> listsHolding(const IpAddress& address) = 0;

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
