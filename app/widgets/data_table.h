// The table view both pages use: whole rows, no grid, one row height, Enter and Space for details.
#pragma once

#include <QTableView>

namespace bartizan::app {

class DataTable : public QTableView
{
    Q_OBJECT

public:
    explicit DataTable(QWidget* parent = nullptr);
    // Where the table is too narrow for all its columns, these are left out, the first one first.
    void setDropOrder(const QList<int>& columns);

signals:
    void detailsWanted();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void dropColumns();

    QList<int> m_dropOrder;
};

} // namespace bartizan::app
