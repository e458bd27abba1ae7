// The srcip and dstip conditions of a rule (spec §6.2).
#pragma once

#include "engine/base/result.h"
#include "engine/net/ip_address.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace bartizan {

// One pattern: an address, a network by length or by mask, or "any".
class AddressPattern
{
public:
    // A leading '!' is dropped, as the reference does. A mapped address (::ffff:10.0.0.0/8) is an IPv4
    // pattern.
    [[nodiscard]] static Result<AddressPattern> parse(std::string_view text);

    // An event's value, read once for all patterns of a rule. A mapped address stays an IPv6 one here, unlike
    // everywhere else in the engine: the reference compares it so.
    struct Value
    {
        IpFamily family;
        std::array<std::uint8_t, 16> bytes;
    };
    // Nothing where the text is no numeric address.
    [[nodiscard]] static std::optional<Value> valueOf(std::string_view text);

    [[nodiscard]] bool matches(const Value& value) const;

private:
    bool m_any = false;
    IpFamily m_family = IpFamily::V4;
    std::array<std::uint8_t, 16> m_address{};
    std::array<std::uint8_t, 16> m_mask{};
};

} // namespace bartizan
