// Notifications by org.freedesktop.Notifications (Desktop Notifications Specification 1.2).
//
// QSystemTrayIcon::showMessage is not used: in Qt 6.4 it offers no buttons and takes every other program's
// clicks for its own. This one knows the ids it was given and ignores all others.
#pragma once

#include "app/desktop/notifier.h"

#include <QDBusConnection>
#include <QDBusServiceWatcher>
#include <QHash>
#include <QStringList>

#include <optional>

namespace bartizan::app {

class FreedesktopNotifier : public Notifier
{
    Q_OBJECT

public:
    explicit FreedesktopNotifier(QDBusConnection bus, QObject* parent = nullptr);

    Handle show(const Notification& notification, Handle replaces) override;
    void close(Handle handle) override;

private slots:
    void onActionInvoked(uint id, const QString& key);
    void onNotificationClosed(uint id, uint reason);

private:
    struct Shown
    {
        uint serverId = 0;    // 0 until the server has answered
        bool pending = false; // a Notify is on its way
        bool closeWanted = false;
        std::optional<Notification> next; // an update that waits for the answer
    };

    void askCapabilities();
    void send(Handle handle, const Notification& notification);
    void sendClose(uint serverId);
    [[nodiscard]] Handle handleOf(uint serverId) const;
    void forgetServer();

    QDBusConnection m_bus;
    QDBusServiceWatcher m_watcher;
    QHash<Handle, Shown> m_shown;
    QList<std::pair<Handle, Notification>> m_waiting; // for the capabilities
    std::optional<QStringList> m_capabilities;
    bool m_asking = false;
    Handle m_last = 0;
};

} // namespace bartizan::app
