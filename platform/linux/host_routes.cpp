#include "platform/linux/host_routes.h"

#include "platform/linux/file_descriptor.h"
#include "platform/linux/netlink_reading.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <linux/rtnetlink.h>
#include <optional>
#include <string_view>
#include <sys/socket.h>

namespace bartizan {

namespace {

constexpr std::size_t kAnswerBytes = std::size_t{64} * 1024;

std::string_view payloadOf(const nlattr* attribute)
{
    return {static_cast<const char*>(mnl_attr_get_payload(attribute)), mnl_attr_get_payload_len(attribute)};
}

void take(const nlattr* attribute, std::vector<IpAddress>& gateways);

void takePaths(std::string_view paths, std::vector<IpAddress>& gateways)
{
    while (paths.size() >= sizeof(rtnexthop)) {
        rtnexthop path{};
        std::memcpy(&path, paths.data(), sizeof(path));
        if (path.rtnh_len < sizeof(path) || path.rtnh_len > paths.size())
            return;
        eachAttribute(paths.data() + sizeof(path), path.rtnh_len - sizeof(path),
                      [&](const nlattr* attribute) { take(attribute, gateways); });
        paths.remove_prefix(std::min<std::size_t>(RTNH_ALIGN(path.rtnh_len), paths.size()));
    }
}

void take(const nlattr* attribute, std::vector<IpAddress>& gateways)
{
    std::string_view bytes = payloadOf(attribute);
    switch (mnl_attr_get_type(attribute)) {
    case RTA_MULTIPATH:
        takePaths(bytes, gateways);
        return;
    case RTA_VIA: // a gateway of the other family
        if (bytes.size() < sizeof(rtvia))
            return;
        bytes.remove_prefix(sizeof(rtvia));
        break;
    case RTA_GATEWAY:
        break;
    default:
        return;
    }
    if (const auto address = IpAddress::fromBytes(bytes); address && *address != IpAddress())
        gateways.push_back(*address);
}

int dumpRoutes(int socket, unsigned char family, std::uint32_t sequence, std::vector<IpAddress>& gateways)
{
    if (socket < 0)
        return EBADF;
    std::array<char, 128> request{};
    nlmsghdr* header = mnl_nlmsg_put_header(request.data());
    header->nlmsg_type = RTM_GETROUTE;
    header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    header->nlmsg_seq = sequence;
    static_cast<rtmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(rtmsg)))->rtm_family = family;
    if (::send(socket, request.data(), header->nlmsg_len, 0) < 0)
        return errno;
    std::vector<char> answer(kAnswerBytes);
    std::optional<int> result;
    while (!result) {
        const ssize_t received = ::recv(socket, answer.data(), answer.size(), 0);
        if (received < 0 && errno == EINTR)
            continue;
        if (received < 0)
            return errno;
        eachMessage(answer.data(), static_cast<std::size_t>(received), [&](const nlmsghdr* message) {
            if (message->nlmsg_seq != sequence)
                return;
            if (message->nlmsg_type == NLMSG_DONE)
                result = 0;
            else if (message->nlmsg_type == NLMSG_ERROR)
                result = -static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(message))->error;
            else if (concernsDefaultRoute(message))
                eachAttribute(message, sizeof(rtmsg),
                              [&](const nlattr* attribute) { take(attribute, gateways); });
        });
    }
    return *result;
}

} // namespace

bool concernsDefaultRoute(const nlmsghdr* message)
{
    if (message->nlmsg_type != RTM_NEWROUTE && message->nlmsg_type != RTM_DELROUTE)
        return false;
    if (mnl_nlmsg_get_payload_len(message) < sizeof(rtmsg))
        return false;
    const auto* route = static_cast<const rtmsg*>(mnl_nlmsg_get_payload(message));
    return route->rtm_type == RTN_UNICAST && route->rtm_dst_len <= 1 &&
           (route->rtm_flags & RTM_F_CLONED) == 0;
}

Result<std::vector<IpAddress>> readGateways()
{
    const FileDescriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    std::vector<IpAddress> gateways;
    int error = socket.isOpen() ? 0 : errno;
    if (error == 0)
        error = dumpRoutes(socket.get(), AF_INET, 1, gateways);
    if (error == 0)
        error = dumpRoutes(socket.get(), AF_INET6, 2, gateways);
    if (error != 0)
        return fail(ErrorCode::Unavailable, std::string("can't read the gateways: ") + std::strerror(error));
    return gateways;
}

} // namespace bartizan
