#include "engine/logsource/json_object.h"

#include "engine/base/strings.h"

#include <algorithm>

namespace bartizan {

namespace {

// Walks over JSON text without keeping anything of it.
class JsonScanner
{
public:
    explicit JsonScanner(std::string_view text)
        : m_text(text)
    {
    }

    bool scanObjectOnly()
    {
        skipBlanks();
        if (peek() != '{' || !scanValue(0))
            return false;
        skipBlanks();
        return m_at == m_text.size();
    }

private:
    static constexpr int kMaxDepth = 128;

    [[nodiscard]] char peek() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }
    bool take(char c)
    {
        if (peek() != c || m_at >= m_text.size())
            return false;
        ++m_at;
        return true;
    }
    void skipBlanks()
    {
        while (isBlank(peek()))
            ++m_at;
    }
    bool takeWord(std::string_view word)
    {
        if (!m_text.substr(m_at).starts_with(word))
            return false;
        m_at += word.size();
        return true;
    }

    bool scanValue(int depth)
    {
        switch (peek()) {
        case '{':
            return scanMembers('{', '}', depth);
        case '[':
            return scanMembers('[', ']', depth);
        case '"':
            return scanString();
        case 't':
            return takeWord("true");
        case 'f':
            return takeWord("false");
        case 'n':
            return takeWord("null");
        default:
            return scanNumber();
        }
    }

    bool scanMembers(char open, char close, int depth)
    {
        if (depth >= kMaxDepth || !take(open))
            return false;
        skipBlanks();
        if (take(close))
            return true;
        do {
            skipBlanks();
            if (open == '{') {
                if (!scanString())
                    return false;
                skipBlanks();
                if (!take(':'))
                    return false;
                skipBlanks();
            }
            if (!scanValue(depth + 1))
                return false;
            skipBlanks();
        } while (take(','));
        return take(close);
    }

    bool scanString()
    {
        if (!take('"'))
            return false;
        while (m_at < m_text.size()) {
            const char c = m_text[m_at++];
            if (c == '"')
                return true;
            if (static_cast<unsigned char>(c) < 0x20)
                return false;
            if (c == '\\' && !scanEscape())
                return false;
        }
        return false;
    }

    bool scanEscape()
    {
        const char c = peek();
        ++m_at;
        if (c != 'u')
            return c != '\0' && std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
        const std::string_view digits = m_text.substr(std::min(m_at, m_text.size()), 4);
        m_at += 4;
        const auto isHex = [](char d) {
            return isDigit(d) || (lowerAscii(d) >= 'a' && lowerAscii(d) <= 'f');
        };
        return digits.size() == 4 && std::ranges::all_of(digits, isHex);
    }

    bool scanDigits()
    {
        const std::size_t start = m_at;
        while (isDigit(peek()))
            ++m_at;
        return m_at > start;
    }

    bool scanNumber()
    {
        take('-');
        if (!take('0') && !scanDigits())
            return false;
        if (take('.') && !scanDigits())
            return false;
        if (take('e') || take('E')) {
            if (!take('+'))
                take('-');
            return scanDigits();
        }
        return true;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
};

} // namespace

bool isJsonObject(std::string_view text)
{
    return JsonScanner(text).scanObjectOnly();
}

} // namespace bartizan
