// The app's only way to the engine: one connection, kept up for ever.
//
//     EngineClient client(path, verifier);
//     connect(&client, &EngineClient::ready, ...);     // after each (re)connection: load everything anew
//     client.start();
//     client.call("block.remove", params, this, [](const EngineClient::Reply& reply) { ... });
//
// After a reconnection nothing is replayed: `ready` tells every model to read a fresh snapshot, and events
// that arrive meanwhile are merged by id. Main thread.
#pragma once

#include "app/client/protocol_objects.h"
#include "app/client/server_verifier.h"
#include "engine/protocol/frame.h"
#include "engine/protocol/methods.h"

#include <QHash>
#include <QJsonObject>
#include <QLocalSocket>
#include <QObject>
#include <QPointer>
#include <QTimer>

#include <chrono>
#include <expected>
#include <functional>
#include <memory>

namespace bartizan::app {

struct CallError
{
    QString code; // a stable name of docs/ipc.md, or "disconnected" / "timeout"
    QString message;
    QString cure;
    QString guard;
    QString field;
};

class EngineClient : public QObject
{
    Q_OBJECT

public:
    enum class State { Offline, Connecting, Ready };
    // Why there is no connection.
    enum class Outage { None, NotRunning, NoAccess, Untrusted, Incompatible, Lost };
    using Reply = std::expected<QJsonObject, CallError>;
    using Callback = std::function<void(const Reply&)>;

    static constexpr std::chrono::milliseconds kFirstRetry{500};
    static constexpr std::chrono::milliseconds kLastRetry{16000};
    static constexpr std::chrono::milliseconds kDefaultDeadline{10000};

    // `verifier` may be null (tests) and outlives the client.
    explicit EngineClient(QString socketPath, const ServerVerifier* verifier = nullptr,
                          QObject* parent = nullptr);
    ~EngineClient() override;

    void start();
    // Tries at once instead of waiting out the back-off.
    void retryNow();

    // The callback runs once: with the result, an error of the engine, "timeout" or "disconnected" — and not
    // at all when `context` is gone by then.
    void call(const QString& method, const QJsonObject& params, QObject* context, Callback callback,
              std::chrono::milliseconds deadline = kDefaultDeadline);

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] bool isReady() const { return m_state == State::Ready; }
    [[nodiscard]] Outage outage() const { return m_outage; }
    // A sentence on the outage where there is more to say than its kind.
    [[nodiscard]] const QString& outageDetail() const { return m_outageDetail; }
    [[nodiscard]] bool may(protocol::PermissionClass permission) const;
    [[nodiscard]] const QString& engineVersion() const { return m_engineVersion; }
    [[nodiscard]] const QString& socketPath() const { return m_socketPath; }
    [[nodiscard]] const EngineStatus& status() const { return m_status; }

signals:
    void stateChanged(bartizan::app::EngineClient::State state);
    // Hello is done, events are subscribed, the first status is there.
    void ready();
    void statusChanged(const bartizan::app::EngineStatus& status);
    void alertReceived(const bartizan::app::Alert& alert);
    void blockReceived(const bartizan::app::Block& block);

private:
    struct Pending
    {
        QPointer<QObject> context;
        Callback callback;
        std::chrono::steady_clock::time_point deadline;
    };

    void connectNow();
    void onConnected();
    void onSocketError(QLocalSocket::LocalSocketError error);
    void onReadyRead();
    void onHello(const Reply& reply);
    void onSubscribed(const Reply& reply);
    void fetchStatus();
    void dispatch(const protocol::Frame& frame);
    void dispatchResponse(const QJsonObject& body);
    void dispatchEvent(const QJsonObject& body);
    void send(const QString& method, const QJsonObject& params, QObject* context, Callback callback,
              std::chrono::milliseconds deadline);
    void acknowledge();
    void expireCalls();
    void scheduleDeadline();
    void disconnectWith(Outage outage, const QString& detail);
    void failAll(const QString& code, const QString& message);
    void setState(State state);

    QString m_socketPath;
    const ServerVerifier* m_verifier;
    std::unique_ptr<QLocalSocket> m_socket;
    protocol::FrameDecoder m_decoder;
    QTimer m_retryTimer;
    QTimer m_deadlineTimer;
    QTimer m_statusTimer;
    std::chrono::milliseconds m_nextRetry = kFirstRetry;
    State m_state = State::Offline;
    Outage m_outage = Outage::None;
    QString m_outageDetail;
    QHash<qint64, Pending> m_pending;
    qint64 m_lastId = 0;
    qint64 m_seenSeq = 0;
    qint64 m_ackedSeq = 0;
    QStringList m_permissions;
    QString m_engineVersion;
    EngineStatus m_status;
};

} // namespace bartizan::app
