#include "engine/base/timestamp.h"

#include <QDateTime>
#include <QTimeZone>
#include <QtTest>

using namespace bartizan;

class TimestampTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void utc_data();
    void utc();
    void utcAgreesWithQtOverTwoCenturies();
    void localTimeFollowsTheZone();
    void calendarSaysMinuteAndWeekday();
};

void TimestampTest::initTestCase()
{
    // Central Europe, told without a zone database.
    qputenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3");
}

void TimestampTest::utc_data()
{
    QTest::addColumn<qint64>("time");
    QTest::addColumn<QByteArray>("text");
    const auto row = [](qint64 time, const char* text) { QTest::newRow(text) << time << QByteArray(text); };
    row(0, "1970-01-01T00:00:00.000Z");
    row(1, "1970-01-01T00:00:00.001Z");
    row(-1, "1969-12-31T23:59:59.999Z");
    row(-1000, "1969-12-31T23:59:59.000Z");
    row(951'782'400'000, "2000-02-29T00:00:00.000Z");
    row(4'107'542'400'000, "2100-03-01T00:00:00.000Z"); // no leap day that year
    row(1'795'504'089'123, "2026-11-24T07:08:09.123Z");
}

void TimestampTest::utc()
{
    QFETCH(qint64, time);
    QTEST(QByteArray::fromStdString(isoUtc(time)), "text");
}

void TimestampTest::utcAgreesWithQtOverTwoCenturies()
{
    for (qint64 day = -36'500; day < 73'000; day += 13) {
        const qint64 time = day * 86'400'000 + day * 7919;
        const auto expected = QDateTime::fromMSecsSinceEpoch(time, Qt::UTC)
                                  .toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss.zzzZ"));
        QCOMPARE(QString::fromStdString(isoUtc(time)), expected);
    }
}

void TimestampTest::localTimeFollowsTheZone()
{
    QCOMPARE(alertTimestamp(1'795'504'089'123), "2026-11-24T08:08:09.123+0100");
    QCOMPARE(alertTimestamp(1'782'290'096'007), "2026-06-24T10:34:56.007+0200");
    QCOMPARE(responseLogTimestamp(1'795'504'089'123), "2026/11/24 08:08:09");
}

void TimestampTest::calendarSaysMinuteAndWeekday()
{
    const auto calendar = localCalendar(1'795'504'089'123); // a Tuesday
    QCOMPARE(calendar.year, 2026);
    QCOMPARE(calendar.minuteOfDay, 8 * 60 + 8);
    QCOMPARE(calendar.weekday, 2);
    // Half an hour before midnight UTC it is the next day here.
    QCOMPARE(localCalendar(1'795'563'000'000).weekday, 3);
}

QTEST_GUILESS_MAIN(TimestampTest)
#include "tst_timestamp.moc"
