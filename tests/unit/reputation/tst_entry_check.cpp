// What is taken as an entry of a list, and what is said about what is not.
#include <QtTest> // first: moc 6.4 stumbles over <compare> before it

#include "engine/reputation/own/entry_check.h"

using namespace bartizan;

class TestEntryCheck : public QObject
{
    Q_OBJECT

private slots:
    void entriesAreTaken_data();
    void entriesAreTaken();
    void mistakesAreRefused_data();
    void mistakesAreRefused();
    void remarksSayWhatIsWritten();
    void aRangeIsItsNetworks();
    void notesAreBounded();
    void foreignNotesAreMadeToFit();
};

void TestEntryCheck::entriesAreTaken_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QByteArray>("key");
    const auto row = [](const QByteArray& text, EntryKind kind, const QByteArray& key) {
        QTest::newRow(text.constData()) << text << static_cast<int>(kind) << key;
    };
    row("192.0.2.7", EntryKind::Address, "192.0.2.7");
    row(" 192.0.2.7\t", EntryKind::Address, "192.0.2.7");
    row("192.0.2.0/24", EntryKind::Network, "192.0.2.0/24");
    row("192.0.2.7/24", EntryKind::Network, "192.0.2.0/24");
    row("192.0.2.", EntryKind::Network, "192.0.2.");
    row("10.", EntryKind::Network, "10.");
    row("2001:DB8::0:1", EntryKind::Address, "2001:db8::1");
    row("2001:db8::/32", EntryKind::Network, "2001:db8::/32");
    row("192.0.2.0-192.0.2.255", EntryKind::Range, "192.0.2.0/24");
    row("bad.example", EntryKind::Domain, "bad.example");
    row("John.Doe", EntryKind::Domain, "John.Doe");
    row("*.bad.example", EntryKind::Domain, "*.bad.example");
    row(QByteArray(64, 'a'), EntryKind::Hash, QByteArray(64, 'a'));
    row(QByteArray(32, 'A'), EntryKind::Hash, QByteArray(32, 'A'));
    row("alice", EntryKind::Text, "alice");
    row("8080", EntryKind::Text, "8080");
    row("OFFICE\\bob", EntryKind::Text, "OFFICE\\bob");
    row("00:11:22:aa:bb:cc", EntryKind::Text, "00:11:22:aa:bb:cc");
    row("http://bad.example/x", EntryKind::Text, "http://bad.example/x");
    row("J\xC3\xBCrgen", EntryKind::Text, "J\xC3\xBCrgen");
    row("v1.2-beta", EntryKind::Domain, "v1.2-beta");
    row("2001:db8", EntryKind::Text, "2001:db8"); // two groups may be anything
    row("1,000", EntryKind::Text, "1,000");
}

void TestEntryCheck::entriesAreTaken()
{
    QFETCH(QByteArray, text);
    QFETCH(int, kind);
    QFETCH(QByteArray, key);
    const auto check = checkEntry(text.toStdString());
    QVERIFY2(check.isTaken(), check.error.c_str());
    QCOMPARE(static_cast<int>(check.kind), kind);
    QCOMPARE(check.keys, std::vector{key.toStdString()});
    QCOMPARE(check.addresses.has_value(), check.kind <= EntryKind::Range);
}

void TestEntryCheck::mistakesAreRefused_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("suggestion");
    const auto row = [](const QByteArray& text, const QByteArray& suggestion) {
        QTest::newRow(text.isEmpty() ? "nothing" : text.left(40).constData()) << text << suggestion;
    };
    row("192.0.2.300", "192.0.2.30");
    row("192.0.2.999/24", "192.0.2.0/24");
    row("192,0,2,7", "192.0.2.7");
    row("192.0.2.07", "192.0.2.7");
    row("192.0.2", "");
    row("192.0.2.7:22", "192.0.2.7");
    row("[2001:db8::1]", "2001:db8::1");
    row("192.0.2.7.", "192.0.2.7");
    row("192.0.2.0/33", "");
    row("192.0.2.0/255.255.255.0", "192.0.2.0/24");
    row("192.0.2.9-192.0.2.1", "192.0.2.1-192.0.2.9");
    row("2001:db8::1::2", "");
    row("fe80::1%eth0", "fe80::1");
    row("", "");
    row("  ", "");
    row("# a remark", "");
    row("ali\"ce", "");
    row("ali\nce:", "");
    row(QByteArray("ali\0ce", 6), "");
    row("ali\xE2\x80\xAE"
        "ce",
        "");
    row("\xFF\xFE", "");
    row(QByteArray(600, 'x'), "");
}

void TestEntryCheck::mistakesAreRefused()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, suggestion);
    const auto check = checkEntry(text.toStdString());
    QVERIFY(!check.isTaken());
    QVERIFY(check.keys.empty());
    QVERIFY(!check.cure.empty());
    QCOMPARE(QByteArray::fromStdString(check.suggestion), suggestion);
    if (!suggestion.isEmpty())
        QVERIFY(checkEntry(check.suggestion).isTaken());
}

void TestEntryCheck::remarksSayWhatIsWritten()
{
    const auto host = checkEntry("192.0.2.7/24");
    QCOMPARE(host.remarks.size(), std::size_t{2});
    QCOMPARE(host.remarks[0], std::string("192.0.2.7/24 is taken as the whole network 192.0.2.0/24."));
    QVERIFY(host.remarks[1].find("networks=\"yes\"") != std::string::npos);
    QVERIFY(host.remarks[1].find("; 192.0.2. means the same") != std::string::npos);
    QCOMPARE(checkEntry("10.0.0.0/8").remarks[0].substr(0, 10), std::string("10.0.0.0/8"));
    QVERIFY(checkEntry("10.0.0.0/8").remarks[0].find("; 10. means") != std::string::npos);
    QVERIFY(checkEntry("192.0.2.0/25").remarks[0].find(" means ") == std::string::npos);
    QCOMPARE(checkEntry("2001:DB8::1").remarks, std::vector<std::string>{"It is written as 2001:db8::1."});
    QVERIFY(checkEntry("192.0.2.").remarks.empty());
    QVERIFY(checkEntry("192.0.2.7").remarks.empty());
}

void TestEntryCheck::aRangeIsItsNetworks()
{
    const auto check = checkEntry("192.0.2.1 - 192.0.2.6");
    QCOMPARE(check.keys,
             (std::vector<std::string>{"192.0.2.1", "192.0.2.2/31", "192.0.2.4/31", "192.0.2.6"}));
    QCOMPARE(check.remarks, std::vector<std::string>{"The range is kept as its 4 networks."});
}

void TestEntryCheck::notesAreBounded()
{
    QCOMPARE(mistakeInNote("seen in the office: twice"), std::string());
    QCOMPARE(mistakeInNote(std::string(200, 'x')), std::string());
    QVERIFY(!mistakeInNote(std::string(201, 'x')).empty());
    QVERIFY(!mistakeInNote("a\nevil:").empty());
    QVERIFY(!mistakeInNote("a\rb").empty());
    QVERIFY(!mistakeInNote("a \"b\"").empty());
    QVERIFY(!mistakeInNote("\xFF").empty());
}

void TestEntryCheck::foreignNotesAreMadeToFit()
{
    QCOMPARE(fittingNote(" Scanning \"Host\"\r\nevil:x "), std::string("Scanning 'Host'  evil:x"));
    std::string umlauts;
    for (int i = 0; i < 300; ++i)
        umlauts += "\xC3\xBC";
    for (const std::string& note :
         {umlauts, 'x' + umlauts, std::string(5'000, '\x01'), std::string("\xFF\xE2\x80\xAE")}) {
        const auto fitting = fittingNote(note);
        QCOMPARE(mistakeInNote(fitting), std::string());
    }
    QCOMPARE(fittingNote(umlauts).size(), std::size_t{200});
}

QTEST_APPLESS_MAIN(TestEntryCheck)
#include "tst_entry_check.moc"
