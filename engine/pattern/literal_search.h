// A plain substring search that ignores ASCII case: the fast part under every pattern language.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bartizan {

class LiteralSearch
{
public:
    explicit LiteralSearch(std::string_view text);

    // An empty text is found everywhere. Bytes above 0x7F are compared as they are.
    [[nodiscard]] bool foundIn(std::string_view subject) const
    {
        std::size_t places = 0;
        return foundIn(subject, places);
    }
    // The same. How many places had to be looked at is added to `places`.
    [[nodiscard]] bool foundIn(std::string_view subject, std::size_t& places) const;
    // In lower case.
    [[nodiscard]] const std::string& text() const { return m_text; }

private:
    std::string m_text;
    std::size_t m_pivot = 0; // the byte that log text holds most rarely: searched first
    char m_pivotLower = '\0';
    char m_pivotUpper = '\0';
};

// How much a text narrows a search down: a long one of bytes that log text rarely holds is worth most.
[[nodiscard]] int rarity(std::string_view text);
[[nodiscard]] bool startsWithIgnoreCase(std::string_view subject, std::string_view prefix);
[[nodiscard]] bool endsWithIgnoreCase(std::string_view subject, std::string_view suffix);

} // namespace bartizan
