#include "tests/support/udp_probe.h"

#include "tests/support/socket_address.h"
#include "tests/support/tcp_probe.h"

#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>

namespace bartizan::test {

namespace {

TcpSocket openIn(const NetworkNamespace& space, const sockaddr_in6& address,
                 int (*use)(int, const sockaddr*, socklen_t))
{
    int descriptor = -1;
    space.run([&] {
        descriptor = ::socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (descriptor < 0 ||
            use(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
            throw std::runtime_error("no socket for datagrams");
    });
    return TcpSocket(descriptor);
}

} // namespace

Datagram sendDatagram(const NetworkNamespace& from, const NetworkNamespace& to, const IpAddress& target,
                      std::uint16_t port, std::chrono::milliseconds timeout)
{
    const TcpSocket receiver = openIn(to, socketAddress(target, port), &::bind);
    const TcpSocket sender = openIn(from, socketAddress(target, port), &::connect);
    if (::send(sender.get(), "x", 1, MSG_NOSIGNAL) != 1)
        return Datagram::Refused;
    pollfd waiting[] = {{receiver.get(), POLLIN, 0}, {sender.get(), 0, 0}}; // errors are always told
    ::poll(waiting, 2, static_cast<int>(timeout.count()));
    if ((waiting[0].revents & POLLIN) != 0)
        return Datagram::Arrives;
    return (waiting[1].revents & POLLERR) != 0 ? Datagram::Refused : Datagram::Lost;
}

} // namespace bartizan::test
