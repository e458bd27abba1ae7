#include "engine/platform/firewall_list.h"

#include "engine/platform/firewall_entries.h"

#include <algorithm>

namespace bartizan {

namespace {

constexpr std::size_t kLongestName = 32;

template<class Item, class Project>
std::span<const Item> ofFamily(const std::vector<Item>& items, IpFamily family, Project project)
{
    const auto border = std::ranges::partition_point(
        items, [&](const Item& item) { return project(item).family() == IpFamily::V4; });
    return family == IpFamily::V4 ? std::span(items.begin(), border) : std::span(border, items.end());
}

bool touches(const AddressRange& range, const IpAddress& next)
{
    return range.last.family() == next.family() && range.last.next() == next;
}

} // namespace

FirewallList::FirewallList(std::span<const Cidr> entries)
{
    for (const Cidr& network : withoutCovered(entries)) {
        if (network.isSingle())
            m_addresses.push_back(network.address());
        else if (!m_ranges.empty() && touches(m_ranges.back(), network.address()))
            m_ranges.back().last = network.last();
        else
            m_ranges.push_back({network.address(), network.last()});
    }
    m_addresses.shrink_to_fit();
    m_ranges.shrink_to_fit();
}

std::span<const IpAddress> FirewallList::addresses(IpFamily family) const
{
    return ofFamily(m_addresses, family, [](const IpAddress& address) { return address; });
}

std::span<const AddressRange> FirewallList::ranges(IpFamily family) const
{
    return ofFamily(m_ranges, family, [](const AddressRange& range) { return range.first; });
}

bool FirewallList::holds(const IpAddress& address) const
{
    if (std::ranges::binary_search(m_addresses, address))
        return true;
    const auto behind = std::ranges::upper_bound(m_ranges, address, {}, &AddressRange::first);
    return behind != m_ranges.begin() && address.family() == std::prev(behind)->last.family() &&
           address <= std::prev(behind)->last;
}

bool isListName(std::string_view name)
{
    const auto isLetter = [](char c) { return c >= 'a' && c <= 'z'; };
    return !name.empty() && name.size() <= kLongestName && isLetter(name.front()) &&
           std::ranges::all_of(name,
                               [&](char c) { return isLetter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

} // namespace bartizan
