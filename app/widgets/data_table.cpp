#include "app/widgets/data_table.h"

#include "app/widgets/theme.h"

#include <QHeaderView>
#include <QKeyEvent>

namespace bartizan::app {

namespace {

// A sentence that is cut shorter than this says nothing.
constexpr int kLeastStretched = 150;

} // namespace

DataTable::DataTable(QWidget* parent)
    : QTableView(parent)
{
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(NoEditTriggers);
    setShowGrid(false);
    setWordWrap(false);
    setMouseTracking(true);
    setTabKeyNavigation(false); // Tab leaves the table
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setContextMenuPolicy(Qt::CustomContextMenu);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(Theme::kRowHeight);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    horizontalHeader()->setMinimumSectionSize(48);
}

void DataTable::keyPressEvent(QKeyEvent* event)
{
    const bool plain = event->modifiers() == Qt::NoModifier;
    if (plain &&
        (event->key() == Qt::Key_Space || event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)) {
        emit detailsWanted();
        event->accept();
        return;
    }
    QTableView::keyPressEvent(event);
}

void DataTable::setDropOrder(const QList<int>& columns)
{
    m_dropOrder = columns;
    dropColumns();
}

void DataTable::resizeEvent(QResizeEvent* event)
{
    dropColumns();
    QTableView::resizeEvent(event);
}

void DataTable::dropColumns()
{
    if (!model() || m_dropOrder.isEmpty())
        return;
    // A hidden column reports no width, so all are shown before they are added up.
    for (const int column : std::as_const(m_dropOrder))
        setColumnHidden(column, false);
    int wanted = 0;
    for (int column = 0; column < model()->columnCount(); ++column) {
        const bool stretches = horizontalHeader()->sectionResizeMode(column) == QHeaderView::Stretch;
        wanted += stretches ? kLeastStretched : columnWidth(column);
    }
    bool hasStretched = true;
    for (const int column : std::as_const(m_dropOrder)) {
        if (wanted <= viewport()->width())
            break;
        const bool stretches = horizontalHeader()->sectionResizeMode(column) == QHeaderView::Stretch;
        wanted -= stretches ? kLeastStretched : columnWidth(column);
        setColumnHidden(column, true);
        hasStretched = hasStretched && !stretches;
    }
    horizontalHeader()->setStretchLastSection(!hasStretched);
}

} // namespace bartizan::app
