#include "engine/pattern/required_literals.h"

#include "engine/base/strings.h"
#include "engine/pattern/literal_search.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>

namespace bartizan {

namespace {

constexpr std::size_t kMostLiterals = 64;
constexpr int kDeepest = 32;

using Literals = std::vector<std::string>; // one of them is needed; empty: nothing is known

// A byte or two stand in many a text by chance.
int worth(std::string_view literal)
{
    return rarity(literal) / (literal.size() == 1 ? 8 : literal.size() == 2 ? 2 : 1);
}

// The literal that tells least decides what a set is worth, and a larger set lets more through.
int worth(const Literals& literals)
{
    if (literals.empty())
        return -1;
    const auto least =
        std::ranges::min_element(literals, {}, [](const std::string& one) { return worth(one); });
    return worth(*least) / static_cast<int>(std::bit_width(literals.size()));
}

// Reads as much of the syntax as rules use (pcre2pattern(3)); whatever else is in a pattern makes it unknown.
class Reader
{
public:
    explicit Reader(std::string_view pattern)
        : m_text(pattern)
    {
    }

    Literals read()
    {
        Literals found = alternatives(0);
        return m_isKnown && m_at == m_text.size() ? found : Literals{};
    }

private:
    // What one sequence needs: the best of its runs and groups.
    struct Sequence
    {
        Literals best;
        std::string run;

        void offer(const Literals& literals)
        {
            if (worth(literals) > worth(best))
                best = literals;
        }
        void endRun()
        {
            if (!run.empty())
                offer({run});
            run.clear();
        }
    };

    enum class Repeat { Once, AtLeastOnce, MaybeNone };

    [[nodiscard]] bool isAtEnd() const { return m_at >= m_text.size(); }
    [[nodiscard]] char peek(std::size_t ahead = 0) const
    {
        return m_at + ahead < m_text.size() ? m_text[m_at + ahead] : '\0';
    }
    bool takes(std::string_view expected)
    {
        if (!m_text.substr(m_at).starts_with(expected))
            return false;
        m_at += expected.size();
        return true;
    }
    void giveUp()
    {
        m_isKnown = false;
        m_at = m_text.size();
    }

    // Up to the end or an unmatched ')'.
    Literals alternatives(int depth)
    {
        if (depth > kDeepest)
            giveUp();
        Literals all;
        bool isComplete = true;
        do {
            const Literals one = sequence(depth);
            isComplete = isComplete && !one.empty();
            all.insert(all.end(), one.begin(), one.end());
        } while (takes("|"));
        return isComplete && all.size() <= kMostLiterals ? all : Literals{};
    }

    Literals sequence(int depth)
    {
        Sequence result;
        while (!isAtEnd() && peek() != '|' && peek() != ')')
            atom(result, depth);
        result.endRun();
        return result.best;
    }

    void atom(Sequence& result, int depth)
    {
        if (skipsBlanks())
            return;
        switch (peek()) {
        case '(':
            result.endRun();
            group(result, depth);
            return;
        case '[':
            result.endRun();
            characterClass();
            static_cast<void>(repeat());
            return;
        case '.':
        case '^':
        case '$':
            ++m_at;
            result.endRun();
            static_cast<void>(repeat());
            return;
        case '*':
        case '+':
        case '?':
            giveUp(); // nothing to repeat
            return;
        default:
            break;
        }
        const auto literal = peek() == '\\' ? escaped() : std::optional(m_text[m_at++]);
        if (!literal)
            result.endRun();
        switch (repeat()) {
        case Repeat::Once:
            if (literal)
                result.run += *literal;
            break;
        case Repeat::AtLeastOnce:
            if (literal)
                result.run += *literal;
            result.endRun();
            break;
        case Repeat::MaybeNone:
            result.endRun();
            break;
        }
    }

    // With (?x) blanks and comments mean nothing outside of classes.
    bool skipsBlanks()
    {
        const auto from = m_at;
        while (m_isExtended && !isAtEnd()) {
            if (peek() == '#')
                m_at = std::min(m_text.find('\n', m_at), m_text.size());
            else if (isBlank(peek()) || peek() == '\f' || peek() == '\v')
                ++m_at;
            else
                break;
        }
        return m_at > from;
    }

    // Behind an atom.
    Repeat repeat()
    {
        skipsBlanks();
        Repeat found = Repeat::Once;
        if (takes("?") || takes("*")) {
            found = Repeat::MaybeNone;
        } else if (takes("+")) {
            found = Repeat::AtLeastOnce;
        } else if (peek() == '{') {
            if (!isDigit(peek(1))) {
                if (peek(1) == ',' || peek(1) == ' ')
                    giveUp(); // a repetition for newer versions only
                return found;
            }
            const auto end = m_text.find('}', m_at);
            const auto inside = m_text.substr(m_at + 1, end == std::string_view::npos ? 0 : end - m_at - 1);
            if (inside.empty() || inside.find_first_not_of("0123456789,") != std::string_view::npos) {
                giveUp();
                return found;
            }
            const auto least = inside.substr(0, inside.find(','));
            found = least.find_first_not_of('0') == std::string_view::npos ? Repeat::MaybeNone
                                                                           : Repeat::AtLeastOnce;
            m_at = end + 1;
        } else {
            return found;
        }
        if (!takes("?"))
            static_cast<void>(takes("+"));
        skipsBlanks();
        if (peek() == '{' && isDigit(peek(1)))
            giveUp(); // a repetition of a repetition
        return found;
    }

    // At a backslash: the byte that it stands for, or nothing where it stands for a kind of byte.
    std::optional<char> escaped()
    {
        static constexpr std::string_view kKinds = "dDwWsShHvVNbBAzZRGK";
        const char c = peek(1);
        m_at += 2;
        if (c == '\0') {
            giveUp();
            return std::nullopt;
        }
        if (kKinds.find(c) != std::string_view::npos)
            return std::nullopt;
        const bool isWord = isDigit(c) || (lowerAscii(c) >= 'a' && lowerAscii(c) <= 'z');
        if (!isWord)
            return c;
        static constexpr std::string_view kControls = "tnrfae";
        static constexpr std::string_view kBytes = "\t\n\r\f\a\x1b";
        if (c == 'x')
            return hexByte();
        if (c == 'g' && peek() == '{') { // a group again
            const auto end = m_text.find('}', m_at);
            if (end == std::string_view::npos)
                giveUp();
            else
                m_at = end + 1;
            return std::nullopt;
        }
        const auto control = kControls.find(c);
        if (control != std::string_view::npos)
            return kBytes[control];
        giveUp();
        return std::nullopt;
    }

    // Behind \x: two digits; other forms are left alone.
    std::optional<char> hexByte()
    {
        unsigned value = 0;
        const char* const from = m_text.data() + std::min(m_at, m_text.size());
        const char* const end = m_text.data() + std::min(m_at + 2, m_text.size());
        if (std::from_chars(from, end, value, 16).ptr != from + 2) {
            giveUp();
            return std::nullopt;
        }
        m_at += 2;
        return static_cast<char>(value);
    }

    void characterClass()
    {
        ++m_at;
        static_cast<void>(takes("^"));
        static_cast<void>(takes("]")); // as the first it is one of the bytes
        while (!isAtEnd() && peek() != ']') {
            if (peek() == '\\') {
                if (peek(1) == 'Q' || peek(1) == 'E' || peek(1) == '\0') {
                    giveUp();
                    return;
                }
                m_at += 2;
            } else if (peek() == '[' && (peek(1) == ':' || peek(1) == '.' || peek(1) == '=')) {
                const char kind = peek(1);
                const auto end = m_text.find(std::string{kind, ']'}, m_at + 2);
                const auto inside =
                    m_text.substr(m_at + 2, end == std::string_view::npos ? 0 : end - m_at - 2);
                if (end == std::string_view::npos || inside.find_first_of("\\]") != std::string_view::npos) {
                    giveUp();
                    return;
                }
                m_at = end + 2;
            } else {
                ++m_at;
            }
        }
        if (isAtEnd())
            giveUp();
        else
            ++m_at;
    }

    void group(Sequence& result, int depth)
    {
        ++m_at;
        bool isForbidden = false;
        if (takes("?")) {
            if (takes("!") || takes("<!"))
                isForbidden = true;
            else if (!takes("=") && !takes("<=") && !takes(":") && !takes(">") && !takesName() &&
                     !takesFlags()) {
                giveUp();
                return;
            }
            if (m_wasFlagsOnly) {
                m_wasFlagsOnly = false;
                return;
            }
        } else if (peek() == '*') {
            giveUp();
            return;
        }
        const Literals needed = alternatives(depth + 1);
        if (!takes(")")) {
            giveUp();
            return;
        }
        if (repeat() != Repeat::MaybeNone && !isForbidden)
            result.offer(needed);
    }

    bool takesName()
    {
        const char close = peek() == 'P' && peek(1) == '<' ? '>'
                           : peek() == '<'                 ? '>'
                           : peek() == '\''                ? '\''
                                                           : '\0';
        if (close == '\0')
            return false;
        const auto end = m_text.find(close, m_at + 2);
        if (end == std::string_view::npos)
            return false;
        m_at = end + 1;
        return true;
    }

    // (?i) or (?i: …; x, which changes how the rest is read, only for the whole pattern.
    bool takesFlags()
    {
        const bool isFirst = m_at == 2;
        const auto end = m_text.find_first_not_of(isFirst ? "imsxU" : "imsU-", m_at);
        if (end == std::string_view::npos || end == m_at || (m_text[end] != ')' && m_text[end] != ':'))
            return false;
        const bool isExtended = m_text.substr(m_at, end - m_at).find('x') != std::string_view::npos;
        if (isExtended &&
            (m_text[end] != ')' || m_text.substr(m_at, end - m_at).find("xx") != std::string_view::npos))
            return false;
        m_isExtended = m_isExtended || isExtended;
        m_wasFlagsOnly = m_text[end] == ')';
        m_at = end + 1;
        return true;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    bool m_isKnown = true;
    bool m_isExtended = false;
    bool m_wasFlagsOnly = false;
};

} // namespace

std::vector<std::string> requiredLiterals(std::string_view pcre2Pattern)
{
    return Reader(pcre2Pattern).read();
}

} // namespace bartizan
