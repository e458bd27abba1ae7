// An IPv4 or IPv6 address as a value. Parsing is strict: what is accepted here may be handed to the firewall.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bartizan {

enum class IpFamily : std::uint8_t { V4, V6 };

class IpAddress
{
public:
    // 0.0.0.0
    constexpr IpAddress() = default;

    // Dotted quad without leading zeros, or RFC 4291 §2.2 text without zone. Nothing may stand around it.
    // An IPv4-mapped address (::ffff:1.2.3.4) is returned as the IPv4 address it means: the kernel sees that
    // one.
    [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
    // 4 or 16 bytes in network order; a mapped address becomes IPv4 as in parse().
    [[nodiscard]] static std::optional<IpAddress> fromBytes(std::string_view bytes);

    [[nodiscard]] IpFamily family() const { return m_family; }
    [[nodiscard]] bool isV4() const { return m_family == IpFamily::V4; }
    // 32 or 128.
    [[nodiscard]] unsigned bitCount() const { return isV4() ? 32 : 128; }
    // Network order; the first 4 of them for IPv4.
    [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return m_bytes; }
    [[nodiscard]] std::string_view byteView() const;
    // With the bits behind `prefix` cleared (lowest) or set (highest address of the network).
    [[nodiscard]] IpAddress lowest(unsigned prefix) const;
    [[nodiscard]] IpAddress highest(unsigned prefix) const;
    // The following address; nothing after the last of the family.
    [[nodiscard]] std::optional<IpAddress> next() const;

    // Canonical text (RFC 5952 for IPv6).
    [[nodiscard]] std::string toString() const;

    auto operator<=>(const IpAddress&) const = default;

private:
    IpFamily m_family = IpFamily::V4;
    std::array<std::uint8_t, 16> m_bytes{};
};

struct IpAddressHash
{
    std::size_t operator()(const IpAddress& address) const noexcept;
};

} // namespace bartizan
