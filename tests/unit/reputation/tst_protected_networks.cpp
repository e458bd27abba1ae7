#include "engine/reputation/protected_networks.h"

#include <QtTest>

using namespace bartizan;

class TestProtectedNetworks : public QObject
{
    Q_OBJECT

private slots:
    void whatOthersPublish_data();
    void whatOthersPublish();
    void theOwnersListsMayHoldPrivateAddresses_data();
    void theOwnersListsMayHoldPrivateAddresses();
    void reasonsAreTold();
    void everythingThatTheGuardKeepsOpen();
};

namespace {

Cidr network(const QByteArray& text)
{
    return *Cidr::parse(std::string_view(text.constData(), static_cast<std::size_t>(text.size())));
}

Guard sampleGuard()
{
    HostAddresses host;
    host.own = {*IpAddress::parse("198.51.100.20"), *IpAddress::parse("2001:db8::20")};
    host.gateways = {*IpAddress::parse("198.51.100.1"), *IpAddress::parse("fe80::1")};
    host.nameServers = {*IpAddress::parse("9.9.9.9"), *IpAddress::parse("2620:fe::fe")};
    host.administratorPeers = {*IpAddress::parse("203.0.113.5")};
    host.broadcast = {*IpAddress::parse("198.51.100.255")};
    return Guard(host, {{*Cidr::parse("203.0.113.64/26"), "office"}, {*Cidr::parse("2001:db8:1::/48"), ""}});
}

bool isProtected(const std::vector<ProtectedNetwork>& networks, const Cidr& asked)
{
    return std::ranges::any_of(networks, [&](const auto& one) { return one.network.contains(asked); });
}

} // namespace

void TestProtectedNetworks::whatOthersPublish_data()
{
    QTest::addColumn<bool>("cut");
    for (const char* text : {"0.0.0.0/8",
                             "10.0.0.0/8",
                             "100.64.0.0/10",
                             "127.0.0.0/8",
                             "169.254.0.0/16",
                             "172.16.0.0/12",
                             "192.0.0.0/24",
                             "192.168.0.0/16",
                             "198.18.0.0/15",
                             "224.0.0.0/4",
                             "240.0.0.0/4",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "fc00::/7",
                             "fe80::/10",
                             "ff00::/8",
                             "64:ff9b::/96",
                             "2001::/23",
                             "198.51.100.20",
                             "2001:db8::20",
                             "198.51.100.1",
                             "9.9.9.9",
                             "2620:fe::fe",
                             "203.0.113.5",
                             "198.51.100.255",
                             "203.0.113.64/26",
                             "2001:db8:1::/48"})
        QTest::newRow(text) << true;
    for (const char* text : {"192.0.2.1", "198.51.100.2", "203.0.113.4", "2001:db8::21", "11.0.0.0/8",
                             "1.1.1.1", "2a00::/16", "172.32.0.0/16", "100.128.0.0", "198.20.0.0"})
        QTest::newRow(text) << false;
}

void TestProtectedNetworks::whatOthersPublish()
{
    QFETCH(const bool, cut);
    const auto networks = protectedNetworks(sampleGuard(), ListAuthor::Others);
    QCOMPARE(isProtected(networks, network(QTest::currentDataTag())), cut);
}

void TestProtectedNetworks::theOwnersListsMayHoldPrivateAddresses_data()
{
    QTest::addColumn<bool>("cut");
    for (const char* text : {"10.1.2.3", "192.168.7.0/24", "fd00::7", "100.64.0.1", "240.0.0.1"})
        QTest::newRow(text) << false;
    for (const char* text :
         {"0.0.0.1", "127.0.0.1", "169.254.0.1", "224.0.0.1", "255.255.255.255", "::1", "fe80::7", "ff02::1",
          "198.51.100.20", "198.51.100.1", "9.9.9.9", "203.0.113.5", "203.0.113.70"})
        QTest::newRow(text) << true;
}

void TestProtectedNetworks::theOwnersListsMayHoldPrivateAddresses()
{
    QFETCH(const bool, cut);
    const auto networks = protectedNetworks(sampleGuard(), ListAuthor::Owner);
    QCOMPARE(isProtected(networks, network(QTest::currentDataTag())), cut);
}

void TestProtectedNetworks::reasonsAreTold()
{
    const auto networks = protectedNetworks(sampleGuard(), ListAuthor::Owner);
    const auto told = [&](const char* text) {
        const auto found = std::ranges::find(networks, network(text), &ProtectedNetwork::network);
        return found == networks.end() ? std::string() : found->kind + ": " + found->reason;
    };
    QCOMPARE(told("198.51.100.20"), std::string("own_address: an address of this machine"));
    QCOMPARE(told("198.51.100.1"), std::string("gateway: this machine's gateway"));
    QCOMPARE(told("9.9.9.9"), std::string("name_server: this machine's name server"));
    QCOMPARE(told("203.0.113.5"),
             std::string("administrator_peer: where an administrator is logged in from"));
    QCOMPARE(told("203.0.113.64/26"), std::string("allowlist: the allowlist (office)"));
    QCOMPARE(told("2001:db8:1::/48"), std::string("allowlist: the allowlist"));
    QCOMPARE(told("127.0.0.0/8"), std::string("special_range: loopback"));
}

void TestProtectedNetworks::everythingThatTheGuardKeepsOpen()
{
    const Guard guard = sampleGuard();
    for (const ListAuthor author : {ListAuthor::Others, ListAuthor::Owner}) {
        const auto networks = protectedNetworks(guard, author);
        for (const Cidr& open : guard.kernelAllowSet())
            QVERIFY2(isProtected(networks, open), open.toString().c_str());
    }
}

QTEST_APPLESS_MAIN(TestProtectedNetworks)
#include "tst_protected_networks.moc"
