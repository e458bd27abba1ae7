#include "engine/lists/formats/csv_formats.h"

#include "engine/base/strings.h"
#include "engine/lists/formats/address_text.h"
#include "engine/lists/formats/csv.h"
#include "engine/lists/formats/value_text.h"

#include <algorithm>
#include <array>
#include <optional>

namespace bartizan::formats {

namespace {

// False where the row holds no cells, which is counted then.
bool hasCells(const CsvRow& row, Reading& reading)
{
    switch (row.kind) {
    case CsvRow::Kind::Cells:
        return true;
    case CsvRow::Kind::Blank:
        reading.blank();
        return false;
    case CsvRow::Kind::TooLong:
        reading.badLongLine(row.line);
        return false;
    case CsvRow::Kind::OpenQuote:
        reading.bad(row.line, [] { return Complaint{"A quote is not closed", "Add the missing '\"'."}; });
        return false;
    }
    return false;
}

// A quote stands twice in a quoted cell.
void addToNote(std::string& note, std::string_view cell)
{
    if (cell.empty())
        return;
    if (!note.empty())
        note += ", ";
    for (std::size_t i = 0; i < cell.size(); ++i) {
        note += cell[i];
        if (cell.substr(i, 2) == "\"\"")
            ++i;
    }
}

class CsvReader
{
public:
    CsvReader(const CsvLayout& layout, Reading& reading)
        : m_layout(layout)
        , m_reading(reading)
    {
    }

    void read(const CsvRow& row)
    {
        const auto needed = std::max(m_layout.column, m_layout.lastColumn.value_or(0)) + 1;
        if (row.cells.size() < needed) {
            m_reading.bad(row.line, [&] {
                return Complaint{"The row has " + std::to_string(row.cells.size()) +
                                     (row.cells.size() == 1 ? " column" : " columns") + ", not the " +
                                     std::to_string(needed) + " that are needed",
                                 "Complete it, or remove it."};
            });
            return;
        }
        auto& note = m_reading.noteStorage;
        note.clear();
        for (const auto column : m_layout.noteColumns)
            addToNote(note, column < row.cells.size() ? row.cells[column] : std::string_view());
        const auto cell = row.cells[m_layout.column];
        if (m_layout.lastColumn)
            takeRange(row.line, cell, row.cells[*m_layout.lastColumn]);
        else
            takeAny(m_reading, row.line, cell, note);
    }

private:
    void takeRange(std::uint64_t line, std::string_view first, std::string_view last)
    {
        std::string text(first);
        text.append("-").append(last);
        takeNetworks(m_reading, line, text, m_reading.noteStorage);
    }

    const CsvLayout& m_layout;
    Reading& m_reading;
};

struct MispColumns
{
    std::size_t type = 0;
    std::size_t value = 0;
    std::optional<std::size_t> comment;
    std::optional<std::size_t> category;
    std::optional<std::size_t> forDetection;
};

std::optional<std::size_t> columnNamed(const CsvRow& row, std::string_view name)
{
    const auto found =
        std::ranges::find_if(row.cells, [&](std::string_view cell) { return equalsIgnoreCase(cell, name); });
    return found != row.cells.end() ? std::optional(static_cast<std::size_t>(found - row.cells.begin()))
                                    : std::nullopt;
}

std::optional<MispColumns> readMispHeader(const CsvRow& row)
{
    const auto type = columnNamed(row, "type");
    const auto value = columnNamed(row, "value");
    const auto comment = columnNamed(row, "comment");
    const auto category = columnNamed(row, "category");
    const auto forDetection = columnNamed(row, "to_ids");
    // "type" and "value" alone may be anybody's.
    if (!type || !value || (!category && !forDetection && !columnNamed(row, "uuid")))
        return std::nullopt;
    return MispColumns{*type, *value, comment, category, forDetection};
}

enum class MispPart { None, Whole, First, Last };

// Which part of the value counts: "ip-dst|port", "filename|sha256".
MispPart partOf(std::string_view type)
{
    static constexpr std::array<std::string_view, 6> kWhole{"ip-src",   "ip-dst", "domain",
                                                            "hostname", "md5",    "sha256"};
    if (std::ranges::find(kWhole, type) != kWhole.end())
        return MispPart::Whole;
    if (type == "ip-src|port" || type == "ip-dst|port" || type == "hostname|port" || type == "domain|ip")
        return MispPart::First;
    return type == "filename|md5" || type == "filename|sha256" ? MispPart::Last : MispPart::None;
}

void takeMispRow(const MispColumns& columns, const CsvRow& row, Reading& reading)
{
    if (row.cells.size() <= std::max(columns.type, columns.value)) {
        reading.bad(row.line, [] {
            return Complaint{"The row has no type or no value", "Complete it, or remove it."};
        });
        return;
    }
    const auto cell = [&](std::optional<std::size_t> column) {
        return column && *column < row.cells.size() ? row.cells[*column] : std::string_view();
    };
    const auto forDetection = cell(columns.forDetection);
    const auto part = partOf(toLower(row.cells[columns.type]));
    if (part == MispPart::None || forDetection == "0" || equalsIgnoreCase(forDetection, "false"))
        return reading.leaveOut();
    auto value = row.cells[columns.value];
    if (part == MispPart::First)
        value = value.substr(0, value.find('|'));
    else if (part == MispPart::Last && value.find('|') != std::string_view::npos)
        value.remove_prefix(value.rfind('|') + 1);
    auto& note = reading.noteStorage;
    note.clear();
    addToNote(note, cell(columns.category));
    addToNote(note, cell(columns.comment));
    takeAny(reading, row.line, value, note);
}

} // namespace

void readCsv(std::string_view bytes, Reading& reading)
{
    const auto layout = findCsvLayout(bytes, reading.options());
    if (!layout) {
        const auto& wanted = reading.options().column;
        reading.refuse(0, wanted.empty() ? Complaint{"No column holds addresses, hashes or domains",
                                                     "Name the column that does by its number or its name."}
                                         : Complaint{"There is no column " + shown(wanted),
                                                     "Count the columns from 1, or name one of the header."});
        return;
    }
    reading.setLayout(describe(*layout));
    CsvReader reader(*layout, reading);
    CsvRows rows(bytes, layout->separator, reading.limits().longestLine);
    bool isHeaderAhead = layout->hasHeader;
    for (CsvRow row; reading.goesOn() && rows.next(row);) {
        if (!hasCells(row, reading))
            continue;
        if (!isHeaderAhead)
            reader.read(row);
        else
            reading.blank();
        isHeaderAhead = false;
    }
}

void readMispCsv(std::string_view bytes, Reading& reading)
{
    std::optional<MispColumns> columns;
    CsvRows rows(bytes, ',', reading.limits().longestLine);
    for (CsvRow row; reading.goesOn() && rows.next(row);) {
        if (!hasCells(row, reading))
            continue;
        if (columns) {
            takeMispRow(*columns, row, reading);
            continue;
        }
        columns = readMispHeader(row);
        if (columns)
            reading.blank();
        else
            reading.refuse(row.line, {"The first row does not name MISP's columns type, value and to_ids",
                                      "Export with its header, or read the list as csv."});
    }
}

} // namespace bartizan::formats
