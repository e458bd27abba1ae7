#include "app/widgets/labels.h"

#include <QFontDatabase>
#include <QResizeEvent>
#include <QStyle>
#include <QTextBlock>
#include <QTextLayout>

#include <algorithm>

namespace bartizan::app {

namespace {

constexpr int kCodeLines = 8;
// Border, padding and the document's margin, both sides.
constexpr int kFrame = 20;

} // namespace

QString iconGap()
{
    return QStringLiteral(" ");
}

void setLook(QWidget* widget, const char* look)
{
    widget->setProperty("look", QString::fromLatin1(look));
}

void setStyleProperty(QWidget* widget, const char* name, const QString& value)
{
    widget->setProperty(name, value);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

QLabel* makeLabel(TextStyle style, QWidget* parent, const QString& text)
{
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    QFont font = label->font();
    switch (style) {
    case TextStyle::Title:
        font.setPointSizeF(font.pointSizeF() * 1.45);
        font.setWeight(QFont::DemiBold);
        break;
    case TextStyle::Heading:
        font.setWeight(QFont::DemiBold);
        break;
    case TextStyle::Body:
        break;
    case TextStyle::Muted:
        setLook(label, "muted");
        break;
    case TextStyle::Caption:
        font.setPointSizeF(font.pointSizeF() * 0.9);
        setLook(label, "caption");
        break;
    }
    label->setFont(font);
    label->setText(text);
    return label;
}

QLabel* makeValue(QWidget* parent, const QString& text)
{
    QLabel* label = makeLabel(TextStyle::Body, parent, text);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    label->setFocusPolicy(Qt::ClickFocus);
    return label;
}

CodeBox::CodeBox(QWidget* parent)
    : QPlainTextEdit(parent)
{
    setLook(this, "code");
    setReadOnly(true);
    setTabChangesFocus(true);
    setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    fixed.setPointSizeF(font().pointSizeF() * 0.92);
    setFont(fixed);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void CodeBox::setText(const QString& text)
{
    if (toPlainText() != text)
        setPlainText(text);
    adjustHeight();
}

int CodeBox::heightForWidth(int width) const
{
    // Laid out here once more: the document's own layout knows the current width only.
    const QFontMetrics metrics(font());
    const int lineWidth = std::max(width - kFrame, metrics.horizontalAdvance(QLatin1Char('m')));
    int lines = 0;
    for (QTextBlock block = document()->begin(); block.isValid() && lines < kCodeLines;
         block = block.next()) {
        QTextLayout layout(block.text(), font());
        layout.setTextOption(document()->defaultTextOption());
        layout.beginLayout();
        for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
            line.setLineWidth(lineWidth);
            ++lines;
        }
        layout.endLayout();
    }
    return std::clamp(lines, 1, kCodeLines) * metrics.lineSpacing() + kFrame;
}

QSize CodeBox::sizeHint() const
{
    return {200, heightForWidth(std::max(width(), 200))};
}

QSize CodeBox::minimumSizeHint() const
{
    return {80, sizeHint().height()};
}

void CodeBox::adjustHeight()
{
    const int height = heightForWidth(width());
    if (height != minimumHeight() || height != maximumHeight())
        setFixedHeight(height);
}

void CodeBox::resizeEvent(QResizeEvent* event)
{
    QPlainTextEdit::resizeEvent(event);
    if (event->size().width() != event->oldSize().width())
        adjustHeight();
}

} // namespace bartizan::app
