#include "engine/ctl/offline/record_time.h"

#include <QDateTime>
#include <QTimeZone>
#include <QtTest>

using namespace bartizan;
using namespace bartizan::offline;

class TestRecordTime : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void stamps_data();
    void stamps();
    void linesWithoutStampTakeThePreviousTime();
    void yearlessStampsFollowThePreviousRecord();
    void firstYearlessStampIsOfThePast();
};

static EpochMs utc(const char* text)
{
    return QDateTime::fromString(QString::fromLatin1(text), Qt::ISODateWithMs).toMSecsSinceEpoch();
}

// Local time with a change of clocks.
void TestRecordTime::initTestCase()
{
    qputenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3");
}

void TestRecordTime::stamps_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("time"); // empty: no stamp
    const auto row = [](const char* line, const char* time) {
        QTest::newRow(line) << QByteArray(line) << QByteArray(time);
    };
    row("Nov 24 07:08:09 host prog: x", "2026-11-24T06:08:09Z");
    row("<34>Nov  4 07:08:09 host prog: x", "2026-11-04T06:08:09Z");
    row("Jul  4 07:08:09 host prog: x", "2026-07-04T05:08:09Z"); // summer time
    row("2026-11-24T07:08:09.123456+02:00 host x", "2026-11-24T05:08:09.123Z");
    row("2026-11-24T07:08:09Z host x", "2026-11-24T07:08:09Z");
    row("2026-11-24 07:08:09,5 x", "2026-11-24T06:08:09.500Z");
    row("2026-11-24 07:08:09.123456-0100 x", "2026-11-24T08:08:09.123Z");
    row("2026 Nov 24 07:08:09 h x", "2026-11-24T06:08:09Z");
    row("2026/11/24 07:08:09 [error] 1#1: x", "2026-11-24T06:08:09Z");
    row("[Tue Nov 24 07:08:09.654321 2026] [php:error] x", "2026-11-24T06:08:09.654Z");
    row("[Tue Nov 24 07:08:09 2026] [error] x", "2026-11-24T06:08:09Z");
    row("Tue Nov 24 07:08:09 2026 1 x", "2026-11-24T06:08:09Z");
    row("11/24-07:08:09.1 [**] x", "2026-11-24T06:08:09Z");
    row("11/24/2026-07:08:09.1  [**] x", "2026-11-24T06:08:09Z");
    row("192.0.2.1 - [x] [24/Nov/2026:07:08:09 -0130] \"GET / HTTP/1.1\" 200 1", "2026-11-24T08:38:09Z");
    row("192.0.2.1 - x [01/Jan/2020:00:00:00 +0000] \\\"GET [24/Nov/2026:07:08:09 +0100] \"GET / HTTP/1.1\" "
        "200 1",
        "2026-11-24T06:08:09Z"); // a user's name
    row("www.example:443 192.0.2.1 - - [24/Nov/2026:07:08:09 +0100] \"GET / HTTP/1.1\" 200 1",
        "2026-11-24T06:08:09Z");
    row("gate.example - - [24/Nov/2026:07:08:09 +0100] \"GET / HTTP/1.1\" 200 1", "2026-11-24T06:08:09Z");
    row("login of [01/Jan/2020:00:00:00 +0000] \"x\" failed", "");
    row("app: user [01/Jan/2020:00:00:00 +0000] failed", "");
    row("192.0.2.1 - x [01/Jan/2020:00:00:00 +0000] y", "");
    row("login of msg=audit(1795500489.250:7): failed", "");
    row("node=gate type=SYSCALL msg=audit(1795500489.250:7): x", "2026-11-24T06:08:09.250Z");
    row("Feb 29 07:08:09 host prog: x", "2024-02-29T06:08:09Z"); // 2026 has none
    row("type=SYSCALL msg=audit(1795500489.250:7): x", "2026-11-24T06:08:09.250Z");
    row("1795500489.250     12 192.0.2.1 TCP_MISS/200", "2026-11-24T06:08:09.250Z");
    row("{\"a\":1,\"timestamp\":\"2026-11-24T07:08:09.5+0000\"}", "2026-11-24T07:08:09.500Z");
    row("Nov 31 25:08:09 host", "");
    row("2026-13-24T07:08:09Z", "");
    row("just text", "");
    row("", "");
}

void TestRecordTime::stamps()
{
    QFETCH(QByteArray, line);
    QFETCH(QByteArray, time);
    const EpochMs now = utc("2026-12-01T00:00:00Z");
    QCOMPARE(RecordClock(now).timeOf(line.toStdString()), time.isEmpty() ? now : utc(time.constData()));
    QCOMPARE(findStamp(line.toStdString()).has_value(), !time.isEmpty());
}

void TestRecordTime::linesWithoutStampTakeThePreviousTime()
{
    RecordClock clock(utc("2026-12-01T00:00:00Z"));
    QCOMPARE(clock.timeOf("2020-01-01T10:00:00Z x"), utc("2020-01-01T10:00:00Z"));
    QCOMPARE(clock.timeOf("\tat something"), utc("2020-01-01T10:00:00Z"));
    QCOMPARE(clock.timeOf("2020-01-01T09:00:00Z x"), utc("2020-01-01T10:00:00Z")); // never backwards
    QCOMPARE(clock.timeOf("2020-01-01T10:00:01Z x"), utc("2020-01-01T10:00:01Z"));
}

void TestRecordTime::yearlessStampsFollowThePreviousRecord()
{
    RecordClock clock(utc("2026-12-01T00:00:00Z"));
    QCOMPARE(clock.timeOf("2023-12-31T22:00:00Z x"), utc("2023-12-31T22:00:00Z"));
    QCOMPARE(clock.timeOf("Dec 31 23:30:00 h x"), utc("2023-12-31T22:30:00Z"));
    QCOMPARE(clock.timeOf("Jan  1 00:10:00 h x"), utc("2023-12-31T23:10:00Z"));
    QCOMPARE(clock.timeOf("Feb 29 12:00:00 h x"), utc("2024-02-29T11:00:00Z"));
    QCOMPARE(clock.timeOf("Feb 29 13:00:00 h x"), utc("2024-02-29T12:00:00Z"));
    RecordClock century(utc("2104-12-01T00:00:00Z"));
    QCOMPARE(century.timeOf("2099-05-01T00:00:00Z x"), utc("2099-05-01T00:00:00Z"));
    QCOMPARE(century.timeOf("Feb 29 12:00:00 h x"), utc("2099-05-01T00:00:00Z")); // 2096; never backwards
    QCOMPARE(century.timeOf("2101-05-01T00:00:00Z x"), utc("2101-05-01T00:00:00Z"));
    QCOMPARE(century.timeOf("Feb 29 13:00:00 h x"), utc("2104-02-29T12:00:00Z"));
}

void TestRecordTime::firstYearlessStampIsOfThePast()
{
    RecordClock clock(utc("2026-11-24T00:00:00Z"));
    QCOMPARE(clock.timeOf("Dec 10 12:00:00 h x"), utc("2025-12-10T11:00:00Z"));
}

QTEST_APPLESS_MAIN(TestRecordTime)
#include "tst_record_time.moc"
