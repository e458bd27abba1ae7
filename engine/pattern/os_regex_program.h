// An OS_Regex pattern compiled to rows of cells (spec §3.2), one row per alternative.
#pragma once

#include "engine/base/result.h"
#include "engine/pattern/literal_search.h"

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace bartizan::osregex {

enum class CellKind : std::uint8_t {
    Class,       // a backslash item; takes two cells
    Filler,      // the second of them
    Literal,     // also a quantifier: `+` or `*` behind a class
    Parenthesis, // opening and closing alike
    End,
};

struct Cell
{
    CellKind kind = CellKind::End;
    std::uint8_t literal = 0;      // in lower case
    std::uint16_t classBit = 0;    // for kClassBits
    std::uint32_t parenthesis = 0; // counted from 0 within the alternative
};

struct Alternative
{
    bool begin = false;      // leading ^
    bool endAnchor = false;  // trailing $
    std::vector<Cell> cells; // followed by enough End cells for every look-ahead of the machine
    std::uint32_t parentheses = 0;
    // The byte that an attempt must start with, where the row starts with a literal.
    std::optional<std::uint8_t> firstLiteral;
    // A text that every match holds, in lower case; empty: none is known.
    std::string needed;
    // The same where it is worth a search before the machine is run.
    std::optional<LiteralSearch> required;
};

struct Program
{
    std::vector<Alternative> alternatives;
    bool hasParentheses = false;
    // The bytes that a non-empty subject must begin with, where every alternative is anchored and says so.
    std::optional<std::bitset<256>> firstBytes;
};

[[nodiscard]] Result<Program> compile(std::string_view text);

// kClassBits[byte] holds the bit of each class that the byte belongs to.
[[nodiscard]] constexpr std::uint16_t classBit(char name)
{
    constexpr std::string_view kNames = "dDwWsSp.t()\\$|<";
    const auto index = kNames.find(name);
    return index == std::string_view::npos ? std::uint16_t{0} : static_cast<std::uint16_t>(1U << index);
}

inline constexpr std::array<std::uint16_t, 256> kClassBits = [] {
    std::array<std::uint16_t, 256> table{};
    for (unsigned c = 0; c < 256; ++c) {
        const bool digit = c >= '0' && c <= '9';
        const bool word = digit || (c >= '@' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
        const bool punctuation = (c >= 0x21 && c <= 0x2E) || (c >= 0x3A && c <= 0x3F) || c == '[' ||
                                 c == ']' || (c >= 0x7B && c <= 0x7D);
        unsigned bits = classBit('.');
        bits |= classBit(digit ? 'd' : 'D');
        bits |= classBit(word ? 'w' : 'W');
        bits |= classBit(c == ' ' ? 's' : 'S');
        bits |= punctuation ? classBit('p') : 0U;
        bits |= c == '\t' ? classBit('t') : 0U;
        for (const char literal : std::string_view("()\\$|<"))
            bits |= c == static_cast<unsigned char>(literal) ? classBit(literal) : 0U;
        table[c] = static_cast<std::uint16_t>(bits);
    }
    return table;
}();

} // namespace bartizan::osregex
