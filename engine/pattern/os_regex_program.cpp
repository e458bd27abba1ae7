#include "engine/pattern/os_regex_program.h"

#include "engine/base/strings.h"

#include <string>

namespace bartizan::osregex {

namespace {

// The machine looks at most five cells ahead of the last one.
constexpr std::size_t kEndCells = 8;
constexpr int kRarestWorthless = 20; // a text of less rarity is in nearly every line

std::unexpected<Error> syntaxError(std::size_t at, std::string what, std::string cure)
{
    return fail(ErrorCode::InvalidArgument, std::move(what) + " at byte " + std::to_string(at),
                std::move(cure));
}

Cell literalCell(char c)
{
    return {CellKind::Literal, static_cast<std::uint8_t>(lowerAscii(c)), 0, 0};
}

bool isLiteral(const Cell& cell, char c)
{
    return cell.kind == CellKind::Literal && cell.literal == static_cast<std::uint8_t>(c);
}

// Takes the anchors out of the row.
void takeAnchors(Alternative& row)
{
    auto& cells = row.cells;
    row.begin = !cells.empty() && isLiteral(cells.front(), '^');
    if (row.begin)
        cells.erase(cells.begin());
    row.endAnchor = !cells.empty() && isLiteral(cells.back(), '$');
    if (row.endAnchor)
        cells.pop_back();
}

// The rarest run of plain literals that the machine cannot finish without. A quantifier is not one of them,
// nor is a last literal directly behind a class: the machine may succeed there without having seen it (spec
// §3.2, step 2b).
std::string requiredText(const Alternative& row)
{
    std::string best;
    std::string run;
    const auto& cells = row.cells;
    for (std::size_t i = 0; i <= cells.size(); ++i) {
        const bool literal =
            i < cells.size() && cells[i].kind == CellKind::Literal && cells[i].literal < 0x80;
        const bool behindClass = i > 0 && cells[i - 1].kind == CellKind::Filler;
        const bool quantifier =
            literal && behindClass && (cells[i].literal == '+' || cells[i].literal == '*');
        if (literal && !quantifier && !(behindClass && i + 1 == cells.size())) {
            run += static_cast<char>(cells[i].literal);
            continue;
        }
        if (rarity(run) > rarity(best))
            best = run;
        run.clear();
    }
    return best;
}

void finish(Alternative& row)
{
    takeAnchors(row);
    for (Cell& cell : row.cells) {
        if (cell.kind == CellKind::Parenthesis)
            cell.parenthesis = row.parentheses++;
    }
    if (!row.cells.empty() && row.cells.front().kind == CellKind::Literal)
        row.firstLiteral = row.cells.front().literal;
    row.needed = requiredText(row);
    if (!row.begin && rarity(row.needed) > kRarestWorthless)
        row.required.emplace(row.needed);
    row.cells.resize(row.cells.size() + kEndCells);
}

// The bytes that an anchored row accepts first; nothing where its first item may be empty. A row that meets
// another byte there has no restart point yet and fails at once.
std::optional<std::bitset<256>> firstBytes(const Alternative& row)
{
    const Cell* cell = row.cells.data();
    if (!row.begin)
        return std::nullopt;
    if (cell->kind == CellKind::Parenthesis)
        ++cell;
    std::bitset<256> bytes;
    if (cell->kind == CellKind::Literal && cell->literal < 0x80) {
        bytes.set(cell->literal);
        if (cell->literal >= 'a' && cell->literal <= 'z')
            bytes.set(static_cast<std::size_t>(cell->literal) - 'a' + 'A');
        return bytes;
    }
    const bool mayBeEmpty = cell[2].kind == CellKind::Literal && cell[2].literal == '*';
    if (cell->kind != CellKind::Class || mayBeEmpty)
        return std::nullopt;
    for (std::size_t c = 0; c < kClassBits.size(); ++c)
        bytes.set(c, (kClassBits[c] & cell->classBit) != 0);
    return bytes;
}

std::optional<std::bitset<256>> firstBytes(const Program& program)
{
    std::bitset<256> bytes;
    for (const Alternative& row : program.alternatives) {
        const auto ofRow = firstBytes(row);
        if (!ofRow)
            return std::nullopt;
        bytes |= *ofRow;
    }
    return bytes;
}

} // namespace

Result<Program> compile(std::string_view text)
{
    Program program;
    program.alternatives.emplace_back();
    bool inParentheses = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto& cells = program.alternatives.back().cells;
        const char c = text[i];
        if (c == '\\') {
            const auto bit = i + 1 < text.size() ? classBit(text[i + 1]) : std::uint16_t{0};
            if (bit == 0) {
                return syntaxError(
                    i, "unknown escape '" + std::string(text.substr(i, 2)) + "'",
                    "OS_Regex knows \\w \\d \\s \\t \\p \\W \\D \\S \\. \\( \\) \\\\ \\$ \\| \\<");
            }
            cells.push_back({CellKind::Class, 0, bit, 0});
            cells.push_back({CellKind::Filler, 0, 0, 0});
            ++i;
        } else if (c == '(' || c == ')') {
            if ((c == '(') == inParentheses) {
                return syntaxError(i, inParentheses ? "nested parenthesis" : "unexpected ')'",
                                   "write a plain parenthesis as \\( or \\)");
            }
            inParentheses = !inParentheses;
            program.hasParentheses = true;
            cells.push_back({CellKind::Parenthesis, 0, 0, 0});
        } else if (c == '|') {
            if (inParentheses)
                return syntaxError(i, "'|' inside parentheses",
                                   "write whole alternatives, or a plain '|' as \\|");
            program.alternatives.emplace_back();
        } else {
            cells.push_back(literalCell(c));
        }
    }
    if (inParentheses)
        return syntaxError(text.size(), "missing ')'", "close the parenthesis");
    for (Alternative& row : program.alternatives)
        finish(row);
    program.firstBytes = firstBytes(program);
    return program;
}

} // namespace bartizan::osregex
