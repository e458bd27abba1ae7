#include "app/shell/single_instance.h"

#include <QLocalSocket>
#include <QTimer>

namespace bartizan::app {

namespace {

constexpr int kMostBytes = 256;
constexpr int kPatienceMs = 2000;

} // namespace

SingleInstance::SingleInstance(const QString& folder, QObject* parent)
    : QObject(parent)
    , m_socketPath(folder + QStringLiteral("/bartizan-app.sock"))
    , m_lock(folder + QStringLiteral("/bartizan-app.lock"))
{
    // Stale only when its process is gone: this app runs for weeks.
    m_lock.setStaleLockTime(0);
    m_server.setSocketOptions(QLocalServer::UserAccessOption);
    connect(&m_server, &QLocalServer::newConnection, this, &SingleInstance::onConnection);
}

SingleInstance::Role SingleInstance::claim()
{
    if (!m_lock.tryLock(100) && m_lock.error() == QLockFile::LockFailedError)
        return Role::Second;
    // We hold the lock, so a socket that lies there is of an instance that died.
    QLocalServer::removeServer(m_socketPath);
    if (!m_server.listen(m_socketPath))
        qWarning("A second start can't be noticed: %s", qUtf8Printable(m_server.errorString()));
    return Role::First;
}

bool SingleInstance::handOver(const QString& page) const
{
    QLocalSocket socket;
    socket.connectToServer(m_socketPath);
    if (!socket.waitForConnected(kPatienceMs))
        return false;
    socket.write(page.toUtf8() + '\n');
    return socket.waitForBytesWritten(kPatienceMs);
}

void SingleInstance::onConnection()
{
    while (QLocalSocket* socket = m_server.nextPendingConnection()) {
        QTimer::singleShot(kPatienceMs, socket, [socket] { socket->abort(); });
        connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
        const auto read = [this, socket] {
            if (!socket->canReadLine() && socket->bytesAvailable() < kMostBytes)
                return;
            const QString page = QString::fromUtf8(socket->readLine(kMostBytes)).trimmed();
            socket->disconnectFromServer();
            emit startedAgain(page);
        };
        connect(socket, &QLocalSocket::readyRead, this, read);
        read();
    }
}

} // namespace bartizan::app
