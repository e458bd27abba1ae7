#include "engine/decode/predecode.h"

#include <QtTest>

using namespace bartizan;

class PredecodeTest : public QObject
{
    Q_OBJECT

private slots:
    void headersAreReadByTheirPunctuation_data();
    void headersAreReadByTheirPunctuation();
    void everyPrefixOfALineIsSafe();
    void locationGivesAgentAndHost_data();
    void locationGivesAgentAndHost();
    void shownHostnameIsReadAnew_data();
    void shownHostnameIsReadAnew();
};

static const QByteArray kNone = "(none)";

static QByteArray shown(std::optional<std::string_view> text)
{
    return text ? QByteArray(text->data(), static_cast<qsizetype>(text->size())) : kNone;
}

void PredecodeTest::headersAreReadByTheirPunctuation_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("timestamp");
    QTest::addColumn<QByteArray>("hostname");
    QTest::addColumn<QByteArray>("program");
    QTest::addColumn<QByteArray>("log");
    const auto row = [](const char* name, const char* line, const char* timestamp, const char* hostname,
                        const char* program, const char* log) {
        QTest::newRow(name) << QByteArray(line) << QByteArray(timestamp) << QByteArray(hostname)
                            << QByteArray(program) << QByteArray(log);
    };
    const char* none = "(none)";
    row("syslog", "Nov  4 01:02:03 desk app[12]: text", "Nov  4 01:02:03", "desk", "app", "text");
    row("no process id", "Nov 14 01:02:03 desk app: text", "Nov 14 01:02:03", "desk", "app", "text");
    row("no blank behind the colon", "Nov 14 01:02:03 desk app:text", "Nov 14 01:02:03", "desk", "app",
        "text");
    row("process id without colon", "Nov 14 01:02:03 desk app[1] text", "Nov 14 01:02:03", "desk", "app",
        "text");
    row("empty log", "Nov 14 01:02:03 desk app[1]:", "Nov 14 01:02:03", "desk", "app", "");
    row("empty program is set", "Nov 14 01:02:03 desk : text", "Nov 14 01:02:03", "desk", "", "text");
    row("only one blank is skipped", "Nov 14 01:02:03 desk app:  text", "Nov 14 01:02:03", "desk", "app",
        " text");
    row("no number in the brackets", "Nov 14 01:02:03 desk app[x]: text", "Nov 14 01:02:03", "desk", none,
        "app[x]: text");
    row("a word of the text is no program", "Nov 14 01:02:03 desk some text", "Nov 14 01:02:03", "desk", none,
        "some text");
    row("program in place of the host", "Nov 14 01:02:03 app: text", "Nov 14 01:02:03", none, "app", "text");
    row("a host with other bytes stays in the log", "Nov 14 01:02:03 de!sk app: text", "Nov 14 01:02:03",
        none, none, "de!sk app: text");
    row("one byte behind the stamp", "Nov 14 01:02:03 x", "Nov 14 01:02:03", none, none, "x");
    row("nothing behind the stamp", "Nov 14 01:02:03 ", none, none, none, "Nov 14 01:02:03 ");
    row("only the shape counts", "aaa bb cc:dd:ee desk app: text", "aaa bb cc:dd:ee", "desk", "app", "text");
    row("two-byte month", "M\xC3\xA4r 14 01:02:03 desk app: text", "M\xC3\xA4r 14 01:02:0", "desk", "app",
        "text");
    row("comma milliseconds", "2031-02-03 04:05:06,789 desk app: text", "2031-02-03 04:05:06,789", "desk",
        "app", "text");
    row("ISO without fraction", "2031-02-03T04:05:06+01:00 desk app[1]: text", "2031-02-03T04:05:06+01:00",
        "desk", "app", "text");
    row("ISO with microseconds", "2031-02-03T04:05:06.123456+01:00 desk app[1]: text",
        "2031-02-03T04:05:06.123456+01:00", "desk", "app", "text");
    row("ISO with Z is not known", "2031-02-03T04:05:06Z desk app[1]: some text", none, none, none,
        "2031-02-03T04:05:06Z desk app[1]: some text");
    row("year first", "2031 Feb 03 04:05:06 desk app[1]: text", "2031 Feb 03 04:05:06", "desk", "app",
        "text");
    row("zone without colon", "2031-02-03 04:05:06.123456-0700 desk app[1]: text",
        "2031-02-03 04:05:06.123456-0700", "desk", "app", "text");
    row("AIX facility", "Nov 14 01:02:03 desk auth|security:info app[3]: text", "Nov 14 01:02:03", "desk",
        "app", "text");
    row("AIX facility in upper case", "Nov 14 01:02:03 desk auth|Sec:info app: text", "Nov 14 01:02:03",
        "desk", none, "auth|Sec:info app: text");
    row("Solaris id", "Nov 14 01:02:03 desk app[3]: [ID 1 auth.info] text", "Nov 14 01:02:03", "desk", "app",
        "text");
    row("Solaris id at the end", "Nov 14 01:02:03 desk app[3]: [ID 1 a]", "Nov 14 01:02:03", "desk", "app",
        "");
    row("xferlog", "Fri Feb 03 04:05:06 2031 1 192.0.2.7 12 /x b", "Fri Feb 03 04:05:06 2031", none, none,
        "1 192.0.2.7 12 /x b");
    row("snort", "02/03-04:05:06.123456  [**] text", "02/03-04:05:06.123456", none, none, "[**] text");
    row("suricata", "02/03/2031-04:05:06.123456  [**] text", "02/03/2031-04:05:06.123456", none, none,
        "[**] text");
    row("apache error", "[Fri Feb 03 04:05:06 2031] [error] text", "Fri Feb 03 04:05:06 2031", none, none,
        "[error] text");
    row("squid", "1927856706.123     45 192.0.2.7 TCP_HIT/200 1 GET", "1927856706.123    ", none, none,
        "45 192.0.2.7 TCP_HIT/200 1 GET");
    row("ASL", "[Time 2031.02.03 04:05:06 UTC] [Sender app] [Message the text] [Host h]", none, "h", "app",
        "the text");
    row("ASL without a message", "[Time 2031.02.03 04:05:06 UTC] [Sender app] [PID 1]", none, none, "app",
        " UTC] [Sender app");
    row("priority", "<34>Nov 14 01:02:03 desk app: text", none, none, none,
        "<34>Nov 14 01:02:03 desk app: text");
    row("anything else", "plain words", none, none, none, "plain words");
    row("empty", "", none, none, none, "");
}

void PredecodeTest::headersAreReadByTheirPunctuation()
{
    QFETCH(QByteArray, line);
    const std::string bytes = line.toStdString();
    Event event;
    event.fullLog = bytes;
    predecode(event);
    QTEST(shown(event.timestamp), "timestamp");
    QTEST(shown(event.hostname), "hostname");
    QTEST(shown(event.programName), "program");
    QTEST(shown(event.log), "log");
}

void PredecodeTest::everyPrefixOfALineIsSafe()
{
    const std::vector<std::string> lines = {
        "Nov 14 01:02:03 desk auth|security:info app[3]: [ID 1 auth.info] text",
        "M\xC3\xA4r 14 01:02:03 desk app: text",
        "2031-02-03T04:05:06.123456+01:00 desk app[1]: text",
        "[Time 2031.02.03 04:05:06 UTC] [Sender app] [Message the text] [Host h]",
        "1927856706.123    45 192.0.2.7 TCP_HIT/200 1 GET",
        "[Fri Feb 03 04:05:06 2031] [error] text",
    };
    for (const std::string& line : lines) {
        for (std::size_t size = 0; size <= line.size(); ++size) {
            const std::string cut =
                line.substr(0, size); // its own buffer, so that a sanitizer sees an overrun
            Event event;
            event.fullLog = cut;
            predecode(event);
            static_cast<void>(shownHostname(cut));
            QVERIFY(event.log.size() <= cut.size());
        }
    }
}

void PredecodeTest::locationGivesAgentAndHost_data()
{
    QTest::addColumn<QByteArray>("location");
    QTest::addColumn<QByteArray>("agent");
    QTest::addColumn<QByteArray>("hostname");
    QTest::addColumn<QByteArray>("rest");
    const auto row = [](const char* location, const char* agent, const char* hostname, const char* rest) {
        QTest::newRow(location) << QByteArray(location) << QByteArray(agent) << QByteArray(hostname)
                                << QByteArray(rest);
    };
    row("/var/log/x", "000", "desk", "/var/log/x");
    row("[007] (web7) 10.0.0.7->/var/log/x", "007", "web7", "(web7) 10.0.0.7->/var/log/x");
    row("[007] any->/var/log/x", "007", "desk", "any->/var/log/x");
    row("[x] /var/log/x", "000", "desk", "[x] /var/log/x");
}

void PredecodeTest::locationGivesAgentAndHost()
{
    QFETCH(QByteArray, location);
    const std::string bytes = location.toStdString();
    Event event;
    event.fullLog = "Nov 14 01:02:03 desk app: text";
    event.location = bytes;
    predecode(event);
    QTEST(shown(event.agent), "agent");
    QTEST(shown(event.hostname), "hostname");
    QTEST(shown(event.location), "rest");
}

void PredecodeTest::shownHostnameIsReadAnew_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("hostname");
    const auto row = [](const char* line, const char* hostname) {
        QTest::newRow(line) << QByteArray(line) << QByteArray(hostname);
    };
    row("Nov 14 01:02:03 desk app: text", "desk");
    row("Nov  4 01:02:03 app: text", "app:");
    row("Nov 14 01:02:03 2001:db8::1 app: text", "2001:db8::1");
    row("Nov 14 01:02:03  desk app: text", "(none)");
    row("nov 14 01:02:03 desk app: text", "(none)");
    row("Nov 44 01:02:03 desk app: text", "(none)");
    row("2031-02-03T04:05:06+01:00 desk app: text", "(none)");
}

void PredecodeTest::shownHostnameIsReadAnew()
{
    QFETCH(QByteArray, line);
    const std::string bytes = line.toStdString();
    QTEST(shown(shownHostname(bytes)), "hostname");
}

QTEST_GUILESS_MAIN(PredecodeTest)
#include "tst_predecode.moc"
