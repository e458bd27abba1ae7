#include "engine/ipc/server.h"

#include "engine/ipc/server_implementation.h"
#include "engine/protocol/errors.h"

#include <QJsonArray>
#include <QTimer>

namespace bartizan::ipc {

namespace {

constexpr std::size_t kMostTurnedAway = 16;
constexpr std::chrono::milliseconds kFarewell{300};

QString text(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

QByteArray response(const QJsonValue& requestId, QJsonObject answer)
{
    answer.insert(QLatin1String("jsonrpc"), QLatin1String("2.0"));
    answer.insert(QLatin1String("id"), requestId);
    return protocol::encode({protocol::FrameKind::Response, answer});
}

bool tooLarge(const QByteArray& frame)
{
    return frame.size() > qsizetype{protocol::kMaxBody};
}

Error notAuthorized(const protocol::Method& method, protocol::PermissionClass permission)
{
    const bool forAdministrators = permission >= protocol::PermissionClass::Configure;
    return {ErrorCode::PermissionDenied,
            "your account may not do this: " + std::string(method.name) + " takes the permission '" +
                std::string(protocol::permissionName(permission)) + "'",
            forAdministrators
                ? "Do it as root (sudo)."
                : "Do it as root (sudo), or have an administrator add you to the group bartizan."};
}

std::optional<qint64> wholeNumber(const QJsonValue& value)
{
    const double number = value.toDouble(-1);
    constexpr double kExact = 9007199254740992.0; // 2^53
    if (!value.isDouble() || number < 0 || number > kExact ||
        number != static_cast<double>(static_cast<qint64>(number)))
        return std::nullopt;
    return static_cast<qint64>(number);
}

// What is wrong with a request's envelope, or nothing.
std::optional<std::string> envelopeFault(const QJsonObject& body)
{
    const QJsonValue id = body[QLatin1String("id")];
    if (body[QLatin1String("jsonrpc")] != QLatin1String("2.0"))
        return "jsonrpc must be \"2.0\"";
    if (!id.isDouble() && !id.isString())
        return "id must be a number or a string";
    if (!body[QLatin1String("method")].isString())
        return "method must be a string";
    if (body.contains(QLatin1String("params")) && !body[QLatin1String("params")].isObject())
        return "params must be an object";
    return std::nullopt;
}

} // namespace

Server::Server(Listener& listener, Authoriser& authoriser, const Clock& clock, QString engineVersion,
               const Limits& limits, QObject* parent)
    : QObject(parent)
    , m_implementation(
          std::make_shared<Implementation>(listener, authoriser, clock, std::move(engineVersion), limits))
{
}

Server::~Server()
{
    stop();
}

void Server::on(std::string_view method, Handler handler)
{
    Q_ASSERT_X(protocol::findMethod(method), "Server::on", "the method is not in the table");
    m_implementation->m_handlers.insert_or_assign(std::string(method), std::move(handler));
}

void Server::setAudit(Audit audit)
{
    m_implementation->m_audit = std::move(audit);
}
Result<void> Server::start()
{
    return m_implementation->start();
}
void Server::stop()
{
    m_implementation->stop();
}

void Server::publish(std::string_view event, const QJsonObject& data)
{
    m_implementation->m_events.publish(event, data);
}

int Server::connectionCount() const
{
    return m_implementation->m_users.connections();
}

// The numbers of events begin with the time, so that they grow over restarts; 2^53 ms is far away.
Server::Implementation::Implementation(Listener& listener, Authoriser& authoriser, const Clock& clock,
                                       QString engineVersion, const Limits& limits)
    : m_listener(listener)
    , m_authoriser(authoriser)
    , m_clock(clock)
    , m_engineVersion(std::move(engineVersion))
    , m_limits(limits)
    , m_users(limits, clock)
    , m_events(limits, clock.now())
{
}

// At once, not later: their callbacks lead here.
Server::Implementation::~Implementation()
{
    for (auto& [id, connection] : m_connections)
        delete connection.release();
}

Result<void> Server::Implementation::start()
{
    return m_listener.listen([this](std::unique_ptr<QLocalSocket> socket, const PeerIdentity& peer) {
        accept(std::move(socket), peer);
    });
}

void Server::Implementation::stop()
{
    m_listener.close();
    for (const auto& [id, connection] : m_connections)
        connection->close(QLatin1String("shutting_down"));
}

void Server::Implementation::accept(std::unique_ptr<QLocalSocket> socket, const PeerIdentity& peer)
{
    if (!m_users.admitConnection(peer.userId)) {
        turnAway(std::move(socket));
        return;
    }
    const std::uint64_t id = ++m_lastConnection;
    Connection::Callbacks callbacks{
        .frame = [this](Connection& connection,
                        const protocol::Frame& frame) { frameArrived(connection, frame); },
        .closed = [this](Connection& connection) { connectionClosed(connection); }};
    m_connections[id].reset(new Connection(id, std::move(socket), peer, m_limits, std::move(callbacks)));
}

// Closed a little later: a client whose hello meets a closed socket would see a broken connection, not the
// reason.
void Server::Implementation::turnAway(std::unique_ptr<QLocalSocket> socket)
{
    socket->setReadBufferSize(1024);
    socket->write(goodbye(QLatin1String("too_many_connections")));
    socket->flush();
    if (m_turnedAway.size() >= kMostTurnedAway)
        return;
    m_turnedAway.push_back(std::move(socket));
    QTimer::singleShot(kFarewell, m_turnedAway.back().get(), [this] { m_turnedAway.pop_front(); });
}

void Server::Implementation::connectionClosed(Connection& connection)
{
    m_events.remove(connection);
    m_users.connectionClosed(connection.peer().userId);
    m_connections.erase(connection.id());
}

Connection* Server::Implementation::find(std::uint64_t id) const
{
    const auto found = m_connections.find(id);
    return found != m_connections.end() ? found->second.get() : nullptr;
}

void Server::Implementation::frameArrived(Connection& connection, const protocol::Frame& frame)
{
    if (frame.kind == protocol::FrameKind::Request) {
        requestArrived(connection, frame.body);
    } else if (frame.kind == protocol::FrameKind::Acknowledgement && connection.greeted()) {
        if (const auto sequence = wholeNumber(frame.body[QLatin1String("seq")]))
            m_events.acknowledge(connection, *sequence);
    } else {
        connection.close(QLatin1String("bad_frame"),
                         QStringLiteral("clients send requests and acknowledgements"));
    }
}

void Server::Implementation::refuse(Connection& connection, const QJsonValue& requestId, const Error& error)
{
    const bool usable = requestId.isDouble() || requestId.isString();
    connection.send(response(usable ? requestId : QJsonValue(),
                             {{QLatin1String("error"), protocol::errorObject(error)}}));
}

void Server::Implementation::requestArrived(Connection& connection, const QJsonObject& body)
{
    const QJsonValue requestId = body[QLatin1String("id")];
    if (!m_users.admitRequest(connection.peer().userId)) {
        refuse(connection, requestId, {ErrorCode::Busy, "too many requests", "Try again in a second."});
        if (++connection.refusedInARow > m_limits.refusalsInARow)
            connection.close(QLatin1String("too_many_requests"));
        return;
    }
    connection.refusedInARow = 0;
    if (const auto fault = envelopeFault(body)) {
        m_users.requestDone(connection.peer().userId);
        refuse(connection, QJsonValue::Null, {ErrorCode::InvalidArgument, *fault, {}});
        return;
    }
    const QString name = body[QLatin1String("method")].toString();
    const auto method = protocol::findMethod(name.toStdString());
    const auto pending = std::make_shared<Responder::Pending>(
        weak_from_this(), connection.id(), requestId, method,
        Request{name, body[QLatin1String("params")].toObject(), connection.peer()});
    const bool hello = method && method->name == "hello";
    if (hello == connection.greeted()) {
        pending->answer({ErrorCode::InvalidArgument, "hello comes first, and once", {}}, {});
        return;
    }
    if (!method) {
        pending->answer({ErrorCode::Unsupported, "no such method", "Is the engine older than this program?"},
                        {});
        return;
    }
    if (hello)
        greet(connection, pending);
    else
        dispatch(connection, *method, pending);
}

void Server::Implementation::dispatch(Connection& connection, const protocol::Method& method,
                                      const PendingPointer& pending)
{
    const auto permission = protocol::requiredPermission(method, pending->m_request.params);
    const auto connectionId = connection.id();
    m_authoriser.authorise(
        connection.peer(), permission,
        [weak = weak_from_this(), connectionId, method, permission, pending](Permission decision) {
            const auto self = weak.lock();
            if (!self)
                return;
            if (decision != Permission::Granted) {
                pending->answer(notAuthorized(method, permission), {});
                return;
            }
            pending->setGranted();
            Connection* const still = self->find(connectionId);
            if (method.name == "events.subscribe") {
                if (still != nullptr)
                    self->subscribe(*still, pending);
                return;
            }
            const auto handler = self->m_handlers.find(method.name);
            if (handler == self->m_handlers.end())
                pending->answer(
                    {ErrorCode::Unsupported, "this engine does not do " + std::string(method.name), {}}, {});
            else
                handler->second(pending->m_request, Responder(pending));
        });
}

void Server::Implementation::greet(Connection& connection, const PendingPointer& pending)
{
    const QJsonObject range = pending->m_request.params[QLatin1String("protocol")].toObject();
    const auto lowest = wholeNumber(range[QLatin1String("min")]);
    const auto highest = wholeNumber(range[QLatin1String("max")]);
    if (!lowest || !highest || *lowest > *highest) {
        pending->answer({ErrorCode::InvalidArgument, "protocol needs min and max", {}},
                        {{QLatin1String("field"), QLatin1String("protocol")}});
        return;
    }
    if (*lowest > protocol::kVersion || *highest < protocol::kVersion) {
        pending->answer(
            {ErrorCode::Unsupported, "no protocol version in common",
             "Install the same version of the engine and of this program."},
            {{QLatin1String("protocol"), QJsonObject{{QLatin1String("min"), protocol::kVersion},
                                                     {QLatin1String("max"), protocol::kVersion}}}});
        return;
    }
    connection.setGreeted();
    // The answer goes out when every class has been decided.
    struct Collected
    {
        std::size_t missing = protocol::permissionClasses().size();
        std::map<protocol::PermissionClass, Permission> decisions;
    };
    const auto collected = std::make_shared<Collected>();
    for (const auto permission : protocol::permissionClasses()) {
        m_authoriser.authorise(
            connection.peer(), permission,
            [weak = weak_from_this(), permission, collected, pending](Permission decision) {
                collected->decisions[permission] = decision;
                const auto self = weak.lock();
                if (--collected->missing > 0 || !self)
                    return;
                QJsonArray permissions;
                for (const auto& [granted, verdict] : collected->decisions) {
                    if (verdict == Permission::Granted)
                        permissions.append(text(protocol::permissionName(granted)));
                }
                pending->setGranted();
                pending->answer(self->helloResult(permissions));
            });
    }
}

QJsonObject Server::Implementation::helloResult(const QJsonArray& permissions) const
{
    QJsonArray capabilities;
    for (const auto& method : protocol::methods()) {
        const bool own = method.name == "hello" || method.name == "events.subscribe";
        if (own || m_handlers.contains(method.name))
            capabilities.append(text(method.name));
    }
    return {{QLatin1String("protocol"), protocol::kVersion},
            {QLatin1String("engine_version"), m_engineVersion},
            {QLatin1String("capabilities"), capabilities},
            {QLatin1String("permissions"), permissions}};
}

void Server::Implementation::subscribe(Connection& connection, const PendingPointer& pending)
{
    const QJsonValue since = pending->m_request.params[QLatin1String("since")];
    const auto sequence = wholeNumber(since);
    if (!sequence && !since.isUndefined() && !since.isNull()) {
        pending->answer({ErrorCode::InvalidArgument, "since must be the number of an event", {}},
                        {{QLatin1String("field"), QLatin1String("since")}});
        return;
    }
    m_authoriser.authorise(
        connection.peer(), protocol::PermissionClass::History,
        [weak = weak_from_this(), connectionId = connection.id(), sequence, pending](Permission history) {
            const auto self = weak.lock();
            Connection* const still = self ? self->find(connectionId) : nullptr;
            if (still == nullptr)
                return;
            const auto start = self->m_events.subscribe(*still, history, sequence);
            pending->answer({{QLatin1String("seq"), static_cast<qint64>(start.sequence)},
                             {QLatin1String("missed"), start.missed}});
            self->m_events.resume(*still);
        });
}

void Server::Implementation::finish(const Responder::Pending& pending, const QJsonObject& answer,
                                    std::string_view errorName)
{
    const Request& request = pending.m_request;
    m_users.requestDone(request.peer.userId);
    if (Connection* const connection = find(pending.m_connection)) {
        QByteArray frame = response(pending.m_requestId, answer);
        if (tooLarge(frame)) {
            const Error error{ErrorCode::Exhausted, "the answer is too large for one frame",
                              "Ask for less at once (limit)."};
            frame = response(pending.m_requestId, {{QLatin1String("error"), protocol::errorObject(error)}});
        }
        connection->send(frame);
    }
    if (!m_audit || !pending.m_method || !pending.m_method->audited)
        return;
    if (pending.m_decision != Permission::Granted && !m_users.admitRefusalRecord(request.peer.userId))
        return;
    m_audit({.time = m_clock.now(),
             .peer = request.peer,
             .method = request.method,
             .params = request.params,
             .decision = pending.m_decision,
             .error = std::string(errorName)});
}

} // namespace bartizan::ipc
