#include "engine/rules/time_condition.h"

#include "engine/base/strings.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

namespace bartizan {

namespace {

// Takes the number at the start of `text`, of one or two digits.
std::optional<int> takeNumber(std::string_view& text)
{
    std::size_t digits = 0;
    while (digits < text.size() && digits < 3 && isDigit(text[digits]))
        ++digits;
    if (digits == 0 || digits > 2)
        return std::nullopt;
    const auto value = parseNumber<int>(text.substr(0, digits));
    text.remove_prefix(digits);
    return value;
}

std::optional<int> minuteOfDay(std::string_view text)
{
    text = trim(text);
    auto hour = takeNumber(text);
    std::optional<int> minute = 0;
    if (text.starts_with(':')) {
        text.remove_prefix(1);
        minute = takeNumber(text);
    }
    if (!hour || !minute || *minute > 59)
        return std::nullopt;
    text = trim(text);
    if (equalsIgnoreCase(text, "am") || equalsIgnoreCase(text, "pm")) {
        if (*hour < 1 || *hour > 12)
            return std::nullopt;
        hour = *hour % 12 + (lowerAscii(text.front()) == 'p' ? 12 : 0);
    } else if (!text.empty() || *hour > 23) {
        return std::nullopt;
    }
    return *hour * 60 + *minute;
}

} // namespace

Result<TimeCondition> TimeCondition::parse(std::string_view text)
{
    const std::string_view whole = text;
    text = trim(text);
    TimeCondition condition;
    condition.m_text = whole;
    if (text.starts_with('!')) {
        condition.m_outside = true;
        text.remove_prefix(1);
    }
    const auto dash = text.find('-');
    const auto first = minuteOfDay(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? std::nullopt : minuteOfDay(text.substr(dash + 1));
    if (!first || !last)
        return fail(ErrorCode::InvalidArgument, "\"" + std::string(whole) + "\" is not a time of day",
                    "Write it as 22:00 - 06:00 or 10 pm - 6 am.");
    condition.m_first = *first;
    condition.m_last = *last;
    if (*first > *last) {
        // Over midnight: the reference negates the inner range, so both boundary minutes are outside.
        std::swap(condition.m_first, condition.m_last);
        condition.m_outside = true;
    }
    return condition;
}

Result<WeekdayCondition> WeekdayCondition::parse(std::string_view text)
{
    static constexpr std::array<std::pair<std::string_view, std::uint32_t>, 16> kNames{{
        {"sunday", 1},
        {"sun", 1},
        {"monday", 2},
        {"mon", 2},
        {"tuesday", 4},
        {"tue", 4},
        {"wednesday", 8},
        {"wed", 8},
        {"thursday", 16},
        {"thu", 16},
        {"friday", 32},
        {"fri", 32},
        {"saturday", 64},
        {"sat", 64},
        {"weekdays", 2 + 4 + 8 + 16 + 32},
        {"weekends", 1 + 64},
    }};
    WeekdayCondition condition;
    condition.m_text = text;
    for (const auto part : splitAny(text, " ,\t\r\n")) {
        std::uint32_t days = 0;
        for (const auto& [name, bits] : kNames) {
            if (equalsIgnoreCase(name, part))
                days = bits;
        }
        if (days == 0)
            return fail(ErrorCode::InvalidArgument, "\"" + std::string(part) + "\" is not a day of the week",
                        "Write names such as monday, tue, weekdays or weekends.");
        condition.m_days |= days;
    }
    if (condition.m_days == 0)
        return fail(ErrorCode::InvalidArgument, "No day of the week is named",
                    "Write names such as monday, tue, weekdays or weekends.");
    return condition;
}

} // namespace bartizan
