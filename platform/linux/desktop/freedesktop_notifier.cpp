#include "platform/linux/desktop/freedesktop_notifier.h"

#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QVariantMap>

#include <utility>

namespace bartizan::app {

namespace {

const QString kService = QStringLiteral("org.freedesktop.Notifications");
const QString kPath = QStringLiteral("/org/freedesktop/Notifications");
constexpr int kMostText = 200;
constexpr int kAnswerMs = 5000;

QDBusMessage method(const QString& name)
{
    return QDBusMessage::createMethodCall(kService, kPath, kService, name);
}

} // namespace

// isValid() of an interface is never asked: a server that the bus starts on demand is not there before the
// first call.
FreedesktopNotifier::FreedesktopNotifier(QDBusConnection bus, QObject* parent)
    : Notifier(parent)
    , m_bus(std::move(bus))
    , m_watcher(kService, m_bus, QDBusServiceWatcher::WatchForUnregistration)
{
    m_bus.connect(kService, kPath, kService, QStringLiteral("ActionInvoked"), this,
                  SLOT(onActionInvoked(uint, QString)));
    m_bus.connect(kService, kPath, kService, QStringLiteral("NotificationClosed"), this,
                  SLOT(onNotificationClosed(uint, uint)));
    connect(&m_watcher, &QDBusServiceWatcher::serviceUnregistered, this, &FreedesktopNotifier::forgetServer);
}

Notifier::Handle FreedesktopNotifier::show(const Notification& notification, Handle replaces)
{
    const Handle handle = m_shown.contains(replaces) ? replaces : ++m_last;
    Shown& shown = m_shown[handle];
    shown.closeWanted = false;
    if (!m_capabilities) {
        m_waiting.removeIf([&](const auto& entry) { return entry.first == handle; });
        m_waiting.append({handle, notification});
        askCapabilities();
    } else if (shown.pending) {
        shown.next = notification;
    } else {
        send(handle, notification);
    }
    return handle;
}

void FreedesktopNotifier::askCapabilities()
{
    if (m_asking)
        return;
    m_asking = true;
    auto* call = new QDBusPendingCallWatcher(
        m_bus.asyncCall(method(QStringLiteral("GetCapabilities")), kAnswerMs), this);
    connect(call, &QDBusPendingCallWatcher::finished, this, [this, call] {
        call->deleteLater();
        m_asking = false;
        const QDBusPendingReply<QStringList> reply = *call;
        if (reply.isError()) {
            // No server: nothing can be shown, and a later notification asks again.
            const auto waiting = std::exchange(m_waiting, {});
            for (const auto& entry : waiting) {
                m_shown.remove(entry.first);
                emit closed(entry.first, Closed::Expired);
            }
            return;
        }
        m_capabilities = reply.value();
        const auto waiting = std::exchange(m_waiting, {});
        for (const auto& [handle, notification] : waiting)
            send(handle, notification);
    });
}

void FreedesktopNotifier::send(Handle handle, const Notification& notification)
{
    Shown& shown = m_shown[handle];
    shown.pending = true;
    shown.next.reset();
    QStringList actions;
    if (m_capabilities->contains(QLatin1String("actions"))) {
        actions = {QStringLiteral("default"), tr("Open")};
        for (const NotificationAction& action : notification.actions)
            actions << action.key << action.text;
    }
    QString body = notification.body.left(kMostText);
    if (m_capabilities->contains(QLatin1String("body-markup")))
        body = body.toHtmlEscaped();
    const bool critical = notification.urgency == Notification::Urgency::Critical;
    const QVariantMap hints{
        {QStringLiteral("urgency"), QVariant::fromValue<uchar>(critical ? 2 : 1)},
        {QStringLiteral("desktop-entry"), QStringLiteral("org.bartizan")},
        {QStringLiteral("category"), QStringLiteral("network")},
    };
    QDBusMessage message = method(QStringLiteral("Notify"));
    message << QStringLiteral("Bartizan") << shown.serverId << QStringLiteral("org.bartizan")
            << notification.title.left(kMostText) << body << actions << hints << -1;
    auto* call = new QDBusPendingCallWatcher(m_bus.asyncCall(message, kAnswerMs), this);
    connect(call, &QDBusPendingCallWatcher::finished, this, [this, call, handle] {
        call->deleteLater();
        const auto found = m_shown.find(handle);
        if (found == m_shown.end())
            return;
        const QDBusPendingReply<uint> reply = *call;
        found->pending = false;
        if (reply.isError()) {
            m_shown.erase(found);
            emit closed(handle, Closed::Expired);
            return;
        }
        found->serverId = reply.value();
        if (found->closeWanted)
            sendClose(found->serverId);
        else if (const auto next = std::exchange(found->next, std::nullopt))
            send(handle, *next);
    });
}

void FreedesktopNotifier::close(Handle handle)
{
    const auto found = m_shown.find(handle);
    if (found == m_shown.end())
        return;
    found->closeWanted = true;
    if (!found->pending && found->serverId != 0)
        sendClose(found->serverId);
}

void FreedesktopNotifier::sendClose(uint serverId)
{
    m_bus.asyncCall(method(QStringLiteral("CloseNotification")) << serverId);
}

Notifier::Handle FreedesktopNotifier::handleOf(uint serverId) const
{
    for (auto it = m_shown.begin(); it != m_shown.end(); ++it) {
        if (serverId != 0 && it->serverId == serverId)
            return it.key();
    }
    return 0;
}

void FreedesktopNotifier::onActionInvoked(uint id, const QString& key)
{
    if (const Handle handle = handleOf(id); handle != 0)
        emit actionInvoked(handle, key);
}

void FreedesktopNotifier::onNotificationClosed(uint id, uint reason)
{
    const Handle handle = handleOf(id);
    if (handle == 0)
        return;
    m_shown.remove(handle);
    emit closed(handle, reason == 2 ? Closed::ByUser : reason == 3 ? Closed::ByUs : Closed::Expired);
}

// Its ids mean nothing to the server that comes after it.
void FreedesktopNotifier::forgetServer()
{
    m_capabilities.reset();
    const auto shown = std::exchange(m_shown, {});
    for (auto it = shown.begin(); it != shown.end(); ++it)
        emit closed(it.key(), Closed::Expired);
}

} // namespace bartizan::app
