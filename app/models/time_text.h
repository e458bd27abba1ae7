// Times for people.
#pragma once

#include <QDateTime>
#include <QString>

namespace bartizan::app {

// "08:14", "yesterday", "21 Nov": as short as it can be said, in local time.
[[nodiscard]] QString momentText(const QDateTime& moment, qint64 nowMs);
// "08:14:05", "yesterday 08:14:05", "21 Nov 08:14:05".
[[nodiscard]] QString momentWithSeconds(const QDateTime& moment, qint64 nowMs);

} // namespace bartizan::app
