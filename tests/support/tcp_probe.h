// TCP connections between network namespaces, to see whether packets pass.
#pragma once

#include "engine/net/ip_address.h"
#include "tests/support/network_namespace.h"

#include <chrono>
#include <optional>

namespace bartizan::test {

// Owns a socket. Made inside a namespace, it stays there.
class TcpSocket
{
public:
    explicit TcpSocket(int descriptor)
        : m_descriptor(descriptor)
    {
    }
    TcpSocket(TcpSocket&& other) noexcept;
    TcpSocket& operator=(TcpSocket&& other) noexcept;
    ~TcpSocket();
    [[nodiscard]] int get() const { return m_descriptor; }

private:
    int m_descriptor;
};

// Listens on a port of all addresses of both families.
[[nodiscard]] TcpSocket listenIn(const NetworkNamespace& space, std::uint16_t port);

// Nothing if the connection is not made in time.
[[nodiscard]] std::optional<TcpSocket> connectFrom(const NetworkNamespace& space, const IpAddress& target,
                                                   std::uint16_t port, std::chrono::milliseconds timeout);
[[nodiscard]] std::optional<TcpSocket> acceptOn(const TcpSocket& listener, std::chrono::milliseconds timeout);

// Sends a byte from one end and tells whether it arrives in time.
[[nodiscard]] bool passes(const TcpSocket& from, const TcpSocket& to, std::chrono::milliseconds timeout);

} // namespace bartizan::test
