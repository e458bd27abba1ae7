// Real packets, and lists that forbid connections from there, to there, or both: made here, or passing
// through.
#include "platform/linux/nftables_backend.h"
#include "tests/firewall/traffic_network.h"
#include "tests/support/udp_probe.h"

#include <QElapsedTimer>
#include <QtTest/QtTest>

#include <thread>

using namespace bartizan;
using namespace std::chrono_literals;
using test::Datagram;
using test::kNever;
using test::kPort;
using test::kResend;
using test::kSoon;

Q_DECLARE_METATYPE(bartizan::ListTraffic)

namespace {

Cidr cidr(const QString& text)
{
    return Cidr::parse(text.toStdString()).value();
}

} // namespace

class NftablesListTrafficTest : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<test::TrafficNetwork> m_network;
    std::unique_ptr<NftablesBackend> m_backend;

    static IpAddress address(const QString& text) { return cidr(text).address(); }

    std::unique_ptr<ListLoad> begin(ListTraffic traffic, std::vector<Cidr> entries)
    {
        auto load = m_backend->beginList("bad", std::move(entries), traffic);
        if (!load)
            QTest::qFail(load.error().message.c_str(), __FILE__, __LINE__);
        return load ? std::move(*load) : nullptr;
    }

    void list(ListTraffic traffic, std::vector<Cidr> entries)
    {
        const auto load = begin(traffic, std::move(entries));
        QVERIFY(load);
        Result<bool> done = false;
        while (done && !*done)
            done = load->step();
        QVERIFY2(done, done ? "" : done.error().message.c_str());
    }

    void rowsForBothFamiliesAndWays()
    {
        QTest::addColumn<QString>("listed");
        QTest::addColumn<QString>("attacker");
        QTest::addColumn<QString>("target"); // as the attacker reaches the owner
        QTest::addColumn<bool>("forwarded");
        QTest::newRow("IPv4") << "192.0.2.66" << "192.0.2.66" << "192.0.2.1" << false;
        QTest::newRow("IPv4 network") << "192.0.2.64/26" << "192.0.2.66" << "192.0.2.1" << false;
        QTest::newRow("IPv4 forwarded") << "192.0.2.66" << "192.0.2.66" << "203.0.113.2" << true;
        QTest::newRow("IPv6") << "2001:db8:a::66" << "2001:db8:a::66" << "2001:db8:a::1" << false;
        QTest::newRow("IPv6 network") << "2001:db8:a::60/124" << "2001:db8:a::66" << "2001:db8:a::1" << false;
        QTest::newRow("IPv6 forwarded") << "2001:db8:a::66" << "2001:db8:a::66" << "2001:db8:c::2" << true;
    }

    // What `from` can open towards `to`'s address: TCP, UDP, ICMP, one after the other.
    struct Reach
    {
        bool tcp = false;
        Datagram udp = Datagram::Lost;
        bool icmp = false;
        bool operator==(const Reach&) const = default;
    };
    static Reach reach(const test::NetworkNamespace& from, const test::NetworkNamespace& to,
                       const QString& target, const test::TcpSocket& listener, bool expected)
    {
        const auto timeout = expected ? kSoon : kNever;
        return {test::openFlow(from, address(target), listener, timeout).has_value(),
                test::sendDatagram(from, to, address(target), kPort, timeout),
                test::pings(from, address(target))};
    }
    static constexpr Reach kAll{true, Datagram::Arrives, true};
    static constexpr Reach kSilence{false, Datagram::Lost, false};
    static constexpr Reach kTold{false, Datagram::Refused, false};

private slots:
    void initTestCase()
    {
        if (const std::string missing = test::missingPrivilege(); !missing.empty())
            QSKIP(missing.c_str());
        m_network = std::make_unique<test::TrafficNetwork>();
    }

    void init()
    {
        m_backend = std::make_unique<NftablesBackend>();
        Result<void> ready;
        m_network->victim.run([&] { ready = m_backend->ensureReady(); });
        QVERIFY2(ready, ready ? "" : ready.error().message.c_str());
    }

    void cleanup()
    {
        if (m_backend)
            QVERIFY(m_backend->teardown());
    }

    void eachTrafficAndNoOther_data() { rowsForBothFamiliesAndWays(); }
    void eachTrafficAndNoOther()
    {
        QFETCH(QString, listed);
        QFETCH(QString, attacker);
        QFETCH(QString, target);
        QFETCH(bool, forwarded);
        const auto& inside = forwarded ? m_network->inner : m_network->victim;
        const auto& outside = m_network->attacker;
        const test::TcpSocket ours = test::listenIn(inside, kPort);
        const test::TcpSocket theirs = test::listenIn(outside, kPort);
        const auto from = [&](bool expected) { return reach(outside, inside, target, ours, expected); };
        const auto to = [&](bool expected) { return reach(inside, outside, attacker, theirs, expected); };
        QVERIFY(from(true) == kAll && to(true) == kAll);

        list(ListTraffic::Inbound, {cidr(listed)});
        QVERIFY2(from(false) == kSilence, "inbound connections are made, or answered");
        QVERIFY2(to(true) == kAll, "a list of inbound traffic cuts outbound connections");
        list(ListTraffic::Outbound, {cidr(listed)});
        QVERIFY2(from(true) == kAll, "a list of outbound traffic cuts inbound connections");
        QVERIFY2(to(false) == kTold, "outbound connections are made, or programs not told");
        list(ListTraffic::Both, {cidr(listed)});
        QVERIFY2(from(false) == kSilence, "both: inbound connections are made");
        QVERIFY2(to(false) == kTold, "both: outbound connections are made");
        list(ListTraffic::Inbound, {cidr(listed)});
        QVERIFY2(from(false) == kSilence, "inbound again: connections are made");
        QVERIFY2(to(true) == kAll, "inbound again: outbound connections are cut");
        list(ListTraffic::Both, {});
        QVERIFY(from(true) == kAll && to(true) == kAll);
    }

    void programsFailAtOnce_data() { rowsForBothFamiliesAndWays(); }
    void programsFailAtOnce()
    {
        QFETCH(QString, listed);
        QFETCH(QString, attacker);
        QFETCH(bool, forwarded);
        const test::TcpSocket theirs = test::listenIn(m_network->attacker, kPort);
        list(ListTraffic::Outbound, {cidr(listed)});
        QElapsedTimer timer;
        timer.start();
        QVERIFY(!test::connectFrom(forwarded ? m_network->inner : m_network->victim, address(attacker), kPort,
                                   10'000ms));
        QVERIFY2(timer.elapsed() < 900, "the program waits"); // SYN would be sent again after a second
    }

    void flowsThatStandPass_data() { rowsForBothFamiliesAndWays(); }
    void flowsThatStandPass()
    {
        QFETCH(QString, listed);
        QFETCH(QString, attacker);
        QFETCH(QString, target);
        QFETCH(bool, forwarded);
        const auto& inside = forwarded ? m_network->inner : m_network->victim;
        const test::TcpSocket ours = test::listenIn(inside, kPort);
        const test::TcpSocket theirs = test::listenIn(m_network->attacker, kPort);
        const auto begunHere = test::openFlow(inside, address(attacker), theirs, kSoon);
        const auto begunThere = test::openFlow(m_network->attacker, address(target), ours, kSoon);
        QVERIFY(begunHere && begunThere);
        for (const ListTraffic traffic : {ListTraffic::Outbound, ListTraffic::Both}) {
            list(traffic, {cidr(listed)});
            for (const auto* flow : {&*begunHere, &*begunThere}) {
                QVERIFY(test::passes(flow->client, flow->server, kResend));
                QVERIFY(test::passes(flow->server, flow->client, kResend));
            }
        }
    }

    void whatIsAllowedAndAllElsePasses_data() { rowsForBothFamiliesAndWays(); }
    void whatIsAllowedAndAllElsePasses()
    {
        QFETCH(QString, listed);
        QFETCH(QString, attacker);
        QFETCH(bool, forwarded);
        const auto& inside = forwarded ? m_network->inner : m_network->victim;
        const test::TcpSocket theirs = test::listenIn(m_network->attacker, kPort);
        const test::TcpSocket friends = test::listenIn(m_network->bystander, kPort);
        list(ListTraffic::Outbound, {cidr(listed)});
        QVERIFY(!test::openFlow(inside, address(attacker), theirs, kNever));
        QVERIFY(test::openFlow(inside, address(u"198.51.100.2"_qs), friends, kSoon));
        QVERIFY(test::openFlow(inside, address(u"2001:db8:b::2"_qs), friends, kSoon));
        // A gateway, a name server, somebody on the allowlist.
        QVERIFY(m_backend->setAllowed(std::vector{cidr(attacker)}));
        QVERIFY(test::openFlow(inside, address(attacker), theirs, kSoon));
        QVERIFY(m_backend->setAllowed({}));
        QVERIFY(!test::openFlow(inside, address(attacker), theirs, kNever));
        // That somebody may connect does not let him reach everybody.
        QVERIFY(m_backend->setAllowed(std::vector{cidr(u"203.0.113.0/24"_qs), cidr(u"2001:db8:c::/64"_qs)}));
        QVERIFY(!test::openFlow(inside, address(attacker), theirs, kNever));
    }

    void loopbackPasses()
    {
        const test::TcpSocket listener = test::listenIn(m_network->victim, kPort);
        list(ListTraffic::Both, {cidr(u"127.0.0.0/8"_qs), cidr(u"192.0.2.1"_qs), cidr(u"::1"_qs)});
        for (const QString& own : {u"127.0.0.1"_qs, u"192.0.2.1"_qs, u"::1"_qs})
            QVERIFY2(test::openFlow(m_network->victim, address(own), listener, kSoon), qPrintable(own));
    }

    // After every step of the change: what was forbidden before and is after, is meanwhile.
    void noMomentWithoutTheList_data()
    {
        QTest::addColumn<ListTraffic>("before");
        QTest::addColumn<ListTraffic>("after");
        QTest::newRow("inbound to both") << ListTraffic::Inbound << ListTraffic::Both;
        QTest::newRow("both to outbound") << ListTraffic::Both << ListTraffic::Outbound;
        QTest::newRow("both to inbound") << ListTraffic::Both << ListTraffic::Inbound;
        QTest::newRow("outbound to both") << ListTraffic::Outbound << ListTraffic::Both;
        QTest::newRow("inbound to outbound") << ListTraffic::Inbound << ListTraffic::Outbound;
    }
    void noMomentWithoutTheList()
    {
        QFETCH(ListTraffic, before);
        QFETCH(ListTraffic, after);
        const std::vector<Cidr> entries{cidr(u"192.0.2.66"_qs), cidr(u"2001:db8:a::66"_qs)};
        const auto cutsInbound = [](ListTraffic traffic) { return traffic != ListTraffic::Outbound; };
        const auto cutsOutbound = [](ListTraffic traffic) { return traffic != ListTraffic::Inbound; };
        const auto inbound = [&] {
            return test::sendDatagram(m_network->attacker, m_network->victim, address(u"192.0.2.1"_qs), kPort,
                                      50ms);
        };
        const auto outbound = [&] {
            return test::sendDatagram(m_network->victim, m_network->attacker, address(u"2001:db8:a::66"_qs),
                                      kPort, 50ms);
        };
        list(before, entries);
        const auto load = begin(after, entries);
        QVERIFY(load);
        int steps = 0;
        for (Result<bool> done = false; !*done; ++steps) {
            const auto in = inbound();
            const auto out = outbound();
            QVERIFY2(in != Datagram::Arrives || out != Datagram::Arrives, "the list is not in force at all");
            QVERIFY(!cutsInbound(before) || !cutsInbound(after) || in == Datagram::Lost);
            QVERIFY(!cutsOutbound(before) || !cutsOutbound(after) || out == Datagram::Refused);
            done = load->step();
            QVERIFY2(done, done ? "" : done.error().message.c_str());
            QCOMPARE(m_backend->listsHolding(address(u"192.0.2.66"_qs)).value(),
                     std::vector<std::string>{"bad"});
        }
        QVERIFY(steps > 1);
        QCOMPARE(inbound(), cutsInbound(after) ? Datagram::Lost : Datagram::Arrives);
        QCOMPARE(outbound(), cutsOutbound(after) ? Datagram::Refused : Datagram::Arrives);
    }

    void whatWasRepairedIsCutAgain_data()
    {
        QTest::addColumn<QString>("damage");
        QTest::newRow("rules flushed") << "flush chain inet bartizan lists_out";
        QTest::newRow("chain gone")
            << "flush chain inet bartizan lists_out; delete chain inet bartizan lists_out";
        QTest::newRow("overruled") << "insert rule inet bartizan lists_out accept";
    }
    void whatWasRepairedIsCutAgain()
    {
        QFETCH(QString, damage);
        const auto outbound = [&] {
            return test::sendDatagram(m_network->victim, m_network->attacker, address(u"192.0.2.66"_qs),
                                      kPort, kNever);
        };
        list(ListTraffic::Outbound, {cidr(u"192.0.2.66"_qs)});
        QCOMPARE(m_network->victim.exec({"nft", damage.toStdString()}).exitCode, 0);
        QVERIFY2(outbound() == Datagram::Arrives, "the damage does no harm: the test shows nothing");
        QVERIFY2(!m_backend->lists(), "the damage is not seen");
        QVERIFY(m_backend->ensureReady());
        QCOMPARE(m_backend->lists().value(), std::vector<std::string>{"bad"});
        QCOMPARE(outbound(), Datagram::Refused);
    }

    void teardownTakesAllOfItAway()
    {
        list(ListTraffic::Both, {cidr(u"192.0.2.66"_qs), cidr(u"2001:db8:a::/64"_qs)});
        QVERIFY(m_backend->teardown());
        QCOMPARE(m_network->victim.exec({"nft", "list", "ruleset"}).output, std::string());
    }
};

QTEST_GUILESS_MAIN(NftablesListTrafficTest)
#include "tst_nftables_list_traffic.moc"
