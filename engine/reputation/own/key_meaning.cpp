#include "engine/reputation/own/key_meaning.h"

#include "engine/base/strings.h"

#include <algorithm>
#include <string>

namespace bartizan::own {

std::optional<Cidr> networkOfPrefix(std::string_view key)
{
    const auto dots = static_cast<std::size_t>(std::ranges::count(key, '.'));
    if (!key.ends_with('.') || dots > 3 || key.size() > 12)
        return std::nullopt;
    std::string whole(key);
    for (std::size_t octets = dots; octets < 4; ++octets)
        whole += octets < 3 ? "0." : "0";
    const auto address = IpAddress::parse(whole);
    return address ? std::optional(Cidr(*address, static_cast<unsigned>(8 * dots))) : std::nullopt;
}

std::optional<Cidr> networkOfKey(std::string_view key)
{
    constexpr std::size_t kLongest = 50; // of an IPv6 network, with an IPv4 address in it
    const bool mayBe = !key.empty() && key.size() <= kLongest &&
                       key.find_first_not_of("0123456789abcdefABCDEF.:/") == std::string_view::npos;
    if (!mayBe)
        return std::nullopt;
    return key.back() == '.' ? networkOfPrefix(key) : Cidr::parse(key);
}

AddressRange rangeOf(const Cidr& network)
{
    return {network.address(), network.last()};
}

} // namespace bartizan::own
