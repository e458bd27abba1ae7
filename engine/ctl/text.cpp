#include "engine/ctl/text.h"

#include "engine/base/strings.h"
#include "engine/base/utf8.h"

#include <QDateTime>
#include <QLocale>

#include <array>

namespace bartizan::ctl {

namespace {

using std::chrono::seconds;

struct Unit
{
    char letter;
    std::int64_t length;
};
constexpr std::array kUnits{Unit{'w', 604800}, Unit{'d', 86400}, Unit{'h', 3600}, Unit{'m', 60},
                            Unit{'s', 1}};
constexpr std::int64_t kLongest = 10LL * 366 * 86400;

} // namespace

QString text(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

QString safe(const QString& untrusted, std::size_t limit)
{
    return QString::fromStdString(forDisplay(untrusted.toStdString(), limit));
}

QString safe(const QJsonValue& untrusted, std::size_t limit)
{
    return untrusted.isDouble() ? QString::number(untrusted.toDouble(), 'f', 0)
                                : safe(untrusted.toString(), limit);
}

QString duration(seconds length)
{
    std::int64_t rest = std::max<std::int64_t>(length.count(), 0);
    QStringList parts;
    for (std::size_t i = 1; i < kUnits.size(); ++i) {
        const Unit unit = kUnits[i];
        const std::int64_t count = rest / unit.length;
        rest %= unit.length;
        if (count > 0 || (parts.isEmpty() && unit.length == 1) || parts.size() == 1)
            parts.append(QString::number(count) + QLatin1Char(unit.letter));
        if (parts.size() == 2)
            break;
    }
    if (parts.size() == 2 && parts[1].startsWith(QLatin1Char('0')))
        parts.removeLast();
    return parts.join(QLatin1Char(' '));
}

std::optional<seconds> parseDuration(std::string_view text)
{
    std::int64_t total = 0;
    std::int64_t previous = kLongest;
    while (!text.empty()) {
        std::size_t digits = 0;
        while (digits < text.size() && isDigit(text[digits]))
            ++digits;
        const auto count = parseNumber<std::int64_t>(text.substr(0, digits));
        if (!count || *count > kLongest)
            return std::nullopt;
        std::int64_t length = 1;
        if (digits < text.size()) {
            const auto unit = std::ranges::find(kUnits, lowerAscii(text[digits]), &Unit::letter);
            if (unit == kUnits.end() || unit->length >= previous)
                return std::nullopt;
            length = previous = unit->length;
            ++digits;
        } else if (previous != kLongest) {
            return std::nullopt; // "1h30": of what?
        }
        total += *count * length;
        if (total > kLongest)
            return std::nullopt;
        text.remove_prefix(digits);
    }
    return total > 0 ? std::optional(seconds(total)) : std::nullopt;
}

QString localTime(const QJsonValue& rfc3339)
{
    if (rfc3339.isNull() || rfc3339.isUndefined())
        return QStringLiteral("-");
    const auto time = QDateTime::fromString(rfc3339.toString(), Qt::ISODateWithMs);
    return time.isValid() ? time.toLocalTime().toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"))
                          : safe(rfc3339, 40);
}

QString grouped(qint64 number)
{
    return QLocale(QLocale::English).toString(number);
}

QString counted(qint64 number, std::string_view noun)
{
    const auto plural =
        noun.ends_with('s') || noun.ends_with("sh") ? QStringLiteral("es") : QStringLiteral("s");
    return grouped(number) + QLatin1Char(' ') + text(noun) + (number == 1 ? QString() : plural);
}

QString byteSize(qint64 bytes)
{
    return QLocale(QLocale::English).formattedDataSize(bytes, 1);
}

} // namespace bartizan::ctl
