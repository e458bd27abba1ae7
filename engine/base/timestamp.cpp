#include "engine/base/timestamp.h"

#include <array>
#include <cstdio>
#include <ctime>
#include <mutex>

namespace bartizan {

namespace {

struct SplitTime
{
    std::time_t seconds;
    int milliseconds;
};

SplitTime splitTime(EpochMs time)
{
    auto seconds = time / 1000;
    auto milliseconds = time % 1000;
    if (milliseconds < 0) {
        milliseconds += 1000;
        --seconds;
    }
    return {static_cast<std::time_t>(seconds), static_cast<int>(milliseconds)};
}

// std::gmtime and std::localtime share one static result; the C library's re-entrant forms differ by system,
// so the calendar is computed here (proleptic Gregorian, days from civil).
std::tm utcCalendar(std::time_t seconds)
{
    const long long days = (seconds >= 0 ? seconds : seconds - 86399) / 86400;
    const long long rest = seconds - days * 86400;
    const long long z = days + 719468;
    const long long era = (z >= 0 ? z : z - 146096) / 146097;
    const long long dayOfEra = z - era * 146097;
    const long long yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
    const long long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    const long long shifted = (5 * dayOfYear + 2) / 153;
    std::tm calendar{};
    calendar.tm_mday = static_cast<int>(dayOfYear - (153 * shifted + 2) / 5 + 1);
    calendar.tm_mon = static_cast<int>(shifted < 10 ? shifted + 2 : shifted - 10);
    calendar.tm_year = static_cast<int>(yearOfEra + era * 400 + (calendar.tm_mon <= 1 ? 1 : 0) - 1900);
    calendar.tm_hour = static_cast<int>(rest / 3600);
    calendar.tm_min = static_cast<int>(rest / 60 % 60);
    calendar.tm_sec = static_cast<int>(rest % 60);
    return calendar;
}

// std::localtime shares one static result among all threads; ours are kept apart here.
std::tm localTime(std::time_t seconds)
{
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    const std::tm* local = std::localtime(&seconds); // NOLINT(concurrency-mt-unsafe)
    return local != nullptr ? *local : std::tm{};
}

std::string formatted(const char* format, std::time_t seconds)
{
    std::array<char, 64> text{};
    const std::tm local = localTime(seconds);
    const auto length = std::strftime(text.data(), text.size(), format, &local);
    return std::string(text.data(), length);
}

} // namespace

std::string isoUtc(EpochMs time)
{
    const auto [seconds, milliseconds] = splitTime(time);
    const std::tm t = utcCalendar(seconds);
    std::array<char, 64> text{};
    const int length =
        std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", t.tm_year + 1900,
                      t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, milliseconds);
    return std::string(text.data(), static_cast<std::size_t>(length));
}

std::string alertTimestamp(EpochMs time)
{
    const auto [seconds, milliseconds] = splitTime(time);
    std::array<char, 8> fraction{};
    std::snprintf(fraction.data(), fraction.size(), ".%03d", milliseconds);
    return formatted("%Y-%m-%dT%H:%M:%S", seconds) + fraction.data() + formatted("%z", seconds);
}

LocalCalendar localCalendar(EpochMs time)
{
    const std::tm local = localTime(splitTime(time).seconds);
    return {local.tm_year + 1900, local.tm_hour * 60 + local.tm_min, local.tm_wday};
}

std::string responseLogTimestamp(EpochMs time)
{
    return formatted("%Y/%m/%d %H:%M:%S", splitTime(time).seconds);
}

} // namespace bartizan
