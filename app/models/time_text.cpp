#include "app/models/time_text.h"

#include <QCoreApplication>
#include <QLocale>

namespace bartizan::app {

namespace {

enum class Length { DayOrTime, Both };

QString withDay(const QDateTime& moment, qint64 nowMs, const QString& time, Length length)
{
    const QDate day = moment.date();
    const QDate today = QDateTime::fromMSecsSinceEpoch(nowMs).date();
    if (day == today)
        return time;
    if (day == today.addDays(-1))
        return length == Length::Both ? QCoreApplication::translate("Moment", "yesterday %1").arg(time)
                                      : QCoreApplication::translate("Moment", "yesterday");
    const QLocale locale;
    //: day and short month, as in "21 Nov"
    const QString format = day.year() == today.year() ? QCoreApplication::translate("Moment", "d MMM")
                                                      : QCoreApplication::translate("Moment", "d MMM yyyy");
    const QString date = locale.toString(day, format);
    return length == Length::Both ? QStringLiteral("%1 %2").arg(date, time) : date;
}

} // namespace

QString momentText(const QDateTime& moment, qint64 nowMs)
{
    if (!moment.isValid())
        return QStringLiteral("–");
    const QDateTime local = moment.toLocalTime();
    return withDay(local, nowMs, QLocale().toString(local.time(), QLocale::ShortFormat), Length::DayOrTime);
}

QString momentWithSeconds(const QDateTime& moment, qint64 nowMs)
{
    if (!moment.isValid())
        return QStringLiteral("–");
    const QDateTime local = moment.toLocalTime();
    return withDay(local, nowMs, local.time().toString(QStringLiteral("HH:mm:ss")), Length::Both);
}

} // namespace bartizan::app
