#include "engine/ctl/offline/record_time.h"

#include "engine/base/strings.h"
#include "engine/net/ip_address.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>

namespace bartizan::offline {

namespace {

constexpr EpochMs kDay = 86'400'000;
constexpr std::size_t kSearched = 512; // a stamp inside a line is looked for this far

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Reads a stamp part by part; every step says whether the text went on as expected.
class StampReader
{
public:
    explicit StampReader(std::string_view text)
        : m_text(text)
    {
    }

    LineStamp stamp;

    bool literal(char c)
    {
        if (!m_text.starts_with(c))
            return false;
        m_text.remove_prefix(1);
        return true;
    }
    void skipBlanks()
    {
        while (literal(' ')) {
        }
    }
    bool number(std::size_t fewest, std::size_t most, int& value)
    {
        std::size_t digits = 0;
        while (digits < most && digits < m_text.size() && isDigit(m_text[digits]))
            ++digits;
        if (digits < fewest)
            return false;
        value = parseNumber<int>(m_text.substr(0, digits)).value_or(0);
        m_text.remove_prefix(digits);
        return true;
    }
    bool year()
    {
        int value = 0;
        if (!number(4, 4, value))
            return false;
        stamp.year = value;
        return true;
    }
    bool monthName()
    {
        const auto found = std::ranges::find(kMonths, m_text.substr(0, 3));
        if (found == kMonths.end())
            return false;
        stamp.month = static_cast<int>(found - kMonths.begin()) + 1;
        m_text.remove_prefix(3);
        return true;
    }
    bool weekdayName()
    {
        static constexpr std::array<std::string_view, 7> kDays{"Mon", "Tue", "Wed", "Thu",
                                                               "Fri", "Sat", "Sun"};
        if (std::ranges::find(kDays, m_text.substr(0, 3)) == kDays.end())
            return false;
        m_text.remove_prefix(3);
        return true;
    }
    bool month() { return number(2, 2, stamp.month); }
    bool day() { return number(1, 2, stamp.day); }
    bool clock()
    {
        return number(2, 2, stamp.hour) && literal(':') && number(2, 2, stamp.minute) && literal(':') &&
               number(2, 2, stamp.second);
    }
    void fraction()
    {
        if (!m_text.starts_with('.') && !m_text.starts_with(','))
            return;
        m_text.remove_prefix(1);
        int scale = 100;
        for (; !m_text.empty() && isDigit(m_text.front()); m_text.remove_prefix(1), scale /= 10)
            stamp.millisecond += (m_text.front() - '0') * scale;
    }
    void zone()
    {
        if (literal('Z')) {
            stamp.zoneMinutes = 0;
            return;
        }
        if (!m_text.starts_with('+') && !m_text.starts_with('-'))
            return;
        const int sign = m_text.front() == '-' ? -1 : 1;
        StampReader ahead(m_text.substr(1));
        int hours = 0;
        int minutes = 0;
        if (!ahead.number(2, 2, hours))
            return;
        ahead.literal(':');
        if (!ahead.number(2, 2, minutes))
            return;
        stamp.zoneMinutes = sign * (hours * 60 + minutes);
        m_text = ahead.m_text;
    }

private:
    std::string_view m_text;
};

using Form = bool (*)(StampReader&);

// "Nov 24 07:08:09"
bool syslog(StampReader& r)
{
    return r.monthName() && r.literal(' ') && (r.skipBlanks(), r.day()) && r.literal(' ') && r.clock();
}

// "2026-11-24T07:08:09.123Z", "2026-11-24 07:08:09,123 +0100"
bool iso(StampReader& r)
{
    if (!r.year() || !r.literal('-') || !r.month() || !r.literal('-') || !r.day())
        return false;
    if ((!r.literal('T') && !r.literal(' ')) || !r.clock())
        return false;
    r.fraction();
    r.skipBlanks();
    r.zone();
    return true;
}

// "2026/11/24 07:08:09"
bool slashes(StampReader& r)
{
    return r.year() && r.literal('/') && r.month() && r.literal('/') && r.day() && r.literal(' ') &&
           r.clock();
}

// "2026 Nov 24 07:08:09"
bool yearFirst(StampReader& r)
{
    return r.year() && r.literal(' ') && syslog(r);
}

// "Tue Nov 24 07:08:09.123456 2026", in brackets or not
bool yearLast(StampReader& r)
{
    r.literal('[');
    if (!r.weekdayName() || !r.literal(' ') || !syslog(r))
        return false;
    r.fraction();
    return r.literal(' ') && r.year();
}

// "11/24-07:08:09.123456", "11/24/2026-07:08:09.123456"
bool snort(StampReader& r)
{
    if (!r.month() || !r.literal('/') || !r.day())
        return false;
    if (r.literal('/') && !r.year())
        return false;
    return r.literal('-') && r.clock();
}

// "24/Nov/2026:07:08:09 +0100] " and a quote, of an access log
bool access(StampReader& r)
{
    if (!r.day() || !r.literal('/') || !r.monthName() || !r.literal('/') || !r.year() || !r.literal(':') ||
        !r.clock())
        return false;
    r.skipBlanks();
    r.zone();
    return r.literal(']') && r.literal(' ') && r.literal('"');
}

std::optional<LineStamp> readAs(Form form, std::string_view text)
{
    StampReader reader(text);
    if (!form(reader))
        return std::nullopt;
    const LineStamp& s = reader.stamp;
    if (s.month < 1 || s.month > 12 || s.day < 1 || s.day > 31 || s.hour > 23 || s.minute > 59 ||
        s.second > 60)
        return std::nullopt;
    return s;
}

std::tm utcCalendar(std::time_t seconds)
{
    // Days since 1970 to a date, proleptic Gregorian.
    const long long days = seconds / 86400;
    const long long z = days + 719468;
    const long long era = z / 146097;
    const long long dayOfEra = z - era * 146097;
    const long long yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
    const long long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    const long long shifted = (5 * dayOfYear + 2) / 153;
    std::tm date{};
    date.tm_mday = static_cast<int>(dayOfYear - (153 * shifted + 2) / 5 + 1);
    date.tm_mon = static_cast<int>(shifted < 10 ? shifted + 2 : shifted - 10);
    date.tm_year = static_cast<int>(yearOfEra + era * 400 + (date.tm_mon <= 1 ? 1 : 0) - 1900);
    return date;
}

// "1764000000.123" of squid and audit
std::optional<LineStamp> epoch(std::string_view text)
{
    const auto dot = text.find('.');
    if (dot != 10)
        return std::nullopt;
    const auto seconds = parseNumber<long long>(text.substr(0, dot));
    if (!seconds)
        return std::nullopt;
    const auto date = utcCalendar(static_cast<std::time_t>(*seconds));
    LineStamp stamp;
    stamp.year = date.tm_year + 1900;
    stamp.month = date.tm_mon + 1;
    stamp.day = date.tm_mday;
    const auto rest = static_cast<int>(*seconds % 86400);
    stamp.hour = rest / 3600;
    stamp.minute = rest / 60 % 60;
    stamp.second = rest % 60;
    stamp.millisecond = parseNumber<int>(text.substr(dot + 1, 3)).value_or(0);
    stamp.zoneMinutes = 0;
    return stamp;
}

// "CLIENT IDENTITY USER ", with the virtual host in front or not: one of the first two words is an address,
// or the identity is "-" as good as always.
bool startsLikeAccess(std::string_view line)
{
    std::array<std::string_view, 3> words;
    for (auto& word : words) {
        const auto blank = line.find(' ');
        if (blank == 0 || blank == std::string_view::npos)
            return false;
        word = line.substr(0, blank);
        line.remove_prefix(blank + 1);
    }
    return words[1] == "-" || words[2] == "-" || IpAddress::parse(words[0]) || IpAddress::parse(words[1]);
}

// The client chooses the user's name, and may write a stamp into it; a quote in it is escaped by the servers,
// so the first stamp with the request's quote behind it is the server's.
std::optional<LineStamp> accessStamp(std::string_view line)
{
    if (!startsLikeAccess(line))
        return std::nullopt;
    for (auto open = line.find('['); open != std::string_view::npos; open = line.find('[', open + 1)) {
        if (const auto stamp = readAs(access, line.substr(open + 1)))
            return stamp;
    }
    return std::nullopt;
}

std::optional<LineStamp> stampInside(std::string_view line)
{
    line = line.substr(0, kSearched);
    if (const auto stamp = accessStamp(line))
        return stamp;
    static constexpr std::string_view kAudit = " msg=audit(";
    if (const auto audit = line.find(kAudit);
        (line.starts_with("type=") || line.starts_with("node=")) && audit != std::string_view::npos)
        return epoch(line.substr(audit + kAudit.size()));
    if (line.starts_with('{')) {
        for (const std::string_view key : {"\"timestamp\":", "\"@timestamp\":", "\"time\":"}) {
            const auto at = line.find(key);
            if (at == std::string_view::npos)
                continue;
            auto value = line.substr(at + key.size());
            while (value.starts_with(' ') || value.starts_with('"'))
                value.remove_prefix(1);
            if (const auto stamp = readAs(iso, value))
                return stamp;
        }
    }
    return std::nullopt;
}

// The days of a date; nothing where there is no such day.
std::optional<long long> daysOf(int year, int month, int day)
{
    static constexpr std::array<int, 12> kLengths{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const int length = kLengths[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
    if (day > length)
        return std::nullopt;
    const long long y = month <= 2 ? year - 1 : year;
    const long long era = y / 400;
    const long long yearOfEra = y - era * 400;
    const long long dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
}

} // namespace

std::optional<LineStamp> findStamp(std::string_view line)
{
    if (line.starts_with('<')) { // a syslog priority
        const auto close = line.find('>');
        if (close <= 4)
            line.remove_prefix(close + 1);
    }
    for (const Form form : {syslog, iso, slashes, yearFirst, yearLast, snort}) {
        if (const auto stamp = readAs(form, line))
            return stamp;
    }
    if (const auto stamp = epoch(line))
        return stamp;
    return stampInside(line);
}

std::optional<EpochMs> RecordClock::startOf(const Hour& hour) const
{
    const auto days = daysOf(*hour.year, hour.month, hour.day);
    if (!days)
        return std::nullopt;
    if (hour.zoneMinutes)
        return *days * kDay + (hour.hour * 60 - *hour.zoneMinutes) * 60'000LL;
    std::tm local{};
    local.tm_year = *hour.year - 1900;
    local.tm_mon = hour.month - 1;
    local.tm_mday = hour.day;
    local.tm_hour = hour.hour;
    local.tm_isdst = -1;
    const auto seconds = std::mktime(&local);
    return seconds == static_cast<std::time_t>(-1) ? std::nullopt
                                                   : std::optional(static_cast<EpochMs>(seconds) * 1000);
}

std::optional<EpochMs> RecordClock::nearestYear(Hour hour) const
{
    const EpochMs reference = m_previous.value_or(m_now);
    const int year = utcCalendar(static_cast<std::time_t>(reference / 1000)).tm_year + 1900;
    std::optional<EpochMs> best;
    // February 29 may be eight years away.
    for (int distance = 0; distance <= 8 && (distance < 2 || !best); ++distance) {
        for (const int candidate : {year - distance, year + distance}) {
            hour.year = candidate;
            const auto start = startOf(hour);
            // Without a previous record the log is of the past: nothing in it is from after today.
            if (!start || (!m_previous && *start > m_now + kDay))
                continue;
            if (!best || std::abs(*start - reference) < std::abs(*best - reference))
                best = start;
        }
    }
    return best;
}

std::optional<EpochMs> RecordClock::knownStartOf(const Hour& hour)
{
    for (const auto& known : m_known) {
        if (known.start && known.hour == hour)
            return known.start;
    }
    Known& entry = m_known[m_nextKnown++ % m_known.size()];
    entry = {hour, hour.year ? startOf(hour) : nearestYear(hour)};
    return entry.start;
}

EpochMs RecordClock::timeOf(std::string_view line)
{
    if (const auto stamp = findStamp(line)) {
        const Hour hour{stamp->year, stamp->month, stamp->day, stamp->hour, stamp->zoneMinutes};
        if (const auto start = knownStartOf(hour)) {
            const EpochMs time =
                *start + stamp->minute * 60'000LL + stamp->second * 1000LL + stamp->millisecond;
            m_previous = std::max(m_previous.value_or(time), time);
        }
    }
    return m_previous.value_or(m_now);
}

} // namespace bartizan::offline
