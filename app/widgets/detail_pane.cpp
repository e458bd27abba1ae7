#include "app/widgets/detail_pane.h"

#include "app/widgets/labels.h"

#include <QAction>
#include <QHBoxLayout>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace bartizan::app {

namespace {

constexpr int kLeastWidth = 336;

// A button that is enabled, named and explained as its action.
class ActionButton : public QPushButton
{
public:
    ActionButton(QAction* action, QWidget* parent)
        : QPushButton(parent)
        , m_action(action)
    {
        connect(this, &QPushButton::clicked, action, &QAction::trigger);
        connect(action, &QAction::changed, this, [this] { follow(); });
        follow();
    }

private:
    void follow()
    {
        setText(iconGap() + m_action->iconText());
        setIcon(m_action->icon());
        setToolTip(m_action->toolTip());
        setAccessibleName(m_action->iconText());
        setEnabled(m_action->isEnabled());
        setVisible(m_action->isVisible());
    }

    QAction* m_action;
};

} // namespace

DetailPane::DetailPane(const Theme& theme, QWidget* parent)
    : QFrame(parent)
    , m_theme(theme)
    , m_title(makeLabel(TextStyle::Title, this))
    , m_subtitle(makeLabel(TextStyle::Muted, this))
    , m_close(new QToolButton(this))
    , m_actionRow(new QWidget(this))
    , m_content(new QWidget)
    , m_contentLayout(new QVBoxLayout(m_content))
{
    setLook(this, "card");
    setAccessibleName(tr("Details"));
    m_title->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_title->setWordWrap(true);
    m_subtitle->setWordWrap(true);
    m_close->setAccessibleName(tr("Close the details"));
    m_close->setToolTip(tr("Close the details (Space)"));
    connect(m_close, &QToolButton::clicked, this, &DetailPane::closeWanted);

    auto* actions = new QHBoxLayout(m_actionRow);
    actions->setContentsMargins(0, 4, 0, 0);
    actions->setSpacing(Theme::kGap);

    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(m_content);
    scroll->viewport()->setAutoFillBackground(false);
    m_content->setAutoFillBackground(false);
    m_contentLayout->setContentsMargins(16, 4, 16, 16);
    m_contentLayout->setSpacing(6);

    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(m_title);
    words->addWidget(m_subtitle);
    words->addWidget(m_actionRow);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(16, 12, 8, 8);
    head->addLayout(words, 1);
    head->addWidget(m_close, 0, Qt::AlignTop);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->setSpacing(0);
    layout->addLayout(head);
    layout->addWidget(scroll, 1);
    connect(&theme, &Theme::changed, this, &DetailPane::takeColours);
    takeColours();
}

void DetailPane::setActions(const QList<QAction*>& actions)
{
    auto* row = static_cast<QHBoxLayout*>(m_actionRow->layout());
    for (QAction* action : actions)
        row->addWidget(new ActionButton(action, m_actionRow));
    row->addStretch(1);
}

// Never narrower than its buttons, in whatever language.
QSize DetailPane::minimumSizeHint() const
{
    const QSize hint = QFrame::minimumSizeHint();
    return {std::max(hint.width(), kLeastWidth), hint.height()};
}

void DetailPane::clearContent()
{
    while (QLayoutItem* item = m_contentLayout->takeAt(0)) {
        if (item->widget()) {
            item->widget()->hide();
            item->widget()->deleteLater();
        }
        delete item;
    }
}

void DetailPane::presentNothing(const QString& hint)
{
    begin({}, {});
    m_actionRow->hide();
    QLabel* label = makeLabel(TextStyle::Muted, m_content, hint);
    label->setAlignment(Qt::AlignCenter);
    label->setWordWrap(true);
    m_contentLayout->addStretch(1);
    m_contentLayout->addWidget(label);
    m_contentLayout->addStretch(2);
}

void DetailPane::begin(const QString& title, const QString& subtitle)
{
    clearContent();
    m_actionRow->show();
    m_title->setText(title);
    m_subtitle->setText(subtitle);
    m_subtitle->setVisible(!subtitle.isEmpty());
}

void DetailPane::addHeading(const QString& text)
{
    m_contentLayout->addSpacing(6);
    m_contentLayout->addWidget(makeLabel(TextStyle::Heading, m_content, text));
}

void DetailPane::addField(const QString& name, const QString& value)
{
    if (value.isEmpty())
        return;
    auto* field = new QWidget(m_content);
    auto* row = new QHBoxLayout(field);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(Theme::kGap);
    QLabel* caption = makeLabel(TextStyle::Muted, field, name);
    caption->setFixedWidth(104);
    caption->setWordWrap(true);
    caption->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    QLabel* text = makeValue(field, value);
    text->setAccessibleName(QStringLiteral("%1: %2").arg(name, value));
    row->addWidget(caption);
    row->addWidget(text, 1);
    m_contentLayout->addWidget(field);
}

void DetailPane::addCode(const QString& name, const QString& text)
{
    if (text.isEmpty())
        return;
    addHeading(name);
    auto* code = new CodeBox(m_content);
    code->setAccessibleName(name);
    code->setText(text);
    m_contentLayout->addWidget(code);
}

void DetailPane::addNote(const QString& text)
{
    if (!text.isEmpty())
        m_contentLayout->addWidget(makeValue(m_content, text));
}

ChainView* DetailPane::addChain(const QList<ChainStep>& steps)
{
    auto* chain = new ChainView(m_theme, m_content);
    chain->setSteps(steps);
    m_contentLayout->addWidget(chain);
    return chain;
}

void DetailPane::end()
{
    m_contentLayout->addStretch(1);
}

QString DetailPane::title() const
{
    return m_title->text();
}

QString DetailPane::plainText() const
{
    QStringList lines{m_title->text(), m_subtitle->text()};
    const auto widgets = m_content->findChildren<QWidget*>();
    for (const QWidget* widget : widgets) {
        if (widget->isHidden())
            continue;
        if (const auto* label = qobject_cast<const QLabel*>(widget))
            lines.append(label->text());
        else if (const auto* code = qobject_cast<const CodeBox*>(widget))
            lines.append(code->toPlainText());
    }
    lines.removeAll(QString());
    return lines.join(QLatin1Char('\n'));
}

void DetailPane::takeColours()
{
    m_close->setIcon(m_theme.icon(QStringLiteral("close"), ColourRole::Muted));
}

} // namespace bartizan::app
