#include "app/client/display_text.h"

#include "engine/base/utf8.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace bartizan::app {

namespace {

QString forEyes(const QString& text, int limit)
{
    // A longer line than this is cut anyway; converting a megabyte of log text for a label would be waste.
    const QByteArray bytes = text.left(4 * static_cast<qsizetype>(limit)).toUtf8();
    return QString::fromStdString(forDisplay({bytes.constData(), static_cast<std::size_t>(bytes.size())},
                                             static_cast<std::size_t>(limit)));
}

struct Duration
{
    Q_DECLARE_TR_FUNCTIONS(Duration)
};

} // namespace

QString displayLine(const QString& text, int limit)
{
    QString line = text.trimmed();
    line.replace(QLatin1String("\r\n"), QLatin1String("\n"));
    line.replace(QLatin1Char('\n'), QChar(0x2424));
    line.replace(QLatin1Char('\t'), QLatin1Char(' '));
    return forEyes(line, limit);
}

QString displayBlock(const QString& text, int limit)
{
    QStringList lines;
    for (const QString& line : text.left(limit).split(QLatin1Char('\n'))) {
        QString flat = line;
        flat.remove(QLatin1Char('\r'));
        flat.replace(QLatin1Char('\t'), QLatin1String("    "));
        lines.append(forEyes(flat, limit));
    }
    return lines.join(QLatin1Char('\n')).trimmed();
}

QString durationText(qint64 seconds)
{
    seconds = std::max<qint64>(seconds, 0);
    const qint64 days = seconds / 86400;
    const qint64 hours = seconds / 3600 % 24;
    const qint64 minutes = seconds / 60 % 60;
    const auto two = [](qint64 large, const QString& largeUnit, qint64 small, const QString& smallUnit) {
        const QString first = QStringLiteral("%1 %2").arg(large).arg(largeUnit);
        return small == 0 ? first : QStringLiteral("%1 %2 %3").arg(first).arg(small).arg(smallUnit);
    };
    if (days > 0)
        return two(days, Duration::tr("d"), hours, Duration::tr("h"));
    if (hours > 0)
        return two(hours, Duration::tr("h"), minutes, Duration::tr("min"));
    if (minutes > 0)
        return two(minutes, Duration::tr("min"), seconds % 60, Duration::tr("s"));
    return QStringLiteral("%1 %2").arg(seconds).arg(Duration::tr("s"));
}

QString durationInWords(qint64 seconds)
{
    if (seconds >= 86400 && seconds % 86400 == 0)
        return Duration::tr("%n day(s)", nullptr, static_cast<int>(seconds / 86400));
    if (seconds >= 3600 && seconds % 3600 == 0)
        return Duration::tr("%n hour(s)", nullptr, static_cast<int>(seconds / 3600));
    if (seconds >= 60)
        return Duration::tr("%n minute(s)", nullptr, static_cast<int>((seconds + 30) / 60));
    return Duration::tr("%n second(s)", nullptr, static_cast<int>(std::max<qint64>(seconds, 0)));
}

} // namespace bartizan::app
