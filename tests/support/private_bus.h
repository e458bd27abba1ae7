// A D-Bus session bus of the test's own, with mock services of python3-dbusmock on it.
#pragma once

#include <QDBusConnection>
#include <QProcess>
#include <QString>
#include <QTemporaryDir>

namespace bartizan::test {

class PrivateBus
{
public:
    PrivateBus();
    ~PrivateBus();
    PrivateBus(const PrivateBus&) = delete;
    PrivateBus& operator=(const PrivateBus&) = delete;

    [[nodiscard]] bool isRunning() const { return !m_address.isEmpty(); }
    [[nodiscard]] QString address() const { return m_address; }
    // A connection to it that is not the process' session bus.
    [[nodiscard]] QDBusConnection connection() const;
    // Starts a template of dbusmock and waits until `service` is on the bus. False where there is no
    // dbusmock.
    [[nodiscard]] bool startMock(const QString& mockTemplate, const QString& service,
                                 const QString& parameters = {});
    void stopMock();

private:
    QTemporaryDir m_folder;
    QProcess m_daemon;
    QProcess m_mock;
    QString m_service;
    QString m_address;
};

} // namespace bartizan::test
