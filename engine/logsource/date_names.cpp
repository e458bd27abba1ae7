#include "engine/logsource/date_names.h"

#include "engine/base/strings.h"
#include "engine/base/timestamp.h"

#include <algorithm>
#include <array>

namespace bartizan {

namespace {

struct LocalTime
{
    EpochMs time = 0;
    std::string text; // 2026/11/24 08:08:09
    [[nodiscard]] std::string year() const { return text.substr(0, 4); }
    [[nodiscard]] std::string month() const { return text.substr(5, 2); }
    [[nodiscard]] std::string day() const { return text.substr(8, 2); }
    [[nodiscard]] std::string hour() const { return text.substr(11, 2); }
    [[nodiscard]] std::string minute() const { return text.substr(14, 2); }
    [[nodiscard]] std::string second() const { return text.substr(17, 2); }
};

int toInt(std::string_view text)
{
    return parseNumber<int>(text).value_or(0);
}

std::string dayOfYear(const LocalTime& time)
{
    static constexpr std::array<int, 12> kDaysBefore{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    const int year = toInt(time.year());
    const int month = std::clamp(toInt(time.month()), 1, 12);
    const bool isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const int day =
        kDaysBefore[static_cast<std::size_t>(month - 1)] + toInt(time.day()) + (isLeap && month > 2 ? 1 : 0);
    const std::string text = std::to_string(day);
    return std::string(3 - std::min<std::size_t>(3, text.size()), '0') + text;
}

std::string monthName(const LocalTime& time)
{
    static constexpr std::array<const char*, 12> kNames{"January",   "February", "March",    "April",
                                                        "May",       "June",     "July",     "August",
                                                        "September", "October",  "November", "December"};
    return kNames[static_cast<std::size_t>(std::clamp(toInt(time.month()), 1, 12) - 1)];
}

std::string dayName(const LocalTime& time)
{
    static constexpr std::array<const char*, 7> kNames{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
    return kNames[static_cast<std::size_t>(localCalendar(time.time).weekday)];
}

std::string zone(const LocalTime& time)
{
    const std::string text = alertTimestamp(time.time);
    return text.substr(text.size() - 5);
}

std::string expansion(char name, const LocalTime& time)
{
    switch (name) {
    case 'Y':
        return time.year();
    case 'y':
        return time.year().substr(2);
    case 'm':
        return time.month();
    case 'd':
        return time.day();
    case 'e':
        return time.day().front() == '0' ? " " + time.day().substr(1) : time.day();
    case 'H':
        return time.hour();
    case 'M':
        return time.minute();
    case 'S':
        return time.second();
    case 'T':
        return time.hour() + ":" + time.minute() + ":" + time.second();
    case 'R':
        return time.hour() + ":" + time.minute();
    case 'D':
        return time.month() + "/" + time.day() + "/" + time.year().substr(2);
    case 'j':
        return dayOfYear(time);
    case 'a':
        return dayName(time).substr(0, 3);
    case 'A':
        return dayName(time);
    case 'b':
    case 'h':
        return monthName(time).substr(0, 3);
    case 'B':
        return monthName(time);
    case 'z':
        return zone(time);
    case 's':
        return std::to_string(time.time / 1000);
    case 'F':
        return time.year() + "-" + time.month() + "-" + time.day();
    case '%':
        return "%";
    default:
        return {'%', name};
    }
}

} // namespace

bool hasDateName(std::string_view location)
{
    return location.find('%') != std::string_view::npos;
}

std::string expandDateNames(std::string_view location, EpochMs now)
{
    if (!hasDateName(location))
        return std::string(location);
    const LocalTime time{now, responseLogTimestamp(now)};
    std::string text;
    for (std::size_t i = 0; i < location.size(); ++i) {
        if (location[i] == '%' && i + 1 < location.size())
            text += expansion(location[++i], time);
        else
            text += location[i];
    }
    return text;
}

std::chrono::milliseconds untilDateChange(std::string_view location, EpochMs now)
{
    constexpr EpochMs kMinute = 60'000;
    const EpochMs step = location.find("%M") != std::string_view::npos ? kMinute : 60 * kMinute;
    // Zones differ from UTC by whole quarters of an hour: the next full hour is at one of the next full
    // quarters.
    const EpochMs grid = std::min(step, 15 * kMinute);
    return std::chrono::milliseconds(grid - now % grid);
}

} // namespace bartizan
