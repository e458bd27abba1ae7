#include "app/widgets/message_bar.h"

#include "app/widgets/labels.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QPushButton>
#include <QToolButton>

#include <utility>

namespace bartizan::app {

MessageBar::MessageBar(const Theme& theme, QWidget* parent)
    : QFrame(parent)
    , m_theme(theme)
    , m_icon(makeLabel(TextStyle::Body, this))
    , m_text(makeLabel(TextStyle::Heading, this))
    , m_cure(makeLabel(TextStyle::Body, this))
    , m_undo(new QPushButton(tr("Undo"), this))
    , m_close(new QToolButton(this))
{
    setLook(this, "messagebar");
    m_text->setWordWrap(true);
    m_cure->setWordWrap(true);
    setLook(m_undo, "quiet");
    m_undo->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Z));
    m_undo->setAccessibleName(tr("Undo"));
    m_undo->setToolTip(tr("Undo (%1)").arg(m_undo->shortcut().toString(QKeySequence::NativeText)));
    m_close->setAccessibleName(tr("Close this message"));
    m_close->setToolTip(tr("Close"));

    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(m_text);
    words->addWidget(m_cure);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 6, 6, 6);
    layout->setSpacing(Theme::kGap);
    layout->addWidget(m_icon);
    layout->addLayout(words, 1);
    layout->addWidget(m_undo);
    layout->addWidget(m_close);

    m_timer.setSingleShot(true);
    m_timer.setInterval(kShownMs);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        if (underMouse() || isAncestorOf(focusWidget()))
            m_timer.start();
        else
            hide();
    });
    connect(m_close, &QToolButton::clicked, this, &QWidget::hide);
    connect(m_undo, &QPushButton::clicked, this, [this] {
        hide();
        if (const auto undo = std::exchange(m_undoAction, {}))
            undo();
    });
    connect(&theme, &Theme::changed, this, &MessageBar::takeColours);
    takeColours();
    hide();
}

void MessageBar::showDone(const QString& text, std::function<void()> undo)
{
    m_undoAction = std::move(undo);
    present(Kind::Done, text, {});
    m_timer.start();
}

void MessageBar::showFailure(const QString& text, const QString& cure)
{
    m_undoAction = {};
    m_timer.stop();
    present(Kind::Failed, text, cure);
}

QString MessageBar::text() const
{
    return m_text->text();
}

void MessageBar::present(Kind kind, const QString& text, const QString& cure)
{
    m_kind = kind;
    m_text->setText(text);
    m_cure->setText(cure);
    m_cure->setVisible(!cure.isEmpty());
    m_undo->setVisible(m_undoAction != nullptr);
    setStyleProperty(this, "kind", kind == Kind::Done ? QStringLiteral("done") : QStringLiteral("failed"));
    takeColours();
    setAccessibleName(cure.isEmpty() ? text : QStringLiteral("%1 %2").arg(text, cure));
    show();
    // A screen reader speaks it without taking the focus away.
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void MessageBar::takeColours()
{
    const QIcon icon = m_kind == Kind::Done ? m_theme.icon(QStringLiteral("done"), ColourRole::Ok)
                                            : m_theme.icon(QStringLiteral("warning"), ColourRole::Danger);
    m_icon->setPixmap(icon.pixmap(QSize(18, 18), devicePixelRatioF()));
    m_close->setIcon(m_theme.icon(QStringLiteral("close"), ColourRole::Text));
}

void MessageBar::enterEvent(QEnterEvent* event)
{
    if (m_kind == Kind::Done)
        m_timer.stop();
    QFrame::enterEvent(event);
}

void MessageBar::leaveEvent(QEvent* event)
{
    if (m_kind == Kind::Done && isVisible())
        m_timer.start();
    QFrame::leaveEvent(event);
}

} // namespace bartizan::app
