// Times for people.
#pragma once

#include <QDateTime>
#include <QString>

namespace bartizan::app {

// "08:14", "yesterday 08:14", "21 Nov 08:14": as short as it can be said, in local time.
[[nodiscard]] QString momentText(const QDateTime& moment, qint64 nowMs);
// With seconds: "08:14:05".
[[nodiscard]] QString momentWithSeconds(const QDateTime& moment, qint64 nowMs);

} // namespace bartizan::app
