// The engine's end of the control protocol (docs/ipc.md): connections, hello, limits, permission, events,
// audit. What the methods do is registered from outside:
//
//     Server server(listener, authoriser, clock, "0.1.0");
//     server.on("status", [&](const Request&, const Responder& respond) { respond.succeed(status.toJson());
//     }); server.on("block.add", [&](const Request& request, const Responder& respond) { ... later:
//     respond.fail(error); }); server.start(); server.publish("alert", alert);
//
// Everything happens on the Qt main thread; responders and publish() are called there too.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/ipc/limits.h"
#include "engine/ipc/listener.h"
#include "engine/platform/authoriser.h"

#include <QJsonObject>
#include <QObject>
#include <QString>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace bartizan::ipc {

// A request that passed every check of the server: the peer may do this. `params` is the client's and
// unchecked.
struct Request
{
    QString method;
    QJsonObject params;
    PeerIdentity peer;
};

// Answers one request, once; later answers are ignored. Copies share the one answer. If the last copy goes
// away unanswered the client is told `internal`. Safe to call after the client, or the server, has gone.
class Responder
{
public:
    class Pending;
    explicit Responder(std::shared_ptr<Pending> pending)
        : m_pending(std::move(pending))
    {
    }

    void succeed(const QJsonObject& result = {}) const;
    // `details` joins error.data: {"field": ...} with invalid_argument, {"guard": ...} with refused.
    void fail(const Error& error, const QJsonObject& details = {}) const;
    void reply(const Result<QJsonObject>& result) const;

private:
    std::shared_ptr<Pending> m_pending;
};

// One call of an audited method, reported when it was answered or refused.
struct AuditEntry
{
    EpochMs time = 0;
    PeerIdentity peer;
    QString method;
    QJsonObject params;
    Permission decision = Permission::Denied;
    std::string error; // stable error name ("not_found", ...), empty when the call succeeded
};

class Server final : public QObject
{
public:
    using Handler = std::function<void(const Request&, const Responder&)>;
    using Audit = std::function<void(const AuditEntry&)>;

    // The references must outlive the server. `limits` other than the default are for tests.
    Server(Listener& listener, Authoriser& authoriser, const Clock& clock, QString engineVersion,
           const Limits& limits = {}, QObject* parent = nullptr);
    ~Server() override;

    // `method` stands in the method table. A method of the table without a handler is answered `unsupported`.
    // hello and events.subscribe are the server's own.
    void on(std::string_view method, Handler handler);
    // Called for granted and refused calls of audited methods; refused ones at most once a second per user.
    void setAudit(Audit audit);

    // Busy when another engine is alive at this address.
    [[nodiscard]] Result<void> start();
    // Says goodbye to the clients and gives the address up.
    void stop();

    // Numbers the event and sends it to those subscribers that may see it. `event` is "alert", "block" or
    // "status". Cheap without subscribers: nothing is encoded.
    void publish(std::string_view event, const QJsonObject& data);

    [[nodiscard]] int connectionCount() const;

    class Implementation;

private:
    std::shared_ptr<Implementation> m_implementation; // shared, so that a late responder can see it gone
};

} // namespace bartizan::ipc
