#include "app/widgets/empty_state.h"

#include "app/widgets/labels.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

namespace bartizan::app {

EmptyState::EmptyState(const Theme& theme, QWidget* parent)
    : QWidget(parent)
    , m_theme(theme)
    , m_icon(makeLabel(TextStyle::Body, this))
    , m_title(makeLabel(TextStyle::Title, this))
    , m_explanation(makeLabel(TextStyle::Muted, this))
    , m_action(new QPushButton(this))
{
    for (QLabel* label : {m_icon, m_title, m_explanation})
        label->setAlignment(Qt::AlignHCenter);
    m_title->setWordWrap(true);
    m_explanation->setWordWrap(true);
    m_explanation->setMinimumWidth(200);
    m_explanation->setMaximumWidth(440);
    // Not centred by an alignment, which would give it the height of one line.
    auto* column = new QHBoxLayout;
    column->addStretch(1);
    column->addWidget(m_explanation, 100);
    column->addStretch(1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 24, 24, 24);
    layout->setSpacing(Theme::kGap);
    layout->addStretch(2);
    layout->addWidget(m_icon);
    layout->addSpacing(4);
    layout->addWidget(m_title);
    layout->addLayout(column);
    layout->addSpacing(Theme::kGap);
    layout->addWidget(m_action, 0, Qt::AlignHCenter);
    layout->addStretch(3);
    connect(m_action, &QPushButton::clicked, this, &EmptyState::actionClicked);
    connect(&theme, &Theme::changed, this, &EmptyState::takeColours);
}

void EmptyState::present(const QString& icon, const QString& title, const QString& explanation,
                         const QString& action)
{
    m_iconName = icon;
    m_title->setText(title);
    m_explanation->setText(explanation);
    m_action->setText(action);
    m_action->setAccessibleName(action);
    m_action->setVisible(!action.isEmpty());
    setAccessibleName(title);
    takeColours();
}

QString EmptyState::title() const
{
    return m_title->text();
}

void EmptyState::takeColours()
{
    if (!m_iconName.isEmpty())
        m_icon->setPixmap(
            m_theme.icon(m_iconName, ColourRole::Muted).pixmap(QSize(44, 44), devicePixelRatioF()));
}

} // namespace bartizan::app
