// Waits until a tray can be used: org.kde.StatusNotifierWatcher with a host (KDE, Xfce, LXQt, Cinnamon, GNOME
// with its extension), or, after 15 seconds without one, an XEmbed tray on X11.
#pragma once

#include "app/desktop/desktop_services.h"

#include <QDBusConnection>
#include <QDBusServiceWatcher>
#include <QTimer>

#include <chrono>

namespace bartizan::app {

class StatusNotifierTrayHost : public TrayHost
{
    Q_OBJECT

public:
    static constexpr std::chrono::milliseconds kPatience{15000};

    explicit StatusNotifierTrayHost(QDBusConnection bus, std::chrono::milliseconds patience = kPatience,
                                    QObject* parent = nullptr);
    void start() override;

private slots:
    void askHost();

private:
    void giveUp();
    void answer(bool isAvailable);

    QDBusConnection m_bus;
    QDBusServiceWatcher m_watcher;
    QTimer m_timer;
    std::chrono::milliseconds m_patience;
    bool m_answered = false;
};

} // namespace bartizan::app
