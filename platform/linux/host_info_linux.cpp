#include "platform/linux/host_info_linux.h"

#include "platform/linux/host_logins.h"
#include "platform/linux/host_routes.h"
#include "platform/linux/host_watch.h"

#include "engine/base/strings.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sstream>
#include <unistd.h>

namespace bartizan {

namespace {

void report(Problems& problems, const std::string& file, const std::string& message, const std::string& cure)
{
    problems.push_back({Severity::Warning, "guard", file, 0, 0, message, cure});
}

std::optional<IpAddress> addressOf(const sockaddr* socketAddress)
{
    if (socketAddress == nullptr)
        return std::nullopt;
    const auto* bytes = reinterpret_cast<const char*>(socketAddress);
    if (socketAddress->sa_family == AF_INET)
        return IpAddress::fromBytes({bytes + offsetof(sockaddr_in, sin_addr), 4});
    if (socketAddress->sa_family == AF_INET6)
        return IpAddress::fromBytes({bytes + offsetof(sockaddr_in6, sin6_addr), 16});
    return std::nullopt;
}

unsigned prefixOf(const IpAddress& mask)
{
    unsigned prefix = 0;
    while (prefix < mask.bitCount() && (mask.bytes()[prefix / 8] & (0x80U >> (prefix % 8))) != 0)
        ++prefix;
    return prefix;
}

void readInterfaces(HostAddresses& addresses, Problems& problems)
{
    ifaddrs* all = nullptr;
    if (::getifaddrs(&all) != 0) {
        report(problems, {}, std::string("can't read this machine's addresses: ") + std::strerror(errno), {});
        return;
    }
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(all, ::freeifaddrs);
    for (const ifaddrs* item = all; item != nullptr; item = item->ifa_next) {
        const auto own = addressOf(item->ifa_addr);
        if (!own)
            continue;
        addresses.own.push_back(*own);
        if (!own->isV4() || (item->ifa_flags & IFF_BROADCAST) == 0)
            continue;
        // Where there is none, the C library puts the own address or zeros there.
        if (const auto configured = addressOf(item->ifa_broadaddr);
            configured && *configured != IpAddress() && *configured != *own)
            addresses.broadcast.push_back(*configured);
        // Also where none is configured: hosts of the network may use it all the same. /31 and /32 have none.
        constexpr unsigned kLongestWithBroadcast = 30;
        if (const auto mask = addressOf(item->ifa_netmask); mask && prefixOf(*mask) <= kLongestWithBroadcast)
            addresses.broadcast.push_back(own->highest(prefixOf(*mask)));
    }
}

void readNameServers(const std::string& file, HostAddresses& addresses, Problems& problems)
{
    std::ifstream stream(file);
    if (!stream) {
        if (errno != ENOENT && errno != ENOTDIR) {
            report(problems, file, std::string("can't read the name servers: ") + std::strerror(errno),
                   "Let the engine's user read this file, or put the name servers on the allowlist.");
        }
        return;
    }
    std::string line;
    while (std::getline(stream, line)) {
        const auto words = splitAny(line, " \t\r");
        if (words.size() < 2 || words[0] != "nameserver")
            continue;
        if (const auto address = IpAddress::parse(words[1].substr(0, words[1].find('%'))))
            addresses.nameServers.push_back(*address);
    }
}

void tidy(std::vector<IpAddress>& addresses)
{
    std::ranges::sort(addresses);
    const auto repeated = std::ranges::unique(addresses);
    addresses.erase(repeated.begin(), repeated.end());
}

} // namespace

LinuxHostInfo::LinuxHostInfo()
    : LinuxHostInfo(Sources())
{
}

LinuxHostInfo::LinuxHostInfo(Sources sources)
    : m_sources(std::move(sources))
{
}

LinuxHostInfo::~LinuxHostInfo() = default;

HostAddresses LinuxHostInfo::read(Problems& problems) const
{
    HostAddresses addresses;
    readInterfaces(addresses, problems);
    if (auto gateways = readGateways())
        addresses.gateways = std::move(*gateways);
    else
        report(problems, {}, gateways.error().message, gateways.error().cure);
    for (const std::string& file : m_sources.resolverFiles)
        readNameServers(file, addresses, problems);
    if (auto peers = readAdministratorPeers(m_sources.loginRecords))
        addresses.administratorPeers = std::move(*peers);
    else
        report(problems, m_sources.loginRecords, peers.error().message, peers.error().cure);
    for (auto* list : {&addresses.own, &addresses.broadcast, &addresses.gateways, &addresses.nameServers,
                       &addresses.administratorPeers})
        tidy(*list);
    return addresses;
}

std::string LinuxHostInfo::hostName() const
{
    char name[256] = {};
    if (::gethostname(name, sizeof(name) - 1) != 0)
        return "localhost";
    const std::string_view whole(name);
    return std::string(whole.substr(0, whole.find('.')));
}

void LinuxHostInfo::watch(std::function<void()> changed)
{
    unwatch();
    std::vector<std::string> files = m_sources.resolverFiles;
    files.push_back(m_sources.loginRecords);
    const std::lock_guard lock(m_mutex);
    m_watch = std::make_unique<HostWatch>(std::move(files), std::vector<std::string>{"/run/systemd/sessions"},
                                          std::move(changed));
}

void LinuxHostInfo::unwatch()
{
    std::unique_ptr<HostWatch> ended;
    const std::lock_guard lock(m_mutex);
    ended = std::move(m_watch);
}

} // namespace bartizan
