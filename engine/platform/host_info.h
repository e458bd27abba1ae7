// What the guard must know of this machine: the addresses whose loss would lock its owner out.
#pragma once

#include "engine/base/problem.h"
#include "engine/net/cidr.h"

#include <functional>
#include <string>
#include <vector>

namespace bartizan {

struct HostAddresses
{
    std::vector<IpAddress> own;
    std::vector<IpAddress> broadcast; // directed broadcast addresses of own networks
    std::vector<IpAddress> gateways;
    std::vector<IpAddress> nameServers;
    // Remote ends of current logins of administrators (uid 0, or a member of an administrators' group).
    std::vector<IpAddress> administratorPeers;

    bool operator==(const HostAddresses&) const = default;
};

class HostInfo
{
public:
    virtual ~HostInfo() = default;

    // Reads afresh. What can't be read is reported in `problems` and left empty. Thread-safe.
    [[nodiscard]] virtual HostAddresses read(Problems& problems) const = 0;
    // The machine's short host name.
    [[nodiscard]] virtual std::string hostName() const = 0;

    // Calls back, from a thread of its own, after an address, route, name server or login changed; at rest it
    // sleeps. One watch at a time; stopped by unwatch() (which waits for a running callback) or destruction.
    virtual void watch(std::function<void()> changed) = 0;
    virtual void unwatch() = 0;
};

} // namespace bartizan
