// Addresses, networks and ranges as people write them, and what is wrong with those that are none.
#pragma once

#include "engine/lists/formats/reading.h"

#include <optional>
#include <string>
#include <string_view>

namespace bartizan::formats {

// "192.0.2.7", "192.0.2.0/24", "192.0.2.1-192.0.2.9" with or without blanks around the '-'; IPv6 as well.
[[nodiscard]] std::optional<Value> readNetworks(std::string_view text);
// Of a text that readNetworks() does not take: why, and what to write instead.
[[nodiscard]] Complaint explainNetworks(std::string_view text);
// Where a network was read that is not what the text says letter by letter: 192.0.2.7/24.
[[nodiscard]] std::optional<Complaint> remarkOnNetworks(std::string_view text, const Value& value);

// Reads, and takes or complains.
void takeNetworks(Reading& reading, std::uint64_t line, std::string_view text, std::string_view note);

// Zeros in front of octets are decimal: "001.002.003.004".
[[nodiscard]] std::optional<IpAddress> readPaddedAddress(std::string_view text);

// For messages: harmless and short.
[[nodiscard]] std::string shown(std::string_view text);

} // namespace bartizan::formats
