#include "engine/reputation/own/list_text.h"

#include "engine/base/strings.h"

#include <algorithm>

namespace bartizan::own {

namespace {

bool isHexDigit(char c)
{
    return isDigit(c) || (lowerAscii(c) >= 'a' && lowerAscii(c) <= 'f');
}

std::string_view unquoted(std::string_view text)
{
    return text.size() >= 2 && text.front() == '"' && text.back() == '"' ? text.substr(1, text.size() - 2)
                                                                         : text;
}

std::size_t colonOf(std::string_view text)
{
    const auto closing = text.starts_with('"') ? text.find("\":", 1) : std::string_view::npos;
    return closing != std::string_view::npos ? closing + 1 : text.find(':');
}

// ':' can't stand bare in a key or value.
std::string quotedWhereNeeded(std::string_view text)
{
    if (text.find(':') == std::string_view::npos)
        return std::string(text);
    std::string quoted = "\"";
    quoted.append(text) += '"';
    return quoted;
}

std::optional<std::string> ifReadsBack(std::string line, std::string_view key, std::string_view value)
{
    const auto read = readLine(line);
    if (read.kind != LineKind::Entry || read.key != key || read.value != value ||
        line.find('\n') != std::string::npos || line.ends_with('\r'))
        return std::nullopt;
    return line;
}

} // namespace

TextLine readLine(std::string_view text)
{
    TextLine line;
    line.whole = text;
    line.text = text;
    if (text.empty())
        return line;
    const auto colon = colonOf(text);
    if (colon == std::string_view::npos) {
        line.kind = text.front() == '#' ? LineKind::Comment : LineKind::NoColon;
        return line;
    }
    const auto key = text.substr(0, colon);
    const auto value = text.substr(colon + 1);
    line.kind = text.front() == '#' ? LineKind::Comment : LineKind::Entry;
    line.key = unquoted(key);
    line.value = unquoted(value);
    line.cutsAddress = !key.empty() && key.size() <= 4 && std::ranges::all_of(key, isHexDigit) &&
                       line.value.size() == value.size() && value.find(':') != std::string_view::npos;
    return line;
}

bool LineWalk::next(TextLine& line)
{
    if (m_rest.empty())
        return false;
    const auto newline = m_rest.find('\n');
    const auto whole = m_rest.substr(0, newline == std::string_view::npos ? newline : newline + 1);
    m_rest.remove_prefix(whole.size());
    auto text = whole.substr(0, whole.size() - (newline == std::string_view::npos ? 0 : 1));
    while (text.ends_with('\r'))
        text.remove_suffix(1);
    line = readLine(text);
    line.whole = whole;
    line.number = ++m_number;
    return true;
}

std::optional<std::string> writeLine(std::string_view key, std::string_view value)
{
    return ifReadsBack(quotedWhereNeeded(key) + ':' + quotedWhereNeeded(value), key, value);
}

std::optional<std::string> withValue(const TextLine& line, std::string_view value)
{
    std::string changed(line.text.substr(0, colonOf(line.text) + 1));
    return ifReadsBack(changed + quotedWhereNeeded(value), line.key, value);
}

std::string_view lineEndOf(std::string_view text)
{
    const auto newline = text.find('\n');
    return newline != std::string_view::npos && newline > 0 && text[newline - 1] == '\r' ? "\r\n" : "\n";
}

} // namespace bartizan::own
