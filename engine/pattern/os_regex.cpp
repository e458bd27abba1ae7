#include "engine/pattern/os_regex.h"

#include "engine/pattern/match_budget.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace bartizan {

namespace {

using osregex::Alternative;
using osregex::Cell;
using osregex::CellKind;
using osregex::kClassBits;

using Index = std::ptrdiff_t;
constexpr Index kNone = std::numeric_limits<Index>::min();
constexpr std::size_t kStackSize = 4;
constexpr std::size_t kBytesPerStep = 32; // that are passed over in a search for a byte

// Byte to lower case; a byte above 0x7F equals no literal and becomes a value that none has.
constexpr std::array<std::uint16_t, 256> kFolded = [] {
    std::array<std::uint16_t, 256> table{};
    for (unsigned c = 0; c < 256; ++c)
        table[c] = static_cast<std::uint16_t>(c >= 0x80 ? 0x100 : (c >= 'A' && c <= 'Z' ? c + 32 : c));
    return table;
}();

// The state has the names of spec §3.2: p, i, r, q, R, the stack and the marks.
class Machine
{
public:
    // `marks` has an entry per parenthesis, or is nullptr where no captures are wanted.
    Machine(const Alternative& row, std::string_view subject, Index* marks)
        : m_row(row)
        , m_subject(reinterpret_cast<const unsigned char*>(subject.data()))
        , m_length(static_cast<Index>(subject.size()))
        , m_marks(marks)
        , p(row.cells.data())
    {
    }

    // The index of the last byte matched, or kNone. Gives up after `mostSteps`.
    Index run(std::int64_t mostSteps)
    {
        while (i < m_length) {
            if (++m_steps > mostSteps)
                return kNone;
            if (p == m_row.cells.data() && m_row.firstLiteral && !skipToFirstLiteral())
                break;
            if (p->kind == CellKind::End) {
                if (!m_row.endAnchor)
                    return r;
            } else if (p->kind == CellKind::Parenthesis) {
                mark(p, i);
                ++p;
                if (p->kind == CellKind::End && !m_row.endAnchor)
                    return r;
            }
            switch (step()) {
            case Step::Continue:
                break;
            case Step::Success:
                return r;
            case Step::Mismatch:
                if (!restart())
                    return kNone;
                break;
            }
        }
        return atEnd() ? r : kNone;
    }

    [[nodiscard]] std::int64_t steps() const { return m_steps; }

private:
    enum class Step { Continue, Success, Mismatch };

    static bool isQuantifier(const Cell* cell, char which)
    {
        return cell->kind == CellKind::Literal && cell->literal == static_cast<std::uint8_t>(which);
    }
    static bool isQuantifier(const Cell* cell) { return isQuantifier(cell, '+') || isQuantifier(cell, '*'); }
    static bool belongs(const Cell* cell, unsigned char c)
    {
        return cell->kind == CellKind::Class && (kClassBits[c] & cell->classBit) != 0;
    }
    // A parenthesis cell that is reached a second time stands for the byte '(' (spec §3.2, step 1).
    static bool equals(const Cell* cell, unsigned char c)
    {
        if (cell->kind == CellKind::Literal)
            return kFolded[c] == cell->literal;
        return cell->kind == CellKind::Parenthesis && c == '(';
    }

    void mark(const Cell* cell, Index at)
    {
        if (m_marks != nullptr)
            m_marks[cell->parenthesis] = at;
    }

    Step step()
    {
        const unsigned char c = m_subject[i];
        if (p->kind == CellKind::Class)
            return belongs(p, c) ? takeClassByte(c) : leaveClass();
        if (!equals(p, c))
            return Step::Mismatch;
        ++p;
        if (start == kNone)
            start = i;
        r = i++;
        return Step::Continue;
    }

    // Step 2a.
    Step takeClassByte(unsigned char c)
    {
        const Cell* n = p + 2;
        if (!isQuantifier(n)) {
            p = n;
            if (start == kNone)
                start = i;
            r = i++;
            return Step::Continue;
        }
        if (isQuantifier(n, '*'))
            q = true;
        if (q)
            return lookAhead(n + 1, c);
        if ((n + 1)->kind == CellKind::Parenthesis)
            mark(n + 1, i + 1 == m_length ? i + 1 : i);
        q = true;
        r = i++;
        return Step::Continue;
    }

    // In a run that could end here: does the rest continue with this byte?
    Step lookAhead(const Cell* n, unsigned char c)
    {
        if (n->kind == CellKind::Parenthesis)
            ++n;
        Index ok = kNone;
        if (n->kind == CellKind::End) {
            ok = 1;
        } else if (n->kind == CellKind::Class) {
            if (belongs(n, c))
                ok = isQuantifier(n + 2) ? 0 : 2;
        } else if (equals(n, c)) {
            q = false;
            ok = 1;
        }
        if (ok != kNone) {
            if ((n - 1)->kind == CellKind::Parenthesis)
                mark(n - 1, q && ok == 1 ? i + 1 : i);
            if (n->kind == CellKind::End) {
                ++i;
                return Step::Continue;
            }
            if (m_stackSize < kStackSize)
                m_stack[m_stackSize++] = {p, i};
            p = n + ok;
            r = i++;
            return Step::Continue;
        }
        r = i++;
        skipRun(n);
        return Step::Continue;
    }

    // In the midst of a run: the bytes that belong to it and with which the rest, at `n`, does not continue
    // change nothing but the place.
    void skipRun(const Cell* n)
    {
        const Index from = i;
        if (n->kind == CellKind::Literal) {
            while (i < m_length && (kClassBits[m_subject[i]] & p->classBit) != 0 &&
                   kFolded[m_subject[i]] != n->literal)
                ++i;
        } else if (n->kind == CellKind::Class) {
            while (i < m_length && (kClassBits[m_subject[i]] & p->classBit) != 0 &&
                   (kClassBits[m_subject[i]] & n->classBit) == 0)
                ++i;
        }
        r = i - 1;
        m_steps += i - from;
    }

    // Step 2b.
    Step leaveClass()
    {
        const bool last = (p + 2)->kind == CellKind::End || (p + 3)->kind == CellKind::End;
        if (last && q && r != kNone) {
            r = i;
            if (!m_row.endAnchor)
                return Step::Success;
        } else if (isQuantifier(p + 2, '+') && q) {
            p += 3;
            q = false;
            return Step::Continue;
        } else if (isQuantifier(p + 2, '*')) {
            p += 3;
            r = i - 1;
            q = false;
            return Step::Continue;
        }
        q = false;
        return Step::Mismatch;
    }

    // Step 4. False when the alternative has failed.
    bool restart()
    {
        if (m_stackSize > 0) {
            const Choice choice = m_stack[--m_stackSize];
            p = choice.cell;
            i = choice.at + 1;
            return true;
        }
        if (m_row.begin)
            return false;
        if (start != kNone) {
            i = start;
            start = kNone;
        }
        p = m_row.cells.data();
        r = kNone;
        ++i;
        return true;
    }

    // At the start of an attempt on a row that begins with a literal, every byte that is not this literal
    // would be stepped over one by one. False when the end is reached, which is the state the machine would
    // end in.
    bool skipToFirstLiteral()
    {
        const Index from = i;
        while (i < m_length && kFolded[m_subject[i]] != *m_row.firstLiteral) {
            // With a restart point or an anchor left, the byte-wise way decides.
            if (m_stackSize > 0 || m_row.begin || start != kNone)
                return true;
            ++i;
        }
        if (i > from)
            r = kNone;
        return i < m_length;
    }

    static bool skipParenthesisToEnd(const Cell*& cell)
    {
        if (cell->kind == CellKind::Parenthesis)
            ++cell;
        return cell->kind == CellKind::End;
    }

    bool atEnd()
    {
        if (m_marks != nullptr) {
            while (p->kind == CellKind::Class && isQuantifier(p + 2, '*'))
                p += 3;
            if (p->kind == CellKind::Parenthesis)
                mark(p, i);
        }
        if (skipParenthesisToEnd(p))
            return true;
        if (p->kind == CellKind::Class && q) {
            p += 2;
            if (isQuantifier(p)) {
                ++p;
                if (skipParenthesisToEnd(p))
                    return true;
                if (p->kind == CellKind::Class) {
                    p += 2;
                    if (isQuantifier(p, '*')) {
                        ++p;
                        if (skipParenthesisToEnd(p))
                            return true;
                    }
                }
            }
        }
        if (p->kind == CellKind::Class) {
            p += 2;
            if (isQuantifier(p, '*')) {
                ++p;
                return skipParenthesisToEnd(p);
            }
        }
        return false;
    }

    struct Choice
    {
        const Cell* cell;
        Index at;
    };

    const Alternative& m_row;
    const unsigned char* m_subject;
    Index m_length;
    Index* m_marks;
    const Cell* p;
    Index i = 0;
    Index r = 0;
    bool q = false;
    Index start = kNone; // R
    std::array<Choice, kStackSize> m_stack{};
    std::size_t m_stackSize = 0;
    std::int64_t m_steps = 0;
};

std::size_t offsetBehind(Index last, std::string_view subject)
{
    return std::min(static_cast<std::size_t>(last + 1), subject.size());
}

} // namespace

Result<std::unique_ptr<const Pattern>> OsRegex::compile(std::string_view text)
{
    auto program = osregex::compile(text);
    if (!program)
        return std::unexpected(program.error());
    return std::make_unique<const OsRegex>(text, std::move(*program));
}

OsRegex::Hit OsRegex::findFirst(std::string_view subject, std::vector<Index>* marks) const
{
    const bool startsOtherwise = m_program.firstBytes && !subject.empty() &&
                                 !m_program.firstBytes->test(static_cast<unsigned char>(subject[0]));
    return startsOtherwise ? Hit{} : findFirstCounted(subject, marks);
}

OsRegex::Hit OsRegex::findFirstCounted(std::string_view subject, std::vector<Index>* marks) const
{
    MatchBudget& budget = MatchBudget::current();
    if (budget.isSpent())
        return {};
    Hit hit;
    std::int64_t steps = 0;
    bool gaveUp = false;
    for (const Alternative& row : m_program.alternatives) {
        if (row.required) {
            std::size_t places = 0;
            const bool isThere = row.required->foundIn(subject, places);
            steps += static_cast<std::int64_t>(1 + subject.size() / kBytesPerStep + places);
            if (!isThere)
                continue;
        }
        if (marks != nullptr)
            marks->assign(row.parentheses, kNone);
        const auto mostSteps = std::max<std::int64_t>(0, budget.forOneMatch() - steps);
        Machine machine(row, subject, marks != nullptr ? marks->data() : nullptr);
        const Index last = machine.run(mostSteps);
        steps += machine.steps();
        if (last != kNone) {
            hit = {&row, last};
            break;
        }
        if (machine.steps() > mostSteps) {
            gaveUp = true;
            break;
        }
    }
    budget.charge(*this, steps);
    if (gaveUp && !budget.isSpent())
        noteExhausted(*this);
    return hit;
}

bool OsRegex::matches(std::string_view subject) const
{
    return findFirst(subject, nullptr).row != nullptr;
}

std::optional<std::size_t> OsRegex::matchEnd(std::string_view subject) const
{
    const Hit hit = findFirst(subject, nullptr);
    return hit.row != nullptr ? std::optional(offsetBehind(hit.last, subject)) : std::nullopt;
}

std::optional<std::size_t> OsRegex::matchEnd(std::string_view subject,
                                             std::vector<std::string_view>& captures) const
{
    captures.clear();
    if (!m_program.hasParentheses)
        return matchEnd(subject);
    thread_local std::vector<Index> marks;
    const Hit hit = findFirst(subject, &marks);
    if (hit.row == nullptr)
        return std::nullopt;
    for (std::size_t pair = 0; pair + 1 < marks.size(); pair += 2) {
        const Index open = marks[pair];
        const Index close = marks[pair + 1];
        if (open == kNone || close == kNone)
            break;
        if (close < open)
            return std::nullopt;
        captures.push_back(
            subject.substr(static_cast<std::size_t>(open), static_cast<std::size_t>(close - open)));
    }
    return offsetBehind(hit.last, subject);
}

} // namespace bartizan
