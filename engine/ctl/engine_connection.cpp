#include "engine/ctl/engine_connection.h"

#include "engine/ctl/text.h"
#include "engine/protocol/errors.h"

#include <map>
#include <thread>

namespace bartizan::ctl {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kConnectPatience{5000};
constexpr milliseconds kAnswerPatience{30000};
constexpr milliseconds kForEver{-1};
constexpr milliseconds kBusyPatience{5000};
constexpr milliseconds kBusyPause{100};
constexpr const char* kStartCure = "Start it: systemctl start bartizand, or ./dev run in a checkout.";

QString reasonText(const QString& reason)
{
    static const std::map<QString, QString> known{
        {QStringLiteral("too_many_connections"), QStringLiteral("too many programs are connected to it")},
        {QStringLiteral("too_many_requests"), QStringLiteral("too many requests")},
        {QStringLiteral("lagging"), QStringLiteral("this program did not keep up with the events")},
        {QStringLiteral("shutting_down"), QStringLiteral("it is shutting down")},
        {QStringLiteral("hello_timeout"), QStringLiteral("this program was too slow")},
    };
    const auto found = known.find(reason);
    return found != known.end() ? found->second : safe(reason);
}

} // namespace

EngineConnection::EngineConnection(QString socketPath, Trust trust)
    : m_socketPath(std::move(socketPath))
    , m_trust(std::move(trust))
{
}

Result<void> EngineConnection::open()
{
    if (m_trust.path) {
        if (auto trusted = m_trust.path(m_socketPath); !trusted) {
            if (trusted.error().code != ErrorCode::NotFound)
                return trusted;
            return fail(ErrorCode::Unavailable,
                        "the engine is not running: there is no " + m_socketPath.toStdString(), kStartCure);
        }
    }
    m_socket.connectToServer(m_socketPath);
    if (!m_socket.waitForConnected(static_cast<int>(kConnectPatience.count()))) {
        const bool refused = m_socket.error() == QLocalSocket::ConnectionRefusedError ||
                             m_socket.error() == QLocalSocket::ServerNotFoundError;
        return fail(ErrorCode::Unavailable,
                    refused ? "the engine is not running: nobody listens at " + m_socketPath.toStdString()
                            : "can't reach the engine: " + m_socket.errorString().toStdString(),
                    kStartCure);
    }
    if (m_trust.process) {
        if (auto trusted = m_trust.process(m_socket.socketDescriptor(), m_socketPath); !trusted)
            return trusted;
    }
    const QJsonObject range{{QLatin1String("min"), protocol::kVersion},
                            {QLatin1String("max"), protocol::kVersion}};
    auto greeting = call("hello", {{QLatin1String("protocol"), range},
                                   {QLatin1String("client"), QLatin1String("bartizanctl")},
                                   {QLatin1String("version"), QLatin1String(BARTIZAN_VERSION)}});
    if (!greeting)
        return std::unexpected(greeting.error());
    m_greeting = *greeting;
    m_decoder.setMaxBody(protocol::kMaxBody);
    return {};
}

Result<QJsonObject> EngineConnection::call(std::string_view method, const QJsonObject& params)
{
    const auto until = std::chrono::steady_clock::now() + kBusyPatience;
    while (true) {
        auto answer = callOnce(method, params);
        const bool isBusy = !answer && answer.error().code == ErrorCode::Busy;
        if (!isBusy || std::chrono::steady_clock::now() > until)
            return answer;
        std::this_thread::sleep_for(kBusyPause);
    }
}

Result<QJsonObject> EngineConnection::callOnce(std::string_view method, const QJsonObject& params)
{
    const int id = ++m_lastRequest;
    const auto sent = send({protocol::FrameKind::Request,
                            {{QLatin1String("jsonrpc"), QLatin1String("2.0")},
                             {QLatin1String("id"), id},
                             {QLatin1String("method"), text(method)},
                             {QLatin1String("params"), params}}});
    if (!sent)
        return std::unexpected(sent.error());
    while (true) {
        const auto frame = nextFrame(kAnswerPatience);
        if (!frame)
            return std::unexpected(frame.error());
        if (frame->kind == protocol::FrameKind::Event) {
            keepEvent(frame->body);
            continue;
        }
        if (frame->kind != protocol::FrameKind::Response)
            continue;
        const QJsonValue answered = frame->body[QLatin1String("id")];
        if (answered != id && !answered.isNull())
            continue;
        if (frame->body.contains(QLatin1String("error")))
            return std::unexpected(protocol::errorFromObject(frame->body[QLatin1String("error")].toObject()));
        return frame->body[QLatin1String("result")].toObject();
    }
}

Result<EngineConnection::Event> EngineConnection::nextEvent()
{
    while (m_events.empty()) {
        const auto frame = nextFrame(kForEver);
        if (!frame)
            return std::unexpected(frame.error());
        if (frame->kind == protocol::FrameKind::Event)
            keepEvent(frame->body);
    }
    Event event = std::move(m_events.front());
    m_events.pop_front();
    const auto acknowledged =
        send({protocol::FrameKind::Acknowledgement, {{QLatin1String("seq"), event.sequence}}});
    if (!acknowledged)
        return std::unexpected(acknowledged.error());
    return event;
}

void EngineConnection::keepEvent(const QJsonObject& body)
{
    const QString name = body[QLatin1String("event")].toString();
    const QJsonObject data = body[QLatin1String("data")].toObject();
    if (name == QLatin1String("goodbye"))
        m_goodbye = reasonText(data[QLatin1String("reason")].toString());
    else
        m_events.push_back({body[QLatin1String("seq")].toInteger(), name, data, body});
}

Result<protocol::Frame> EngineConnection::nextFrame(milliseconds patience)
{
    while (true) {
        const auto frame = m_decoder.next();
        if (!frame)
            return fail(ErrorCode::Unavailable, "the engine's answer can't be read: " + frame.error().message,
                        "Is another program listening at " + m_socketPath.toStdString() + "?");
        if (*frame)
            return **frame;
        if (m_socket.bytesAvailable() == 0 &&
            !m_socket.waitForReadyRead(static_cast<int>(patience.count())) &&
            m_socket.bytesAvailable() == 0) {
            if (m_socket.state() == QLocalSocket::ConnectedState)
                return fail(ErrorCode::Unavailable, "the engine did not answer in time",
                            "Try again; see its log.");
            return connectionLost();
        }
        m_decoder.append(m_socket.readAll());
    }
}

Result<void> EngineConnection::send(const protocol::Frame& frame)
{
    m_socket.write(protocol::encode(frame));
    while (m_socket.bytesToWrite() > 0) {
        if (!m_socket.waitForBytesWritten(static_cast<int>(kAnswerPatience.count()))) {
            // What the engine said before it left is still to be read.
            if (m_socket.bytesAvailable() > 0)
                return {};
            return connectionLost();
        }
    }
    return {};
}

std::unexpected<Error> EngineConnection::connectionLost() const
{
    if (!m_goodbye.isEmpty())
        return fail(ErrorCode::Unavailable, "the engine ended the connection: " + m_goodbye.toStdString());
    return fail(ErrorCode::Unavailable, "the connection to the engine was lost", "Try again; see its log.");
}

} // namespace bartizan::ctl
