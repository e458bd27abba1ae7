// Rows of comma-separated values (RFC 4180), with ',' ';' or tab between them and comments in whole lines;
// and which column holds what.
#pragma once

#include "engine/lists/formats/lines.h"
#include "engine/lists/formats/reading.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::formats {

struct CsvRow
{
    enum class Kind { Cells, Blank, TooLong, OpenQuote };
    Kind kind = Kind::Blank;
    std::uint64_t line = 0; // where it begins
    std::string_view text;
    std::vector<std::string_view> cells; // trimmed, without their quotes; '""' stays in them
};

class CsvRows
{
public:
    CsvRows(std::string_view bytes, char separator, std::size_t longest)
        : m_lines(bytes, longest)
        , m_separator(separator)
        , m_longest(longest)
    {
    }

    // A quoted cell may hold line ends, up to 32 lines in a row. Where one is not closed by then, its line
    // alone is bad; after 20 such lines no cell may hold line ends any more, so that hostile quotes stay
    // cheap.
    [[nodiscard]] bool next(CsvRow& row);

private:
    enum class Split { Done, OpenQuote };
    [[nodiscard]] bool takeFurtherLines(CsvRow& row);
    [[nodiscard]] Split split(std::string_view text, std::vector<std::string_view>& cells) const;
    [[nodiscard]] bool isComment(std::string_view text) const;

    LineCursor m_lines;
    char m_separator;
    std::size_t m_longest;
    unsigned m_openQuotes = 0;
};

struct CsvLayout
{
    char separator = ',';
    std::size_t column = 0;                // from 0
    std::optional<std::size_t> lastColumn; // the column of a range's last address
    std::vector<std::size_t> noteColumns;
    std::vector<std::string> names; // of the header; empty where there is none
    bool hasHeader = false;         // the first row that is no comment
};

// From the beginning of `bytes`. Nothing where no column holds addresses, hashes or domains, or the one asked
// for does not exist.
[[nodiscard]] std::optional<CsvLayout> findCsvLayout(std::string_view bytes, const ListOptions& options);

// "column 2 (dst_ip), separated by ','".
[[nodiscard]] std::string describe(const CsvLayout& layout);

} // namespace bartizan::formats
