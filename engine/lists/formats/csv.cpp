#include "engine/lists/formats/csv.h"

#include "engine/base/strings.h"
#include "engine/base/utf8.h"
#include "engine/lists/formats/address_text.h"
#include "engine/lists/formats/value_text.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace bartizan::formats {

namespace {

constexpr std::size_t kRowsLookedAt = 100;
constexpr std::size_t kMostColumns = 256;
constexpr unsigned kMostLinesOfRow = 32;
constexpr unsigned kMostOpenQuotes = 20;
constexpr std::array kSeparators{',', ';', '\t'};
constexpr std::array<std::string_view, 16> kNoteNames{
    "type",  "threat",     "threat_type", "category", "malware", "malware_printable", "risk", "reliability",
    "score", "confidence", "country",     "cc",       "reason",  "description",       "tag",  "comment"};

struct Sample
{
    std::vector<std::vector<std::string>> rows; // without comments
    std::vector<std::string> lastComment;       // before the first row, its cells
};

Sample takeSample(std::string_view bytes, char separator, const ListLimits& limits)
{
    Sample sample;
    CsvRows rows(bytes, separator, limits.longestLine);
    std::string_view comment;
    for (CsvRow row; sample.rows.size() < kRowsLookedAt && rows.next(row);) {
        if (row.kind == CsvRow::Kind::Cells)
            sample.rows.emplace_back(row.cells.begin(), row.cells.end());
        else if (row.kind == CsvRow::Kind::Blank && sample.rows.empty() && !trim(row.text).empty())
            comment = row.text;
    }
    comment.remove_prefix(std::min(comment.find_first_not_of("#;/ \t"), comment.size()));
    CsvRow header;
    if (CsvRows(comment, separator, limits.longestLine).next(header))
        sample.lastComment.assign(header.cells.begin(), header.cells.end());
    return sample;
}

// What the cells of a column are; addresses before hashes before domains, which may be file names.
struct ColumnKind
{
    std::size_t networks = 0;
    std::size_t hashes = 0;
    std::size_t domains = 0;

    [[nodiscard]] std::size_t all() const { return networks + hashes + domains; }
    [[nodiscard]] std::size_t weight() const { return 4 * networks + 3 * hashes + domains; }
};

ColumnKind kindOf(const Sample& sample, std::size_t column)
{
    ColumnKind kind;
    std::string storage;
    for (const auto& row : sample.rows) {
        const auto value = column < row.size() ? readAny(row[column], storage) : std::nullopt;
        if (!value)
            continue;
        if (std::holds_alternative<FileHash>(*value))
            ++kind.hashes;
        else if (std::holds_alternative<DomainName>(*value))
            ++kind.domains;
        else
            ++kind.networks;
    }
    return kind;
}

// Whether the first row names the columns: a plain word stands where the other rows hold values.
bool hasHeader(const Sample& sample, std::size_t column)
{
    if (sample.rows.empty() || column >= sample.rows.front().size())
        return false;
    const std::string& cell = sample.rows.front()[column];
    std::string storage;
    return !cell.empty() && !isDigit(cell.front()) && cell.find_first_of(".:/") == std::string::npos &&
           !readAny(cell, storage);
}

bool containsAny(std::string_view text, std::initializer_list<std::string_view> words)
{
    return std::ranges::any_of(words, [&](auto word) { return text.find(word) != std::string_view::npos; });
}

bool isWholeNetwork(const AddressRange& range)
{
    int networks = 0;
    return range.forEachNetwork([&](const Cidr&) { return ++networks < 2; });
}

// Whether the next column holds the last address where this one holds the first: its name says so or, without
// names, the two make a whole network in every row. Source and destination are not taken for a range.
bool isRange(const Sample& sample, const CsvLayout& layout)
{
    const auto next = layout.column + 1;
    const bool isNamed = next < layout.names.size();
    if (isNamed && !(containsAny(toLower(layout.names[layout.column]), {"start", "first", "begin"}) &&
                     containsAny(toLower(layout.names[next]), {"end", "last"})))
        return false;
    bool hasRange = false;
    for (std::size_t i = layout.hasHeader ? 1 : 0; i < sample.rows.size(); ++i) {
        const auto& row = sample.rows[i];
        const auto first = next < row.size() ? IpAddress::parse(row[layout.column]) : std::nullopt;
        const auto last = first ? IpAddress::parse(row[next]) : std::nullopt;
        const auto range = last ? AddressRange::make(*first, *last) : std::nullopt;
        if (!isNamed && !(range && isWholeNetwork(*range)))
            return false;
        hasRange = hasRange || (range && *first != *last);
    }
    return hasRange;
}

std::vector<std::string> namesOf(const Sample& sample, bool withHeader)
{
    if (withHeader)
        return sample.rows.front();
    const bool fits = !sample.rows.empty() && sample.lastComment.size() > 1 &&
                      sample.lastComment.size() == sample.rows.front().size();
    return fits ? sample.lastComment : std::vector<std::string>{};
}

// The column that was asked for, or the one that holds the most.
std::optional<std::size_t> findColumn(const Sample& sample, const std::string& wanted)
{
    std::size_t widest = 0;
    for (const auto& row : sample.rows)
        widest = std::max(widest, row.size());
    widest = std::min(widest, kMostColumns);
    if (!wanted.empty()) {
        if (const auto number = parseNumber<std::size_t>(wanted))
            return *number >= 1 && *number <= widest ? std::optional(*number - 1) : std::nullopt;
        for (const auto* names :
             {&sample.lastComment, sample.rows.empty() ? nullptr : &sample.rows.front()}) {
            const auto isWanted = [&](const std::string& name) { return equalsIgnoreCase(name, wanted); };
            const auto found =
                names != nullptr ? std::ranges::find_if(*names, isWanted) : sample.lastComment.end();
            if (names != nullptr && found != names->end())
                return static_cast<std::size_t>(found - names->begin());
        }
        return std::nullopt;
    }
    std::optional<std::size_t> best;
    std::size_t most = 0;
    for (std::size_t column = 0; widest > 1 && column < widest; ++column) {
        const auto kind = kindOf(sample, column);
        if (2 * kind.all() >= sample.rows.size() && kind.weight() > most) {
            most = kind.weight();
            best = column;
        }
    }
    return best;
}

std::optional<CsvLayout> layoutWith(char separator, std::string_view bytes, const ListOptions& options,
                                    std::size_t& weight)
{
    const auto sample = takeSample(bytes, separator, options.limits);
    const auto column = findColumn(sample, options.column);
    if (!column)
        return std::nullopt;
    weight = kindOf(sample, *column).weight();
    CsvLayout layout{separator, *column, {}, {}, {}, hasHeader(sample, *column)};
    layout.names = namesOf(sample, layout.hasHeader);
    if (isRange(sample, layout))
        layout.lastColumn = *column + 1;
    for (std::size_t i = 0; i < layout.names.size(); ++i) {
        if (i != *column && std::ranges::find(kNoteNames, toLower(layout.names[i])) != kNoteNames.end())
            layout.noteColumns.push_back(i);
    }
    return layout;
}

} // namespace

bool CsvRows::isComment(std::string_view text) const
{
    text = trim(text);
    return text.empty() || text.front() == '#' || text.starts_with("//") ||
           (text.front() == ';' && m_separator != ';');
}

CsvRows::Split CsvRows::split(std::string_view text, std::vector<std::string_view>& cells) const
{
    cells.clear();
    for (;;) {
        const auto start = text.find_first_not_of(m_separator == '\t' ? " " : " \t");
        if (start != std::string_view::npos && text[start] == '"') {
            auto end = text.find('"', start + 1);
            while (end != std::string_view::npos && end + 1 < text.size() && text[end + 1] == '"')
                end = text.find('"', end + 2);
            if (end == std::string_view::npos)
                return Split::OpenQuote;
            cells.push_back(trim(text.substr(start + 1, end - start - 1)));
            text.remove_prefix(end + 1);
            text.remove_prefix(std::min(text.find(m_separator), text.size()));
        } else {
            const auto end = std::min(text.find(m_separator), text.size());
            cells.push_back(trim(text.substr(0, end)));
            text.remove_prefix(end);
        }
        if (text.empty() || cells.size() >= kMostColumns)
            return Split::Done;
        text.remove_prefix(1);
    }
}

// Until the open quote is closed.
bool CsvRows::takeFurtherLines(CsvRow& row)
{
    LineCursor ahead = m_lines;
    Line more;
    for (unsigned i = 1; i < kMostLinesOfRow && ahead.next(more) && !more.isTooLong; ++i) {
        const auto size = static_cast<std::size_t>(more.text.data() + more.text.size() - row.text.data());
        if (size > m_longest)
            return false;
        const std::string_view text(row.text.data(), size);
        if (more.text.find('"') == std::string_view::npos || split(text, row.cells) != Split::Done)
            continue;
        row.text = text;
        m_lines = ahead;
        return true;
    }
    return false;
}

bool CsvRows::next(CsvRow& row)
{
    Line line;
    if (!m_lines.next(line))
        return false;
    row.line = line.number;
    row.text = line.text;
    row.cells.clear();
    row.kind = line.isTooLong ? CsvRow::Kind::TooLong : CsvRow::Kind::Blank;
    if (line.isTooLong || isComment(line.text))
        return true;
    row.kind = CsvRow::Kind::Cells;
    if (split(line.text, row.cells) == Split::Done)
        return true;
    if (m_openQuotes < kMostOpenQuotes && takeFurtherLines(row))
        return true;
    ++m_openQuotes;
    row.kind = CsvRow::Kind::OpenQuote;
    row.cells.clear();
    return true;
}

std::optional<CsvLayout> findCsvLayout(std::string_view bytes, const ListOptions& options)
{
    std::optional<CsvLayout> best;
    std::size_t most = 0;
    for (const char separator : kSeparators) {
        if (options.separator != '\0' && options.separator != separator)
            continue;
        std::size_t weight = 0;
        auto layout = layoutWith(separator, bytes, options, weight);
        if (layout && (!best || weight > most)) {
            best = std::move(layout);
            most = weight;
        }
    }
    return best;
}

std::string describe(const CsvLayout& layout)
{
    const auto column = [&](std::size_t i) {
        std::string text = std::to_string(i + 1);
        if (i < layout.names.size())
            text += " (" + shown(layout.names[i]) + ')';
        return text;
    };
    std::string text = "column " + column(layout.column);
    if (layout.lastColumn)
        text += " to " + column(*layout.lastColumn);
    return text + ", separated by " +
           (layout.separator == '\t' ? "tabs" : std::string{'\'', layout.separator, '\''});
}

} // namespace bartizan::formats
