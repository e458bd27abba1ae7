#include "engine/ipc/connection.h"

namespace bartizan::ipc {

namespace {

constexpr qint64 kChunk = 64 << 10;
constexpr std::chrono::seconds kFarewell{2};

} // namespace

QByteArray goodbye(QLatin1String reason, const QString& message)
{
    QJsonObject data{{QLatin1String("reason"), reason}};
    if (!message.isEmpty())
        data.insert(QLatin1String("message"), message);
    return protocol::encode({protocol::FrameKind::Event,
                             {{QLatin1String("seq"), 0},
                              {QLatin1String("event"), QLatin1String("goodbye")},
                              {QLatin1String("data"), data}}});
}

Connection::Connection(std::uint64_t id, std::unique_ptr<QLocalSocket> socket, PeerIdentity peer,
                       const Limits& limits, Callbacks callbacks)
    : m_id(id)
    , m_peer(std::move(peer))
    , m_limits(limits)
    , m_callbacks(std::move(callbacks))
    , m_socket(std::move(socket))
{
    m_socket->setReadBufferSize(kChunk);
    m_deadline.setSingleShot(true);
    connect(m_socket.get(), &QLocalSocket::readyRead, this, &Connection::read);
    // Queued: whoever ends a connection while walking over all of them must still find it there.
    connect(m_socket.get(), &QLocalSocket::disconnected, this, &Connection::finish, Qt::QueuedConnection);
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        if (m_closing)
            m_socket->abort();
        else
            close(QLatin1String("hello_timeout"));
    });
    m_deadline.start(m_limits.helloTimeout);
}

Connection::~Connection()
{
    m_socket->disconnect(this);
}

void Connection::setGreeted()
{
    m_greeted = true;
    m_deadline.stop();
    m_decoder.setMaxBody(protocol::kMaxBody);
}

void Connection::send(const QByteArray& frame)
{
    if (m_closing)
        return;
    if (m_socket->bytesToWrite() > m_limits.queuedBytes) {
        close(QLatin1String("lagging"));
        return;
    }
    m_socket->write(frame);
}

void Connection::close(QLatin1String reason, const QString& message)
{
    if (m_closing)
        return;
    m_socket->write(goodbye(reason, message));
    m_socket->flush();
    m_closing = true;
    m_deadline.start(kFarewell);
    m_socket->disconnectFromServer();
}

void Connection::read()
{
    while (!m_closing && m_socket->bytesAvailable() > 0) {
        m_decoder.append(m_socket->read(kChunk));
        while (!m_closing) {
            const auto frame = m_decoder.next();
            if (!frame) {
                close(QLatin1String("bad_frame"), QString::fromStdString(frame.error().message));
                return;
            }
            if (!*frame)
                break;
            m_callbacks.frame(*this, **frame);
        }
    }
}

void Connection::finish()
{
    if (m_finished)
        return;
    m_finished = true;
    m_closing = true;
    m_deadline.stop();
    m_callbacks.closed(*this);
}

} // namespace bartizan::ipc
