#include "app/shell/main_window.h"

#include "app/client/display_text.h"
#include "app/client/engine_client.h"
#include "app/models/alert_table_model.h"
#include "app/models/block_table_model.h"
#include "app/models/engine_actions.h"
#include "app/pages/activity_page.h"
#include "app/pages/blocks_page.h"
#include "app/pages/status_header.h"
#include "app/widgets/labels.h"
#include "app/widgets/message_bar.h"

#include <QButtonGroup>
#include <QCloseEvent>
#include <QFrame>
#include <QHBoxLayout>
#include <QShortcut>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace bartizan::app {

namespace {

constexpr int kSidebarWidth = 168;

} // namespace

MainWindow::MainWindow(const PageContext& context, QWidget* parent)
    : QMainWindow(parent)
    , m_context(context)
    , m_header(new StatusHeader(context, this))
    , m_messages(new MessageBar(context.theme, this))
    , m_pages(new QStackedWidget(this))
    , m_blocks(new BlocksPage(context, m_pages))
    , m_activity(new ActivityPage(context, m_pages))
    , m_navigation(new QButtonGroup(this))
{
    setWindowTitle(QStringLiteral("Bartizan"));
    setMinimumSize(900, 520);
    resize(1080, 680);
    m_pages->addWidget(m_blocks);
    m_pages->addWidget(m_activity);

    auto* messageRow = new QVBoxLayout;
    messageRow->setContentsMargins(20, 0, 20, 12);
    messageRow->addWidget(m_messages);
    auto* right = new QVBoxLayout;
    right->setSpacing(0);
    right->addWidget(m_header);
    right->addWidget(m_pages, 1);
    right->addLayout(messageRow);
    auto* central = new QWidget(this);
    auto* layout = new QHBoxLayout(central);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeSidebar());
    layout->addLayout(right, 1);
    setCentralWidget(central);

    makeShortcuts();
    connect(&context.actions, &EngineActions::finished, this,
            [this](const QString& text, const QList<Block>& undo) {
                m_messages->showDone(
                    text, undo.isEmpty() ? std::function<void()>()
                                         : [this, undo] { m_context.actions.blockAgain(undo); });
            });
    connect(&context.actions, &EngineActions::failed, m_messages, &MessageBar::showFailure);
    connect(m_activity, &ActivityPage::blockWanted, m_blocks, &BlocksPage::askForBlock);
    connect(&context.client, &EngineClient::stateChanged, this, &MainWindow::updateNavigation);
    connect(&context.theme, &Theme::changed, this, &MainWindow::updateNavigation);
    updateNavigation();
    showPage(Page::Blocks);
}

QWidget* MainWindow::makeSidebar()
{
    auto* sidebar = new QFrame(this);
    setLook(sidebar, "sidebar");
    sidebar->setFixedWidth(kSidebarWidth);
    m_logo = makeLabel(TextStyle::Body, sidebar);
    QLabel* name = makeLabel(TextStyle::Heading, sidebar, QStringLiteral("Bartizan"));
    QFont font = name->font();
    font.setPointSizeF(font.pointSizeF() * 1.15);
    name->setFont(font);
    auto* brand = new QHBoxLayout;
    brand->setContentsMargins(8, 2, 0, 14);
    brand->setSpacing(10);
    brand->addWidget(m_logo);
    brand->addWidget(name, 1);

    auto* layout = new QVBoxLayout(sidebar);
    layout->setContentsMargins(10, 14, 10, 12);
    layout->setSpacing(4);
    layout->addLayout(brand);
    addNavigation(layout, Page::Blocks, tr("Blocks"), QStringLiteral("blocks"));
    addNavigation(layout, Page::Activity, tr("Activity"), QStringLiteral("activity"));
    layout->addStretch(1);
    m_version = makeLabel(TextStyle::Caption, sidebar);
    m_version->setWordWrap(true);
    m_version->setContentsMargins(10, 0, 0, 4);
    layout->addWidget(m_version);
    m_quit = new QToolButton(sidebar);
    m_quit->setText(iconGap() + iconGap() + tr("Quit"));
    m_quit->setAccessibleName(tr("Quit the app; protection goes on"));
    m_quit->setToolTip(tr("Closes this app only (Ctrl+Q). The engine goes on protecting this computer."));
    m_quit->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_quit->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_quit->setFocusPolicy(Qt::StrongFocus);
    m_quit->setIconSize(QSize(18, 18));
    setLook(m_quit, "nav");
    connect(m_quit, &QToolButton::clicked, this, &MainWindow::quitWanted);
    layout->addWidget(m_quit);
    connect(m_navigation, &QButtonGroup::idClicked, this,
            [this](int id) { showPage(static_cast<Page>(id)); });
    return sidebar;
}

QToolButton* MainWindow::addNavigation(QVBoxLayout* layout, Page page, const QString& text,
                                       const QString& icon)
{
    auto* button = new QToolButton(this);
    button->setText(iconGap() + iconGap() + text);
    button->setAccessibleName(text);
    button->setToolTip(QStringLiteral("%1 (Ctrl+%2)").arg(text).arg(static_cast<int>(page) + 1));
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setCheckable(true);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    button->setIconSize(QSize(18, 18));
    button->setObjectName(icon);
    setLook(button, "nav");
    m_navigation->addButton(button, static_cast<int>(page));
    layout->addWidget(button);
    return button;
}

void MainWindow::makeShortcuts()
{
    const auto on = [this](const QKeySequence& key, auto action) {
        connect(new QShortcut(key, this), &QShortcut::activated, this, action);
    };
    on(QKeySequence(Qt::CTRL | Qt::Key_1), [this] { showPage(Page::Blocks); });
    on(QKeySequence(Qt::CTRL | Qt::Key_2), [this] { showPage(Page::Activity); });
    on(QKeySequence(Qt::CTRL | Qt::Key_Q), [this] { emit quitWanted(); });
    on(QKeySequence::Find,
       [this] { page() == Page::Blocks ? m_blocks->focusSearch() : m_activity->focusSearch(); });
    on(QKeySequence(Qt::Key_F5), [this] {
        m_context.client.retryNow();
        page() == Page::Blocks ? m_blocks->refresh() : m_activity->refresh();
    });
}

void MainWindow::updateNavigation()
{
    const auto buttons = m_navigation->buttons();
    for (QAbstractButton* button : buttons)
        button->setIcon(m_context.theme.icon(button->objectName(),
                                             button->isChecked() ? ColourRole::Accent : ColourRole::Text));
    m_quit->setIcon(m_context.theme.icon(QStringLiteral("quit"), ColourRole::Muted));
    const QIcon logo(QStringLiteral(":/icons/app/bartizan-64.png"));
    m_logo->setPixmap(logo.pixmap(QSize(26, 26), devicePixelRatioF()));
    m_version->setText(m_context.client.isReady()
                           ? tr("Engine %1").arg(displayLine(m_context.client.engineVersion(), 40))
                           : tr("No engine"));
}

void MainWindow::showPage(Page page)
{
    m_navigation->button(static_cast<int>(page))->setChecked(true);
    m_pages->setCurrentIndex(static_cast<int>(page));
    m_pages->currentWidget()->setFocus();
    updateNavigation();
}

MainWindow::Page MainWindow::page() const
{
    return static_cast<Page>(m_pages->currentIndex());
}

void MainWindow::showBlock(qint64 id)
{
    showPage(Page::Blocks);
    m_blocks->showBlock(id);
}

void MainWindow::present()
{
    if (!isVisible())
        m_pages->currentWidget()->setFocus();
    setWindowState(windowState() & ~Qt::WindowMinimized);
    show();
    raise();
    activateWindow();
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    event->ignore();
    if (m_closeBehaviour == CloseBehaviour::Hide)
        hide();
    else
        showMinimized();
}

} // namespace bartizan::app
