#include <QTest> // first: moc 6.4 stumbles over <compare> before it

#include "engine/response/guard.h"

using namespace bartizan;

class TestGuard : public QObject
{
    Q_OBJECT

private slots:
    void check_data();
    void check();
    void kernelSet_coversWhatIsRefused_withoutOverlaps();

private:
    static Guard guard()
    {
        const auto ip = [](const char* text) { return IpAddress::parse(text).value(); };
        HostAddresses host;
        host.own = {ip("192.0.2.1"), ip("2001:db8::1"), ip("127.0.0.1"), ip("::1")};
        host.broadcast = {ip("192.0.2.255")};
        host.gateways = {ip("192.0.2.254"), ip("fe80::fe")};
        host.nameServers = {ip("203.0.113.53")};
        host.administratorPeers = {ip("198.51.100.20")};
        std::vector<std::shared_ptr<const Pattern>> patterns;
        patterns.push_back(compilePattern(PatternType::OsMatch, "^203.0.113.77").value());
        return Guard(
            host,
            {{Cidr::parse("10.9.0.0/16").value(), "office"}, {Cidr::parse("2001:db8:7::/48").value(), ""}},
            patterns);
    }
};

void TestGuard::check_data()
{
    QTest::addColumn<QString>("address");
    QTest::addColumn<QString>("guard"); // empty: may be blocked
    const char* rows[][2] = {
        {"127.0.0.1", "loopback"},
        {"127.255.255.254", "loopback"},
        {"::1", "loopback"},
        {"::ffff:127.0.0.1", "loopback"},
        {"0.0.0.0", "this_network"},
        {"0.9.9.9", "this_network"},
        {"::", "this_network"},
        {"169.254.3.4", "link_local"},
        {"fe80::1", "link_local"},
        {"fe80::fe", "link_local"},
        {"224.0.0.251", "multicast"},
        {"ff02::fb", "multicast"},
        {"255.255.255.255", "broadcast"},
        {"192.0.2.255", "broadcast"},
        {"192.0.2.1", "own_address"},
        {"2001:db8::1", "own_address"},
        {"192.0.2.254", "gateway"},
        {"203.0.113.53", "name_server"},
        {"198.51.100.20", "administrator_peer"},
        {"10.9.1.2", "allowlist"},
        {"2001:db8:7:1::9", "allowlist"},
        {"203.0.113.77", "allowlist"},
        // networks
        {"192.0.2.0/24", "own_address"},
        {"203.0.113.0/24", "name_server"},
        {"198.51.100.16/28", "administrator_peer"},
        {"10.9.1.0/24", "allowlist"},
        {"10.0.0.0/8", "allowlist"},
        {"172.16.0.0/24", "private_network"},
        {"128.0.0.0/1", "link_local"},
        {"64.0.0.0/7", "too_wide"},
        {"0.0.0.0/0", "this_network"},
        {"2a00::/12", "too_wide"},
        {"fc00::/64", "private_network"},
        {"2001:db8::/32", "own_address"},
        // may be blocked
        {"192.0.2.2", ""},
        {"198.51.100.7", ""},
        {"203.0.113.5", ""},
        {"2001:db8::7", ""},
        {"10.1.2.3", ""},
        {"192.168.1.1", ""},
        {"172.16.0.9", ""},
        {"fd00::9", ""},
        {"198.51.100.128/25", ""},
        {"64.0.0.0/8", ""},
        {"100.64.0.1", ""},
        {"2a01:4f8::/32", ""},
        {"240.1.2.3", ""},
    };
    for (const auto& row : rows)
        QTest::newRow(row[0]) << row[0] << row[1];
}

void TestGuard::check()
{
    QFETCH(QString, address);
    QFETCH(QString, guard);
    const auto refusal = TestGuard::guard().check(Cidr::parse(address.toStdString()).value());
    QCOMPARE(refusal ? QString::fromUtf8(guardName(refusal->kind)) : QString(), guard);
    if (refusal)
        QVERIFY(!refusal->text.empty());
}

void TestGuard::kernelSet_coversWhatIsRefused_withoutOverlaps()
{
    const auto set = guard().kernelAllowSet();
    for (std::size_t i = 0; i < set.size(); ++i) {
        for (std::size_t j = i + 1; j < set.size(); ++j)
            QVERIFY2(!set[i].overlaps(set[j]), (set[i].toString() + " " + set[j].toString()).c_str());
    }
    for (const char* text : {"127.0.0.1", "192.0.2.254", "203.0.113.53", "198.51.100.20", "10.9.200.200",
                             "2001:db8:7::1", "fe80::fe", "192.0.2.1"}) {
        const auto address = IpAddress::parse(text).value();
        QVERIFY2(std::ranges::any_of(set, [&](const Cidr& network) { return network.contains(address); }),
                 text);
    }
    QVERIFY(std::ranges::none_of(
        set, [](const Cidr& n) { return n.contains(IpAddress::parse("198.51.100.7").value()); }));
}

QTEST_APPLESS_MAIN(TestGuard)
#include "tst_guard.moc"
