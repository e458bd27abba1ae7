// One client: its socket, its identity, frames in and out, and how it ends.
#pragma once

#include "engine/ipc/limits.h"
#include "engine/platform/peer_identity.h"
#include "engine/protocol/frame.h"

#include <QLocalSocket>
#include <QObject>
#include <QTimer>

#include <cstdint>
#include <functional>
#include <memory>

namespace bartizan::ipc {

// The frame that says why the engine ends a connection; `reason` is a stable word of docs/ipc.md.
[[nodiscard]] QByteArray goodbye(QLatin1String reason, const QString& message = {});

class Connection final : public QObject
{
public:
    struct Callbacks
    {
        std::function<void(Connection&, const protocol::Frame&)> frame;
        std::function<void(Connection&)> closed; // last call; the owner lets go with deleteLater()
    };

    Connection(std::uint64_t id, std::unique_ptr<QLocalSocket> socket, PeerIdentity peer,
               const Limits& limits, Callbacks callbacks);
    ~Connection() override;

    [[nodiscard]] std::uint64_t id() const { return m_id; }
    [[nodiscard]] const PeerIdentity& peer() const { return m_peer; }

    [[nodiscard]] bool greeted() const { return m_greeted; }
    // Hello was accepted: no deadline any more, and larger frames.
    void setGreeted();

    // Requests that came too fast, since the last one that did not.
    int refusedInARow = 0;

    // Whole frames, from protocol::encode(). A client that left more than the limit unread is ended as
    // lagging.
    void send(const QByteArray& frame);
    [[nodiscard]] bool closing() const { return m_closing; }
    // Says goodbye, then ends the connection. `closed` follows later, never from within this call.
    void close(QLatin1String reason, const QString& message = {});

private:
    void read();
    void finish();

    const std::uint64_t m_id;
    const PeerIdentity m_peer;
    const Limits m_limits;
    const Callbacks m_callbacks;
    const std::unique_ptr<QLocalSocket> m_socket;
    protocol::FrameDecoder m_decoder;
    QTimer m_deadline; // for hello, and for the last bytes of a closing connection
    bool m_greeted = false;
    bool m_closing = false;
    bool m_finished = false;
};

} // namespace bartizan::ipc
