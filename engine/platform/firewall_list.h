// The addresses of a reputation list as every backend wants them: sorted, merged, single addresses apart.
#pragma once

#include "engine/net/address_range.h"

#include <span>
#include <string_view>
#include <vector>

namespace bartizan {

class FirewallList
{
public:
    FirewallList() = default;
    // What another entry covers is left out; networks side by side become one range.
    explicit FirewallList(std::span<const Cidr> entries);

    // Sorted, IPv4 first; no range touches another or holds one of the addresses.
    [[nodiscard]] const std::vector<IpAddress>& addresses() const { return m_addresses; }
    [[nodiscard]] const std::vector<AddressRange>& ranges() const { return m_ranges; }
    // Those of one family.
    [[nodiscard]] std::span<const IpAddress> addresses(IpFamily family) const;
    [[nodiscard]] std::span<const AddressRange> ranges(IpFamily family) const;

    [[nodiscard]] bool empty() const { return m_addresses.empty() && m_ranges.empty(); }
    [[nodiscard]] bool holds(const IpAddress& address) const;
    bool operator==(const FirewallList&) const = default;

private:
    std::vector<IpAddress> m_addresses;
    std::vector<AddressRange> m_ranges;
};

// A list's name goes into names of the kernel's: 1 to 32 of a-z, 0-9 and "-", a letter first.
[[nodiscard]] bool isListName(std::string_view name);

} // namespace bartizan
