#include "platform/linux/nftables_watch.h"

#include "platform/linux/netlink_reading.h"
#include "platform/linux/nftables_netlink.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstddef>
#include <iterator>
#include <linux/filter.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace bartizan {

namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} * 1024;
constexpr int kQueueBytes = 1024 * 1024;
constexpr std::uint16_t kTableName = 1; // in messages of every kind

// Lets the kernel throw away what we did ourselves: restoring 100,000 blocks must not wake us 100,000 times.
bool ignoreOwnChanges(int socket, std::uint32_t ownPortId)
{
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(nlmsghdr, nlmsg_pid)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(ownPortId), 0,
                 1), // the field is in host order, the load is not
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, 0xFFFFFFFF),
    };
    const sock_fprog filter{static_cast<unsigned short>(std::size(program)), program};
    return ::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) == 0;
}

bool concerns(const nlmsghdr* header, const std::string& table)
{
    if (header->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES)
        return false;
    const auto* generic = static_cast<const nfgenmsg*>(mnl_nlmsg_get_payload(header));
    if (generic->nfgen_family != NFPROTO_INET)
        return false;
    bool ours = false;
    eachAttribute(header, sizeof(nfgenmsg), [&](const nlattr* attribute) {
        ours |= mnl_attr_get_type(attribute) == kTableName && table == mnl_attr_get_str(attribute);
    });
    return ours;
}

} // namespace

Result<std::unique_ptr<FirewallWatch>> NftablesWatch::start(std::string table, std::uint32_t ownPortId,
                                                            std::function<void()> changed)
{
    const auto failed = [] {
        return std::unexpected(nft::kernelError(errno, "can't watch the firewall for changes"));
    };
    FileDescriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER));
    if (!socket.isOpen() || !ignoreOwnChanges(socket.get(), ownPortId))
        return failed();
    if (::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kQueueBytes, sizeof(kQueueBytes)) != 0)
        ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &kQueueBytes, sizeof(kQueueBytes));
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    const int group = NFNLGRP_NFTABLES;
    if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
        ::setsockopt(socket.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) != 0)
        return failed();
    FileDescriptor stop(::eventfd(0, EFD_CLOEXEC));
    if (!stop.isOpen())
        return failed();
    return std::unique_ptr<FirewallWatch>(
        new NftablesWatch(std::move(table), std::move(socket), std::move(stop), std::move(changed)));
}

NftablesWatch::NftablesWatch(std::string table, FileDescriptor socket, FileDescriptor stop,
                             std::function<void()> changed)
    : m_table(std::move(table))
    , m_socket(std::move(socket))
    , m_stop(std::move(stop))
    , m_changed(std::move(changed))
    , m_buffer(kBufferBytes)
    , m_thread([this] { run(); })
{
}

NftablesWatch::~NftablesWatch()
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(m_stop.get(), &one, sizeof(one));
    m_thread.join();
}

void NftablesWatch::run()
{
    pollfd waiting[] = {{m_socket.get(), POLLIN, 0}, {m_stop.get(), POLLIN, 0}};
    for (;;) {
        if (::poll(waiting, std::size(waiting), -1) < 0 && errno != EINTR)
            return;
        if (waiting[1].revents != 0)
            return;
        if (waiting[0].revents != 0 && drain())
            m_changed();
    }
}

bool NftablesWatch::drain()
{
    bool found = false;
    for (;;) {
        const ssize_t received = ::recv(m_socket.get(), m_buffer.data(), m_buffer.size(), MSG_TRUNC);
        if (received < 0 && errno == EINTR)
            continue;
        if (received < 0 && errno == ENOBUFS) {
            found = true;
            continue;
        }
        if (received <= 0)
            return found;
        if (static_cast<std::size_t>(received) > m_buffer.size()) {
            found = true; // cut off: it may have been about us
            continue;
        }
        eachMessage(m_buffer.data(), static_cast<std::size_t>(received),
                    [&](const nlmsghdr* header) { found = found || concerns(header, m_table); });
    }
}

} // namespace bartizan
