#include <QtTest> // first: moc 6.4 stumbles over <compare> before it

#include "engine/net/address_range.h"

#include <random>
#include <string>
#include <vector>

using namespace bartizan;

class TestAddressRange : public QObject
{
    Q_OBJECT

private slots:
    void knownRanges_data();
    void knownRanges();
    void whatIsNoRange_data();
    void whatIsNoRange();
    void everySmallRangeIsCoveredExactly();
    void randomRangesAreCoveredExactlyByTheFewest_data();
    void randomRangesAreCoveredExactlyByTheFewest();
    void theWorstCasesAreBounded();
    void endsWhenNoMoreIsWanted();
};

namespace {

IpAddress address(std::string_view text)
{
    return IpAddress::parse(text).value();
}

std::vector<Cidr> networksOf(const AddressRange& range)
{
    std::vector<Cidr> networks;
    range.forEachNetwork([&](const Cidr& network) {
        networks.push_back(network);
        return true;
    });
    return networks;
}

// In order, side by side from the first address to the last, and none could be larger: then there are no
// fewer.
void verifyCover(const AddressRange& range)
{
    const auto networks = networksOf(range);
    IpAddress next = range.first;
    for (std::size_t i = 0; i < networks.size(); ++i) {
        QCOMPARE(networks[i].address().toString(), next.toString());
        const bool isLast = i + 1 == networks.size();
        if (isLast)
            QCOMPARE(networks[i].last().toString(), range.last.toString());
        else
            next = networks[i].last().next().value();
        if (networks[i].prefix() > 0) {
            const Cidr larger(networks[i].address(), networks[i].prefix() - 1);
            QVERIFY(larger.address() < range.first || range.last < larger.last());
        }
    }
    QVERIFY(!networks.empty());
}

} // namespace

void TestAddressRange::knownRanges_data()
{
    QTest::addColumn<QString>("first");
    QTest::addColumn<QString>("last");
    QTest::addColumn<QString>("networks");
    const auto row = [](const char* first, const char* last, const char* networks) {
        QTest::addRow("%s-%s", first, last)
            << QString::fromLatin1(first) << QString::fromLatin1(last) << QString::fromLatin1(networks);
    };
    row("192.0.2.7", "192.0.2.7", "192.0.2.7");
    row("192.0.2.0", "192.0.2.255", "192.0.2.0/24");
    row("192.0.2.1", "192.0.2.6", "192.0.2.1 192.0.2.2/31 192.0.2.4/31 192.0.2.6");
    row("0.0.0.0", "255.255.255.255", "0.0.0.0/0");
    row("255.255.255.255", "255.255.255.255", "255.255.255.255");
    row("10.255.255.255", "11.0.0.0", "10.255.255.255 11.0.0.0");
    row("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "");
    row("2001:db8::", "2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8::/63");
    row("2001:db8:0:0:ffff:ffff:ffff:ffff", "2001:db8:0:1::", "2001:db8::ffff:ffff:ffff:ffff 2001:db8:0:1::");
}

void TestAddressRange::knownRanges()
{
    QFETCH(QString, first);
    QFETCH(QString, last);
    QFETCH(QString, networks);
    const auto range = AddressRange::make(address(first.toStdString()), address(last.toStdString()));
    QCOMPARE(range.has_value(), !networks.isEmpty());
    QStringList found;
    if (range) {
        for (const Cidr& network : networksOf(*range))
            found.append(QString::fromStdString(network.toString()));
    }
    QCOMPARE(found.join(QLatin1Char(' ')), networks);
    if (range)
        QCOMPARE(QString::fromStdString(range->toString()),
                 found.size() == 1
                     ? networks
                     : QString::fromStdString(range->first.toString() + '-' + range->last.toString()));
}

void TestAddressRange::whatIsNoRange_data()
{
    QTest::addColumn<QString>("first");
    QTest::addColumn<QString>("last");
    const auto row = [](const char* name, const char* first, const char* last) {
        QTest::newRow(name) << QString::fromLatin1(first) << QString::fromLatin1(last);
    };
    row("backwards", "192.0.2.2", "192.0.2.1");
    row("IPv6 backwards", "2001:db8::2", "2001:db8::1");
    row("two families", "192.0.2.2", "2001:db8::1");
    row("over those that mean IPv4", "::1", "::1:0:0:0");
    row("mapped to plain IPv6", "::ffff:1.2.3.4", "2001:db8::");
}

void TestAddressRange::whatIsNoRange()
{
    QFETCH(QString, first);
    QFETCH(QString, last);
    QVERIFY(!AddressRange::make(address(first.toStdString()), address(last.toStdString())));
}

void TestAddressRange::everySmallRangeIsCoveredExactly()
{
    for (const char* base : {"192.0.2.", "255.255.255.", "2001:db8::", "::ffff:ffff:ffff:ffff:"}) {
        const bool isV4 = std::string_view(base).find('.') != std::string_view::npos;
        for (int first = 0; first < 48; ++first) {
            for (int last = first; last < 48; ++last) {
                // The last addresses of all, where counting on would begin anew.
                const auto at = [&](int i) {
                    const int number = isV4 ? i + 208 : i + 0xFFD0;
                    return address(
                        base + (isV4 ? std::to_string(number) : QString::number(number, 16).toStdString()));
                };
                verifyCover(AddressRange::make(at(first), at(last)).value());
                if (QTest::currentTestFailed())
                    return;
            }
        }
    }
}

void TestAddressRange::randomRangesAreCoveredExactlyByTheFewest_data()
{
    QTest::addColumn<int>("bytes");
    QTest::newRow("IPv4") << 4;
    QTest::newRow("IPv6") << 16;
}

void TestAddressRange::randomRangesAreCoveredExactlyByTheFewest()
{
    QFETCH(int, bytes);
    std::mt19937 random(7);
    const auto any = [&](const std::string& common) {
        std::string text = common;
        while (text.size() < static_cast<std::size_t>(bytes))
            text += static_cast<char>(random() % 5 == 0 ? 0 : random());
        return IpAddress::fromBytes(text).value();
    };
    for (int i = 0; i < 3000; ++i) {
        std::string common;
        for (auto size = random() % static_cast<unsigned>(bytes); size > 0; --size)
            common += static_cast<char>(random() | 0x20U); // none of ::/96
        auto first = any(common);
        auto last = any(common);
        if (last < first)
            std::swap(first, last);
        const auto range = AddressRange::make(first, last);
        if (!range) {
            QVERIFY(common.empty() && bytes == 16);
            continue;
        }
        verifyCover(*range);
        if (QTest::currentTestFailed())
            return;
    }
}

void TestAddressRange::theWorstCasesAreBounded()
{
    QCOMPARE(networksOf(AddressRange::make(address("0.0.0.1"), address("255.255.255.254")).value()).size(),
             62U);
    const auto v6 =
        AddressRange::make(address("8000::1"), address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"));
    QVERIFY(networksOf(v6.value()).size() <= 254U);
    verifyCover(*v6);
}

void TestAddressRange::endsWhenNoMoreIsWanted()
{
    const auto range = AddressRange::make(address("192.0.2.1"), address("192.0.2.254")).value();
    int taken = 0;
    QVERIFY(!range.forEachNetwork([&](const Cidr&) { return ++taken < 3; }));
    QCOMPARE(taken, 3);
}

QTEST_APPLESS_MAIN(TestAddressRange)
#include "tst_address_range.moc"
