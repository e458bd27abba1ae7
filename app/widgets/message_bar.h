// Says in the window what was done or went wrong, with Undo where there is one. Never modal; goes by itself
// after ten seconds unless the pointer or the focus is on it. An error stays until it is closed.
#pragma once

#include "app/widgets/theme.h"

#include <QFrame>
#include <QTimer>

#include <functional>

class QLabel;
class QPushButton;
class QToolButton;

namespace bartizan::app {

class MessageBar : public QFrame
{
    Q_OBJECT

public:
    static constexpr int kShownMs = 10000;

    explicit MessageBar(const Theme& theme, QWidget* parent = nullptr);

    // `undo` may be empty.
    void showDone(const QString& text, std::function<void()> undo = {});
    void showFailure(const QString& text, const QString& cure);
    [[nodiscard]] QString text() const;

protected:
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    enum class Kind { Done, Failed };
    void present(Kind kind, const QString& text, const QString& cure);
    void takeColours();

    const Theme& m_theme;
    Kind m_kind = Kind::Done;
    QLabel* m_icon;
    QLabel* m_text;
    QLabel* m_cure;
    QPushButton* m_undo;
    QToolButton* m_close;
    QTimer m_timer;
    std::function<void()> m_undoAction;
};

} // namespace bartizan::app
