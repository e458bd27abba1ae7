#include "tests/hostile/pattern_sketch.h"

#include <algorithm>
#include <optional>

namespace bartizan::test {

namespace {

constexpr std::size_t kMostSketches = 32;
constexpr int kDeepest = 16;

class Reader
{
public:
    Reader(PatternType type, std::string_view text)
        : m_type(type)
        , m_text(text)
    {
        if (type == PatternType::OsMatch && m_text.starts_with('!'))
            m_text.remove_prefix(1);
    }

    std::vector<Sketch> read()
    {
        std::vector<Sketch> sketches;
        do
            sketches.push_back(sequence(0));
        while ((take('|') || take(')')) && sketches.size() < kMostSketches);
        return sketches;
    }

private:
    [[nodiscard]] bool atEnd() const { return m_at >= m_text.size(); }
    [[nodiscard]] char peek() const { return atEnd() ? '\0' : m_text[m_at]; }
    bool take(char c)
    {
        if (atEnd() || peek() != c)
            return false;
        ++m_at;
        return true;
    }
    char next() { return atEnd() ? '\0' : m_text[m_at++]; }

    Sketch sequence(int depth)
    {
        Sketch parts;
        while (!atEnd() && peek() != '|' && !(peek() == ')' && m_type == PatternType::Pcre2))
            item(parts, depth);
        return parts;
    }

    void item(Sketch& parts, int depth)
    {
        const char c = next();
        if (m_type == PatternType::OsMatch)
            return literal(parts, c == '^' || c == '$' ? std::string() : std::string(1, c));
        if (c == '^' || c == '$')
            return;
        if (c == '\\')
            return repeatable(parts, escaped(next()));
        if (m_type == PatternType::OsRegex)
            return c == '(' || c == ')' ? void() : literal(parts, std::string(1, c));
        if (c == '(')
            return group(parts, depth);
        if (c == '[')
            return repeatable(parts, fromClass());
        repeatable(parts, std::string(1, c == '.' ? 'x' : c));
    }

    static void literal(Sketch& parts, const std::string& text)
    {
        if (parts.empty() || parts.back().repeats)
            parts.emplace_back();
        parts.back().sample += text;
    }

    // What stands behind a quantifier is a part of its own.
    void repeatable(Sketch& parts, const std::string& sample)
    {
        if (quantifier())
            parts.push_back({sample, true});
        else
            literal(parts, sample);
    }

    bool quantifier()
    {
        if (take('+') || take('*')) {
            if (m_type == PatternType::Pcre2 && !take('?'))
                take('+');
            return true;
        }
        if (m_type != PatternType::Pcre2)
            return false;
        if (take('?'))
            return false;
        const auto close = peek() == '{' ? m_text.find('}', m_at) : std::string_view::npos;
        const bool isCount = close != std::string_view::npos && close > m_at + 1 &&
                             m_text.substr(m_at + 1, close - m_at - 1).find_first_not_of("0123456789,") ==
                                 std::string_view::npos;
        if (!isCount)
            return false;
        m_at = close + 1;
        return true;
    }

    std::string escaped(char c)
    {
        switch (c) {
        case 'd':
            return "7";
        case 'w':
            return "a";
        case 's':
            return " ";
        case 'p':
            return m_type == PatternType::OsRegex ? ";" : "p";
        case 'W':
            return "%";
        case 'D':
        case 'S':
            return "x";
        case 't':
            return "\t";
        case 'n':
            return "\n";
        case 'b':
        case 'B':
        case 'A':
        case 'z':
            return m_type == PatternType::Pcre2 ? std::string() : std::string(1, c);
        case '.':
            return m_type == PatternType::Pcre2 ? "." : "x";
        default:
            return std::string(1, c);
        }
    }

    // Behind "[". A byte that the class accepts.
    std::string fromClass()
    {
        const bool negated = take('^');
        std::string members;
        for (bool first = true; !atEnd() && (first || peek() != ']'); first = false) {
            const char c = next();
            if (c == '\\')
                members += escaped(next());
            else
                members += c;
        }
        take(']');
        if (!negated)
            return members.substr(0, 1);
        constexpr std::string_view kCandidates = "xa7 .-%\"";
        const auto outside =
            std::ranges::find_if(kCandidates, [&](char c) { return members.find(c) == std::string::npos; });
        return std::string(1, outside == kCandidates.end() ? '~' : *outside);
    }

    // Behind "(": the parts of its first alternative, and the whole as one where it repeats.
    void group(Sketch& parts, int depth)
    {
        if (take('?')) {
            while (!atEnd() && std::string_view(":=!<>)").find(peek()) == std::string_view::npos)
                ++m_at;
            if (take(')'))
                return;
            while (!atEnd() && std::string_view(":=!<>").find(peek()) != std::string_view::npos)
                ++m_at;
        }
        const Sketch inner = depth < kDeepest ? sequence(depth + 1) : Sketch{};
        while (take('|'))
            static_cast<void>(sequence(depth + 1));
        take(')');
        const bool repeats = quantifier();
        for (const SketchPart& part : inner) {
            if (part.repeats)
                parts.push_back(part);
            else
                literal(parts, part.sample);
        }
        if (repeats)
            parts.push_back({sampleOf(inner), true});
    }

    PatternType m_type;
    std::string_view m_text;
    std::size_t m_at = 0;
};

} // namespace

std::vector<Sketch> sketchesOf(PatternType type, std::string_view pattern)
{
    return Reader(type, pattern).read();
}

std::string sampleOf(const Sketch& sketch, std::size_t count)
{
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += sketch[i].sample;
    return text;
}

} // namespace bartizan::test
