// The whole app, put together: one object for each part, in the order in which they need each other. Tests
// run it with services of their own.
#pragma once

#include "app/client/engine_client.h"
#include "app/desktop/block_notifications.h"
#include "app/desktop/desktop_services.h"
#include "app/desktop/tray_controller.h"
#include "app/models/alert_table_model.h"
#include "app/models/block_table_model.h"
#include "app/models/engine_actions.h"
#include "app/shell/main_window.h"
#include "app/widgets/theme.h"

#include <QObject>

#include <memory>

class QApplication;

namespace bartizan::app {

class DesktopApp : public QObject
{
    Q_OBJECT

public:
    enum class Start { Window, Background };

    DesktopApp(QApplication& application, const QString& socketPath, DesktopServices services);

    // Connects and, unless started in the background, shows the window on `page` ("blocks", "activity" or
    // empty).
    void start(Start start, const QString& page);
    // Comes to the front, on this page if it names one.
    void open(const QString& page);

    [[nodiscard]] MainWindow& window() { return m_window; }
    [[nodiscard]] EngineClient& client() { return m_client; }
    [[nodiscard]] TrayController& tray() { return m_tray; }
    [[nodiscard]] Theme& theme() { return m_theme; }

    // Whether --show knows it.
    [[nodiscard]] static bool isPage(const QString& name);

private:
    void followDesktop();

    DesktopServices m_services;
    Theme m_theme;
    EngineClient m_client;
    EngineActions m_actions;
    BlockTableModel m_blocks;
    BlockFeed m_blockFeed;
    AlertTableModel m_alerts;
    MainWindow m_window;
    TrayController m_tray;
    std::unique_ptr<BlockNotifications> m_notifications;
};

} // namespace bartizan::app
