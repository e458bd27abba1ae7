// What the rules saw, newest first, as it happens.
#pragma once

#include "app/client/protocol_objects.h"
#include "app/pages/page_context.h"

#include <QTimer>
#include <QWidget>

class QAction;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSplitter;
class QStackedWidget;

namespace bartizan::app {

class DataTable;
class DetailPane;
class EmptyState;

class ActivityPage : public QWidget
{
    Q_OBJECT

public:
    explicit ActivityPage(const PageContext& context, QWidget* parent = nullptr);

    void focusSearch();
    void refresh();

signals:
    void blockWanted(const QString& address);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* makeToolBar();
    void makeActions();
    void makeTable();
    void connectModels();
    [[nodiscard]] const Alert* currentAlert() const;
    [[nodiscard]] QList<Block> standingBlocksOf(const QString& address) const;
    void applyQuery();
    void updateTail();
    void updateActions();
    void updateContent();
    void updateIcons();
    void placeWaitingButton();
    void presentAlert();
    void appendWhy();
    void toggleDetails();
    void blockOrUnblock();
    void copyAlert();
    void showMenu(const QPoint& position);

    PageContext m_context;
    QLineEdit* m_search;
    QComboBox* m_level;
    QStackedWidget* m_stack;
    QSplitter* m_splitter;
    DataTable* m_table;
    DetailPane* m_details;
    EmptyState* m_empty;
    QPushButton* m_waiting;
    QLabel* m_count;
    QAction* m_why = nullptr;
    QAction* m_block = nullptr;
    QAction* m_copy = nullptr;
    QAction* m_toggleDetails = nullptr;
    QTimer m_searchTimer;
    qint64 m_presentedId = 0;
    bool m_loaded = false;
    QString m_loadError;
};

} // namespace bartizan::app
