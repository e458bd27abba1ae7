// The addresses that are blocked, were blocked, or should have been; why; for how long; and the button that
// ends it.
#pragma once

#include "app/client/protocol_objects.h"
#include "app/pages/page_context.h"

#include <QTimer>
#include <QWidget>

class QAction;
class QLabel;
class QLineEdit;
class QPushButton;
class QSplitter;
class QStackedWidget;
class QToolButton;

namespace bartizan::app {

class BlockFilterModel;
class DataTable;
class DetailPane;
class EmptyState;
class Segmented;

class BlocksPage : public QWidget
{
    Q_OBJECT

public:
    explicit BlocksPage(const PageContext& context, QWidget* parent = nullptr);

    void focusSearch();
    void refresh();
    // Shows one block, whatever filter hides it.
    void showBlock(qint64 id);
    // The dialog, with the address filled in when there is one.
    void askForBlock(const QString& address = {});

private:
    void makeActions();
    QWidget* makeToolBar();
    void makeTable();
    void connectModels();
    [[nodiscard]] QAction* addPageAction(const QString& text, const QKeySequence& shortcut,
                                         void (BlocksPage::*slot)());
    [[nodiscard]] QList<Block> selectedBlocks() const;
    [[nodiscard]] const Block* currentBlock() const;
    void unblockSelected();
    void unblockAll();
    void blockSelectedAgain();
    void copyAddresses();
    void toggleDetails();
    void updateActions();
    void updateContent();
    void updateCount();
    void updateIcons();
    void rememberSelection();
    void restoreSelection();
    void loadDetails();
    void presentDetails(const Block& block, const Why& why);
    void showMenu(const QPoint& position);

    PageContext m_context;
    BlockFilterModel* m_filter;
    QLineEdit* m_search;
    Segmented* m_scope;
    QPushButton* m_unblockButton;
    QPushButton* m_blockButton;
    QToolButton* m_menuButton;
    QStackedWidget* m_stack;
    QSplitter* m_splitter;
    DataTable* m_table;
    DetailPane* m_details;
    EmptyState* m_empty;
    QLabel* m_count;
    QAction* m_unblock = nullptr;
    QAction* m_unblockAll = nullptr;
    QAction* m_blockAgain = nullptr;
    QAction* m_blockAddress = nullptr;
    QAction* m_copy = nullptr;
    QAction* m_toggleDetails = nullptr;
    QTimer m_detailTimer;
    QList<qint64> m_selectedIds;
    qint64 m_currentId = 0;
    int m_detailGeneration = 0;
    bool m_loaded = false;
    bool m_restoring = false;
    QString m_loadError;
};

} // namespace bartizan::app
