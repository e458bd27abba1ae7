#include <QtTest> // first: moc 6.4 stumbles over <compare> before it

#include "engine/net/cidr.h"

using namespace bartizan;

class CidrTest : public QObject
{
    Q_OBJECT

private slots:
    void textIsParsedStrictly_data();
    void textIsParsedStrictly();
    void containment_data();
    void containment();
    void constructedNetworksAreNormal();
};

void CidrTest::textIsParsedStrictly_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("canonical"); // empty: refused
    const auto row = [](const char* text, const char* canonical) {
        QTest::newRow(text) << QByteArray(text) << QByteArray(canonical);
    };
    row("192.0.2.7", "192.0.2.7");
    row("192.0.2.7/32", "192.0.2.7");
    row("192.0.2.7/24", "192.0.2.0/24"); // host bits are cleared
    row("192.0.2.7/0", "0.0.0.0/0");
    row("2001:db8::1", "2001:db8::1");
    row("2001:db8::1/128", "2001:db8::1");
    row("2001:DB8::1/32", "2001:db8::/32");
    row("::/0", "::/0");
    row("::ffff:192.0.2.7", "192.0.2.7");
    row("::ffff:192.0.2.7/120", "192.0.2.0/24"); // the length counts the mapping's bits
    row("::ffff:0.0.0.0/96", "0.0.0.0/0");
    for (const char* text : {"",
                             "/",
                             "/24",
                             "192.0.2.7/",
                             "192.0.2.7/33",
                             "192.0.2.7/024",
                             "192.0.2.7/00",
                             "192.0.2.7/-1",
                             "192.0.2.7/+8",
                             "192.0.2.7/ 8",
                             "192.0.2.7/8 ",
                             "192.0.2.7/8/8",
                             "192.0.2.7/255.255.255.0",
                             "192.0.2/24",
                             "2001:db8::/129",
                             "::ffff:192.0.2.7/95",
                             "::ffff:192.0.2.7/24",
                             "::ffff:192.0.2.7/129",
                             "192.0.2.7/4294967328",
                             "any"})
        row(text, "");
}

void CidrTest::textIsParsedStrictly()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, canonical);
    const auto cidr = Cidr::parse(text.toStdString());
    QCOMPARE(cidr ? QByteArray::fromStdString(cidr->toString()) : QByteArray(), canonical);
    if (cidr)
        QVERIFY(Cidr::parse(cidr->toString()) == cidr);
}

void CidrTest::containment_data()
{
    QTest::addColumn<QByteArray>("outer");
    QTest::addColumn<QByteArray>("inner");
    QTest::addColumn<bool>("contains");
    QTest::addColumn<bool>("overlaps");
    const auto row = [](const char* outer, const char* inner, bool contains, bool overlaps) {
        QTest::addRow("%s %s", outer, inner)
            << QByteArray(outer) << QByteArray(inner) << contains << overlaps;
    };
    row("192.0.2.0/24", "192.0.2.255", true, true);
    row("192.0.2.0/24", "192.0.3.0", false, false);
    row("192.0.2.0/24", "192.0.2.0/24", true, true);
    row("192.0.2.0/24", "192.0.2.128/25", true, true);
    row("192.0.2.128/25", "192.0.2.0/24", false, true);
    row("192.0.2.0/25", "192.0.2.128/25", false, false);
    row("0.0.0.0/0", "255.255.255.255", true, true);
    row("0.0.0.0/0", "::1", false, false); // families do not cross
    row("::/0", "192.0.2.7", false, false);
    row("::/0", "2001:db8::/32", true, true);
    row("2001:db8::/33", "2001:db8:8000::1", false, false);
    row("192.0.2.0/24", "::ffff:192.0.2.9", true, true);
    row("192.0.2.7", "192.0.2.7", true, true);
}

void CidrTest::containment()
{
    QFETCH(QByteArray, outer);
    QFETCH(QByteArray, inner);
    QFETCH(bool, contains);
    QFETCH(bool, overlaps);
    const auto a = *Cidr::parse(outer.toStdString());
    const auto b = *Cidr::parse(inner.toStdString());
    QCOMPARE(a.contains(b), contains);
    QCOMPARE(a.overlaps(b), overlaps);
    QCOMPARE(b.overlaps(a), overlaps);
    if (b.isSingle())
        QCOMPARE(a.contains(b.address()), contains);
    QCOMPARE(a.contains(b.address()) && a.contains(b.last()), contains);
}

void CidrTest::constructedNetworksAreNormal()
{
    const auto address = *IpAddress::parse("192.0.2.200");
    QCOMPARE(Cidr(address, 24).toString(), "192.0.2.0/24");
    QVERIFY(Cidr(address, 24) == Cidr(*IpAddress::parse("192.0.2.1"), 24));
    QVERIFY(Cidr(address, 99) == Cidr(address)); // capped at the family's length
    QVERIFY(Cidr(address).isSingle());
    QCOMPARE(Cidr(address, 25).last().toString(), "192.0.2.255");
    QVERIFY(CidrHash{}(Cidr(address, 24)) == CidrHash{}(*Cidr::parse("192.0.2.0/24")));
    QVERIFY(Cidr() == Cidr(IpAddress()));
}

QTEST_GUILESS_MAIN(CidrTest)
#include "tst_cidr.moc"
