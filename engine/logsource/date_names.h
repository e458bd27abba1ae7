// strftime names in a log's location, as in /var/log/app-%Y-%m-%d.log, and in texts about an event.
#pragma once

#include "engine/base/clock.h"

#include <chrono>
#include <string>
#include <string_view>

namespace bartizan {

[[nodiscard]] bool hasDateName(std::string_view location);

// In local time. Known are %Y %y %m %d %e %j %H %M %S %F %D %T %R, the English names %a %A %b %B %h, the zone
// %z, the seconds since 1970 %s, and %%; anything else stays as it is.
[[nodiscard]] std::string expandDateNames(std::string_view location, EpochMs now);

// When to look again whether the expansion has changed: at most a quarter of an hour, since a suspended
// machine's timers stand still.
[[nodiscard]] std::chrono::milliseconds untilDateChange(std::string_view location, EpochMs now);

} // namespace bartizan
