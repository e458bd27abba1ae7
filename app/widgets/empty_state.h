// What stands where a list is empty: what would be here, why it is not, and one thing to do.
#pragma once

#include "app/widgets/theme.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace bartizan::app {

class EmptyState : public QWidget
{
    Q_OBJECT

public:
    explicit EmptyState(const Theme& theme, QWidget* parent = nullptr);
    // `icon` is an action icon's name; without `action` there is no button.
    void present(const QString& icon, const QString& title, const QString& explanation,
                 const QString& action = {});
    [[nodiscard]] QString title() const;

signals:
    void actionClicked();

private:
    void takeColours();

    const Theme& m_theme;
    QString m_iconName;
    QLabel* m_icon;
    QLabel* m_title;
    QLabel* m_explanation;
    QPushButton* m_action;
};

} // namespace bartizan::app
