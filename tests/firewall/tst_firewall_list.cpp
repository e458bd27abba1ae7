// What becomes of a list's entries before any backend sees them.
#include <QtTest/QtTest> // first: moc 6.4 stumbles over <compare> before it

#include "engine/platform/firewall_list.h"

using namespace bartizan;

namespace {

FirewallList listOf(std::initializer_list<const char*> texts)
{
    std::vector<Cidr> entries;
    for (const char* text : texts)
        entries.push_back(Cidr::parse(text).value());
    return FirewallList(entries);
}

QByteArray text(const FirewallList& list)
{
    std::string all;
    for (const IpAddress& address : list.addresses())
        all += address.toString() + " ";
    for (const AddressRange& range : list.ranges())
        all += range.first.toString() + "-" + range.last.toString() + " ";
    return QByteArray::fromStdString(all);
}

} // namespace

class FirewallListTest : public QObject
{
    Q_OBJECT

private slots:
    void overlapsAreMerged()
    {
        QCOMPARE(text(listOf({"10.0.0.9", "10.0.0.0/24", "10.0.1.0/24", "192.0.2.7", "192.0.2.7",
                              "10.0.0.128/25", "10.0.3.0/24"})),
                 QByteArray("192.0.2.7 10.0.0.0-10.0.1.255 10.0.3.0-10.0.3.255 "));
        QCOMPARE(text(listOf({"::1", "255.255.255.0/24", "::/127", "0.0.0.0"})),
                 QByteArray("0.0.0.0 255.255.255.0-255.255.255.255 ::-::1 "));
        QVERIFY(listOf({}).empty());
        QCOMPARE(listOf({"10.0.0.0/25", "10.0.0.128/25"}), listOf({"10.0.0.0/24", "10.0.0.77"}));
    }

    void familiesAreToldApart()
    {
        const auto list = listOf({"192.0.2.1", "2001:db8::1", "2001:db8::2", "10.0.0.0/8", "fd00::/8"});
        QCOMPARE(list.addresses(IpFamily::V4).size(), 1U);
        QCOMPARE(list.addresses(IpFamily::V6).size(), 2U);
        QCOMPARE(list.ranges(IpFamily::V4).size(), 1U);
        QCOMPARE(list.ranges(IpFamily::V6).front().last,
                 IpAddress::parse("fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
    }

    void holds_data()
    {
        QTest::addColumn<QString>("address");
        QTest::addColumn<bool>("held");
        QTest::newRow("address") << "192.0.2.1" << true;
        QTest::newRow("its neighbour") << "192.0.2.2" << false;
        QTest::newRow("first of a network") << "10.0.0.0" << true;
        QTest::newRow("last of a network") << "10.0.1.255" << true;
        QTest::newRow("behind a network") << "10.0.2.0" << false;
        QTest::newRow("before all") << "9.255.255.255" << false;
        QTest::newRow("IPv6") << "fd00::7" << true;
        QTest::newRow("IPv6 before") << "fcff::" << false;
        QTest::newRow("IPv6 whose bytes begin as the IPv4 network's") << "a00::" << false;
    }
    void holds()
    {
        QFETCH(QString, address);
        QFETCH(bool, held);
        const auto list = listOf({"192.0.2.1", "10.0.0.0/24", "10.0.1.0/24", "fd00::/8"});
        QCOMPARE(list.holds(IpAddress::parse(address.toStdString()).value()), held);
    }

    void namesAreSafe()
    {
        for (const char* name : {"a", "tor", "fire-hol-1", "abcdefghijklmnopqrstuvwxyzabcdef"})
            QVERIFY2(isListName(name), name);
        for (const char* name :
             {"", "1a", "-a", "A", "a_b", "a b", "a\n", "a;", "abcdefghijklmnopqrstuvwxyzabcdefg", "ä"})
            QVERIFY2(!isListName(name), name);
    }
};

QTEST_GUILESS_MAIN(FirewallListTest)
#include "tst_firewall_list.moc"
