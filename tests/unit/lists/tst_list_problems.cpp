// What people are told about lines and lists that can't be used, and what hostile ones can't do.
#include "collected_entries.h"

#include <QtTest>

#include <algorithm>

using namespace bartizan;

class TestListProblems : public QObject
{
    Q_OBJECT

private slots:
    void badTextIsExplained_data();
    void badTextIsExplained();
    void suggestionsAreRight_data();
    void suggestionsAreRight();
    void aNetworkWithHostBitsIsTakenAndTold();
    void whatIsNoListIsNamed_data();
    void whatIsNoListIsNamed();
    void theFirstProblemsAreKeptAndTheRestCounted();
    void longLinesAreSkipped_data();
    void longLinesAreSkipped();
    void notesAreCutBetweenCharacters();
    void deepJsonIsRefused_data();
    void deepJsonIsRefused();
    void brokenBundlesNameTheLine_data();
    void brokenBundlesNameTheLine();
    void messagesAreHarmless();
    void quotesThatNeverCloseStayCheap();
};

namespace {

ListReading readAs(std::string_view format, const QByteArray& text, ListLimits limits = {})
{
    ListOptions options;
    options.format = listFormatFromName(format).value();
    options.limits = limits;
    options.fileName = "list.txt";
    CollectedEntries entries;
    return readList({text.data(), static_cast<std::size_t>(text.size())}, options, entries);
}

} // namespace

void TestListProblems::badTextIsExplained_data()
{
    QTest::addColumn<QByteArray>("format");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<QByteArray>("cure");
    const auto row = [](const char* format, const QByteArray& text, const QByteArray& message,
                        const QByteArray& cure) {
        QTest::addRow("%s %s", format, text.left(50).constData())
            << QByteArray(format) << text << message << cure;
    };
    const QByteArray sha1(40, 'a');
    row("addresses", "192.0.2.400", "192.0.2.400 is no address: an octet is at most 255",
        "Correct the octet, or remove the line.");
    row("addresses", "1.2.3.99999999999999999999",
        "1.2.3.99999999999999999999 is no address: an octet is at most 255",
        "Correct the octet, or remove the line.");
    row("addresses", "192.0.2.1.5", "192.0.2.1.5 is no address: it has more than four octets",
        "Put each address on a line of its own.");
    row("addresses", "192.0.2.7/33",
        "192.0.2.7/33 is no network: the length of an IPv4 network is at most 32",
        "Write a length from 0 to 32.");
    row("addresses", "2001:db8::/129",
        "2001:db8::/129 is no network: the length of an IPv6 network is at most 128",
        "Write a length from 0 to 128.");
    row("addresses", "192.0.2.400/24", "192.0.2.400 is no address: an octet is at most 255",
        "Correct the octet, or remove the line.");
    row("addresses",
        "192.0.2.1-2001:db8::", "192.0.2.1-2001:db8:: is no range: one end is IPv4, the other IPv6",
        "Write two ranges.");
    row("addresses", "192.0.2.1-192.0.2.400",
        "192.0.2.1-192.0.2.400 is no range: 192.0.2.400 is no address: an octet is at most 255",
        "Correct the octet, or remove the line.");
    row("addresses", "::1-::1:0:0:0",
        "::1-::1:0:0:0 is no range: it runs over ::ffff:0:0/96, which means IPv4",
        "Write what lies before and behind as two ranges.");
    row("addresses", "http://192.0.2.7/x", "http://192.0.2.7/x is no address: it is a URL",
        "Write the address of its host.");
    row("addresses", "2001:db8:::1", "2001:db8:::1 is no IPv6 address: '::' may stand in it once",
        "Write out one of the gaps.");
    row("addresses", "2001:db8::fffff", "2001:db8::fffff is no IPv6 address: a group has at most four digits",
        "Correct the group.");
    row("addresses", "2001:db8::g", "2001:db8::g is no IPv6 address: g is no hexadecimal number",
        "Correct the group.");
    row("addresses", "2001:db8:1",
        "2001:db8:1 is no IPv6 address: it needs eight groups, or '::' for the missing ones",
        "Write it as 2001:db8::7.");
    row("addresses", "bad.example", "bad.example is no address: it is a domain",
        "Put domains into a list of their own.");
    row("addresses", QByteArray(64, 'a'),
        QByteArray(60, 'a') + "\xE2\x80\xA6 is no address: it is the hash of a file",
        "Put hashes into a list of their own.");
    row("addresses", "hello", "hello is no address, network or range",
        "Write it as 192.0.2.7, 192.0.2.0/24 or 192.0.2.1-192.0.2.9.");
    row("hashes", sha1, sha1 + " is no MD5 or SHA-256: it has the length of a SHA-1",
        "Use the SHA-256 of the file.");
    row("hashes", "abc", "abc is no MD5 or SHA-256: it has 3 digits, not 32 or 64", "Copy the whole hash.");
    row("hashes", "xyz", "xyz is no MD5 or SHA-256: it is not made of hexadecimal digits",
        "Write one hash a line, the file's name behind it.");
    row("domains", "https://bad.example/x", "https://bad.example/x is no domain: it is a URL",
        "Write the host's name alone.");
    row("domains",
        "b\xC3\xBC"
        "cher.example",
        "b\xC3\xBC"
        "cher.example is no domain: it has letters other than a to z",
        "Write it in its ASCII form, xn--\xE2\x80\xA6");
    row("domains", "-a.example", "-a.example is no domain: '-a' can't be a part of one",
        "Write it as bad.example, one a line.");
    row("domains", "a..example", "a..example is no domain: a part between dots is missing",
        "Write it as bad.example, one a line.");
    row("domains", QByteArray(64, 'a') + ".example",
        QByteArray(60, 'a') + "\xE2\x80\xA6 is no domain: a part has more than 63 characters",
        "Remove the line.");
    row("domains", "a.7", "a.7 is no domain: its last part is a number",
        "Write it as bad.example, one a line.");
    row("ranges", "x:192.0.2.7", "192.0.2.7 is no range: it has no '-'",
        "Write it as 192.0.2.1-192.0.2.9, or read the list as addresses.");
    row("cdb", "192.0.2.7", "The line has no ':'", "Write it as key: or key:value.");
    row("cdb", "2001:db8::1:x", "Only what stands before the first ':' is the key",
        "Put the IPv6 address in double quotes.");
    row("ipset", "del bad 192.0.2.7", "del is no command that fills a set",
        "Write it as add NAME 192.0.2.7.");
    row("jsonl", "{\"ip\":\"192.0.2.7\"", "The JSON object is broken: it ends too early",
        "Correct it, or remove the line.");
    row("jsonl", "{\"ip\" \"192.0.2.7\"}", "The JSON object is broken: a ':' is missing",
        "Correct it, or remove the line.");
    row("jsonl", "{\"ip\":\"\\q\"}", "The JSON object is broken: an unknown escape stands in a text",
        "Correct it, or remove the line.");
    row("alienvault", "192.0.2.7#x", "Reliability, risk and type are missing behind the address",
        "Write it as 192.0.2.7#4#2#Scanning Host#CC.");
}

void TestListProblems::badTextIsExplained()
{
    QFETCH(QByteArray, format);
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, message);
    QFETCH(QByteArray, cure);
    const auto reading = readAs(format.toStdString(), "\n" + text + "\n");
    QCOMPARE(reading.counts.bad, 1U);
    QCOMPARE(reading.problems.size(), 1U);
    const Problem& problem = reading.problems.front();
    QCOMPARE(QByteArray::fromStdString(problem.message), message);
    QCOMPARE(QByteArray::fromStdString(problem.cure), cure);
    QCOMPARE(problem.line, 2);
    QCOMPARE(problem.file, std::string("list.txt"));
    QCOMPARE(problem.component, std::string("lists"));
    QVERIFY(problem.severity == Severity::Warning);
}

void TestListProblems::suggestionsAreRight_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("instead");
    const auto row = [](const char* text, const char* instead) {
        QTest::newRow(text) << QByteArray(text) << QByteArray(instead);
    };
    row("010.001.002.003", "10.1.2.3");
    row("192.0.2.9-192.0.2.4", "192.0.2.4-192.0.2.9");
    row("192.0.2.7:443", "192.0.2.7");
    row("3221225991", "192.0.2.7");
    row("192.0.2.0/255.255.255.0", "192.0.2.0/24");
    row("192.0.2.0/024", "192.0.2.0/24");
    row("[2001:db8::1]", "2001:db8::1");
    row("\"192.0.2.7\"", "192.0.2.7");
    row("192.0.2.7,", "192.0.2.7");
    row("fe80::1%eth0", "fe80::1");
}

// What is suggested is taken when it is written.
void TestListProblems::suggestionsAreRight()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, instead);
    const auto reading = readAs("addresses", text);
    QCOMPARE(reading.counts.bad, 1U);
    QCOMPARE(QByteArray::fromStdString(reading.problems.front().cure), "Write " + instead + '.');
    QCOMPARE(readAs("addresses", instead).counts.good, 1U);
}

void TestListProblems::aNetworkWithHostBitsIsTakenAndTold()
{
    const auto reading = readAs("addresses", "192.0.2.7/24\n192.0.2.0/24\n");
    QCOMPARE(reading.counts.good, 2U);
    QCOMPARE(reading.problems.size(), 1U);
    QVERIFY(reading.problems.front().severity == Severity::Note);
    QCOMPARE(reading.problems.front().message,
             std::string("192.0.2.7/24 is taken as the whole network 192.0.2.0/24"));
    QCOMPARE(reading.problems.front().cure,
             std::string("Write 192.0.2.0/24, or 192.0.2.7 for the one address."));
}

void TestListProblems::whatIsNoListIsNamed_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("message");
    QTest::newRow("page") << QByteArray(
                                 "<!DOCTYPE html>\n<html><head><title>404 Not\x1b[1m Found</title></head>")
                          << QByteArray("It is a web page, not a list (\"404 Not\xEF\xBF\xBD[1m Found\")");
    QTest::newRow("page behind a comment")
        << QByteArray("\xEF\xBB\xBF\n<!-- cache -->\r\n<HTML>\n192.0.2.7\n")
        << QByteArray("It is a web page, not a list");
    QTest::newRow("XHTML") << QByteArray("<?xml version=\"1.0\"?>\n<!DOCTYPE HTML><html/>")
                           << QByteArray("It is a web page, not a list");
    QTest::newRow("XML") << QByteArray("<?xml version=\"1.0\"?><rss/>")
                         << QByteArray("It is XML, not a list");
    QTest::newRow("a comment that never ends")
        << QByteArray("<!-- 192.0.2.7") << QByteArray("It is XML, not a list");
    QTest::newRow("gzip") << QByteArray("\x1F\x8B\x08\0\0", 5) << QByteArray("It is packed with gzip");
    QTest::newRow("zip") << QByteArray("PK\x03\x04zzz") << QByteArray("It is packed with zip");
    QTest::newRow("UTF-16") << QByteArray("\xFF\xFE\x31\0\x2E\0", 6) << QByteArray("It is text in UTF-16");
    QTest::newRow("NULs") << QByteArray("192.0.2.7\n\0\0\0", 13)
                          << QByteArray("It is binary data, not a list");
    QTest::newRow("controls") << QByteArray("\x01\x02\x03\x04 1")
                              << QByteArray("It is binary data, not a list");
}

// In whatever format it is read: nothing of it is taken.
void TestListProblems::whatIsNoListIsNamed()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, message);
    for (const auto& facts : listFormats()) {
        const auto reading = readAs(facts.name, bytes);
        QVERIFY(!reading.isWhole);
        QCOMPARE(reading.counts.lines(), 0U);
        QCOMPARE(reading.problems.size(), 1U);
        QCOMPARE(QByteArray::fromStdString(reading.problems.front().message), message);
        QVERIFY(reading.problems.front().severity == Severity::Error);
        QVERIFY(!reading.problems.front().cure.empty());
    }
    const auto detection = detectListFormat({bytes.data(), static_cast<std::size_t>(bytes.size())});
    QVERIFY(!detection.format);
    QCOMPARE(QByteArray::fromStdString(detection.reason), message);
}

void TestListProblems::theFirstProblemsAreKeptAndTheRestCounted()
{
    const auto reading = readAs("addresses", QByteArray("x\n").repeated(1000), {.mostProblems = 3});
    QCOMPARE(reading.counts.bad, 1000U);
    QCOMPARE(reading.problems.size(), 4U);
    QCOMPARE(reading.problems[2].line, 3);
    QCOMPARE(reading.problems[3].message, std::string("997 more lines can't be read"));
    QVERIFY(reading.isWhole);
    QVERIFY(readAs("addresses", "x\n", {.mostProblems = 0}).problems.empty());
}

void TestListProblems::longLinesAreSkipped_data()
{
    QTest::addColumn<QByteArray>("format");
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("good");
    QTest::newRow("addresses") << QByteArray("addresses") << QByteArray() << QByteArray("192.0.2.7");
    QTest::newRow("csv") << QByteArray("csv") << QByteArray("192.0.2.1,x\n") << QByteArray("192.0.2.7,x");
    QTest::newRow("jsonl") << QByteArray("jsonl") << QByteArray() << QByteArray("{\"ip\":\"192.0.2.7\"}");
}

void TestListProblems::longLinesAreSkipped()
{
    QFETCH(QByteArray, format);
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, good);
    const auto reading = readAs(format.toStdString(), before + QByteArray(70'000, '1') + '\n' + good + '\n' +
                                                          QByteArray(3'000'000, ' ') + '1');
    QCOMPARE(reading.counts.bad, 2U);
    QVERIFY(reading.counts.good >= 1U);
    QCOMPARE(reading.problems.front().message, std::string("The line is longer than 65536 bytes"));
}

void TestListProblems::notesAreCutBetweenCharacters()
{
    ListOptions options;
    options.limits.longestNote = 5;
    CollectedEntries entries;
    (void)readList("192.0.2.7 # abcd\xC3\xBC\n192.0.2.8 # abc\xC3\xBC\n", options, entries);
    QCOMPARE(entries.lines, QByteArrayList({"1 192.0.2.7 (abcd)", "2 192.0.2.8 (abc\xC3\xBC)"}));
}

void TestListProblems::deepJsonIsRefused_data()
{
    QTest::addColumn<int>("depth");
    QTest::addColumn<bool>("isRead");
    QTest::newRow("31 within the object") << 31 << true;
    QTest::newRow("32 within the object") << 32 << false;
    QTest::newRow("a million") << 1'000'000 << false;
}

void TestListProblems::deepJsonIsRefused()
{
    QFETCH(int, depth);
    QFETCH(bool, isRead);
    const QByteArray nest = QByteArray(depth, '[') + QByteArray(depth, ']');
    const auto line =
        readAs("jsonl", "{\"a\":" + nest + ",\"ip\":\"192.0.2.7\"}", {.longestLine = 4'000'000});
    QCOMPARE(line.counts.good, isRead ? 1U : 0U);
    const auto bundle = readAs("stix", "{\"a\":" + nest + ",\"objects\":[]}");
    QCOMPARE(bundle.isWhole, isRead);
    if (!isRead) {
        QCOMPARE(line.problems.front().message,
                 std::string("The JSON object is broken: it is nested too deep"));
        QCOMPARE(bundle.problems.front().message,
                 std::string("The JSON text is broken: it is nested too deep"));
    }
}

void TestListProblems::brokenBundlesNameTheLine_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<int>("line");
    const auto row = [](const char* text, const char* message, int line) {
        QTest::newRow(text) << QByteArray(text) << QByteArray(message) << line;
    };
    row("{\"objects\":[\n{\"type\":\"x\"}\n{}]}", "The JSON text is broken: a ',' is missing", 3);
    row("{\"objects\":[\n{\"type\":\"x\"", "The JSON text is broken: it ends too early", 2);
    row("{\"objects\":[{\"type\":\"x\\", "The JSON text is broken: it ends too early", 1);
    row("{\"other\":\"x\\", "The JSON text is broken: it ends too early", 1);
    row("{\"objects\":[tru]}", "The JSON text is broken: an unknown word stands where a value belongs", 1);
    row("{\"objects\":[]}\n{}", "Something stands behind the bundle", 2);
    row("{\"a\":1}", "It is JSON, but no STIX bundle: it has no \"objects\"", 0);
    row("192.0.2.7", "It is no STIX bundle: it does not begin with '{'", 0);
    row("[]", "It is no STIX bundle: it does not begin with '{'", 0);
}

void TestListProblems::brokenBundlesNameTheLine()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, message);
    QFETCH(int, line);
    const auto reading = readAs("stix", text);
    QVERIFY(!reading.isWhole);
    const Problem& last = reading.problems.back();
    QVERIFY(last.severity == Severity::Error);
    QCOMPARE(QByteArray::fromStdString(last.message), message);
    QCOMPARE(last.line, line);
}

void TestListProblems::messagesAreHarmless()
{
    const QByteArray hostile =
        QByteArray("\x1b]0;owned\x07", 10) + "\xE2\x80\xAE" + QByteArray("\0x", 2) + QByteArray(300, 'A');
    for (const auto& facts : listFormats()) {
        const QByteArrayList texts{
            hostile,
            hostile + ":x",
            "0.0.0.0 " + hostile,
            "add x " + hostile,
            "{\"ip\":\"\\u001b[31m\\u202e\"}",
            "{\"objects\":[{\"type\":\"indicator\",\"name\":\"\\u001b\",\"pattern\":\"[\\u001b\"}]}"};
        for (const QByteArray& text : texts) {
            // Behind enough text not to be taken for binary data.
            const auto reading = readAs(facts.name, QByteArray(5000, '\n') + text);
            for (const auto& problem : reading.problems) {
                QVERIFY(problem.message.size() < 600);
                for (const std::string& shown : {problem.message, problem.cure})
                    QVERIFY(std::ranges::none_of(shown, [](char c) { return c >= 0 && c < 0x20; }) &&
                            shown.find("\xE2\x80\xAE") == std::string::npos);
            }
        }
    }
}

// Each line opens a quote that no later one closes as it should.
void TestListProblems::quotesThatNeverCloseStayCheap()
{
    const QByteArray text = "192.0.2.7,x\n" + QByteArray("\",a\",\"z\n").repeated(500'000);
    QElapsedTimer timer;
    timer.start();
    const auto reading = readAs("csv", text);
    QVERIFY(reading.counts.good >= 1);
    QVERIFY(reading.counts.bad > 100'000);
    QVERIFY2(timer.elapsed() < 10'000, "linear is well below a second");
}

QTEST_APPLESS_MAIN(TestListProblems)
#include "tst_list_problems.moc"
