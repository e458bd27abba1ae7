#include "app/desktop/tray_controller.h"

#include "app/client/display_text.h"
#include "app/client/engine_client.h"
#include "app/desktop/desktop_services.h"
#include "app/models/block_table_model.h"
#include "app/models/engine_actions.h"
#include "app/models/time_text.h"

#include <QDateTime>
#include <QIcon>
#include <QSystemTrayIcon>

namespace bartizan::app {

namespace {

constexpr int kMenuText = 60;

// A "&" in log text would become a mnemonic.
QString menuText(const QString& text)
{
    return displayLine(text, kMenuText).replace(QLatin1Char('&'), QLatin1String("&&"));
}

} // namespace

TrayController::TrayController(EngineClient& client, EngineActions& actions, BlockTableModel& blocks,
                               IconSource icons, QObject* parent)
    : QObject(parent)
    , m_client(client)
    , m_actions(actions)
    , m_blocks(blocks)
    , m_icons(std::move(icons))
{
    m_status = m_menu.addAction(QString());
    m_lastEvent = m_menu.addAction(QString());
    m_menu.addSeparator();
    connect(m_menu.addAction(tr("Open Bartizan")), &QAction::triggered, this, &TrayController::openWanted);
    m_pause = m_menu.addAction(QString());
    m_blockMenu = m_menu.addMenu(tr("Recent blocks"));
    m_menu.addSeparator();
    QAction* quit = m_menu.addAction(tr("Quit (protection goes on)"));
    connect(quit, &QAction::triggered, this, &TrayController::quitWanted);
    connect(m_status, &QAction::triggered, this, &TrayController::openWanted);
    connect(m_lastEvent, &QAction::triggered, this, &TrayController::openWanted);
    connect(m_pause, &QAction::triggered, this, [this] {
        if (m_shownState == Protection::Paused)
            m_actions.resume();
        else
            m_actions.pause();
    });

    // A burst of changes is one rebuild.
    m_timer.setSingleShot(true);
    m_timer.setInterval(50);
    connect(&m_timer, &QTimer::timeout, this, &TrayController::refresh);
    const auto later = [this] { m_timer.start(); };
    connect(&client, &EngineClient::stateChanged, this, later);
    connect(&client, &EngineClient::statusChanged, this, later);
    connect(&blocks, &QAbstractItemModel::modelReset, this, later);
    connect(&blocks, &QAbstractItemModel::rowsInserted, this, later);
    connect(&blocks, &QAbstractItemModel::dataChanged, this,
            [later](const QModelIndex&, const QModelIndex&, const QList<int>& roles) {
                if (roles.isEmpty())
                    later();
            });
    refresh();
}

TrayController::~TrayController() = default;

void TrayController::start(TrayHost& host)
{
    connect(&host, &TrayHost::available, this, &TrayController::createIcon);
    connect(&host, &TrayHost::unavailable, this, &TrayController::absent);
    host.start();
}

void TrayController::createIcon()
{
    if (m_icon)
        return;
    m_icon = std::make_unique<QSystemTrayIcon>();
    m_icon->setContextMenu(&m_menu);
    connect(m_icon.get(), &QSystemTrayIcon::activated, this,
            [this](QSystemTrayIcon::ActivationReason reason) {
                if (reason == QSystemTrayIcon::Trigger || reason == QSystemTrayIcon::DoubleClick)
                    emit openWanted();
            });
    m_iconSet = false;
    refresh();
    m_icon->show();
    emit shown();
}

void TrayController::updateIcon()
{
    m_iconSet = false;
    refresh();
}

void TrayController::refresh()
{
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    const ProtectionSummary summary = summarise(m_client, now);
    const QString line = summary.state == Protection::Paused
                             ? QStringLiteral("%1. %2").arg(summary.headline, summary.cause)
                             : summary.headline;
    m_status->setText(menuText(line));
    const Block* last = m_blocks.rowCount() > 0 ? &m_blocks.blockAt(0) : nullptr;
    m_lastEvent->setVisible(last != nullptr);
    if (last)
        m_lastEvent->setText(
            menuText(tr("Last: %1 %2, %3")
                         .arg(displayLine(last->address), blockStateText(last->state).toLower(),
                              momentText(last->created, now))));
    const bool paused = summary.state == Protection::Paused;
    m_pause->setText(paused ? tr("Resume blocking") : tr("Pause for 15 minutes"));
    m_pause->setEnabled(m_actions.mayRespond() && summary.state != Protection::Observing);
    rebuildBlocks();
    if (m_icon && (!m_iconSet || m_shownState != summary.state))
        m_icon->setIcon(m_icons(protectionIcon(summary.state)));
    m_iconSet = m_icon != nullptr;
    m_shownState = summary.state;
    if (m_icon)
        m_icon->setToolTip(QStringLiteral("Bartizan – %1").arg(line).toHtmlEscaped());
}

void TrayController::rebuildBlocks()
{
    m_blockMenu->clear();
    const QList<Block> standing = m_blocks.standing();
    m_blockMenu->setEnabled(!standing.isEmpty());
    for (const Block& block : standing.first(std::min<qsizetype>(standing.size(), kMostBlocks))) {
        QAction* action = m_blockMenu->addAction(menuText(tr("Unblock %1").arg(displayLine(block.address))));
        action->setEnabled(m_actions.mayRespond());
        connect(action, &QAction::triggered, this, [this, block] { m_actions.unblock({block}); });
    }
}

} // namespace bartizan::app
