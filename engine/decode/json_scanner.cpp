#include "engine/decode/json_scanner.h"

#include "engine/base/strings.h"
#include "engine/base/utf8.h"

#include <algorithm>
#include <charconv>

namespace bartizan {

namespace {

constexpr int kMaxDepth = 1000;

std::optional<unsigned> hexQuad(std::string_view text)
{
    unsigned value = 0;
    if (text.size() < 4)
        return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + 4, value, 16);
    return error == std::errc{} && end == text.data() + 4 ? std::optional(value) : std::nullopt;
}

bool isHighSurrogate(unsigned code)
{
    return code >= 0xD800 && code <= 0xDBFF;
}
bool isLowSurrogate(unsigned code)
{
    return code >= 0xDC00 && code <= 0xDFFF;
}

char simpleEscape(char c)
{
    switch (c) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return c;
    }
}

} // namespace

void JsonScanner::skipBlanks()
{
    while (m_at < m_text.size() && static_cast<unsigned char>(m_text[m_at]) <= 0x20)
        ++m_at;
}

bool JsonScanner::take(char c)
{
    skipBlanks();
    if (m_at >= m_text.size() || m_text[m_at] != c)
        return false;
    ++m_at;
    return true;
}

JsonKind JsonScanner::kind()
{
    skipBlanks();
    const char c = peek();
    if (c == '{')
        return JsonKind::Object;
    if (c == '[')
        return JsonKind::Array;
    if (c == '"')
        return JsonKind::String;
    if (c == '-' || isDigit(c))
        return JsonKind::Number;
    const auto rest = m_text.substr(std::min(m_at, m_text.size()));
    if (rest.starts_with("true"))
        return JsonKind::True;
    if (rest.starts_with("false"))
        return JsonKind::False;
    return rest.starts_with("null") ? JsonKind::Null : JsonKind::None;
}

bool JsonScanner::skipValue(int depth)
{
    switch (kind()) {
    case JsonKind::Object:
    case JsonKind::Array:
        return depth < kMaxDepth && skipContainer(depth);
    case JsonKind::String:
        return skipString();
    case JsonKind::Number:
        return readNumber().has_value();
    case JsonKind::True:
    case JsonKind::False:
    case JsonKind::Null:
        skipWord();
        return true;
    case JsonKind::None:
        return false;
    }
    return false;
}

bool JsonScanner::skipContainer(int depth)
{
    const bool isObject = peek() == '{';
    const char end = isObject ? '}' : ']';
    ++m_at;
    if (take(end))
        return true;
    do {
        if (isObject && (kind() != JsonKind::String || !skipString() || !take(':')))
            return false;
        if (!skipValue(depth + 1))
            return false;
    } while (take(','));
    return take(end);
}

bool JsonScanner::skipString()
{
    for (++m_at; m_at < m_text.size(); ++m_at) {
        if (m_text[m_at] == '"') {
            ++m_at;
            return true;
        }
        if (m_text[m_at] == '\\' && !skipEscape())
            return false;
    }
    return false;
}

// At the backslash; to the last byte of the escape.
bool JsonScanner::skipEscape()
{
    ++m_at;
    if (m_at >= m_text.size())
        return false;
    if (m_text[m_at] != 'u')
        return std::string_view("bfnrt\"\\/").find(m_text[m_at]) != std::string_view::npos;
    const auto code = hexQuad(m_text.substr(m_at + 1));
    if (!code || isLowSurrogate(*code))
        return false;
    m_at += 4;
    if (!isHighSurrogate(*code))
        return true;
    const auto rest = m_text.substr(m_at + 1);
    const auto low = rest.starts_with("\\u") ? hexQuad(rest.substr(2)) : std::nullopt;
    m_at += 6;
    return low && isLowSurrogate(*low);
}

std::optional<double> JsonScanner::readNumber()
{
    double value = 0;
    const char* begin = m_text.data() + m_at;
    const auto digits = m_text.substr(m_at, m_text.find_first_not_of("0123456789+-.eE", m_at) - m_at);
    const auto [end, error] = std::from_chars(begin, begin + digits.size(), value);
    if (end == begin)
        return std::nullopt;
    // Out of range: the reference's conversion gives infinity or zero, which is what `value` may not hold
    // here.
    if (error == std::errc::result_out_of_range)
        value = 0;
    m_at += static_cast<std::size_t>(end - begin);
    return value;
}

std::string_view JsonScanner::takeRawString()
{
    skipBlanks();
    const auto start = m_at + 1;
    return skipString() ? m_text.substr(start, m_at - 1 - start) : std::string_view{};
}

double JsonScanner::takeNumber()
{
    skipBlanks();
    return readNumber().value_or(0);
}

void JsonScanner::skipWord()
{
    skipBlanks();
    m_at += peek() == 'f' ? 5 : 4;
}

bool JsonScanner::enter()
{
    skipBlanks();
    const char end = peek() == '{' ? '}' : ']';
    ++m_at;
    return !take(end);
}

bool JsonScanner::next()
{
    if (take(','))
        return true;
    ++m_at;
    return false;
}

void JsonScanner::skipColon()
{
    static_cast<void>(take(':'));
}

std::string unescapeJson(std::string_view raw)
{
    std::string text;
    text.reserve(raw.size());
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (raw[i] != '\\' || i + 1 >= raw.size()) {
            text += raw[i];
            continue;
        }
        ++i;
        if (raw[i] != 'u') {
            text += simpleEscape(raw[i]);
            continue;
        }
        unsigned code = hexQuad(raw.substr(i + 1)).value_or(0);
        i += 4;
        if (isHighSurrogate(code) && i + 6 < raw.size()) {
            code = 0x10000 + ((code - 0xD800) << 10) + (hexQuad(raw.substr(i + 3)).value_or(0xDC00) - 0xDC00);
            i += 6;
        }
        appendUtf8(text, code);
    }
    return text;
}

} // namespace bartizan
