// Words for people: log text made harmless, durations, times, counts; and the durations that people type.
#pragma once

#include <QJsonValue>
#include <QString>

#include <chrono>
#include <optional>
#include <string_view>

namespace bartizan::ctl {

[[nodiscard]] QString text(std::string_view utf8);
// Everything that came over the socket passes through here before it is printed (forDisplay of base/utf8.h).
[[nodiscard]] QString safe(const QString& untrusted, std::size_t limit = 200);
[[nodiscard]] QString safe(const QJsonValue& untrusted, std::size_t limit = 200);

// The two greatest units: "58s", "9m 58s", "2h 4m", "3d 5h".
[[nodiscard]] QString duration(std::chrono::seconds length);
// "10m", "90s", "2h", "1d", "1h30m", or seconds; nothing for anything else, zero, and more than ten years.
[[nodiscard]] std::optional<std::chrono::seconds> parseDuration(std::string_view text);

// An RFC 3339 time as "2026-11-24 08:08:09" local time; "-" for null.
[[nodiscard]] QString localTime(const QJsonValue& rfc3339);
// "1 rule", "5,000 rules", "2 addresses".
[[nodiscard]] QString counted(qint64 number, std::string_view noun);
[[nodiscard]] QString grouped(qint64 number);
// "40 KiB".
[[nodiscard]] QString byteSize(qint64 bytes);

} // namespace bartizan::ctl
