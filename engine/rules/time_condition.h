// The time and weekday conditions of a rule, in local time of reception (spec §6.3).
#pragma once

#include "engine/base/result.h"
#include "engine/base/timestamp.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace bartizan {

class TimeCondition
{
public:
    // "[!] H[:MM][ am|pm] - H[:MM][ am|pm]"
    [[nodiscard]] static Result<TimeCondition> parse(std::string_view text);
    [[nodiscard]] const std::string& text() const { return m_text; }

    [[nodiscard]] bool matches(const LocalCalendar& now) const
    {
        return (now.minuteOfDay >= m_first && now.minuteOfDay <= m_last) != m_outside;
    }

private:
    int m_first = 0; // minutes of the day, both inclusive
    int m_last = 0;
    bool m_outside = false;
    std::string m_text;
};

class WeekdayCondition
{
public:
    // Names in English, whole or three letters, "weekdays" and "weekends", separated by blanks or commas.
    [[nodiscard]] static Result<WeekdayCondition> parse(std::string_view text);
    [[nodiscard]] const std::string& text() const { return m_text; }

    [[nodiscard]] bool matches(const LocalCalendar& now) const { return (m_days >> now.weekday & 1U) != 0; }

private:
    std::uint32_t m_days = 0; // bit 0 = Sunday
    std::string m_text;
};

} // namespace bartizan
