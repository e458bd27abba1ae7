// What a key of a list means as addresses.
#pragma once

#include "engine/net/address_range.h"

#include <optional>
#include <string_view>

namespace bartizan::own {

// "192.0.2.7", "192.0.2.0/24", IPv6 of any spelling, and "192.0.2." for what begins with it.
[[nodiscard]] std::optional<Cidr> networkOfKey(std::string_view key);
// "192.0.2.", "192.0." and "192." alone.
[[nodiscard]] std::optional<Cidr> networkOfPrefix(std::string_view key);
[[nodiscard]] AddressRange rangeOf(const Cidr& network);

} // namespace bartizan::own
