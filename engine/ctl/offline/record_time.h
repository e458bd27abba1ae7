// The time of a log line, read from the line, for replay. The engine itself never does this: it goes by the
// time of reception.
#pragma once

#include "engine/base/clock.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace bartizan::offline {

// A stamp as written.
struct LineStamp
{
    std::optional<int> year;
    int month = 1; // from 1
    int day = 1;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int millisecond = 0;
    std::optional<int> zoneMinutes; // east of UTC; nothing = local time

    bool operator==(const LineStamp&) const = default;
};

// The stamp at the start of a line (syslog, ISO, slashes, Apache and nginx logs, snort, xferlog) or inside it
// (access logs, audit records, JSON lines). Text that a client chose is never taken for one. An epoch time
// comes back as UTC.
[[nodiscard]] std::optional<LineStamp> findStamp(std::string_view line);

// Follows the lines of files one after another.
class RecordClock
{
public:
    // `now` is what the first stamp without a year may not be much after.
    explicit RecordClock(EpochMs now)
        : m_now(now)
    {
    }

    // A line without a stamp has the time of the one before; time never runs backwards.
    [[nodiscard]] EpochMs timeOf(std::string_view line);

    // Whether a stamp was found yet; until then every line has the time `now`.
    [[nodiscard]] bool hasStarted() const { return m_previous.has_value(); }
    // Goes on as if `now` had been found.
    EpochMs startNow() { return m_previous.emplace(m_now); }

private:
    struct Hour
    {
        std::optional<int> year;
        int month = 0;
        int day = 0;
        int hour = 0;
        std::optional<int> zoneMinutes;
        bool operator==(const Hour&) const = default;
    };
    [[nodiscard]] std::optional<EpochMs> knownStartOf(const Hour& hour);
    [[nodiscard]] std::optional<EpochMs> startOf(const Hour& hour) const;
    [[nodiscard]] std::optional<EpochMs> nearestYear(Hour hour) const;

    EpochMs m_now;
    std::optional<EpochMs> m_previous;
    // Lines come in the thousands per hour, and the C library's conversion is slow. More than one, because
    // logs of several programs may be mixed in a file.
    struct Known
    {
        Hour hour;
        std::optional<EpochMs> start;
    };
    std::array<Known, 4> m_known;
    std::size_t m_nextKnown = 0;
};

} // namespace bartizan::offline
