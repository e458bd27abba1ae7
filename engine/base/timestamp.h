// Times as text for people and protocols.
#pragma once

#include "engine/base/clock.h"

#include <string>

namespace bartizan {

// 2026-11-24T07:08:09.123Z (RFC 3339, UTC).
[[nodiscard]] std::string isoUtc(EpochMs time);
// 2026-11-24T08:08:09.123+0100, as in an alert (spec §13).
[[nodiscard]] std::string alertTimestamp(EpochMs time);
struct LocalCalendar
{
    int year;
    int minuteOfDay; // 0–1439
    int weekday;     // 0 = Sunday
};

// In the system's time zone. Thread-safe.
[[nodiscard]] LocalCalendar localCalendar(EpochMs time);

// 2026/11/24 08:08:09 local time, as in an active-response log line (spec §10.7).
[[nodiscard]] std::string responseLogTimestamp(EpochMs time);

} // namespace bartizan
