// Inside of Server, shared by server.cpp and responder.cpp.
#pragma once

#include "engine/ipc/connection.h"
#include "engine/ipc/event_hub.h"
#include "engine/ipc/server.h"
#include "engine/ipc/user_limits.h"

#include <deque>
#include <map>

namespace bartizan::ipc {

class Server::Implementation : public std::enable_shared_from_this<Server::Implementation>
{
public:
    Implementation(Listener& listener, Authoriser& authoriser, const Clock& clock, QString engineVersion,
                   const Limits& limits);
    ~Implementation();

    Result<void> start();
    void stop();
    void accept(std::unique_ptr<QLocalSocket> socket, const PeerIdentity& peer);
    // The answer to a request leaves, or is dropped because the client has gone.
    void finish(const Responder::Pending& pending, const QJsonObject& answer, std::string_view errorName);

    Listener& m_listener;
    Authoriser& m_authoriser;
    const Clock& m_clock;
    const QString m_engineVersion;
    const Limits m_limits;
    UserLimits m_users;
    EventHub m_events;
    std::map<std::string, Handler, std::less<>> m_handlers;
    Audit m_audit;

private:
    using PendingPointer = std::shared_ptr<Responder::Pending>;

    void frameArrived(Connection& connection, const protocol::Frame& frame);
    void requestArrived(Connection& connection, const QJsonObject& body);
    void dispatch(Connection& connection, const protocol::Method& method, const PendingPointer& pending);
    void greet(Connection& connection, const PendingPointer& pending);
    void subscribe(Connection& connection, const PendingPointer& pending);
    void refuse(Connection& connection, const QJsonValue& requestId, const Error& error);
    void turnAway(std::unique_ptr<QLocalSocket> socket);
    void connectionClosed(Connection& connection);
    [[nodiscard]] QJsonObject helloResult(const QJsonArray& permissions) const;
    [[nodiscard]] Connection* find(std::uint64_t id) const;

    struct Later
    {
        void operator()(Connection* connection) const { connection->deleteLater(); }
    };
    std::map<std::uint64_t, std::unique_ptr<Connection, Later>> m_connections;
    std::uint64_t m_lastConnection = 0;
    std::deque<std::unique_ptr<QLocalSocket>> m_turnedAway;
};

// A request on its way to an answer.
class Responder::Pending
{
public:
    Pending(std::weak_ptr<Server::Implementation> server, std::uint64_t connection, QJsonValue requestId,
            std::optional<protocol::Method> method, Request request)
        : m_server(std::move(server))
        , m_connection(connection)
        , m_requestId(std::move(requestId))
        , m_method(method)
        , m_request(std::move(request))
    {
    }
    ~Pending();
    Pending(const Pending&) = delete;
    Pending& operator=(const Pending&) = delete;

    void setGranted() { m_decision = Permission::Granted; }
    void answer(const QJsonObject& result);
    void answer(const Error& error, const QJsonObject& details);

    const std::weak_ptr<Server::Implementation> m_server;
    const std::uint64_t m_connection;
    const QJsonValue m_requestId;
    const std::optional<protocol::Method> m_method;
    const Request m_request;
    Permission m_decision = Permission::Denied;

private:
    bool m_answered = false;
};

} // namespace bartizan::ipc
