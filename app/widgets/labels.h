// Text on the screen. Plain text only: a label of these can't show markup, whatever it is given.
#pragma once

#include <QLabel>
#include <QPlainTextEdit>

namespace bartizan::app {

enum class TextStyle {
    Title,   // the one sentence of a page
    Heading, // of a section
    Body,
    Muted,
    Caption, // small and muted, above a value
};

[[nodiscard]] QLabel* makeLabel(TextStyle style, QWidget* parent, const QString& text = {});
// Selectable by mouse and keyboard, wraps.
[[nodiscard]] QLabel* makeValue(QWidget* parent, const QString& text = {});
// Before the text of a button with an icon: the style leaves too little between the two.
[[nodiscard]] QString iconGap();
void setLook(QWidget* widget, const char* look);
// Sets a dynamic property that the style sheet looks at, and has it look again.
void setStyleProperty(QWidget* widget, const char* name, const QString& value);

// A read-only box for a log line: monospaced, breaks where it must, as high as its text up to a limit, never
// traps Tab.
class CodeBox : public QPlainTextEdit
{
    Q_OBJECT

public:
    explicit CodeBox(QWidget* parent = nullptr);
    void setText(const QString& text);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void adjustHeight();
};

} // namespace bartizan::app
