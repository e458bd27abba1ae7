// The tray icon: the state by shape and colour, and a flat menu in which every action of the tray stands,
// since some hosts deliver nothing but the menu.
#pragma once

#include "app/client/protocol_objects.h"
#include "app/models/protection.h"

#include <QMenu>
#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>

class QIcon;
class QSystemTrayIcon;

namespace bartizan::app {

class AlertTableModel;
class BlockTableModel;
class EngineActions;
class EngineClient;
class TrayHost;

class TrayController : public QObject
{
    Q_OBJECT

public:
    static constexpr int kMostBlocks = 5;
    using IconSource = std::function<QIcon(const QString& name)>;

    // `icons` gives the icon of a state by its name (protectionIcon()).
    TrayController(EngineClient& client, EngineActions& actions, BlockTableModel& blocks, IconSource icons,
                   QObject* parent = nullptr);
    ~TrayController() override;

    // Waits for the host to say whether there is a tray; without one stays without.
    void start(TrayHost& host);
    [[nodiscard]] bool isShown() const { return m_icon != nullptr; }
    // The menu of the icon; it is kept up to date without one, too.
    [[nodiscard]] QMenu& menu() { return m_menu; }
    void updateIcon();

signals:
    void openWanted();
    void quitWanted();
    void shown();
    // There is no tray: the window must not hide.
    void absent();

private:
    void createIcon();
    void refresh();
    void rebuildBlocks();

    EngineClient& m_client;
    EngineActions& m_actions;
    BlockTableModel& m_blocks;
    IconSource m_icons;
    std::unique_ptr<QSystemTrayIcon> m_icon;
    QMenu m_menu;
    QMenu* m_blockMenu;
    QAction* m_status;
    QAction* m_lastEvent;
    QAction* m_pause;
    QTimer m_timer;
    Protection m_shownState = Protection::Off;
    bool m_iconSet = false;
};

} // namespace bartizan::app
