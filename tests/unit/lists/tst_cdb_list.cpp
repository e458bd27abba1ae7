#include "engine/lists/cdb_list.h"
#include "engine/lists/lookup_list.h"

#include <QtTest>

using namespace bartizan;

class TestCdbList : public QObject
{
    Q_OBJECT

private slots:
    void lookUps_data();
    void lookUps();
    void networksAreFoundWhereAskedFor_data();
    void networksAreFoundWhereAskedFor();
    void valuesOfKeys();
    void badLinesAreReported();
    void manyBadLinesAreSummedUp();
    void growsOverAHundredThousandKeys();
    void walkOverHostileTextIsShort();
};

static const char* const kText = "198.51.100.7:first\n"
                                 "198.51.100.7:second\n"
                                 "203.0.113.:net\r\n"
                                 "\"2001:db8::6\":quoted\n"
                                 "\"a:b\":\"x:y\"\n"
                                 " blank : kept\n"
                                 "empty:\n"
                                 "host.:part\n"
                                 "last:line";

void TestCdbList::lookUps_data()
{
    QTest::addColumn<QByteArray>("lookup");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<bool>("result");
    const auto row = [](const char* lookup, const char* value, bool result) {
        QTest::addRow("%s %s", lookup, value) << QByteArray(lookup) << QByteArray(value) << result;
    };
    row("match_key", "198.51.100.7", true);
    row("match_key", "198.51.100.70", false);
    row("match_key", "2001:db8::6", true);
    row("match_key", "a:b", true);
    row("match_key", "blank", false);
    row("match_key", " blank ", true);
    row("match_key", "empty", true);
    row("match_key", "EMPTY", false);
    row("match_key", "last", true);
    row("match_key", "", false);
    row("not_match_key", "empty", false);
    row("not_match_key", "other", true);
    row("address_match_key", "203.0.113.9", true);
    row("address_match_key", "203.0.113.", true);
    row("address_match_key", "203.0.1130", false);
    row("address_match_key", "host.example.org", true);
    row("address_match_key", "a.host.", false);
    row("address_match_key", "", false);
    row("not_address_match_key", "203.0.113.9", false);
    row("not_address_match_key", "192.0.2.1", true);
    // The value has to be "first" or "net" in this test.
    row("match_key_value", "198.51.100.7", true);
    row("match_key_value", "empty", false);
    row("match_key_value", "other", false);
    row("address_match_key_value", "203.0.113.9", false); // inverted, as in the reference
    row("address_match_key_value", "empty", true);
    row("address_match_key_value", "other", true);
}

void TestCdbList::lookUps()
{
    QFETCH(QByteArray, lookup);
    QFETCH(QByteArray, value);
    Problems problems;
    const auto list = makeLookupList(CdbList::compile(kText, "l", problems));
    const auto kind = listLookupFromName(lookup.toStdString());
    QVERIFY(kind.has_value());
    const bool result =
        listMatches(*list, *kind, AddressKeys::Texts, value.toStdString(),
                    [](std::string_view found) { return found == "first" || found == "net"; });
    QTEST(result, "result");
}

void TestCdbList::networksAreFoundWhereAskedFor_data()
{
    QTest::addColumn<QByteArray>("address");
    QTest::addColumn<QByteArray>("value"); // empty: not found
    const auto row = [](const char* address, const char* value) {
        QTest::newRow(*address != '\0' ? address : "empty") << QByteArray(address) << QByteArray(value);
    };
    row("192.0.2.1", "wide");
    row("192.0.2.77", "narrow");
    row("192.0.3.1", "");
    row("198.51.100.7", ""); // a text: found as such
    row("2001:db8:0::1", "six");
    row("2001:db8::ffff", "six");
    row("2001:db8:1::1", "");
    row("2001:0DB8:2:0:0:0:0:5", "single");
    row("host.example", "");
    row("192.0.2.", "");
    row("", "");
}

void TestCdbList::networksAreFoundWhereAskedFor()
{
    QFETCH(QByteArray, address);
    QFETCH(QByteArray, value);
    Problems problems;
    const auto list =
        CdbList::compile("192.0.2.0/24:wide\n192.0.2.64/26:narrow\n192.0.2.0/33:x\n198.51.100.7:text\n"
                         "\"2001:db8::/48\":six\n\"2001:db8:2::5\":single\n\"a/b\":x\n",
                         "lists/l", problems);
    QVERIFY(problems.empty());
    const std::string text = address.toStdString();
    const auto lookUp = makeLookupList(CdbList(list));
    QCOMPARE(QByteArray::fromStdString(std::string(list.findNetwork(text).value_or(""))), value);
    const auto always = [](std::string_view) { return true; };
    QCOMPARE(listMatches(*lookUp, ListLookup::AddressMatchKey, AddressKeys::Networks, text, always),
             !value.isEmpty() || text == "198.51.100.7");
    // A stock look-up asks for none of them.
    QCOMPARE(listMatches(*lookUp, ListLookup::AddressMatchKey, AddressKeys::Texts, text, always),
             text == "198.51.100.7");
}

void TestCdbList::valuesOfKeys()
{
    Problems problems;
    const auto list = CdbList::compile(kText, "l", problems);
    QCOMPARE(list.size(), 8U);
    QVERIFY(list.find("198.51.100.7") == "first");
    QVERIFY(list.find("a:b") == "x:y");
    QVERIFY(list.find(" blank ") == " kept");
    QVERIFY(list.find("203.0.113.") == "net");
    QVERIFY(list.find("empty") == "");
    QVERIFY(!CdbList().find("x"));
    QVERIFY(!CdbList().findAddress("1.2.3.4"));
    QVERIFY(!listLookupFromName("cidr"));
}

void TestCdbList::badLinesAreReported()
{
    Problems problems;
    const auto list = CdbList::compile("good:1\nbad\n\n2001:db8::5:x\n#c:x\n", "l", problems);
    QCOMPARE(problems.size(), 2U);
    QCOMPARE(problems[0].line, 2);
    QCOMPARE(problems[0].severity, Severity::Warning);
    QVERIFY(problems[0].file == "l" && problems[0].component == "lists");
    QCOMPARE(problems[1].line, 4);
    QVERIFY(list.find("2001") == "db8::5:x");
    QVERIFY(list.find("#c").has_value());
}

void TestCdbList::manyBadLinesAreSummedUp()
{
    std::string text;
    for (int i = 0; i < 1000; ++i)
        text += "no colon\n";
    Problems problems;
    QCOMPARE(CdbList::compile(text, "l", problems).size(), 0U);
    QCOMPARE(problems.size(), 11U);
    QVERIFY(problems.back().message.starts_with("990 more"));
}

void TestCdbList::growsOverAHundredThousandKeys()
{
    std::string text;
    for (int i = 0; i < 100'000; ++i)
        text += "key" + std::to_string(i) + ':' + std::to_string(i * 7) + '\n';
    Problems problems;
    const auto list = CdbList::compile(text, "l", problems);
    QCOMPARE(list.size(), 100'000U);
    for (int i = 0; i < 100'000; i += 997)
        QVERIFY(list.find("key" + std::to_string(i)) == std::to_string(i * 7));
    QVERIFY(!list.find("key100000"));
}

void TestCdbList::walkOverHostileTextIsShort()
{
    Problems problems;
    const auto list = CdbList::compile("10.:a\n", "l", problems);
    const std::string dots(1'000'000, '.');
    QVERIFY(!list.findAddress(dots));
    QVERIFY(list.findAddress("10." + dots) == "a");
}

QTEST_APPLESS_MAIN(TestCdbList)
#include "tst_cdb_list.moc"
