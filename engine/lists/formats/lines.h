// A text line by line, and the comments in lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bartizan::formats {

struct Line
{
    std::string_view text; // without its end
    std::uint64_t number = 0;
    bool isTooLong = false; // `text` is cut then
};

class LineCursor
{
public:
    LineCursor(std::string_view bytes, std::size_t longest)
        : m_rest(bytes)
        , m_longest(longest)
    {
    }

    [[nodiscard]] bool next(Line& line);
    // What follows the line.
    [[nodiscard]] std::string_view rest() const { return m_rest; }

private:
    std::string_view m_rest;
    std::size_t m_longest;
    std::uint64_t m_number = 0;
};

struct Commented
{
    std::string_view text;    // trimmed
    std::string_view comment; // trimmed, without its mark
};

// At the first '#', ';' or "//", wherever it stands (but that of "http://"): no address, hash or domain has
// one.
[[nodiscard]] Commented splitComment(std::string_view line);
// Whether the whole line is empty or a comment of one of these kinds.
[[nodiscard]] bool isBlankOrComment(std::string_view line);

// The first word, and what follows it; both trimmed.
struct FirstWord
{
    std::string_view word;
    std::string_view rest;
};
[[nodiscard]] FirstWord firstWord(std::string_view text);

} // namespace bartizan::formats
