#include <QtTest> // first: moc 6.4 stumbles over <compare> before it

#include "engine/net/ip_address.h"

#include <QHostAddress>

#include <random>
#include <unordered_set>

using namespace bartizan;

class IpAddressTest : public QObject
{
    Q_OBJECT

private slots:
    void textIsParsedStrictly_data();
    void textIsParsedStrictly();
    void textAndBytesComeBackUnchanged();
    void networkBounds();
    void theFollowingAddress();
    void orderAndHash();
};

void IpAddressTest::textIsParsedStrictly_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("canonical"); // empty: refused
    const auto row = [](const char* text, const char* canonical) {
        QTest::newRow(text) << QByteArray(text) << QByteArray(canonical);
    };
    row("0.0.0.0", "0.0.0.0");
    row("255.255.255.255", "255.255.255.255");
    for (const char* text :
         {"",           "1.2.3",    "1.2.3.4.5", "1.2.3.",   ".1.2.3.4", "1..2.3",     "256.1.1.1",
          "1.2.3.0004", "01.2.3.4", "1.2.3.04",  "00.0.0.0", "1.2.3.4 ", " 1.2.3.4",   "1.2.3.4\n",
          "+1.2.3.4",   "-1.2.3.4", "0x1.2.3.4", "1.2.3.a",  "16909060", "1.2.3.4/32", "1,2,3,4"})
        row(text, "");
    // RFC 5952
    row("2001:db8::1", "2001:db8::1");
    row("2001:0DB8:0000:0000:0000:0000:0000:0001", "2001:db8::1");
    row("::", "::");
    row("::1", "::1");
    row("1::", "1::");
    row("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"); // one zero group is not shortened
    row("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1");    // the first of two equal runs is
    row("2001:0:0:1:0:0:0:1", "2001:0:0:1::1");          // the longest is
    row("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0");
    row("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8");
    row("fe80::AbCd", "fe80::abcd");
    row("::192.0.2.7", "::c000:207");
    row("64:ff9b::192.0.2.7", "64:ff9b::c000:207");
    // Mapped addresses are the IPv4 address they mean.
    row("::ffff:192.0.2.7", "192.0.2.7");
    row("::FFFF:c000:0207", "192.0.2.7");
    row("0:0:0:0:0:ffff:192.0.2.7", "192.0.2.7");
    row("::ffff:0:192.0.2.7", "::ffff:0:c000:207");
    for (const char* text : {":",
                             ":::",
                             "1",
                             "1:2",
                             "1:2:3:4:5:6:7",
                             "1:2:3:4:5:6:7:8:9",
                             "::1::",
                             "1::2::3",
                             "12345::",
                             "g::",
                             "1:2:3:4:5:6:7:8::",
                             "1::2:3:4:5:6:7:8",
                             ":1:2:3:4:5:6:7",
                             "1:2:3:4:5:6:7:",
                             "::1.2.3",
                             "::1.2.3.04",
                             "1.2.3.4::",
                             "::1.2.3.4:5",
                             "fe80::1%eth0",
                             "[::1]",
                             "::1/128",
                             " ::1",
                             "::1 ",
                             "::-1",
                             "::+1",
                             "::0x1"})
        row(text, "");
}

void IpAddressTest::textIsParsedStrictly()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, canonical);
    const auto address = IpAddress::parse(text.toStdString());
    QCOMPARE(address ? QByteArray::fromStdString(address->toString()) : QByteArray(), canonical);
    if (address)
        QCOMPARE(address->isV4(), canonical.contains('.'));
}

void IpAddressTest::textAndBytesComeBackUnchanged()
{
    std::mt19937 random(5); // NOLINT: the same cases each time
    for (int i = 0; i < 5000; ++i) {
        std::string bytes(i % 3 == 0 ? 4 : 16, '\0');
        for (char& byte : bytes)
            byte = random() % 3 == 0 ? static_cast<char>(random()) : '\0'; // many zero groups
        const auto address = IpAddress::fromBytes(bytes);
        QVERIFY(address.has_value());
        QVERIFY(IpAddress::parse(address->toString()) == address);
        QVERIFY(IpAddress::fromBytes(address->byteView()) == address);
        if (!address->isV4()) {
            const QHostAddress reference(QString::fromStdString(address->toString()));
            const auto expected = reference.toIPv6Address();
            QVERIFY(std::equal(address->bytes().begin(), address->bytes().end(), expected.c));
        }
    }
    QVERIFY(!IpAddress::fromBytes("") && !IpAddress::fromBytes("abcde"));
    QVERIFY(IpAddress::fromBytes(std::string_view("\0\0\0\0\0\0\0\0\0\0\xFF\xFF\x01\x02\x03\x04", 16)) ==
            IpAddress::parse("1.2.3.4"));
}

void IpAddressTest::networkBounds()
{
    const auto v4 = *IpAddress::parse("192.0.2.200");
    QCOMPARE(v4.lowest(24).toString(), "192.0.2.0");
    QCOMPARE(v4.highest(25).toString(), "192.0.2.255");
    QCOMPARE(v4.lowest(0).toString(), "0.0.0.0");
    QCOMPARE(v4.highest(0).toString(), "255.255.255.255");
    QVERIFY(v4.lowest(32) == v4 && v4.highest(32) == v4);
    const auto v6 = *IpAddress::parse("2001:db8:1:2:3:4:5:6");
    QCOMPARE(v6.lowest(33).toString(), "2001:db8::");
    QCOMPARE(v6.highest(64).toString(), "2001:db8:1:2:ffff:ffff:ffff:ffff");
}

void IpAddressTest::theFollowingAddress()
{
    QCOMPARE(IpAddress::parse("192.0.255.255")->next()->toString(), "192.1.0.0");
    QCOMPARE(IpAddress::parse("2001:db8::ffff")->next()->toString(), "2001:db8::1:0");
    QVERIFY(!IpAddress::parse("255.255.255.255")->next());
    QVERIFY(!IpAddress::parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")->next());
}

void IpAddressTest::orderAndHash()
{
    const auto parse = [](const char* text) { return *IpAddress::parse(text); };
    QVERIFY(parse("9.0.0.0") < parse("10.0.0.0"));
    QVERIFY(parse("255.255.255.255") < parse("::"));
    QVERIFY(IpAddress() == parse("0.0.0.0"));
    QVERIFY(parse("0.0.0.0") != parse("::"));
    std::unordered_set<IpAddress, IpAddressHash> set = {parse("192.0.2.7"), parse("::ffff:192.0.2.7"),
                                                        parse("::1")};
    QCOMPARE(set.size(), std::size_t{2});
}

QTEST_GUILESS_MAIN(IpAddressTest)
#include "tst_ip_address.moc"
