#include "app/widgets/segmented.h"

#include "app/widgets/labels.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QToolButton>

namespace bartizan::app {

Segmented::Segmented(const QString& name, const QStringList& texts, QWidget* parent)
    : QWidget(parent)
    , m_name(name)
    , m_group(new QButtonGroup(this))
{
    setAccessibleName(name);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    for (int i = 0; i < texts.size(); ++i) {
        auto* button = new QToolButton(this);
        button->setCheckable(true);
        button->setFocusPolicy(Qt::StrongFocus);
        setLook(button, "segment");
        if (i == 0)
            button->setProperty("place", QStringLiteral("first"));
        else if (i == texts.size() - 1)
            button->setProperty("place", QStringLiteral("last"));
        m_group->addButton(button, i);
        setText(i, texts.at(i));
        layout->addWidget(button);
    }
    m_group->button(0)->setChecked(true);
    connect(m_group, &QButtonGroup::idToggled, this, [this](int id, bool on) {
        if (on)
            emit chosenChanged(id);
    });
}

void Segmented::choose(int index)
{
    m_group->button(index)->setChecked(true);
}

int Segmented::chosen() const
{
    return m_group->checkedId();
}

void Segmented::setText(int index, const QString& text)
{
    QAbstractButton* button = m_group->button(index);
    if (button->text() == text)
        return;
    button->setText(text);
    button->setAccessibleName(QStringLiteral("%1: %2").arg(m_name, text));
}

} // namespace bartizan::app
