// The IPv6 part of an address table: sorted ranges behind a filter of hashed prefixes that answers most
// misses.
#pragma once

#include "engine/lists/address_table_layout.h"
#include "engine/net/ip_address.h"

#include <compare>
#include <span>

namespace bartizan {

struct Ipv6Key
{
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    auto operator<=>(const Ipv6Key&) const = default;
    [[nodiscard]] Ipv6Key next() const { return {high + (low == ~std::uint64_t{0} ? 1 : 0), low + 1}; }
    [[nodiscard]] Ipv6Key previous() const { return {high - (low == 0 ? 1 : 0), low - 1}; }
};

[[nodiscard]] Ipv6Key ipv6Key(const IpAddress& address);

// A range has one bit: of the longest of the prefix lengths 64, 48 and 32 whose network holds it whole,
// hashed into the filter; otherwise one for each /16 that it touches.
class Ipv6Filter
{
public:
    static constexpr std::size_t kCoarseWords = 1024;
    static constexpr std::size_t kLeastWords = 16;

    Ipv6Filter() = default;
    // The size of `hashed` is a power of two, or 0.
    Ipv6Filter(AddressTableSection<std::uint64_t> coarse, AddressTableSection<std::uint64_t> hashed)
        : m_coarse(coarse)
        , m_hashed(hashed)
    {
    }

    [[nodiscard]] bool mayHold(const Ipv6Key& key) const noexcept;

    static void add(const Ipv6Key& first, const Ipv6Key& last, std::span<std::uint64_t> coarse,
                    std::span<std::uint64_t> hashed);

private:
    AddressTableSection<std::uint64_t> m_coarse;
    AddressTableSection<std::uint64_t> m_hashed;
};

class Ipv6Ranges
{
public:
    Ipv6Ranges() = default;
    Ipv6Ranges(Ipv6Filter filter, AddressTableSection<Ipv6Key> first, AddressTableSection<Ipv6Key> last,
               AddressTableSection<AddressLabel> labels)
        : m_filter(filter)
        , m_first(first)
        , m_last(last)
        , m_labels(labels)
    {
    }

    [[nodiscard]] std::size_t size() const noexcept { return m_labels.size(); }
    [[nodiscard]] AddressLabel find(const Ipv6Key& key) const noexcept;
    // At most kGroup keys; their cache misses overlap.
    static constexpr std::size_t kGroup = 32;
    void findGroup(std::span<const Ipv6Key> keys, AddressLabel* labels) const noexcept;

    // Ascending, apart from each other, and with labels up to `lastLabel`.
    [[nodiscard]] bool isSound(AddressLabel lastLabel) const noexcept;
    [[nodiscard]] Ipv6Key first(std::size_t index) const noexcept { return m_first.at(index); }
    [[nodiscard]] Ipv6Key last(std::size_t index) const noexcept { return m_last.at(index); }
    [[nodiscard]] AddressLabel label(std::size_t index) const noexcept { return m_labels.at(index); }

private:
    [[nodiscard]] AddressLabel labelAt(std::size_t index, const Ipv6Key& key) const noexcept;

    Ipv6Filter m_filter;
    AddressTableSection<Ipv6Key> m_first;
    AddressTableSection<Ipv6Key> m_last;
    AddressTableSection<AddressLabel> m_labels;
};

// ::ffff:0:0/96 stands for IPv4 addresses, which are looked up as such.
inline constexpr Ipv6Key kMappedFirst{0, 0xFFFF'0000'0000};
inline constexpr Ipv6Key kMappedLast{0, 0xFFFF'FFFF'FFFF};

} // namespace bartizan
