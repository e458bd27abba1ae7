#include "engine/rules/address_condition.h"

#include "engine/base/strings.h"

#include <algorithm>
#include <string>

namespace bartizan {

namespace {

std::array<std::uint8_t, 16> maskOfLength(unsigned length)
{
    std::array<std::uint8_t, 16> mask{};
    for (std::size_t i = 0; i < mask.size() && length > 0; ++i) {
        const unsigned bits = std::min(length, 8U);
        mask[i] = static_cast<std::uint8_t>(0xFF00U >> bits);
        length -= bits;
    }
    return mask;
}

std::unexpected<Error> invalid(std::string_view text)
{
    return fail(ErrorCode::InvalidArgument, "\"" + std::string(text) + "\" is not an address",
                "Write an IPv4 or IPv6 address, a network such as 10.0.0.0/8, or any.");
}

} // namespace

Result<AddressPattern> AddressPattern::parse(std::string_view text)
{
    const std::string_view whole = text;
    if (text.starts_with('!'))
        text.remove_prefix(1);
    AddressPattern pattern;
    if (text == "any") {
        pattern.m_any = true;
        return pattern;
    }
    const auto slash = text.find('/');
    const auto addressText = text.substr(0, slash);
    const auto address = IpAddress::parse(addressText);
    if (!address)
        return invalid(whole);
    pattern.m_family = address->family();
    pattern.m_address = address->bytes();
    pattern.m_mask = maskOfLength(address->bitCount());
    if (slash == std::string_view::npos)
        return pattern;

    const auto lengthText = text.substr(slash + 1);
    if (const auto length = parseNumber<unsigned>(lengthText)) {
        const bool mapped = address->isV4() && addressText.find(':') != std::string_view::npos;
        const unsigned prefix = mapped && *length > 32 ? *length - 96 : *length;
        if ((mapped && *length > 32 && *length < 96) || prefix > address->bitCount())
            return invalid(whole);
        if (prefix == 0 && !address->isV4())
            return invalid(whole); // the reference has no spelling for "every IPv6 address"
        pattern.m_mask = maskOfLength(prefix);
    } else {
        const auto mask = IpAddress::parse(lengthText);
        if (!mask || !mask->isV4() || !address->isV4())
            return invalid(whole);
        pattern.m_mask = mask->bytes();
    }
    bool emptyMask = true;
    for (std::size_t i = 0; i < pattern.m_mask.size(); ++i) {
        pattern.m_address[i] &= pattern.m_mask[i];
        emptyMask = emptyMask && pattern.m_mask[i] == 0;
    }
    pattern.m_any = emptyMask; // 0.0.0.0/0 crosses the families
    return pattern;
}

std::optional<AddressPattern::Value> AddressPattern::valueOf(std::string_view text)
{
    const auto address = IpAddress::parse(text);
    if (!address)
        return std::nullopt;
    if (address->isV4() && text.find(':') != std::string_view::npos) {
        Value mapped{IpFamily::V6, {}};
        mapped.bytes[10] = mapped.bytes[11] = 0xFF;
        std::copy_n(address->bytes().begin(), 4, mapped.bytes.begin() + 12);
        return mapped;
    }
    return Value{address->family(), address->bytes()};
}

bool AddressPattern::matches(const Value& value) const
{
    if (m_any)
        return true;
    if (value.family != m_family)
        return false;
    const std::size_t size = m_family == IpFamily::V4 ? 4 : 16;
    for (std::size_t i = 0; i < size; ++i) {
        if ((value.bytes[i] & m_mask[i]) != m_address[i])
            return false;
    }
    return true;
}

} // namespace bartizan
