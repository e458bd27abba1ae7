// Four network namespaces and what can be sent between them.
//
//     attacker 192.0.2.66 ───── victim ───── friend 198.51.100.2
//                                 │
//                               inner 203.0.113.2 (reached through the victim)
#pragma once

#include "tests/support/network_namespace.h"
#include "tests/support/tcp_probe.h"

#include <chrono>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

namespace bartizan::test {

inline constexpr std::uint16_t kPort = 2222;
inline constexpr std::chrono::milliseconds kSoon(2000);   // for what must arrive
inline constexpr std::chrono::milliseconds kNever(300);   // for what must not
inline constexpr std::chrono::milliseconds kResend(8000); // TCP waits longer each time before it sends again

struct TrafficNetwork
{
    test::NetworkNamespace victim{"victim"};
    test::NetworkNamespace attacker{"attacker"};
    test::NetworkNamespace bystander{"friend"};
    test::NetworkNamespace inner{"inner"};

    TrafficNetwork()
    {
        victim.connect("toattacker", {"192.0.2.1/24", "2001:db8:a::1/64"}, attacker, "eth0",
                       {"192.0.2.66/24", "2001:db8:a::66/64"});
        victim.connect("tofriend", {"198.51.100.1/24", "2001:db8:b::1/64"}, bystander, "eth0",
                       {"198.51.100.2/24", "2001:db8:b::2/64"});
        victim.connect("toinner", {"203.0.113.1/24", "2001:db8:c::1/64"}, inner, "eth0",
                       {"203.0.113.2/24", "2001:db8:c::2/64"});
        victim.run([] {
            std::ofstream("/proc/sys/net/ipv4/ip_forward") << 1;
            std::ofstream("/proc/sys/net/ipv6/conf/all/forwarding") << 1;
        });
        route(attacker, "192.0.2.1", "2001:db8:a::1");
        route(bystander, "198.51.100.1", "2001:db8:b::1");
        route(inner, "203.0.113.1", "2001:db8:c::1");
    }

private:
    static void route(const test::NetworkNamespace& space, const std::string& v4, const std::string& v6)
    {
        (void)space.exec({"ip", "route", "add", "default", "via", v4});
        (void)space.exec({"ip", "-6", "route", "add", "default", "via", v6});
    }
};

// One connection, both ends.
struct Flow
{
    TcpSocket client;
    TcpSocket server;

    [[nodiscard]] bool passes(std::chrono::milliseconds timeout) const
    {
        return test::passes(client, server, timeout);
    }
};

inline std::optional<Flow> openFlow(const NetworkNamespace& from, const IpAddress& to,
                                    const TcpSocket& listener, std::chrono::milliseconds timeout)
{
    auto client = connectFrom(from, to, kPort, timeout);
    if (!client)
        return std::nullopt;
    auto server = acceptOn(listener, timeout);
    if (!server)
        return std::nullopt;
    return Flow{std::move(*client), std::move(*server)};
}

inline bool pings(const NetworkNamespace& from, const IpAddress& target)
{
    return from.exec({"ping", "-c", "1", "-W", "1", target.toString()}).exitCode == 0;
}

} // namespace bartizan::test
