#include "tests/support/private_bus.h"

#include <QDBusConnectionInterface>
#include <QDeadlineTimer>
#include <QThread>

namespace bartizan::test {

PrivateBus::PrivateBus()
{
    m_daemon.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    m_daemon.start(QStringLiteral("dbus-daemon"),
                   {QStringLiteral("--session"), QStringLiteral("--nofork"),
                    QStringLiteral("--print-address"),
                    QStringLiteral("--address=unix:path=%1").arg(m_folder.filePath(QStringLiteral("bus")))});
    if (!m_daemon.waitForStarted(5000) || !m_daemon.waitForReadyRead(5000))
        return;
    m_address = QString::fromUtf8(m_daemon.readLine()).trimmed();
    (void)QDBusConnection::connectToBus(m_address, m_address);
}

PrivateBus::~PrivateBus()
{
    stopMock();
    QDBusConnection::disconnectFromBus(m_address);
    m_daemon.terminate();
    m_daemon.waitForFinished(3000);
}

QDBusConnection PrivateBus::connection() const
{
    return QDBusConnection(m_address);
}

bool PrivateBus::startMock(const QString& mockTemplate, const QString& service, const QString& parameters)
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"), m_address);
    m_mock.setProcessEnvironment(environment);
    m_mock.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    m_mock.setStandardOutputFile(QProcess::nullDevice());
    QStringList arguments{QStringLiteral("-m"), QStringLiteral("dbusmock"), QStringLiteral("--template"),
                          mockTemplate};
    if (!parameters.isEmpty())
        arguments << QStringLiteral("--parameters") << parameters;
    // Not "python3" from the path: the distribution's own has the dbusmock package.
    m_mock.start(QStringLiteral("/usr/bin/python3"), arguments);
    m_service = service;
    const QDeadlineTimer deadline(8000);
    while (!deadline.hasExpired() && m_mock.state() != QProcess::NotRunning) {
        if (connection().interface()->isServiceRegistered(service))
            return true;
        m_mock.waitForFinished(20);
    }
    return false;
}

void PrivateBus::stopMock()
{
    if (m_mock.state() == QProcess::NotRunning)
        return;
    m_mock.terminate();
    if (!m_mock.waitForFinished(3000))
        m_mock.kill();
}

} // namespace bartizan::test
