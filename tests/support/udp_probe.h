// Single datagrams between network namespaces, to see whether packets pass.
#pragma once

#include "engine/net/ip_address.h"
#include "tests/support/network_namespace.h"

#include <chrono>

namespace bartizan::test {

enum class Datagram {
    Arrives,
    Refused, // and the sender is told
    Lost,    // in silence
};

// Sends one from a new port in `from` to `port` of `target`, an address of `to`.
[[nodiscard]] Datagram sendDatagram(const NetworkNamespace& from, const NetworkNamespace& to,
                                    const IpAddress& target, std::uint16_t port,
                                    std::chrono::milliseconds timeout);

} // namespace bartizan::test
