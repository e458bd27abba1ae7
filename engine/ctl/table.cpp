#include "engine/ctl/table.h"

#include <algorithm>

namespace bartizan::ctl {

namespace {

// In characters: a pair of surrogates is one.
qsizetype width(const QString& cell)
{
    return cell.size() - std::ranges::count_if(cell, [](QChar c) { return c.isLowSurrogate(); });
}

} // namespace

QStringList Table::lines() const
{
    QStringList head;
    for (const Column& column : m_columns)
        head.append(column.title);
    std::vector<QStringList> rows{head};
    rows.insert(rows.end(), m_rows.begin(), m_rows.end());

    std::vector<qsizetype> widths(m_columns.size(), 0);
    for (const QStringList& row : rows) {
        for (std::size_t i = 0; i < widths.size(); ++i)
            widths[i] = std::max(widths[i], width(row[static_cast<qsizetype>(i)]));
    }
    QStringList lines;
    for (const QStringList& row : rows) {
        QString line;
        for (std::size_t i = 0; i < widths.size(); ++i) {
            const QString& cell = row[static_cast<qsizetype>(i)];
            const QString padding(widths[i] - width(cell), QLatin1Char(' '));
            if (i > 0)
                line += QStringLiteral("  ");
            line += m_columns[i].align == Align::Left ? cell + padding : padding + cell;
        }
        while (line.endsWith(QLatin1Char(' ')))
            line.chop(1);
        lines.append(line);
    }
    return lines;
}

} // namespace bartizan::ctl
