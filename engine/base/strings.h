// Byte-string helpers. ASCII only, by intent: the rule language knows no other case or blank (spec §3).
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

[[nodiscard]] constexpr char lowerAscii(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] constexpr bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool isBlank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

[[nodiscard]] bool equalsIgnoreCase(std::string_view a, std::string_view b);
[[nodiscard]] std::string toLower(std::string_view text);
[[nodiscard]] std::string_view trim(std::string_view text);
// Split at each separator; empty parts are kept.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
// Split at runs of any of the separators; empty parts are dropped.
[[nodiscard]] std::vector<std::string_view> splitAny(std::string_view text, std::string_view separators);

// The whole text as a decimal number that fits; no sign, blank or prefix is accepted.
template<class Number> [[nodiscard]] std::optional<Number> parseNumber(std::string_view text)
{
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty() || !isDigit(text.front()))
        return std::nullopt;
    return value;
}

} // namespace bartizan
