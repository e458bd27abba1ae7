// One app per user session. The first one listens in the session's runtime folder, which only this user may
// enter; a second start hands its wish over and ends.
#pragma once

#include <QLocalServer>
#include <QLockFile>
#include <QObject>
#include <QString>

#include <memory>

namespace bartizan::app {

class SingleInstance : public QObject
{
    Q_OBJECT

public:
    enum class Role { First, Second };

    // `folder` is the session's runtime folder (QStandardPaths::RuntimeLocation).
    explicit SingleInstance(const QString& folder, QObject* parent = nullptr);

    // Takes the lock and listens, or finds that another instance has it. When neither works (a folder that
    // can't be written) this is the first one, too: better two apps than none.
    [[nodiscard]] Role claim();
    // To the first instance: what to show, as in --show; empty for just coming to the front. False if it did
    // not take it.
    [[nodiscard]] bool handOver(const QString& page) const;

signals:
    void startedAgain(const QString& page);

private:
    void onConnection();

    QString m_socketPath;
    QLockFile m_lock;
    QLocalServer m_server;
};

} // namespace bartizan::app
