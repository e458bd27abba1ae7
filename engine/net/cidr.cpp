#include "engine/net/cidr.h"

#include "engine/base/strings.h"

#include <algorithm>

namespace bartizan {

Cidr::Cidr(const IpAddress& address, unsigned prefix)
    : m_address(address.lowest(std::min(prefix, address.bitCount())))
    , m_prefix(std::min(prefix, address.bitCount()))
{
}

std::optional<Cidr> Cidr::parse(std::string_view text)
{
    const auto slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address)
        return std::nullopt;
    if (slash == std::string_view::npos)
        return Cidr(*address);
    const auto digits = text.substr(slash + 1);
    const auto prefix = parseNumber<unsigned>(digits);
    if (!prefix || (digits.size() > 1 && digits[0] == '0'))
        return std::nullopt;
    // ::ffff:1.2.3.0/120 was parsed as IPv4; its length counts the mapping's 96 bits.
    const bool mapped = address->isV4() && text.find(':') != std::string_view::npos;
    if (*prefix > (mapped ? 128 : address->bitCount()) || (mapped && *prefix < 96))
        return std::nullopt;
    return Cidr(*address, mapped ? *prefix - 96 : *prefix);
}

bool Cidr::contains(const IpAddress& address) const
{
    return address.family() == family() && address.lowest(m_prefix) == m_address;
}

bool Cidr::contains(const Cidr& other) const
{
    return other.m_prefix >= m_prefix && contains(other.m_address);
}

std::string Cidr::toString() const
{
    return isSingle() ? m_address.toString() : m_address.toString() + '/' + std::to_string(m_prefix);
}

} // namespace bartizan
