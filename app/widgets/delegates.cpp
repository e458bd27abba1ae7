#include "app/widgets/delegates.h"

#include "app/models/block_table_model.h"

#include <QAbstractItemView>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace bartizan::app {

namespace {

constexpr int kPadding = 8;

QPainterPath polygon(const QRectF& box, int corners, double turn)
{
    QPainterPath path;
    const double radius = box.width() / 2;
    for (int i = 0; i < corners; ++i) {
        const double angle = turn + 2 * std::numbers::pi * i / corners;
        const QPointF point = box.center() + QPointF(radius * std::cos(angle), radius * std::sin(angle));
        i == 0 ? path.moveTo(point) : path.lineTo(point);
    }
    path.closeSubpath();
    return path;
}

} // namespace

Mark markOf(LevelBand band)
{
    switch (band) {
    case LevelBand::Info:
        return {Shape::Ring, ColourRole::Muted};
    case LevelBand::Low:
        return {Shape::Dot, ColourRole::Observe};
    case LevelBand::Medium:
        return {Shape::Diamond, ColourRole::Warning};
    case LevelBand::High:
        return {Shape::Triangle, ColourRole::High};
    case LevelBand::Critical:
        return {Shape::Octagon, ColourRole::Danger};
    }
    return {Shape::Ring, ColourRole::Muted};
}

Mark markOf(BlockState state)
{
    switch (state) {
    case BlockState::Active:
        return {Shape::Square, ColourRole::Ok};
    case BlockState::Pending:
        return {Shape::Ring, ColourRole::Observe};
    case BlockState::Failed:
        return {Shape::Octagon, ColourRole::Danger};
    case BlockState::Refused:
        return {Shape::Diamond, ColourRole::Warning};
    case BlockState::Observed:
        return {Shape::Dot, ColourRole::Observe};
    case BlockState::Released:
    case BlockState::Expired:
    case BlockState::Unknown:
        break;
    }
    return {Shape::Bar, ColourRole::Muted};
}

void paintMark(QPainter& painter, const QRectF& box, Mark mark, const Theme& theme)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor colour = theme.colour(mark.colour);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    constexpr double kQuarter = std::numbers::pi / 2;
    switch (mark.shape) {
    case Shape::Dot:
        painter.drawEllipse(box.adjusted(1, 1, -1, -1));
        break;
    case Shape::Ring:
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colour, 2));
        painter.drawEllipse(box.adjusted(2, 2, -2, -2));
        break;
    case Shape::Square:
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 2, 2);
        break;
    case Shape::Diamond:
        painter.drawPath(polygon(box, 4, 0));
        break;
    case Shape::Triangle:
        painter.drawPath(polygon(box.adjusted(-1, 0, 1, 2), 3, -kQuarter));
        break;
    case Shape::Octagon:
        painter.drawPath(polygon(box.adjusted(-0.5, -0.5, 0.5, 0.5), 8, kQuarter / 4));
        break;
    case Shape::Bar:
        painter.drawRoundedRect(QRectF(box.left() + 1, box.center().y() - 1, box.width() - 2, 2), 1, 1);
    }
    painter.restore();
}

RowDelegate::RowDelegate(const Theme& theme, Emphasis emphasis, QObject* parent)
    : QStyledItemDelegate(parent)
    , m_theme(theme)
    , m_emphasis(emphasis)
{
}

QSize RowDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const QFontMetrics metrics(option.font);
    return {metrics.horizontalAdvance(index.data().toString()) + 2 * kPadding,
            std::max(Theme::kRowHeight, metrics.height() + 14)};
}

void RowDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    painter->save();
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const bool hovered = option.state.testFlag(QStyle::State_MouseOver);
    if (selected)
        painter->fillRect(option.rect, m_theme.colour(ColourRole::Selection));
    else if (hovered)
        painter->fillRect(option.rect, m_theme.colour(ColourRole::Hover));
    paintContent(*painter, option, index);
    painter->setPen(m_theme.colour(ColourRole::Border));
    painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
    // The current row is marked at its left edge, so that focus shows without a box around one cell.
    const auto* view = qobject_cast<const QAbstractItemView*>(option.widget);
    if (view && view->hasFocus() && index.column() == 0 && view->currentIndex().row() == index.row())
        painter->fillRect(QRect(option.rect.topLeft(), QSize(3, option.rect.height() - 1)),
                          m_theme.colour(ColourRole::Accent));
    painter->restore();
}

void RowDelegate::paintContent(QPainter& painter, const QStyleOptionViewItem& option,
                               const QModelIndex& index) const
{
    const QString text = index.data().toString();
    const bool nothing = text == QStringLiteral("–");
    paintText(painter, option, option.rect.adjusted(kPadding, 0, -kPadding, 0), text,
              m_emphasis == Emphasis::Muted || nothing ? ColourRole::Muted : ColourRole::Text);
}

void RowDelegate::paintText(QPainter& painter, const QStyleOptionViewItem& option, const QRect& box,
                            const QString& text, ColourRole role) const
{
    QFont font = option.font;
    if (m_emphasis == Emphasis::Strong)
        font.setWeight(QFont::DemiBold);
    painter.setFont(font);
    painter.setPen(m_theme.colour(role));
    const QString shown = QFontMetrics(font).elidedText(text, Qt::ElideRight, box.width());
    painter.drawText(box, static_cast<int>(Qt::AlignLeft | Qt::AlignVCenter) | Qt::TextSingleLine, shown);
}

RemainingDelegate::RemainingDelegate(const Theme& theme, QObject* parent)
    : RowDelegate(theme, Emphasis::Normal, parent)
{
}

void RemainingDelegate::paintContent(QPainter& painter, const QStyleOptionViewItem& option,
                                     const QModelIndex& index) const
{
    const double fraction = index.data(BlockTableModel::FractionRole).toDouble();
    const QRect box = option.rect.adjusted(kPadding, 0, -kPadding, 0);
    const bool stands =
        index.siblingAtColumn(BlockTableModel::State).data(BlockTableModel::StateRole).toInt() ==
        static_cast<int>(BlockState::Active);
    if (fraction < 0) {
        paintText(painter, option, box, index.data().toString(),
                  stands ? ColourRole::Text : ColourRole::Muted);
        return;
    }
    paintText(painter, option, box.adjusted(0, -4, 0, -6), index.data().toString(), ColourRole::Text);
    QRectF track(box.left(), option.rect.bottom() - 10, std::min(box.width(), 96), 3);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.colour(ColourRole::Border));
    painter.drawRoundedRect(track, 1.5, 1.5);
    track.setWidth(std::max(track.width() * fraction, 3.0));
    painter.setBrush(m_theme.colour(ColourRole::Accent));
    painter.drawRoundedRect(track, 1.5, 1.5);
    painter.setRenderHint(QPainter::Antialiasing, false);
}

MarkDelegate::MarkDelegate(const Theme& theme, Meaning meaning, QObject* parent)
    : RowDelegate(theme, Emphasis::Normal, parent)
    , m_meaning(meaning)
{
}

void MarkDelegate::paintContent(QPainter& painter, const QStyleOptionViewItem& option,
                                const QModelIndex& index) const
{
    const Mark mark = m_meaning == Meaning::BlockState
                          ? markOf(static_cast<BlockState>(index.data(BlockTableModel::StateRole).toInt()))
                          : markOf(levelBand(index.data(AlertTableModel::LevelRole).toInt()));
    const QRect box = option.rect.adjusted(kPadding, 0, -kPadding, 0);
    paintMark(painter, QRectF(box.left(), box.center().y() - 5, 11, 11), mark, m_theme);
    paintText(painter, option, box.adjusted(18, 0, 0, 0), index.data().toString(), mark.colour);
}

} // namespace bartizan::app
