// A tiny engine for tests of the app: speaks the frames of docs/ipc.md on a local socket, remembers every
// request, answers from a table of functions, and sends events when told to.
#pragma once

#include "engine/protocol/frame.h"

#include <QHash>
#include <QJsonArray>
#include <QJsonObject>
#include <QLocalServer>
#include <QObject>
#include <QTemporaryDir>

#include <expected>
#include <functional>

class QLocalSocket;

namespace bartizan::test {

struct FakeError
{
    QString code;
    QString message;
    QString cure;
    QString guard;
};

class FakeEngine : public QObject
{
    Q_OBJECT

public:
    struct Request
    {
        QString method;
        QJsonObject params;
    };
    using Answer = std::expected<QJsonObject, FakeError>;
    using Handler = std::function<Answer(const QJsonObject& params)>;

    // In a temporary folder of its own; `permissions` is what hello grants.
    explicit FakeEngine(const QStringList& permissions = {
                            QStringLiteral("observe"), QStringLiteral("history"), QStringLiteral("respond")});
    ~FakeEngine() override;

    [[nodiscard]] QString socketPath() const;
    void listen();
    // Stops listening and cuts every connection.
    void stop();
    void setHandler(const QString& method, Handler handler) { m_handlers[method] = std::move(handler); }
    // Takes requests of this method and never answers.
    void ignore(const QString& method) { m_ignored.append(method); }
    void sendEvent(const QString& event, const QJsonObject& data);
    void sendRaw(const QByteArray& bytes);

    // Standing state behind the default answers.
    QJsonObject status;
    QList<QJsonObject> blocks; // any order
    QList<QJsonObject> alerts; // newest first

    [[nodiscard]] const QList<Request>& requests() const { return m_requests; }
    [[nodiscard]] QList<QJsonObject> requestsOf(const QString& method) const;
    void forgetRequests() { m_requests.clear(); }
    [[nodiscard]] qint64 acknowledged() const { return m_acknowledged; }
    [[nodiscard]] qint64 lastSeq() const { return m_seq; }
    [[nodiscard]] qsizetype connectionCount() const { return m_connections.size(); }
    [[nodiscard]] int helloCount() const { return m_helloCount; }

signals:
    void requestReceived(const QString& method);

private:
    void onConnection();
    void onReadyRead(QLocalSocket* socket);
    void onRequest(QLocalSocket* socket, const QJsonObject& body);
    [[nodiscard]] Answer answer(const QString& method, const QJsonObject& params);
    [[nodiscard]] Answer listBlocks(const QJsonObject& params) const;
    [[nodiscard]] Answer listAlerts(const QJsonObject& params) const;
    [[nodiscard]] Answer removeBlocks(const QJsonObject& params);

    QTemporaryDir m_folder;
    QLocalServer m_server;
    QStringList m_permissions;
    QStringList m_ignored;
    QHash<QString, Handler> m_handlers;
    QHash<QLocalSocket*, protocol::FrameDecoder> m_connections;
    QList<Request> m_requests;
    qint64 m_seq = 0;
    qint64 m_acknowledged = 0;
    int m_helloCount = 0;
};

// Objects as the engine sends them.
[[nodiscard]] QJsonObject sampleStatus(const QString& state = QStringLiteral("protecting"));
[[nodiscard]] QJsonObject sampleBlock(qint64 id, const QString& address, const QString& state,
                                      qint64 ageSeconds = 5, qint64 lengthSeconds = 600);
[[nodiscard]] QJsonObject sampleAlert(qint64 id, int level, const QString& description,
                                      const QString& address, qint64 ageSeconds = 5);
[[nodiscard]] QString isoTime(qint64 secondsAgo);

} // namespace bartizan::test
