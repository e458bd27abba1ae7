#include "app/client/engine_client.h"

#include <QJsonArray>
#include <QLoggingCategory>

#include <algorithm>

namespace bartizan::app {

namespace {

Q_LOGGING_CATEGORY(logClient, "bartizan.client")

constexpr std::chrono::milliseconds kHelloDeadline{5000};
// Counters move without a status event; the header would go stale.
constexpr std::chrono::milliseconds kStatusInterval{5000};

CallError readError(const QJsonObject& error)
{
    const QJsonObject data = error.value(QLatin1String("data")).toObject();
    const auto text = [&](const char* name) { return data.value(QLatin1String(name)).toString(); };
    return {.code = text("code").isEmpty() ? QStringLiteral("internal") : text("code"),
            .message = error.value(QLatin1String("message")).toString(),
            .cure = text("cure"),
            .guard = text("guard"),
            .field = text("field")};
}

} // namespace

EngineClient::EngineClient(QString socketPath, const ServerVerifier* verifier, QObject* parent)
    : QObject(parent)
    , m_socketPath(std::move(socketPath))
    , m_verifier(verifier)
{
    m_retryTimer.setSingleShot(true);
    m_deadlineTimer.setSingleShot(true);
    m_statusTimer.setInterval(kStatusInterval);
    connect(&m_retryTimer, &QTimer::timeout, this, &EngineClient::connectNow);
    connect(&m_deadlineTimer, &QTimer::timeout, this, &EngineClient::expireCalls);
    connect(&m_statusTimer, &QTimer::timeout, this, &EngineClient::fetchStatus);
}

EngineClient::~EngineClient()
{
    if (m_socket)
        m_socket->disconnect(this);
}

void EngineClient::start()
{
    connectNow();
}

void EngineClient::retryNow()
{
    if (m_state != State::Offline)
        return;
    m_nextRetry = kFirstRetry;
    connectNow();
}

bool EngineClient::may(protocol::PermissionClass permission) const
{
    const std::string_view name = protocol::permissionName(permission);
    return m_state == State::Ready &&
           m_permissions.contains(QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size())));
}

void EngineClient::connectNow()
{
    m_retryTimer.stop();
    // A socket that failed may still hold bytes and signals of its last life; a new one holds none.
    m_socket = std::make_unique<QLocalSocket>();
    m_decoder = protocol::FrameDecoder();
    connect(m_socket.get(), &QLocalSocket::connected, this, &EngineClient::onConnected, Qt::QueuedConnection);
    connect(m_socket.get(), &QLocalSocket::errorOccurred, this, &EngineClient::onSocketError,
            Qt::QueuedConnection);
    connect(m_socket.get(), &QLocalSocket::readyRead, this, &EngineClient::onReadyRead);
    setState(State::Connecting);
    m_socket->connectToServer(m_socketPath);
}

void EngineClient::onConnected()
{
    if (sender() != m_socket.get())
        return; // queued by a socket that is given up
    if (m_verifier) {
        if (const auto trusted = m_verifier->verify(m_socket->socketDescriptor(), m_socketPath); !trusted) {
            disconnectWith(Outage::Untrusted, QString::fromStdString(trusted.error().message));
            return;
        }
    }
    const QJsonObject hello{
        {QStringLiteral("protocol"), QJsonObject{{QStringLiteral("min"), protocol::kVersion},
                                                 {QStringLiteral("max"), protocol::kVersion}}},
        {QStringLiteral("client"), QStringLiteral("bartizan")},
        {QStringLiteral("version"), QStringLiteral(BARTIZAN_VERSION)},
    };
    send(
        QStringLiteral("hello"), hello, this, [this](const Reply& reply) { onHello(reply); }, kHelloDeadline);
}

void EngineClient::onHello(const Reply& reply)
{
    if (!reply) {
        const CallError& error = reply.error();
        if (error.code == QLatin1String("unsupported"))
            disconnectWith(Outage::Incompatible, error.message);
        else if (error.code != QLatin1String("disconnected"))
            disconnectWith(Outage::Lost, error.message);
        return;
    }
    m_decoder.setMaxBody(protocol::kMaxBody);
    m_engineVersion = reply->value(QLatin1String("engine_version")).toString();
    m_permissions.clear();
    const QJsonArray permissions = reply->value(QLatin1String("permissions")).toArray();
    for (const QJsonValue& permission : permissions)
        m_permissions.append(permission.toString());
    m_seenSeq = m_ackedSeq = 0;
    send(
        QStringLiteral("events.subscribe"), {}, this, [this](const Reply& answer) { onSubscribed(answer); },
        kDefaultDeadline);
}

void EngineClient::onSubscribed(const Reply& reply)
{
    if (!reply) {
        if (reply.error().code != QLatin1String("disconnected"))
            disconnectWith(Outage::Lost, reply.error().message);
        return;
    }
    send(
        QStringLiteral("status"), {}, this,
        [this](const Reply& answer) {
            if (!answer) {
                if (answer.error().code != QLatin1String("disconnected"))
                    disconnectWith(Outage::Lost, answer.error().message);
                return;
            }
            m_nextRetry = kFirstRetry;
            m_outage = Outage::None;
            m_outageDetail.clear();
            m_status = EngineStatus::fromJson(*answer);
            m_statusTimer.start();
            setState(State::Ready);
            emit statusChanged(m_status);
            emit ready();
        },
        kDefaultDeadline);
}

void EngineClient::fetchStatus()
{
    call(QStringLiteral("status"), {}, this, [this](const Reply& reply) {
        if (!reply)
            return;
        const EngineStatus status = EngineStatus::fromJson(*reply);
        if (status == m_status)
            return;
        m_status = status;
        emit statusChanged(m_status);
    });
}

void EngineClient::call(const QString& method, const QJsonObject& params, QObject* context, Callback callback,
                        std::chrono::milliseconds deadline)
{
    if (m_state != State::Ready) {
        // Never answered before call() returns: callers may rely on it.
        QTimer::singleShot(0, context, [callback = std::move(callback)] {
            callback(std::unexpected(CallError{.code = QStringLiteral("disconnected"),
                                               .message = tr("The engine is not running."),
                                               .cure = {},
                                               .guard = {},
                                               .field = {}}));
        });
        return;
    }
    send(method, params, context, std::move(callback), deadline);
}

void EngineClient::send(const QString& method, const QJsonObject& params, QObject* context, Callback callback,
                        std::chrono::milliseconds deadline)
{
    const qint64 id = ++m_lastId;
    m_pending.insert(id, {context, std::move(callback), std::chrono::steady_clock::now() + deadline});
    scheduleDeadline();
    m_socket->write(protocol::encode(
        {protocol::FrameKind::Request, QJsonObject{{QStringLiteral("jsonrpc"), QStringLiteral("2.0")},
                                                   {QStringLiteral("id"), id},
                                                   {QStringLiteral("method"), method},
                                                   {QStringLiteral("params"), params}}}));
}

void EngineClient::onReadyRead()
{
    m_decoder.append(m_socket->readAll());
    while (m_socket && m_state != State::Offline) {
        auto frame = m_decoder.next();
        if (!frame) {
            disconnectWith(Outage::Lost, QString::fromStdString(frame.error().message));
            return;
        }
        if (!*frame)
            break;
        dispatch(**frame);
    }
    acknowledge();
}

void EngineClient::dispatch(const protocol::Frame& frame)
{
    if (frame.kind == protocol::FrameKind::Response)
        dispatchResponse(frame.body);
    else if (frame.kind == protocol::FrameKind::Event)
        dispatchEvent(frame.body);
}

void EngineClient::dispatchResponse(const QJsonObject& body)
{
    const auto found = m_pending.constFind(body.value(QLatin1String("id")).toInteger());
    if (found == m_pending.constEnd())
        return; // its deadline has passed
    const Pending pending = m_pending.take(found.key());
    if (!pending.context)
        return;
    if (const QJsonValue error = body.value(QLatin1String("error")); error.isObject())
        pending.callback(std::unexpected(readError(error.toObject())));
    else
        pending.callback(body.value(QLatin1String("result")).toObject());
}

void EngineClient::dispatchEvent(const QJsonObject& body)
{
    m_seenSeq = std::max(m_seenSeq, body.value(QLatin1String("seq")).toInteger());
    const QString event = body.value(QLatin1String("event")).toString();
    const QJsonObject data = body.value(QLatin1String("data")).toObject();
    if (event == QLatin1String("alert")) {
        emit alertReceived(Alert::fromJson(data));
    } else if (event == QLatin1String("block")) {
        emit blockReceived(Block::fromJson(data));
    } else if (event == QLatin1String("status")) {
        m_status = EngineStatus::fromJson(data);
        emit statusChanged(m_status);
    }
}

void EngineClient::acknowledge()
{
    if (m_seenSeq <= m_ackedSeq || !m_socket)
        return;
    m_ackedSeq = m_seenSeq;
    m_socket->write(protocol::encode(
        {protocol::FrameKind::Acknowledgement, QJsonObject{{QStringLiteral("seq"), m_ackedSeq}}}));
}

void EngineClient::scheduleDeadline()
{
    if (m_pending.isEmpty()) {
        m_deadlineTimer.stop();
        return;
    }
    const auto first = std::ranges::min_element(m_pending, {}, &Pending::deadline);
    const auto wait =
        std::chrono::ceil<std::chrono::milliseconds>(first->deadline - std::chrono::steady_clock::now());
    m_deadlineTimer.start(std::max(wait, std::chrono::milliseconds(0)));
}

void EngineClient::expireCalls()
{
    const auto now = std::chrono::steady_clock::now();
    QList<Pending> expired;
    for (auto it = m_pending.begin(); it != m_pending.end();) {
        if (it->deadline <= now) {
            expired.append(*it);
            it = m_pending.erase(it);
        } else {
            ++it;
        }
    }
    scheduleDeadline();
    for (const Pending& pending : expired) {
        if (pending.context)
            pending.callback(std::unexpected(CallError{.code = QStringLiteral("timeout"),
                                                       .message = tr("The engine did not answer in time."),
                                                       .cure = tr("Try again."),
                                                       .guard = {},
                                                       .field = {}}));
    }
}

void EngineClient::onSocketError(QLocalSocket::LocalSocketError error)
{
    if (sender() != m_socket.get())
        return;
    switch (error) {
    case QLocalSocket::ServerNotFoundError:
    case QLocalSocket::ConnectionRefusedError:
        disconnectWith(Outage::NotRunning, {});
        break;
    case QLocalSocket::SocketAccessError:
        disconnectWith(Outage::NoAccess, m_socket->errorString());
        break;
    default:
        disconnectWith(Outage::Lost, m_socket->errorString());
        break;
    }
}

void EngineClient::disconnectWith(Outage outage, const QString& detail)
{
    qCDebug(logClient) << "offline:" << static_cast<int>(outage) << detail;
    if (m_socket) {
        m_socket->disconnect(this);
        m_socket->abort();
        // We may stand in one of its signals.
        m_socket.release()->deleteLater();
    }
    m_statusTimer.stop();
    m_permissions.clear();
    m_outage = outage;
    m_outageDetail = detail;
    m_retryTimer.start(m_nextRetry);
    m_nextRetry = std::min(m_nextRetry * 2, kLastRetry);
    setState(State::Offline);
    failAll(QStringLiteral("disconnected"), tr("The connection to the engine was lost."));
}

void EngineClient::failAll(const QString& code, const QString& message)
{
    const auto pending = std::exchange(m_pending, {});
    scheduleDeadline();
    for (const Pending& call : pending) {
        if (call.context)
            call.callback(std::unexpected(
                CallError{.code = code, .message = message, .cure = {}, .guard = {}, .field = {}}));
    }
}

void EngineClient::setState(State state)
{
    if (m_state == state)
        return;
    m_state = state;
    emit stateChanged(state);
}

} // namespace bartizan::app
