#include "engine/net/address_range.h"

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <string_view>

namespace bartizan {

namespace {

struct Number128
{
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    auto operator<=>(const Number128&) const = default;
};

Number128 numberOf(const IpAddress& address)
{
    Number128 number;
    for (const char c : address.byteView()) {
        number.high = number.high << 8 | number.low >> 56;
        number.low = number.low << 8 | static_cast<unsigned char>(c);
    }
    return number;
}

IpAddress addressOf(const Number128& number, IpFamily family)
{
    std::array<char, 16> bytes{};
    for (std::size_t i = 0; i < 8; ++i) {
        bytes[i] = static_cast<char>(number.high >> (56 - 8 * i));
        bytes[i + 8] = static_cast<char>(number.low >> (56 - 8 * i));
    }
    std::string_view view(bytes.data(), bytes.size());
    if (family == IpFamily::V4)
        view.remove_prefix(12);
    return IpAddress::fromBytes(view).value_or(IpAddress());
}

unsigned trailingZeros(const Number128& number)
{
    const int zeros = number.low != 0 ? std::countr_zero(number.low) : 64 + std::countr_zero(number.high);
    return static_cast<unsigned>(zeros);
}

// With its `bits` lowest bits set.
Number128 filled(Number128 number, unsigned bits)
{
    number.low |= bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
    if (bits > 64)
        number.high |= bits == 128 ? ~std::uint64_t{0} : (std::uint64_t{1} << (bits - 64)) - 1;
    return number;
}

} // namespace

std::optional<AddressRange> AddressRange::make(const IpAddress& first, const IpAddress& last)
{
    if (first.family() != last.family() || last < first)
        return std::nullopt;
    constexpr Number128 kFirstMapped{0, 0xFFFF00000000U};
    if (!first.isV4() && numberOf(first) < kFirstMapped && numberOf(last) > kFirstMapped)
        return std::nullopt;
    return AddressRange{first, last};
}

bool AddressRange::forEachNetwork(const std::function<bool(const Cidr&)>& take) const
{
    const unsigned width = first.bitCount();
    const Number128 end = numberOf(last);
    Number128 next = numberOf(first);
    for (;;) {
        unsigned bits = std::min(trailingZeros(next), width);
        while (bits > 0 && filled(next, bits) > end)
            --bits;
        if (!take(Cidr(addressOf(next, first.family()), width - bits)))
            return false;
        const Number128 covered = filled(next, bits);
        if (covered == end)
            return true;
        next = {covered.high + (covered.low == ~std::uint64_t{0} ? 1 : 0), covered.low + 1};
    }
}

std::string AddressRange::toString() const
{
    std::string text;
    int networks = 0;
    forEachNetwork([&](const Cidr& network) {
        text = network.toString();
        return ++networks < 2;
    });
    return networks == 1 ? text : first.toString() + '-' + last.toString();
}

} // namespace bartizan
