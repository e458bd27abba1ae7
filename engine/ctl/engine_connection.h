// A client's end of the control protocol (docs/ipc.md), blocking: for a program that asks and leaves.
#pragma once

#include "engine/base/result.h"
#include "engine/protocol/frame.h"

#include <QJsonObject>
#include <QLocalSocket>
#include <QString>

#include <chrono>
#include <deque>
#include <functional>
#include <string_view>

namespace bartizan::ctl {

// How to tell the engine from an impostor, given by the platform. Either may be empty.
struct Trust
{
    std::function<Result<void>(const QString& path)> path;                    // before connecting
    std::function<Result<void>(qintptr socket, const QString& path)> process; // after it
};

class EngineConnection
{
public:
    struct Event
    {
        qint64 sequence = 0;
        QString name;
        QJsonObject data;
        QJsonObject body; // the whole of it
    };

    EngineConnection(QString socketPath, Trust trust);

    // Connects and says hello. Unavailable when no engine answers, PermissionDenied when it is not to be
    // trusted, Unsupported without a protocol version in common.
    Result<void> open();

    // The result, or the engine's error. Unavailable when the connection broke. Where the engine is busy (a
    // loop over a list of addresses is faster than the requests it takes from one user), asks again for some
    // seconds.
    Result<QJsonObject> call(std::string_view method, const QJsonObject& params = {});

    // Waits for the next event, for ever, and acknowledges it. Unavailable when the connection ended; the
    // message says why where the engine did.
    Result<Event> nextEvent();

    // What hello said: the engine's version, capabilities, permissions.
    [[nodiscard]] const QJsonObject& greeting() const { return m_greeting; }

private:
    Result<QJsonObject> callOnce(std::string_view method, const QJsonObject& params);
    [[nodiscard]] Result<protocol::Frame> nextFrame(std::chrono::milliseconds patience);
    void keepEvent(const QJsonObject& body);
    Result<void> send(const protocol::Frame& frame);
    [[nodiscard]] std::unexpected<Error> connectionLost() const;

    const QString m_socketPath;
    const Trust m_trust;
    QLocalSocket m_socket;
    protocol::FrameDecoder m_decoder;
    QJsonObject m_greeting;
    std::deque<Event> m_events; // arrived while an answer was awaited
    QString m_goodbye;
    int m_lastRequest = 0;
};

} // namespace bartizan::ctl
