// How the cells of the two tables are painted: every row has one height, a hairline under it, and whatever
// has a severity shows it by shape, colour and word.
#pragma once

#include "app/client/protocol_objects.h"
#include "app/models/alert_table_model.h"
#include "app/widgets/theme.h"

#include <QStyledItemDelegate>

namespace bartizan::app {

enum class Shape { Dot, Ring, Square, Triangle, Octagon, Diamond, Bar };

struct Mark
{
    Shape shape;
    ColourRole colour;
};

[[nodiscard]] Mark markOf(LevelBand band);
[[nodiscard]] Mark markOf(BlockState state);
void paintMark(QPainter& painter, const QRectF& box, Mark mark, const Theme& theme);

// Plain cells: elided text, hairline, no focus rectangle but the row's.
class RowDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    enum class Emphasis { Normal, Strong, Muted };

    RowDelegate(const Theme& theme, Emphasis emphasis, QObject* parent = nullptr);
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

protected:
    // Between background and hairline.
    virtual void paintContent(QPainter& painter, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const;
    void paintText(QPainter& painter, const QStyleOptionViewItem& option, const QRect& box,
                   const QString& text, ColourRole role) const;

    const Theme& m_theme;

private:
    Emphasis m_emphasis;
};

// Text with the bar of what is left under it (BlockTableModel::FractionRole).
class RemainingDelegate : public RowDelegate
{
    Q_OBJECT

public:
    explicit RemainingDelegate(const Theme& theme, QObject* parent = nullptr);

protected:
    void paintContent(QPainter& painter, const QStyleOptionViewItem& option,
                      const QModelIndex& index) const override;
};

// Mark and word: of a block's state, or of an alert's level.
class MarkDelegate : public RowDelegate
{
    Q_OBJECT

public:
    enum class Meaning { BlockState, AlertLevel };

    MarkDelegate(const Theme& theme, Meaning meaning, QObject* parent = nullptr);

protected:
    void paintContent(QPainter& painter, const QStyleOptionViewItem& option,
                      const QModelIndex& index) const override;

private:
    Meaning m_meaning;
};

} // namespace bartizan::app
