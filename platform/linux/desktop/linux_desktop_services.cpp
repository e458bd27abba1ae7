#include "app/desktop/desktop_services.h"

#include "platform/linux/desktop/freedesktop_notifier.h"
#include "platform/linux/desktop/portal_theme_source.h"
#include "platform/linux/desktop/socket_peer_verifier.h"
#include "platform/linux/desktop/status_notifier_tray_host.h"

namespace bartizan::app {

DesktopServices makeDesktopServices()
{
    const QDBusConnection bus = QDBusConnection::sessionBus();
    return {.notifier = std::make_unique<FreedesktopNotifier>(bus),
            .theme = std::make_unique<PortalThemeSource>(bus),
            .trayHost = std::make_unique<StatusNotifierTrayHost>(bus),
            .verifier = std::make_unique<SocketPeerVerifier>()};
}

QString defaultEngineSocket()
{
    return QStringLiteral("/run/bartizan/engine.sock");
}

} // namespace bartizan::app
