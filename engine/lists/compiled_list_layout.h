// The bytes of a compiled list: this header, then the image of the address table, then the other sections,
// each at a multiple of 64 bytes with zeros before the next. Numbers are in the machine's own order.
#pragma once

#include "engine/lists/address_table_layout.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace bartizan {

struct CompiledListHeader
{
    std::array<char, 8> magic{};
    std::uint64_t checksum = 0; // of everything behind it
    std::uint32_t version = 0;
    std::uint32_t reserved = 0; // zero
    std::uint64_t addressBytes = 0;
    std::uint64_t md5 = 0; // sorted, 16 bytes each
    std::uint64_t sha256 = 0;
    std::uint64_t domains = 0; // ends of the names, 4 bytes each, in the order of the names
    std::uint64_t domainBytes = 0;
};
static_assert(sizeof(CompiledListHeader) == kAddressTableAlignment);

inline constexpr std::array<char, 8> kCompiledListMagic{'B', 'Z', 'L', 'I', 'S', 'T', '\r', '\n'};
inline constexpr std::uint32_t kCompiledListVersion = 1;
inline constexpr std::size_t kCompiledListChecked = offsetof(CompiledListHeader, version);
inline constexpr std::size_t kLongestDomain = 253;
// An end takes 31 bits.
inline constexpr std::uint64_t kMostDomainBytes = 0x7FFF'FFFF;

// What a domain's name in a compiled list is made of.
[[nodiscard]] constexpr bool isDomainByte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

} // namespace bartizan
