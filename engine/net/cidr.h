// A network: an address and a prefix length. A single address is a network of full length.
#pragma once

#include "engine/net/ip_address.h"

namespace bartizan {

class Cidr
{
public:
    constexpr Cidr() = default;
    // One address.
    Cidr(const IpAddress& address)
        : m_address(address)
        , m_prefix(address.bitCount())
    {
    } // NOLINT: implicit by intent
    // Host bits are cleared. `prefix` is capped at the family's length.
    Cidr(const IpAddress& address, unsigned prefix);

    // "ADDRESS" or "ADDRESS/LENGTH"; host bits behind the length are cleared.
    [[nodiscard]] static std::optional<Cidr> parse(std::string_view text);

    [[nodiscard]] const IpAddress& address() const { return m_address; }
    [[nodiscard]] unsigned prefix() const { return m_prefix; }
    [[nodiscard]] IpFamily family() const { return m_address.family(); }
    [[nodiscard]] bool isSingle() const { return m_prefix == m_address.bitCount(); }
    [[nodiscard]] IpAddress last() const { return m_address.highest(m_prefix); }
    [[nodiscard]] bool contains(const IpAddress& address) const;
    [[nodiscard]] bool contains(const Cidr& other) const;
    [[nodiscard]] bool overlaps(const Cidr& other) const { return contains(other) || other.contains(*this); }

    // Without "/length" for a single address.
    [[nodiscard]] std::string toString() const;

    auto operator<=>(const Cidr&) const = default;

private:
    IpAddress m_address;
    unsigned m_prefix = 32;
};

struct CidrHash
{
    std::size_t operator()(const Cidr& cidr) const noexcept
    {
        return IpAddressHash{}(cidr.address()) * 131 + cidr.prefix();
    }
};

} // namespace bartizan
