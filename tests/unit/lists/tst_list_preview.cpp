// A list is recognised by its beginning, and shown.
#include "engine/lists/formats/list_preview.h"

#include <QtTest>

using namespace bartizan;

class TestListPreview : public QObject
{
    Q_OBJECT

private slots:
    void formatsAreDetected_data();
    void formatsAreDetected();
    void confidenceIsTheShareThatIsUnderstood();
    void whatFitsNoFormatIsExplained_data();
    void whatFitsNoFormatIsExplained();
    void onlyTheBeginningDecides();
    void thePreviewShowsTheFirstEntries();
    void aNamedFormatIsTaken();
};

void TestListPreview::formatsAreDetected_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("format");
    const auto row = [](const char* name, const QByteArray& text, const char* format) {
        QTest::newRow(name) << text << QByteArray(format);
    };
    const QByteArray hash(64, 'a');
    row("addresses", "# list\n192.0.2.7\n192.0.2.0/24\n", "addresses");
    row("addresses with a count", "192.0.2.7\t8\n192.0.2.8\t7\n", "addresses");
    row("addresses with remarks", "192.0.2.0/24 ; SBL1\n198.51.100.0/24 ; SBL2, odd\n", "addresses");
    row("IPv6 only", "2001:db8::1\n2001:db8::2\n", "addresses");
    row("addresses and ranges", "192.0.2.7\n192.0.2.8\n192.0.2.9-192.0.2.12\n", "addresses");
    row("ranges", "192.0.2.1-192.0.2.9\n192.0.2.11-192.0.2.19\n", "ranges");
    row("P2P", "Some, Co:192.0.2.1-192.0.2.9\nOther: x:192.0.2.11-192.0.2.19\n", "ranges");
    row("DAT", "192.000.002.001 - 192.000.002.009 , 000 , Some\n", "ranges");
    row("CSV", "ip,type\n192.0.2.7,ssh\n192.0.2.8,web\n", "csv");
    row("CSV with semicolons", "ip;type\n192.0.2.7;ssh\n192.0.2.8;web\n", "csv");
    row("CSV, tabs, a range in two columns", "192.0.2.0\t192.0.2.255\t24\n198.51.100.0\t198.51.100.255\t24\n",
        "csv");
    row("JSON lines", "{\"cidr\":\"192.0.2.0/24\"}\n{\"cidr\":\"2001:db8::/32\"}\n{\"type\":\"metadata\"}\n",
        "jsonl");
    row("one JSON line", "{\"cidr\":\"192.0.2.0/24\"}", "jsonl");
    row("hosts", "127.0.0.1 localhost\n0.0.0.0 bad.example\n0.0.0.0 worse.example\n192.0.2.4 own.example\n",
        "hosts");
    row("AlienVault", "192.0.2.7#4#2#Scanning Host#XX#Town#1.0,2.0#3\n", "alienvault");
    row("STIX", "{\"objects\":[],\n\"type\":\"bundle\"}", "stix");
    row("STIX without its type", "{\"more\":false,\"objects\":[{}]}", "stix");
    row("MISP",
        "uuid,event_id,category,type,value,comment,to_ids,date\nu,1,N,ip-dst,192.0.2.7,,1,2\nu,1,N,url,http:/"
        "/x/,,1,2\n",
        "misp-csv");
    row("CDB", "192.0.2.7:\n198.51.100.:net\n\"2001:db8::1\":x\n", "cdb");
    row("hashes", hash + "  a.exe\n" + hash + "\n", "hashes");
    row("hashes in CSV", "sha256,name\n" + hash + ",a.exe\n", "csv");
    row("domains", "bad.example\nworse.example\n", "domains");
    row("ipset", "create x hash:ip\nadd x 192.0.2.7\n", "ipset");
    row("a byte-order mark and empty lines", "\xEF\xBB\xBF\n\n{\"type\":\"bundle\",\"objects\":[]}", "stix");
}

void TestListPreview::formatsAreDetected()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, format);
    const auto detection = detectListFormat(text.toStdString());
    QVERIFY2(detection.format.has_value(), detection.reason.c_str());
    QCOMPARE(listFormatFacts(*detection.format).name, std::string_view(format.constData()));
    QVERIFY(detection.confidence > 0.8);
    QVERIFY(!detection.reason.empty());
}

void TestListPreview::confidenceIsTheShareThatIsUnderstood()
{
    const auto detection = detectListFormat("192.0.2.7\n192.0.2.8\n192.0.2.9\nx\n# remark\n");
    QVERIFY(detection.format == ListFormat::Addresses);
    QCOMPARE(detection.confidence, 0.75);
    QCOMPARE(detection.reason, std::string("3 of 4 lines are each an address, network or range"));
}

void TestListPreview::whatFitsNoFormatIsExplained_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("reason");
    QTest::newRow("empty") << QByteArray() << QByteArray("It is empty");
    QTest::newRow("blank") << QByteArray(" \n\t\n") << QByteArray("It is empty");
    QTest::newRow("prose") << QByteArray("Rate limit exceeded\ntry again\n")
                           << QByteArray("No line of it can be read in any format");
    QTest::newRow("mostly wrong") << QByteArray("192.0.2.7\nx\ny\n")
                                  << QByteArray("Too little of it can be read in any format; at best, 1 of 3 "
                                                "lines are each an address, network or range");
    QTest::newRow("JSON") << QByteArray("{\"error\":\"no such key\"}")
                          << QByteArray(
                                 "It is JSON of an unknown kind, neither a STIX bundle nor an object a line");
    QTest::newRow("an endless line") << QByteArray(1'000'000, '7')
                                     << QByteArray("No line of it can be read in any format");
}

void TestListPreview::whatFitsNoFormatIsExplained()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, reason);
    const auto preview = previewList(text.toStdString(), {}, PreviewFormat::Detected, 5);
    QVERIFY(!preview.detection.format);
    QCOMPARE(QByteArray::fromStdString(preview.detection.reason), reason);
    QCOMPARE(preview.detection.confidence, 0.0);
    QVERIFY(!preview.reading.isWhole);
    QCOMPARE(preview.reading.problems.size(), 1U);
    QVERIFY(preview.reading.problems.front().severity == Severity::Error);
    QVERIFY(!preview.reading.problems.front().cure.empty());
}

// Also where its end is cut within a line.
void TestListPreview::onlyTheBeginningDecides()
{
    std::string text;
    while (text.size() < 300'000)
        text += "198.51.100.200\n";
    text += std::string(1'000'000, 'x');
    const auto detection = detectListFormat(text);
    QVERIFY(detection.format == ListFormat::Addresses);
    QCOMPARE(detection.confidence, 1.0);
}

void TestListPreview::thePreviewShowsTheFirstEntries()
{
    ListOptions options;
    options.fileName = "l.csv";
    const auto preview =
        previewList("ip,type\n192.0.2.7,ssh\n192.0.2.800,web\n2001:db8::7,dns\n192.0.2.9,web\n", options,
                    PreviewFormat::Detected, 2);
    QVERIFY(preview.detection.format == ListFormat::Csv);
    QCOMPARE(preview.reading.layout, std::string("column 1 (ip), separated by ','"));
    QCOMPARE(preview.first.size(), 2U);
    QCOMPARE(preview.first[1].line, 4U);
    QCOMPARE(preview.first[1].kind, std::string("network"));
    QCOMPARE(preview.first[1].text, std::string("2001:db8::7"));
    QCOMPARE(preview.first[1].note, std::string("dns"));
    QCOMPARE(preview.reading.counts.good, 3U);
    QCOMPARE(preview.reading.counts.bad, 1U);
    QCOMPARE(describe(preview.reading.problems.front()),
             std::string("l.csv:3: 192.0.2.800 is no address: an octet is at most 255 (Correct the octet, or "
                         "remove the line.)"));
}

void TestListPreview::aNamedFormatIsTaken()
{
    ListOptions options;
    options.format = ListFormat::Domains;
    const auto preview = previewList("192.0.2.7\nbad.example\n", options, PreviewFormat::Named, 5);
    QVERIFY(preview.detection.format == ListFormat::Domains);
    QCOMPARE(preview.first.size(), 1U);
    QCOMPARE(preview.first[0].kind, std::string("domain"));
    QCOMPARE(preview.reading.counts.bad, 1U);
}

QTEST_APPLESS_MAIN(TestListPreview)
#include "tst_list_preview.moc"
