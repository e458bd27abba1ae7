// The window: navigation at the left, the state above, a message bar, one page. What the pages show is
// theirs; this only arranges them.
#pragma once

#include "app/pages/page_context.h"

#include <QMainWindow>

class QButtonGroup;
class QLabel;
class QStackedWidget;
class QToolButton;
class QVBoxLayout;

namespace bartizan::app {

class ActivityPage;
class BlocksPage;
class MessageBar;
class StatusHeader;

class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    enum class Page { Blocks, Activity };
    // What closing the window does. Without a tray it never vanishes: nobody would find it again.
    enum class CloseBehaviour { Minimise, Hide };

    explicit MainWindow(const PageContext& context, QWidget* parent = nullptr);

    void showPage(Page page);
    [[nodiscard]] Page page() const;
    // Shows the Blocks page with this block's details.
    void showBlock(qint64 id);
    // Comes to the front, restored if it was minimised.
    void present();
    void setCloseBehaviour(CloseBehaviour behaviour) { m_closeBehaviour = behaviour; }

signals:
    void quitWanted();

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    QWidget* makeSidebar();
    QToolButton* addNavigation(QVBoxLayout* layout, Page page, const QString& text, const QString& icon);
    void makeShortcuts();
    void updateNavigation();

    PageContext m_context;
    CloseBehaviour m_closeBehaviour = CloseBehaviour::Minimise;
    StatusHeader* m_header;
    MessageBar* m_messages;
    QStackedWidget* m_pages;
    BlocksPage* m_blocks;
    ActivityPage* m_activity;
    QButtonGroup* m_navigation;
    QLabel* m_logo;
    QLabel* m_version;
    QToolButton* m_quit;
};

} // namespace bartizan::app
