// Addresses from a first to a last one, both included, and the networks they are.
#pragma once

#include "engine/net/cidr.h"

#include <functional>
#include <optional>
#include <string>

namespace bartizan {

// Of one family, `last` not below `first`: whoever fills the members sees to it, or uses make().
struct AddressRange
{
    IpAddress first;
    IpAddress last;

    // Nothing where the families differ, `last` is before `first`, or an IPv6 range runs over the addresses
    // that mean IPv4 ones (::ffff:0:0/96).
    [[nodiscard]] static std::optional<AddressRange> make(const IpAddress& first, const IpAddress& last);

    // The fewest networks that hold these addresses and no others, in ascending order: at most 62 of IPv4,
    // 254 of IPv6. `take` returns false to end it; so does this then.
    bool forEachNetwork(const std::function<bool(const Cidr&)>& take) const;

    // "192.0.2.0/24" where it is one network, else "192.0.2.1-192.0.2.9".
    [[nodiscard]] std::string toString() const;

    auto operator<=>(const AddressRange&) const = default;
};

} // namespace bartizan
