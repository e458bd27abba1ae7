#include "app/widgets/chain_view.h"

#include "app/widgets/labels.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QVBoxLayout>

namespace bartizan::app {

namespace {

constexpr int kRail = 22;

class StepWidget : public QWidget
{
public:
    enum class Place { Middle, Last };

    StepWidget(const Theme& theme, const ChainStep& step, Place place, QWidget* parent)
        : QWidget(parent)
        , m_theme(theme)
        , m_mark(step.mark)
        , m_place(place)
    {
        setAccessibleName(QStringLiteral("%1: %2").arg(step.title, step.text));
        auto* layout = new QVBoxLayout(this);
        layout->setContentsMargins(kRail, 0, 0, place == Place::Last ? 0 : 14);
        layout->setSpacing(3);
        auto* head = new QHBoxLayout;
        head->setSpacing(Theme::kGap);
        m_title = makeLabel(TextStyle::Heading, this, step.title);
        head->addWidget(m_title);
        head->addStretch(1);
        if (!step.moment.isEmpty())
            head->addWidget(makeLabel(TextStyle::Caption, this, step.moment));
        layout->addLayout(head);
        if (!step.text.isEmpty())
            layout->addWidget(makeValue(this, step.text));
        if (!step.code.isEmpty()) {
            auto* code = new CodeBox(this);
            code->setAccessibleName(step.title);
            code->setText(step.code);
            layout->addWidget(code);
        }
        if (!step.note.isEmpty()) {
            QLabel* note = makeLabel(TextStyle::Muted, this, step.note);
            note->setWordWrap(true);
            layout->addWidget(note);
        }
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        const double middle = m_title->geometry().center().y() + 1;
        const QRectF box(1, middle - 5.5, 11, 11);
        if (m_place == Place::Middle) {
            painter.setPen(QPen(m_theme.colour(ColourRole::Border), 2));
            painter.drawLine(QPointF(6.5, middle + 9), QPointF(6.5, height() + middle - 9));
        }
        paintMark(painter, box, m_mark, m_theme);
    }

private:
    const Theme& m_theme;
    Mark m_mark;
    Place m_place;
    QLabel* m_title;
};

} // namespace

ChainView::ChainView(const Theme& theme, QWidget* parent)
    : QWidget(parent)
    , m_theme(theme)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
}

void ChainView::setSteps(const QList<ChainStep>& steps)
{
    while (QLayoutItem* item = layout()->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater();
        delete item;
    }
    for (int i = 0; i < steps.size(); ++i)
        layout()->addWidget(new StepWidget(
            m_theme, steps.at(i), i + 1 == steps.size() ? StepWidget::Place::Last : StepWidget::Place::Middle,
            this));
}

} // namespace bartizan::app
