#include "app/shell/desktop_app.h"

#include "app/client/server_verifier.h"

#include <QApplication>

namespace bartizan::app {

DesktopApp::DesktopApp(QApplication& application, const QString& socketPath, DesktopServices services)
    : m_services(std::move(services))
    , m_client(socketPath, m_services.verifier.get())
    , m_actions(m_client)
    , m_blockFeed(m_client, m_blocks)
    , m_alerts(m_client)
    , m_window({m_client, m_actions, m_blocks, m_blockFeed, m_alerts, m_theme})
    , m_tray(m_client, m_actions, m_blocks, [this](const QString& name) { return m_theme.statusIcon(name); })
{
    m_theme.applyTo(application);
    followDesktop();
    connect(&m_theme, &Theme::changed, &m_tray, &TrayController::updateIcon);
    connect(&m_window, &MainWindow::quitWanted, this, [] { QCoreApplication::exit(0); });
    connect(&m_tray, &TrayController::quitWanted, this, [] { QCoreApplication::exit(0); });
    connect(&m_tray, &TrayController::openWanted, this, [this] { open({}); });
    connect(&m_tray, &TrayController::shown, this,
            [this] { m_window.setCloseBehaviour(MainWindow::CloseBehaviour::Hide); });
    if (m_services.notifier) {
        m_notifications = std::make_unique<BlockNotifications>(m_client, m_actions, *m_services.notifier);
        connect(m_notifications.get(), &BlockNotifications::detailsWanted, this, [this](qint64 blockId) {
            m_window.present();
            if (blockId != 0)
                m_window.showBlock(blockId);
            else
                m_window.showPage(MainWindow::Page::Blocks);
        });
    }
}

void DesktopApp::followDesktop()
{
    if (!m_services.theme)
        return;
    const auto follow = [this](ThemeSource::Preference preference) {
        m_theme.setScheme(preference == ThemeSource::Preference::Dark ? ColourScheme::Dark
                                                                      : ColourScheme::Light);
    };
    connect(m_services.theme.get(), &ThemeSource::preferenceChanged, this, follow);
    follow(m_services.theme->preference());
}

void DesktopApp::start(Start start, const QString& page)
{
    if (m_services.trayHost)
        m_tray.start(*m_services.trayHost);
    m_client.start();
    if (start == Start::Window)
        open(page);
}

void DesktopApp::open(const QString& page)
{
    if (page == QLatin1String("activity"))
        m_window.showPage(MainWindow::Page::Activity);
    else if (page == QLatin1String("blocks"))
        m_window.showPage(MainWindow::Page::Blocks);
    m_window.present();
}

bool DesktopApp::isPage(const QString& name)
{
    return name == QLatin1String("blocks") || name == QLatin1String("activity");
}

} // namespace bartizan::app
