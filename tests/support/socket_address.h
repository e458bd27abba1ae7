// Addresses as the system's socket calls want them.
#pragma once

#include "engine/net/ip_address.h"

#include <cstdint>
#include <cstring>
#include <netinet/in.h>

namespace bartizan::test {

// An IPv4 address is written the mapped way: every socket here is of IPv6.
inline sockaddr_in6 socketAddress(const IpAddress& address, std::uint16_t port)
{
    sockaddr_in6 result{};
    result.sin6_family = AF_INET6;
    result.sin6_port = htons(port);
    if (address.isV4()) {
        result.sin6_addr.s6_addr[10] = 0xFF;
        result.sin6_addr.s6_addr[11] = 0xFF;
        std::memcpy(result.sin6_addr.s6_addr + 12, address.bytes().data(), 4);
    } else {
        std::memcpy(result.sin6_addr.s6_addr, address.bytes().data(), 16);
    }
    return result;
}

} // namespace bartizan::test
