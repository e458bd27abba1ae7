#include "tests/plain/plain_os_regex.h"

#include "engine/base/strings.h"

#include <algorithm>

namespace bartizan::plain {

namespace {

constexpr std::size_t kMostChoices = 4;

thread_local std::uint64_t steps = 0;
thread_local std::uint64_t mostSteps = 4'000'000;

bool belongsTo(char letter, unsigned char c)
{
    const bool digit = c >= '0' && c <= '9';
    const bool word =
        digit || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '@' || c == '_';
    switch (letter) {
    case 'd':
        return digit;
    case 'D':
        return !digit;
    case 'w':
        return word;
    case 'W':
        return !word;
    case 's':
        return c == ' ';
    case 'S':
        return c != ' ';
    case 't':
        return c == '\t';
    case 'p':
        return (c >= 0x21 && c <= 0x2E) || (c >= 0x3A && c <= 0x3F) || c == 0x5B || c == 0x5D ||
               (c >= 0x7B && c <= 0x7D);
    case '.':
        return true;
    default: // an escaped byte
        return c == static_cast<unsigned char>(letter);
    }
}

} // namespace

// One run of one alternative. The state has the names of spec §3.2; numbers stand for cells.
class PlainOsRegex::Machine
{
public:
    using Index = std::ptrdiff_t;

    Machine(const Alternative& alternative, std::string_view subject, bool wantsCaptures)
        : m_alternative(alternative)
        , m_subject(subject)
        , m_length(static_cast<Index>(subject.size()))
        , m_wantsCaptures(wantsCaptures)
    {
    }

    // The last index matched; nothing where there is no match.
    std::optional<Index> run()
    {
        while (i < m_length) {
            if (++steps > mostSteps)
                return std::nullopt;
            const auto c = static_cast<unsigned char>(m_subject[static_cast<std::size_t>(i)]);
            // 1.
            if (isEnd(p)) {
                if (!m_alternative.endAnchor)
                    return r;
            } else if (isParenthesis(p)) {
                marks[p] = i;
                ++p;
                if (isEnd(p) && !m_alternative.endAnchor)
                    return r;
            }
            if (isClass(p) && belongs(p, c)) { // 2a.
                takeClassByte(c);
                continue;
            }
            if (isClass(p)) { // 2b.
                if ((isEnd(p + 2) || isEnd(p + 3)) && q && r) {
                    r = i;
                    if (!m_alternative.endAnchor)
                        return r;
                } else if (isLiteral(p + 2, '+') && q) {
                    p += 3;
                    q = false;
                    continue;
                } else if (isLiteral(p + 2, '*')) {
                    p += 3;
                    r = i - 1;
                    q = false;
                    continue;
                }
                q = false;
            } else if (equals(p, c)) { // 3.
                ++p;
                if (!R)
                    R = i;
                r = i;
                ++i;
                continue;
            }
            // 4.
            if (!stack.empty()) {
                std::tie(p, i) = stack.back();
                stack.pop_back();
                ++i;
                continue;
            }
            if (m_alternative.begin)
                return std::nullopt;
            if (R) {
                i = *R;
                R = std::nullopt;
            }
            p = 0;
            r = std::nullopt;
            ++i;
        }
        return endOfSubject() ? r : std::nullopt;
    }

    // In pairs, up to the first with a missing mark; nothing at all where a pair closes before it opens.
    [[nodiscard]] std::optional<std::vector<std::string_view>> captures() const
    {
        std::vector<std::string_view> found;
        std::vector<std::size_t> parentheses;
        for (std::size_t k = 0; k < m_alternative.cells.size(); ++k) {
            if (isParenthesis(k))
                parentheses.push_back(k);
        }
        for (std::size_t k = 0; k + 1 < parentheses.size(); k += 2) {
            const auto open = marks.find(parentheses[k]);
            const auto close = marks.find(parentheses[k + 1]);
            if (open == marks.end() || close == marks.end())
                break;
            if (close->second < open->second)
                return std::nullopt;
            found.push_back(m_subject.substr(static_cast<std::size_t>(open->second),
                                             static_cast<std::size_t>(close->second - open->second)));
        }
        return found;
    }

private:
    using Kind = Cell::Kind;

    [[nodiscard]] Cell at(std::size_t k) const
    {
        return k < m_alternative.cells.size() ? m_alternative.cells[k] : Cell{};
    }
    [[nodiscard]] bool isEnd(std::size_t k) const { return at(k).kind == Kind::End; }
    [[nodiscard]] bool isParenthesis(std::size_t k) const { return at(k).kind == Kind::Parenthesis; }
    [[nodiscard]] bool isClass(std::size_t k) const { return at(k).kind == Kind::Class; }
    [[nodiscard]] bool isLiteral(std::size_t k, char byte) const
    {
        return at(k).kind == Kind::Literal && at(k).byte == byte;
    }
    [[nodiscard]] bool isQuantifier(std::size_t k) const { return isLiteral(k, '+') || isLiteral(k, '*'); }
    [[nodiscard]] bool belongs(std::size_t k, unsigned char c) const { return belongsTo(at(k).byte, c); }
    [[nodiscard]] bool equals(std::size_t k, unsigned char c) const
    {
        if (isParenthesis(k))
            return c == '(';
        return c < 0x80 && isLiteral(k, lowerAscii(static_cast<char>(c)));
    }

    void takeClassByte(unsigned char c)
    {
        std::size_t n = p + 2;
        if (!isQuantifier(n)) {
            p = n;
            if (!R)
                R = i;
            r = i;
            ++i;
            return;
        }
        if (isLiteral(n, '*'))
            q = true;
        if (!q) {
            if (isParenthesis(n + 1))
                marks[n + 1] = i + 1 == m_length ? i + 1 : i;
            q = true;
            r = i;
            ++i;
            return;
        }
        ++n;
        if (isParenthesis(n))
            ++n;
        std::optional<std::size_t> ok;
        if (isEnd(n)) {
            ok = 1;
        } else if (isClass(n)) {
            if (belongs(n, c))
                ok = isQuantifier(n + 2) ? 0 : 2;
        } else if (equals(n, c)) {
            q = false;
            ok = 1;
        }
        if (ok) {
            if (isParenthesis(n - 1))
                marks[n - 1] = q && *ok == 1 ? i + 1 : i;
            if (isEnd(n)) {
                ++i;
                return;
            }
            n += *ok;
            if (stack.size() < kMostChoices)
                stack.emplace_back(p, i);
            p = n;
        }
        r = i;
        ++i;
    }

    // A(p) of the spec; goes over the parenthesis.
    bool atEnd()
    {
        if (isParenthesis(p))
            ++p;
        return isEnd(p);
    }

    bool endOfSubject()
    {
        if (m_wantsCaptures) {
            while (isClass(p) && isLiteral(p + 2, '*'))
                p += 3;
            if (isParenthesis(p))
                marks[p] = i;
        }
        if (atEnd())
            return true;
        if (isClass(p) && q) {
            p += 2;
            if (isQuantifier(p)) {
                ++p;
                if (atEnd())
                    return true;
                if (isClass(p)) {
                    p += 2;
                    if (isLiteral(p, '*')) {
                        ++p;
                        if (atEnd())
                            return true;
                    }
                }
            }
        }
        if (isClass(p)) {
            p += 2;
            if (isLiteral(p, '*')) {
                ++p;
                return atEnd();
            }
        }
        return false;
    }

    const Alternative& m_alternative;
    std::string_view m_subject;
    Index m_length;
    bool m_wantsCaptures;

    std::size_t p = 0;
    Index i = 0;
    std::optional<Index> r = 0;
    bool q = false;
    std::optional<Index> R;
    std::vector<std::pair<std::size_t, Index>> stack;
    std::map<std::size_t, Index> marks;
};

std::unique_ptr<const PlainOsRegex> PlainOsRegex::compile(std::string_view text)
{
    static constexpr std::string_view kEscapes = "wdstpWDS.()\\$|<";
    auto pattern = std::make_unique<PlainOsRegex>();
    pattern->m_alternatives.emplace_back();
    bool inside = false;
    for (std::size_t k = 0; k < text.size(); ++k) {
        auto& cells = pattern->m_alternatives.back().cells;
        const char c = text[k];
        if (c == '\\') {
            if (k + 1 == text.size() || !kEscapes.contains(text[k + 1]))
                return nullptr;
            cells.push_back({Cell::Kind::Class, text[++k]});
            cells.push_back({Cell::Kind::Filler, '\0'});
        } else if (c == '(' || c == ')') {
            if (inside == (c == '('))
                return nullptr;
            inside = !inside;
            pattern->m_hasParentheses = true;
            cells.push_back({Cell::Kind::Parenthesis, c});
        } else if (c == '|') {
            if (inside)
                return nullptr;
            pattern->m_alternatives.emplace_back();
        } else {
            cells.push_back({Cell::Kind::Literal, lowerAscii(c)});
        }
    }
    if (inside)
        return nullptr;
    for (auto& alternative : pattern->m_alternatives) {
        auto& cells = alternative.cells;
        const auto is = [](const Cell& cell, char byte) {
            return cell.kind == Cell::Kind::Literal && cell.byte == byte;
        };
        alternative.begin = !cells.empty() && is(cells.front(), '^');
        if (alternative.begin)
            cells.erase(cells.begin());
        alternative.endAnchor = !cells.empty() && is(cells.back(), '$');
        if (alternative.endAnchor)
            cells.pop_back();
    }
    return pattern;
}

std::optional<PlainMatch> PlainOsRegex::find(std::string_view subject, Captures captures) const
{
    const bool wantsCaptures = captures == Captures::Yes && m_hasParentheses;
    std::uint64_t all = 0;
    std::optional<PlainMatch> match;
    for (const auto& alternative : m_alternatives) {
        steps = 0;
        Machine machine(alternative, subject, wantsCaptures);
        const auto last = machine.run();
        all += steps;
        if (!last)
            continue;
        match.emplace();
        match->end = std::min(static_cast<std::size_t>(*last + 1), subject.size());
        if (wantsCaptures) {
            auto found = machine.captures();
            if (found)
                match->captures = std::move(*found);
            else
                match.reset();
        }
        break;
    }
    steps = all;
    return match;
}

std::uint64_t PlainOsRegex::lastSteps()
{
    return steps;
}

void PlainOsRegex::setMostSteps(std::uint64_t number)
{
    mostSteps = number;
}

} // namespace bartizan::plain
