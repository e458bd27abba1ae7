#include "engine/fetch/public_address.h"

#include "engine/net/cidr.h"

#include <algorithm>
#include <array>
#include <vector>

namespace bartizan::fetch {

namespace {

std::vector<Cidr> parsed(std::initializer_list<const char*> texts)
{
    std::vector<Cidr> networks;
    for (const char* text : texts)
        networks.push_back(*Cidr::parse(text));
    return networks;
}

bool isInAny(const std::vector<Cidr>& networks, const IpAddress& address)
{
    return std::ranges::any_of(networks, [&](const Cidr& network) { return network.contains(address); });
}

} // namespace

bool isPublic(const IpAddress& address)
{
    static const auto kSpecial4 =
        parsed({"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
                "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
                "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"});
    // Teredo and 6to4 lead to IPv4 addresses of their sender's choice.
    static const auto kSpecial6 = parsed({"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"});
    static const Cidr kGlobal6 = *Cidr::parse("2000::/3");
    static const Cidr kTranslated = *Cidr::parse("64:ff9b::/96");
    if (address.isV4())
        return !isInAny(kSpecial4, address);
    if (kTranslated.contains(address))
        return isPublic(*IpAddress::fromBytes(address.byteView().substr(12)));
    return kGlobal6.contains(address) && !isInAny(kSpecial6, address);
}

} // namespace bartizan::fetch
