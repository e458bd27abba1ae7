// Columns of text, as wide as their widest cell.
#pragma once

#include <QString>
#include <QStringList>

#include <initializer_list>
#include <vector>

namespace bartizan::ctl {

enum class Align { Left, Right };

class Table
{
public:
    struct Column
    {
        QString title;
        Align align = Align::Left;
    };
    Table(std::initializer_list<Column> columns)
        : m_columns(columns)
    {
    }

    // As many cells as columns. Cells hold no control characters.
    void addRow(const QStringList& cells) { m_rows.push_back(cells); }
    [[nodiscard]] bool empty() const { return m_rows.empty(); }

    // The head first. No blanks at the ends of lines.
    [[nodiscard]] QStringList lines() const;

private:
    std::vector<Column> m_columns;
    std::vector<QStringList> m_rows;
};

} // namespace bartizan::ctl
