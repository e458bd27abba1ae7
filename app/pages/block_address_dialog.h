// Asks for an address or network to block, for how long and why. What is typed is checked as it is typed; the
// button says what will be done.
#pragma once

#include "app/models/engine_actions.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace bartizan::app {

class BlockAddressDialog : public QDialog
{
    Q_OBJECT

public:
    enum class Permanent { Offered, NotOffered };

    BlockAddressDialog(Permanent permanent, QWidget* parent);
    void setAddress(const QString& address);
    [[nodiscard]] BlockRequest request() const;

private:
    void check();

    QLineEdit* m_address;
    QLabel* m_hint;
    QComboBox* m_duration;
    QLineEdit* m_reason;
    QPushButton* m_block;
};

} // namespace bartizan::app
