#include "engine/lists/formats/lines.h"

#include "engine/base/strings.h"

#include <algorithm>

namespace bartizan::formats {

bool LineCursor::next(Line& line)
{
    if (m_rest.empty())
        return false;
    const auto end = m_rest.find('\n');
    auto text = m_rest.substr(0, end);
    m_rest.remove_prefix(end == std::string_view::npos ? m_rest.size() : end + 1);
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    line = {text.substr(0, m_longest), ++m_number, text.size() > m_longest};
    return true;
}

Commented splitComment(std::string_view line)
{
    for (std::size_t i = 0; i < line.size(); ++i) {
        // Behind a ':' they belong to a URL.
        const bool isSlashes =
            line[i] == '/' && i + 1 < line.size() && line[i + 1] == '/' && (i == 0 || line[i - 1] != ':');
        if (line[i] != '#' && line[i] != ';' && !isSlashes)
            continue;
        auto comment = line.substr(i);
        const auto start = comment.find_first_not_of("#;/");
        comment.remove_prefix(std::min(start, comment.size()));
        return {trim(line.substr(0, i)), trim(comment)};
    }
    return {trim(line), {}};
}

bool isBlankOrComment(std::string_view line)
{
    line = trim(line);
    return line.empty() || line.front() == '#' || line.front() == ';' || line.starts_with("//");
}

FirstWord firstWord(std::string_view text)
{
    text = trim(text);
    const auto end = std::ranges::find_if(text, isBlank);
    const auto size = static_cast<std::size_t>(end - text.begin());
    return {text.substr(0, size), trim(text.substr(size))};
}

} // namespace bartizan::formats
