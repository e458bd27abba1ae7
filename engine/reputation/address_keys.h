// Addresses as numbers that can be counted through, one type for each family.
#pragma once

#include "engine/lists/ipv4_tree.h"
#include "engine/lists/ipv6_ranges.h"
#include "engine/net/ip_address.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace bartizan {

template<class Key> Key keyOf(const IpAddress& address);

template<> inline std::uint32_t keyOf<std::uint32_t>(const IpAddress& address)
{
    return ipv4Key(address);
}

template<> inline Ipv6Key keyOf<Ipv6Key>(const IpAddress& address)
{
    return ipv6Key(address);
}

inline IpAddress addressOf(std::uint32_t key)
{
    const std::array bytes{static_cast<char>(key >> 24), static_cast<char>(key >> 16),
                           static_cast<char>(key >> 8), static_cast<char>(key)};
    return IpAddress::fromBytes({bytes.data(), bytes.size()}).value_or(IpAddress());
}

inline IpAddress addressOf(const Ipv6Key& key)
{
    std::array<char, 16> bytes{};
    for (unsigned i = 0; i < 8; ++i) {
        bytes[i] = static_cast<char>(key.high >> (56 - 8 * i));
        bytes[i + 8] = static_cast<char>(key.low >> (56 - 8 * i));
    }
    return IpAddress::fromBytes({bytes.data(), bytes.size()}).value_or(IpAddress());
}

// Both wrap around.
inline std::uint32_t after(std::uint32_t key)
{
    return key + 1;
}

inline Ipv6Key after(const Ipv6Key& key)
{
    return key.next();
}

inline std::uint32_t before(std::uint32_t key)
{
    return key - 1;
}

inline Ipv6Key before(const Ipv6Key& key)
{
    return key.previous();
}

// More addresses than a network of this prefix length has?
inline bool isWider(std::uint32_t first, std::uint32_t last, unsigned prefix)
{
    return std::uint64_t{last - first} >> (32 - std::min(prefix, 32U)) != 0;
}

inline bool isWider(const Ipv6Key& first, const Ipv6Key& last, unsigned prefix)
{
    const std::uint64_t high = last.high - first.high - (last.low < first.low ? 1 : 0);
    const std::uint64_t low = last.low - first.low;
    if (prefix == 0)
        return false;
    return prefix <= 64 ? high >> (64 - prefix) != 0
                        : high != 0 || (prefix < 128 ? low >> (128 - prefix) : low) != 0;
}

inline std::uint64_t countOf(std::uint32_t first, std::uint32_t last)
{
    return std::uint64_t{last} - first + 1;
}

// Of no meaning for anybody.
inline std::uint64_t countOf(const Ipv6Key& /*first*/, const Ipv6Key& /*last*/)
{
    return 0;
}

} // namespace bartizan
