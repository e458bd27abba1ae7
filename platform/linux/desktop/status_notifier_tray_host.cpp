#include "platform/linux/desktop/status_notifier_tray_host.h"

#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QGuiApplication>
#include <QSystemTrayIcon>

namespace bartizan::app {

namespace {

const QString kService = QStringLiteral("org.kde.StatusNotifierWatcher");
const QString kPath = QStringLiteral("/StatusNotifierWatcher");
constexpr int kAnswerMs = 3000;

} // namespace

StatusNotifierTrayHost::StatusNotifierTrayHost(QDBusConnection bus, std::chrono::milliseconds patience,
                                               QObject* parent)
    : TrayHost(parent)
    , m_bus(std::move(bus))
    , m_watcher(kService, m_bus, QDBusServiceWatcher::WatchForRegistration)
    , m_patience(patience)
{
    m_timer.setSingleShot(true);
    connect(&m_watcher, &QDBusServiceWatcher::serviceRegistered, this, &StatusNotifierTrayHost::askHost);
    connect(&m_timer, &QTimer::timeout, this, &StatusNotifierTrayHost::giveUp);
}

void StatusNotifierTrayHost::start()
{
    m_bus.connect(kService, kPath, kService, QStringLiteral("StatusNotifierHostRegistered"), this,
                  SLOT(askHost()));
    m_timer.start(m_patience);
    askHost();
}

void StatusNotifierTrayHost::askHost()
{
    if (m_answered)
        return;
    QDBusMessage get = QDBusMessage::createMethodCall(
        kService, kPath, QStringLiteral("org.freedesktop.DBus.Properties"), QStringLiteral("Get"));
    get << kService << QStringLiteral("IsStatusNotifierHostRegistered");
    auto* call = new QDBusPendingCallWatcher(m_bus.asyncCall(get, kAnswerMs), this);
    connect(call, &QDBusPendingCallWatcher::finished, this, [this, call] {
        call->deleteLater();
        const QDBusPendingReply<QDBusVariant> reply = *call;
        if (!reply.isError() && reply.value().variant().toBool())
            answer(true);
    });
}

void StatusNotifierTrayHost::giveUp()
{
    // Only now may Qt look: it asks the bus once and keeps the answer, which from here on is "XEmbed or
    // nothing".
    answer(QGuiApplication::platformName() == QLatin1String("xcb") &&
           QSystemTrayIcon::isSystemTrayAvailable());
}

void StatusNotifierTrayHost::answer(bool isAvailable)
{
    if (m_answered)
        return;
    m_answered = true;
    m_timer.stop();
    if (isAvailable)
        emit available();
    else
        emit unavailable();
}

} // namespace bartizan::app
