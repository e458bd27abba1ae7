// Addresses from a first to a last one, and the networks they are.
#pragma once

#include "engine/net/cidr.h"

#include <functional>
#include <optional>

namespace bartizan {

class AddressRange
{
public:
    // Nothing where the families differ, `last` is before `first`, or an IPv6 range runs over the addresses
    // that mean IPv4 ones (::ffff:0:0/96).
    [[nodiscard]] static std::optional<AddressRange> make(const IpAddress& first, const IpAddress& last);

    [[nodiscard]] const IpAddress& first() const { return m_first; }
    [[nodiscard]] const IpAddress& last() const { return m_last; }

    // The fewest networks that hold these addresses and no others, in ascending order: at most 62 of IPv4,
    // 254 of IPv6. `take` returns false to end it; so does this then.
    bool forEachNetwork(const std::function<bool(const Cidr&)>& take) const;

private:
    AddressRange(const IpAddress& first, const IpAddress& last)
        : m_first(first)
        , m_last(last)
    {
    }

    IpAddress m_first;
    IpAddress m_last;
};

} // namespace bartizan
