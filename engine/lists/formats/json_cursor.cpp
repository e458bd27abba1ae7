#include "engine/lists/formats/json_cursor.h"

#include "engine/base/utf8.h"

#include <charconv>

namespace bartizan::formats {

namespace {

constexpr unsigned kReplacement = 0xFFFD;

} // namespace

void JsonCursor::skipBlanks()
{
    while (m_at < m_text.size() &&
           (m_text[m_at] == ' ' || m_text[m_at] == '\n' || m_text[m_at] == '\r' || m_text[m_at] == '\t'))
        ++m_at;
}

char JsonCursor::ahead()
{
    skipBlanks();
    return m_at < m_text.size() && !hasFailed() ? m_text[m_at] : '\0';
}

bool JsonCursor::fail(std::string_view mistake)
{
    if (!hasFailed())
        m_mistake = m_at >= m_text.size() ? "it ends too early" : mistake;
    return false;
}

bool JsonCursor::isAtEnd()
{
    skipBlanks();
    return m_at >= m_text.size();
}

JsonCursor::Kind JsonCursor::kind()
{
    const char c = ahead();
    switch (c) {
    case '{':
        return Kind::Object;
    case '[':
        return Kind::Array;
    case '"':
        return Kind::String;
    default:
        return c == '-' || c == 't' || c == 'f' || c == 'n' || (c >= '0' && c <= '9') ? Kind::Other
                                                                                      : Kind::None;
    }
}

bool JsonCursor::enter()
{
    if (kind() != Kind::Object && kind() != Kind::Array)
        return fail("a '{' or '[' is missing");
    if (m_hasItems.size() >= m_deepest)
        return fail("it is nested too deep");
    ++m_at;
    m_hasItems.push_back(false);
    return true;
}

bool JsonCursor::nextItem(char end)
{
    if (hasFailed() || m_hasItems.empty())
        return false;
    const char c = ahead();
    if (c == end) {
        ++m_at;
        m_hasItems.pop_back();
        return false;
    }
    if (m_hasItems.back()) {
        if (c != ',')
            return fail("a ',' is missing");
        ++m_at;
    }
    m_hasItems.back() = true;
    return true;
}

bool JsonCursor::nextMember(std::string& key)
{
    if (!nextItem('}') || !readString(key))
        return false;
    if (ahead() != ':')
        return fail("a ':' is missing");
    ++m_at;
    return true;
}

bool JsonCursor::nextElement()
{
    return nextItem(']') && (kind() != Kind::None || fail("a value is missing"));
}

bool JsonCursor::readString(std::string& text)
{
    text.clear();
    if (ahead() != '"')
        return fail("a text in double quotes is missing");
    ++m_at;
    for (;;) {
        const auto start = m_at;
        while (m_at < m_text.size() && m_text[m_at] != '"' && m_text[m_at] != '\\' &&
               m_at - start <= m_longestText)
            ++m_at;
        text.append(m_text, start, m_at - start);
        if (text.size() > m_longestText)
            return fail("a text is too long");
        if (m_at >= m_text.size())
            return fail("it ends within a text");
        if (m_text[m_at++] == '"')
            return true;
        if (!readEscape(text))
            return false;
    }
}

bool JsonCursor::readHexadecimal(unsigned& code)
{
    const auto digits = m_text.substr(m_at, 4);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (digits.size() != 4 || error != std::errc{} || end != digits.data() + 4)
        return fail("four hexadecimal digits belong behind \\u");
    m_at += 4;
    return true;
}

bool JsonCursor::readEscape(std::string& text)
{
    static constexpr std::string_view kEscapes = "\"\\/bfnrt";
    static constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
    if (m_at >= m_text.size())
        return fail("it ends within a text");
    const char c = m_text[m_at++];
    if (const auto found = kEscapes.find(c); found != std::string_view::npos) {
        text += kMeant[found];
        return true;
    }
    unsigned code = 0;
    if (c != 'u' || !readHexadecimal(code))
        return fail("an unknown escape stands in a text");
    if (code >= 0xD800 && code <= 0xDBFF && m_text.substr(m_at, 2) == "\\u") {
        unsigned low = 0;
        m_at += 2;
        if (!readHexadecimal(low))
            return false;
        code = low >= 0xDC00 && low <= 0xDFFF ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
                                              : kReplacement;
    }
    appendUtf8(text, code >= 0xD800 && code <= 0xDFFF ? kReplacement : code);
    return true;
}

std::string_view JsonCursor::readWord()
{
    if (kind() != Kind::Other) {
        fail("a value is missing");
        return {};
    }
    const auto end = m_text.find_first_of(" \t\r\n,]}:\"[{", m_at);
    const auto word = m_text.substr(m_at, end == std::string_view::npos ? end : end - m_at);
    const bool isNumber = word.find_first_not_of("+-.0123456789eE") == std::string_view::npos;
    if (!isNumber && word != "true" && word != "false" && word != "null") {
        fail("an unknown word stands where a value belongs");
        return {};
    }
    m_at += word.size();
    return word;
}

bool JsonCursor::skipString()
{
    ++m_at;
    for (; m_at < m_text.size(); ++m_at) {
        if (m_text[m_at] == '"') {
            ++m_at;
            return true;
        }
        if (m_text[m_at] == '\\')
            ++m_at;
    }
    m_at = m_text.size(); // a '\\' at the end leads beyond
    return fail("it ends within a text");
}

void JsonCursor::skip()
{
    const auto depth = m_hasItems.size();
    std::vector<bool> isObject; // of those entered here
    do {
        const bool isOpen = !isObject.empty();
        if (isOpen) {
            const bool object = isObject.back();
            if (!nextItem(object ? '}' : ']')) {
                isObject.pop_back();
                continue;
            }
            if (object) {
                if (ahead() != '"' || !skipString() || ahead() != ':') {
                    fail("a name and ':' are missing");
                    return;
                }
                ++m_at;
            }
        }
        const Kind next = kind();
        if (next == Kind::Object || next == Kind::Array) {
            if (enter())
                isObject.push_back(next == Kind::Object);
        } else if (next == Kind::String) {
            skipString();
        } else {
            readWord();
        }
    } while (!hasFailed() && m_hasItems.size() > depth);
}

} // namespace bartizan::formats
