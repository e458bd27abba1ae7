#include "engine/base/strings.h"

#include "engine/base/problem.h"

#include <algorithm>

namespace bartizan {

bool equalsIgnoreCase(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, {}, lowerAscii, lowerAscii);
}

std::string toLower(std::string_view text)
{
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), lowerAscii);
    return lower;
}

std::string_view trim(std::string_view text)
{
    while (!text.empty() && isBlank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && isBlank(text.back()))
        text.remove_suffix(1);
    return text;
}

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

std::vector<std::string_view> splitAny(std::string_view text, std::string_view separators)
{
    std::vector<std::string_view> parts;
    for (auto start = text.find_first_not_of(separators); start != std::string_view::npos;
         start = text.find_first_not_of(separators)) {
        text.remove_prefix(start);
        const auto end = std::min(text.find_first_of(separators), text.size());
        parts.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return parts;
}

std::string describe(const Problem& problem)
{
    std::string text;
    if (!problem.file.empty()) {
        text += problem.file;
        if (problem.line > 0)
            text += ':' + std::to_string(problem.line);
        if (problem.line > 0 && problem.column > 0)
            text += ':' + std::to_string(problem.column);
        text += ": ";
    }
    text += problem.message;
    if (!problem.cure.empty())
        text += " (" + problem.cure + ')';
    return text;
}

} // namespace bartizan
