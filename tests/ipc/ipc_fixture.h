// An engine's control server on a real socket, with everything behind it made up: who connects, what they may
// do, what time it is. And a client that speaks frames.
#pragma once

#include "engine/ipc/server.h"
#include "engine/protocol/frame.h"
#include "platform/linux/unix_listener.h"

#include <QDeadlineTimer>
#include <QLocalSocket>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include <deque>
#include <set>

namespace bartizan::test {

using namespace Qt::StringLiterals;
using protocol::PermissionClass;

class FakeAuthoriser final : public Authoriser
{
public:
    void authorise(const PeerIdentity&, PermissionClass permission,
                   std::function<void(Permission)> answer) override
    {
        const auto decision = granted.contains(permission) ? Permission::Granted : Permission::Denied;
        if (later)
            waiting.push_back([answer, decision] { answer(decision); });
        else
            answer(decision);
    }
    void grantAll()
    {
        granted.insert(protocol::permissionClasses().begin(), protocol::permissionClasses().end());
    }
    void answerWaiting()
    {
        for (const auto& answer : std::exchange(waiting, {}))
            answer();
    }

    std::set<PermissionClass> granted;
    bool later = false; // like a person who is asked
    std::vector<std::function<void()>> waiting;
};

class FakeClock final : public Clock
{
public:
    [[nodiscard]] EpochMs now() const override { return time; }
    EpochMs time = 1'800'000'000'000;
};

// Spins the event loop until `done` or two seconds have gone.
template<class Condition> bool waitFor(Condition done, int milliseconds = 2000)
{
    QDeadlineTimer deadline(milliseconds);
    while (!done() && !deadline.hasExpired()) {
        QCoreApplication::processEvents();
        QThread::msleep(1);
    }
    return done();
}

class Client
{
public:
    explicit Client(const QString& path)
    {
        QObject::connect(&socket, &QLocalSocket::readyRead, &socket, [this] {
            if (!reading)
                return;
            decoder.append(socket.readAll());
            readFrames();
        });
        decoder.setMaxBody(protocol::kMaxBody);
        socket.connectToServer(path);
        socket.waitForConnected(1000);
    }

    void send(protocol::FrameKind kind, const QJsonObject& body)
    {
        socket.write(protocol::encode({kind, body}));
    }
    void acknowledge(qint64 sequence) { send(protocol::FrameKind::Acknowledgement, {{u"seq"_s, sequence}}); }
    int post(const QString& method, const QJsonObject& params = {})
    {
        send(protocol::FrameKind::Request,
             {{u"jsonrpc"_s, u"2.0"_s}, {u"id"_s, ++id}, {u"method"_s, method}, {u"params"_s, params}});
        return id;
    }
    // The response's body; empty when none came.
    QJsonObject await(int request)
    {
        waitFor([&] { return responses.contains(request) || !isConnected(); });
        return responses.take(request);
    }
    QJsonObject call(const QString& method, const QJsonObject& params = {})
    {
        return await(post(method, params));
    }
    QString errorOf(const QString& method, const QJsonObject& params = {})
    {
        return call(method, params)[u"error"_s][u"data"_s][u"code"_s].toString();
    }
    QJsonObject hello(int lowest = 1, int highest = 1)
    {
        return call(u"hello"_s, {{u"protocol"_s, QJsonObject{{u"min"_s, lowest}, {u"max"_s, highest}}}});
    }
    // The reason of the goodbye, when the connection is over.
    QString farewell()
    {
        waitFor([&] { return !isConnected(); }, 4000);
        return isConnected() ? u"still connected"_s : goodbye;
    }
    bool awaitEvents(std::size_t count)
    {
        return waitFor([&] { return events.size() >= count; });
    }
    [[nodiscard]] bool isConnected() const { return socket.state() == QLocalSocket::ConnectedState; }

    QLocalSocket socket;
    bool reading = true;
    QHash<int, QJsonObject> responses;
    QList<QJsonObject> strays; // responses without an id
    std::deque<QJsonObject> events;
    QString goodbye;

private:
    void readFrames()
    {
        while (true) {
            const auto frame = decoder.next();
            if (!frame || !*frame)
                return;
            const QJsonObject body = (*frame)->body;
            if ((*frame)->kind == protocol::FrameKind::Response && body[u"id"_s].isDouble())
                responses.insert(body[u"id"_s].toInt(), body);
            else if ((*frame)->kind == protocol::FrameKind::Response)
                strays.append(body);
            else if (body[u"event"_s] == "goodbye"_L1)
                goodbye = body[u"data"_s][u"reason"_s].toString();
            else
                events.push_back(body);
        }
    }

    protocol::FrameDecoder decoder;
    int id = 0;
};

// A server in a temporary folder.
struct Engine
{
    explicit Engine(const ipc::Limits& limits = {})
        : listener(folder.path().toStdString() + "/run",
                   [this](int) -> Result<PeerIdentity> {
                       return PeerIdentity{.userId = user, .userName = "somebody", .groups = {}};
                   })
        , server(std::make_unique<ipc::Server>(listener, authoriser, clock, u"9.9.9"_s, limits))
    {
        server->setAudit([this](const ipc::AuditEntry& entry) { audited.push_back(entry); });
    }
    [[nodiscard]] bool start() { return server->start().has_value(); }
    [[nodiscard]] QString path() const { return QString::fromStdString(listener.socketPath().string()); }

    QTemporaryDir folder;
    std::uint32_t user = 1000;
    FakeAuthoriser authoriser;
    FakeClock clock;
    std::vector<ipc::AuditEntry> audited;
    UnixListener listener;
    std::unique_ptr<ipc::Server> server;
};

} // namespace bartizan::test
