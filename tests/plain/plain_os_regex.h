// OS_Regex, word for word as spec §3.1 and §3.2 describe the machine: no short cut, no table, no prefilter.
#pragma once

#include "tests/plain/plain_pattern.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

namespace bartizan::plain {

class PlainOsRegex final : public PlainPattern
{
public:
    // nullptr where `text` is no pattern.
    [[nodiscard]] static std::unique_ptr<const PlainOsRegex> compile(std::string_view text);

    [[nodiscard]] std::optional<PlainMatch> find(std::string_view subject, Captures captures) const override;

    // The machine can take very many steps; an alternative that takes more than the engine promises to (4
    // million) is no match. Whoever compares it with one that counts them otherwise has to know how many the
    // last find() took, and may want fewer. Both are about the calling thread.
    [[nodiscard]] static std::uint64_t lastSteps();
    static void setMostSteps(std::uint64_t number);

private:
    struct Cell
    {
        enum class Kind : std::uint8_t { Class, Filler, Literal, Parenthesis, End };
        Kind kind = Kind::End;
        char byte = '\0'; // of a class the letter behind the backslash, of a literal the byte in lower case
    };
    struct Alternative
    {
        bool begin = false;     // ^
        bool endAnchor = false; // $
        std::vector<Cell> cells;
    };
    class Machine;

    std::vector<Alternative> m_alternatives;
    bool m_hasParentheses = false;
};

} // namespace bartizan::plain
