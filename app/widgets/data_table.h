// The table view both pages use: whole rows, no grid, one row height, Enter and Space for details.
#pragma once

#include <QTableView>

namespace bartizan::app {

class DataTable : public QTableView
{
    Q_OBJECT

public:
    explicit DataTable(QWidget* parent = nullptr);

signals:
    void detailsWanted();

protected:
    void keyPressEvent(QKeyEvent* event) override;
};

} // namespace bartizan::app
