#include "engine/net/ip_address.h"

#include "engine/base/strings.h"

#include <algorithm>
#include <cstdio>
#include <functional>

namespace bartizan {

namespace {

std::optional<std::array<std::uint8_t, 4>> parseV4(std::string_view text)
{
    std::array<std::uint8_t, 4> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const bool isLast = i + 1 == bytes.size();
        const auto end = isLast ? text.size() : text.find('.');
        if (end == std::string_view::npos)
            return std::nullopt;
        const auto part = text.substr(0, end);
        if (part.size() > 3 || (part.size() > 1 && part[0] == '0'))
            return std::nullopt;
        const auto value = parseNumber<unsigned>(part);
        if (!value || *value > 255)
            return std::nullopt;
        bytes[i] = static_cast<std::uint8_t>(*value);
        text.remove_prefix(isLast ? end : end + 1);
    }
    return bytes;
}

std::optional<unsigned> parseHexGroup(std::string_view text)
{
    unsigned value = 0;
    if (text.empty() || text.size() > 4)
        return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

// The groups between colons of one side of "::", the last possibly a dotted quad. Empty text is no group.
bool parseGroups(std::string_view text, std::string& out)
{
    if (text.empty())
        return true;
    const auto groups = split(text, ':');
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (groups[i].find('.') != std::string_view::npos) {
            const auto quad = parseV4(groups[i]);
            if (!quad || i + 1 != groups.size())
                return false;
            for (const auto byte : *quad)
                out += static_cast<char>(byte);
            continue;
        }
        const auto value = parseHexGroup(groups[i]);
        if (!value)
            return false;
        out += static_cast<char>(*value >> 8);
        out += static_cast<char>(*value & 0xFF);
    }
    return out.size() <= 16;
}

std::optional<std::string> parseV6(std::string_view text)
{
    if (text.size() < 2 || text.size() > 45)
        return std::nullopt;
    const auto gap = text.find("::");
    std::string head;
    std::string tail;
    if (gap == std::string_view::npos)
        return parseGroups(text, head) && head.size() == 16 ? std::optional(head) : std::nullopt;
    const auto before = text.substr(0, gap);
    const auto after = text.substr(gap + 2);
    if (before.find('.') != std::string_view::npos || !parseGroups(before, head) || !parseGroups(after, tail))
        return std::nullopt;
    if (head.size() + tail.size() > 14)
        return std::nullopt;
    head.append(16 - head.size() - tail.size(), '\0');
    return head + tail;
}

} // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text)
{
    if (const auto quad = parseV4(text)) {
        IpAddress address;
        std::ranges::copy(*quad, address.m_bytes.begin());
        return address;
    }
    if (const auto bytes = parseV6(text))
        return fromBytes(*bytes);
    return std::nullopt;
}

std::optional<IpAddress> IpAddress::fromBytes(std::string_view bytes)
{
    static constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xFF\xFF", 12);
    IpAddress address;
    if (bytes.size() == 16 && bytes.starts_with(kMapped))
        bytes.remove_prefix(12);
    if (bytes.size() != 4 && bytes.size() != 16)
        return std::nullopt;
    address.m_family = bytes.size() == 4 ? IpFamily::V4 : IpFamily::V6;
    std::ranges::transform(bytes, address.m_bytes.begin(),
                           [](char c) { return static_cast<std::uint8_t>(c); });
    return address;
}

std::string_view IpAddress::byteView() const
{
    return {reinterpret_cast<const char*>(m_bytes.data()), bitCount() / 8};
}

IpAddress IpAddress::lowest(unsigned prefix) const
{
    IpAddress address = *this;
    for (unsigned bit = prefix; bit < bitCount(); ++bit)
        address.m_bytes[bit / 8] =
            static_cast<std::uint8_t>(address.m_bytes[bit / 8] & ~(0x80U >> (bit % 8)));
    return address;
}

IpAddress IpAddress::highest(unsigned prefix) const
{
    IpAddress address = *this;
    for (unsigned bit = prefix; bit < bitCount(); ++bit)
        address.m_bytes[bit / 8] = static_cast<std::uint8_t>(address.m_bytes[bit / 8] | (0x80U >> (bit % 8)));
    return address;
}

std::optional<IpAddress> IpAddress::next() const
{
    IpAddress address = *this;
    for (unsigned i = bitCount() / 8; i-- > 0;) {
        if (++address.m_bytes[i] != 0)
            return address;
    }
    return std::nullopt;
}

std::string IpAddress::toString() const
{
    std::array<char, 48> text{};
    if (isV4()) {
        const int length = std::snprintf(text.data(), text.size(), "%u.%u.%u.%u", m_bytes[0], m_bytes[1],
                                         m_bytes[2], m_bytes[3]);
        return std::string(text.data(), static_cast<std::size_t>(length));
    }
    // RFC 5952 §4.2: the longest run of two or more zero groups, the first of equals, becomes "::".
    std::array<unsigned, 8> groups{};
    for (std::size_t i = 0; i < 8; ++i)
        groups[i] = static_cast<unsigned>(m_bytes[2 * i]) << 8 | m_bytes[2 * i + 1];
    std::size_t gapStart = 8;
    std::size_t gapLength = 1;
    for (std::size_t i = 0; i < 8; ++i) {
        std::size_t end = i;
        while (end < 8 && groups[end] == 0)
            ++end;
        if (end - i > gapLength) {
            gapStart = i;
            gapLength = end - i;
        }
    }
    std::string out;
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == gapStart) {
            out += "::";
            i += gapLength - 1;
            continue;
        }
        if (!out.empty() && out.back() != ':')
            out += ':';
        const int length = std::snprintf(text.data(), text.size(), "%x", groups[i]);
        out.append(text.data(), static_cast<std::size_t>(length));
    }
    return out;
}

std::size_t IpAddressHash::operator()(const IpAddress& address) const noexcept
{
    return std::hash<std::string_view>{}(address.byteView());
}

} // namespace bartizan
