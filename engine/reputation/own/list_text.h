// The text of a list in the CDB form (spec §9.1), line by line: what CdbList reads out of a line is what is
// read here, and the bytes of every line stay at hand. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bartizan::own {

enum class LineKind : std::uint8_t {
    Entry,
    Comment, // begins with '#': no key that anybody looks up, though the form knows no comments
    Blank,
    NoColon, // skipped by whoever looks up
};

// Views into the text.
struct TextLine
{
    LineKind kind = LineKind::Blank;
    std::string_view whole; // with its end
    std::string_view text;  // without
    std::string_view key;   // without quotes
    std::string_view value; // without quotes
    std::uint64_t number = 0;
    bool cutsAddress = false; // an IPv6 address without quotes: the key is not what the person meant

    [[nodiscard]] std::string_view end() const { return whole.substr(text.size()); }
};

class LineWalk
{
public:
    explicit LineWalk(std::string_view text)
        : m_rest(text)
    {
    }
    [[nodiscard]] bool next(TextLine& line);

private:
    std::string_view m_rest;
    std::uint64_t m_number = 0;
};

// One line without its end.
[[nodiscard]] TextLine readLine(std::string_view text);

// Of an entry that reads back as these; nothing where the form can't say it.
[[nodiscard]] std::optional<std::string> writeLine(std::string_view key, std::string_view value);
// The same line with another value: its key stays as it is spelt.
[[nodiscard]] std::optional<std::string> withValue(const TextLine& line, std::string_view value);

// How the lines of the text end: "\r\n" where the first one does, else "\n".
[[nodiscard]] std::string_view lineEndOf(std::string_view text);

} // namespace bartizan::own
