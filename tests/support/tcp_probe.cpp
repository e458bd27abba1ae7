#include "tests/support/tcp_probe.h"

#include "tests/support/socket_address.h"

#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace bartizan::test {

namespace {

void must(bool holds, const char* what)
{
    if (!holds)
        throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

bool ready(int socket, short events, std::chrono::milliseconds timeout)
{
    pollfd waiting{socket, events, 0};
    return ::poll(&waiting, 1, static_cast<int>(timeout.count())) == 1;
}

int openSocket()
{
    const int descriptor = ::socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    must(descriptor >= 0, "socket");
    return descriptor;
}

} // namespace

TcpSocket::TcpSocket(TcpSocket&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1))
{
}

TcpSocket& TcpSocket::operator=(TcpSocket&& other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    return *this;
}

TcpSocket::~TcpSocket()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

TcpSocket listenIn(const NetworkNamespace& space, std::uint16_t port)
{
    int descriptor = -1;
    space.run([&] {
        descriptor = openSocket();
        const int on = 1;
        ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_port = htons(port);
        must(::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0, "bind");
        must(::listen(descriptor, 16) == 0, "listen");
    });
    return TcpSocket(descriptor);
}

std::optional<TcpSocket> connectFrom(const NetworkNamespace& space, const IpAddress& target,
                                     std::uint16_t port, std::chrono::milliseconds timeout)
{
    int descriptor = -1;
    space.run([&] { descriptor = openSocket(); });
    TcpSocket socket(descriptor);
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    const sockaddr_in6 address = socketAddress(target, port);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 &&
        (errno != EINPROGRESS || !ready(descriptor, POLLOUT, timeout)))
        return std::nullopt;
    int error = 0;
    socklen_t size = sizeof(error);
    ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0)
        return std::nullopt;
    return socket;
}

std::optional<TcpSocket> acceptOn(const TcpSocket& listener, std::chrono::milliseconds timeout)
{
    if (!ready(listener.get(), POLLIN, timeout))
        return std::nullopt;
    const int descriptor = ::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0)
        return std::nullopt;
    return TcpSocket(descriptor);
}

bool passes(const TcpSocket& from, const TcpSocket& to, std::chrono::milliseconds timeout)
{
    char waiting[64];
    while (::recv(to.get(), waiting, sizeof(waiting), MSG_DONTWAIT) > 0) { // of earlier probes
    }
    if (::send(from.get(), "x", 1, MSG_NOSIGNAL) != 1)
        return false;
    return ready(to.get(), POLLIN, timeout) && ::recv(to.get(), waiting, sizeof(waiting), MSG_DONTWAIT) > 0;
}

} // namespace bartizan::test
