// Real packets between network namespaces: what a block cuts, and what it leaves alone.
#include "platform/linux/nftables_backend.h"
#include "tests/firewall/traffic_network.h"

#include <QElapsedTimer>
#include <QtTest/QtTest>

using namespace bartizan;
using namespace std::chrono_literals;
using test::Flow;
using test::kNever;
using test::kPort;
using test::kResend;
using test::kSoon;

namespace {

Cidr cidr(const QString& text)
{
    return Cidr::parse(text.toStdString()).value();
}

} // namespace

class NftablesTrafficTest : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<test::TrafficNetwork> m_network;
    std::unique_ptr<NftablesBackend> m_backend;

    static IpAddress address(const QString& text) { return cidr(text).address(); }

    static std::optional<Flow> open(const test::NetworkNamespace& from, const QString& to,
                                    const test::TcpSocket& listener, std::chrono::milliseconds timeout)
    {
        return test::openFlow(from, address(to), listener, timeout);
    }

    void block(const QString& what, std::optional<std::chrono::milliseconds> remaining = 60s)
    {
        const FirewallEntry entry{cidr(what), remaining};
        const auto added = m_backend->add(std::span(&entry, 1));
        QVERIFY2(added, added ? "" : added.error().message.c_str());
    }

    void release(const QString& what)
    {
        const Cidr network = cidr(what);
        QVERIFY(m_backend->remove(std::span(&network, 1)));
    }

    void list(std::vector<Cidr> entries)
    {
        auto load = m_backend->beginList("bad", std::move(entries), ListTraffic::Inbound);
        QVERIFY(load);
        Result<bool> done = false;
        while (done && !*done)
            done = (*load)->step();
        QVERIFY2(done, done ? "" : done.error().message.c_str());
    }

    static bool pings(const test::NetworkNamespace& from, const QString& target)
    {
        return test::pings(from, address(target));
    }

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

    void aBlockCutsNewAndEstablishedFlows_data()
    {
        QTest::addColumn<QString>("blocked");
        QTest::addColumn<QString>("target"); // as the attacker reaches it
        QTest::addColumn<QString>("friendTarget");
        QTest::addColumn<bool>("forwarded");
        QTest::newRow("IPv4") << "192.0.2.66" << "192.0.2.1" << "198.51.100.1" << false;
        QTest::newRow("IPv6") << "2001:db8:a::66" << "2001:db8:a::1" << "2001:db8:b::1" << false;
        QTest::newRow("IPv4 network") << "192.0.2.64/26" << "192.0.2.1" << "198.51.100.1" << false;
        QTest::newRow("IPv6 network") << "2001:db8:a::/64" << "2001:db8:a::1" << "2001:db8:b::1" << false;
        QTest::newRow("IPv6 odd network") << "2001:db8:a::/51" << "2001:db8:a::1" << "2001:db8:b::1" << false;
        QTest::newRow("IPv4 forwarded") << "192.0.2.66" << "203.0.113.2" << "203.0.113.2" << true;
        QTest::newRow("IPv6 forwarded") << "2001:db8:a::66" << "2001:db8:c::2" << "2001:db8:c::2" << true;
    }
    void aBlockCutsNewAndEstablishedFlows()
    {
        QFETCH(QString, blocked);
        QFETCH(QString, target);
        QFETCH(QString, friendTarget);
        QFETCH(bool, forwarded);
        const test::TcpSocket listener =
            test::listenIn(forwarded ? m_network->inner : m_network->victim, kPort);
        const auto attack = open(m_network->attacker, target, listener, kSoon);
        const auto other = open(m_network->bystander, friendTarget, listener, kSoon);
        QVERIFY(attack && attack->passes(kSoon));
        QVERIFY(other && other->passes(kSoon));

        block(blocked);
        QVERIFY2(!attack->passes(kNever), "an established flow goes on");
        QVERIFY2(!open(m_network->attacker, target, listener, kNever), "a new connection is made");
        QVERIFY2(other->passes(kSoon), "another host's flow is cut");
        QVERIFY2(open(m_network->bystander, friendTarget, listener, kSoon), "another host can't connect");

        release(blocked);
        QVERIFY2(attack->passes(kResend), "the flow does not go on after the release");
        QVERIFY2(open(m_network->attacker, target, listener, kSoon), "no new connection after the release");
    }

    void allowedComesBeforeBlocked()
    {
        const test::TcpSocket listener = test::listenIn(m_network->victim, kPort);
        const std::vector<Cidr> allowed{cidr(u"192.0.2.64/30"_qs), cidr(u"2001:db8:a::66"_qs)};
        QVERIFY(m_backend->setAllowed(allowed));
        for (const QString& blocked :
             {u"192.0.2.66"_qs, u"192.0.0.0/16"_qs, u"2001:db8:a::66"_qs, u"2001:db8::/32"_qs})
            block(blocked);
        QVERIFY(open(m_network->attacker, u"192.0.2.1"_qs, listener, kSoon));
        QVERIFY(open(m_network->attacker, u"2001:db8:a::1"_qs, listener, kSoon));
        QVERIFY(m_backend->setAllowed({}));
        QVERIFY(!open(m_network->attacker, u"192.0.2.1"_qs, listener, kNever));
        QVERIFY(!open(m_network->attacker, u"2001:db8:a::1"_qs, listener, kNever));
    }

    void whatWasRepairedEnforcesAgain_data()
    {
        QTest::addColumn<QString>("damage");
        QTest::newRow("table switched off") << "add table inet bartizan { flags dormant; }";
        QTest::newRow("chain gone") << "flush chain inet bartizan guard; delete chain inet bartizan guard";
        QTest::newRow("overruled") << "insert rule inet bartizan guard accept";
    }
    void whatWasRepairedEnforcesAgain()
    {
        QFETCH(QString, damage);
        const test::TcpSocket listener = test::listenIn(m_network->victim, kPort);
        block(u"192.0.2.66"_qs);
        QCOMPARE(m_network->victim.exec({"nft", damage.toStdString()}).exitCode, 0);
        const auto attack = open(m_network->attacker, u"192.0.2.1"_qs, listener, kSoon);
        QVERIFY2(attack, "the damage does no harm: the test shows nothing");
        QVERIFY(m_backend->ensureReady());
        QVERIFY2(!attack->passes(kNever), "the block that stood before is not enforced");
    }

    void aListCutsNewConnectionsFromThere_data()
    {
        QTest::addColumn<QString>("listed");
        QTest::addColumn<QString>("attacker");
        QTest::addColumn<QString>("target"); // as the attacker reaches it
        QTest::addColumn<bool>("forwarded");
        QTest::newRow("IPv4") << "192.0.2.66" << "192.0.2.66" << "192.0.2.1" << false;
        QTest::newRow("IPv6") << "2001:db8:a::66" << "2001:db8:a::66" << "2001:db8:a::1" << false;
        QTest::newRow("IPv4 network") << "192.0.2.64/26" << "192.0.2.66" << "192.0.2.1" << false;
        QTest::newRow("IPv6 network") << "2001:db8:a::/64" << "2001:db8:a::66" << "2001:db8:a::1" << false;
        QTest::newRow("IPv4 forwarded") << "192.0.2.66" << "192.0.2.66" << "203.0.113.2" << true;
        QTest::newRow("IPv6 network forwarded")
            << "2001:db8:a::/51" << "2001:db8:a::66" << "2001:db8:c::2" << true;
    }
    void aListCutsNewConnectionsFromThere()
    {
        QFETCH(QString, listed);
        QFETCH(QString, attacker);
        QFETCH(QString, target);
        QFETCH(bool, forwarded);
        const auto& inside = forwarded ? m_network->inner : m_network->victim;
        const test::TcpSocket listener = test::listenIn(inside, kPort);
        const test::TcpSocket theirs = test::listenIn(m_network->attacker, kPort);
        // A flow of the owner's that is older than the list, and so than connection tracking.
        const auto older = open(inside, attacker, theirs, kSoon);
        QVERIFY(older);
        QVERIFY(pings(m_network->attacker, target));

        list({cidr(listed), cidr(u"198.51.100.77"_qs)});
        QVERIFY2(!open(m_network->attacker, target, listener, kNever), "the list cuts nothing");
        QVERIFY2(!pings(m_network->attacker, target), "the list cuts only TCP");
        QVERIFY2(older->server.get() >= 0 && test::passes(older->server, older->client, kResend),
                 "a flow of the owner's is cut: what comes from there");
        QVERIFY(test::passes(older->client, older->server, kResend));
        const auto newer = open(inside, attacker, theirs, kSoon);
        QVERIFY2(newer, "the owner can't open connections to a listed address");
        QVERIFY(test::passes(newer->server, newer->client, kSoon));
        QVERIFY2(pings(inside, attacker), "an answer without a connection is cut");
        QVERIFY(pings(m_network->bystander, u"198.51.100.1"_qs));

        // The allow set goes before, and a block after it.
        QVERIFY(m_backend->setAllowed(std::vector{cidr(attacker)}));
        QVERIFY(open(m_network->attacker, target, listener, kSoon));
        QVERIFY(m_backend->setAllowed({}));
        QVERIFY(!open(m_network->attacker, target, listener, kNever));
        block(attacker);
        QVERIFY2(!test::passes(newer->server, newer->client, kNever), "a block is overruled by the list");
        release(attacker);

        list({cidr(u"198.51.100.77"_qs)});
        QVERIFY2(open(m_network->attacker, target, listener, kResend), "still cut though it left the list");
    }

    void loopbackIsNeverCut()
    {
        const test::TcpSocket listener = test::listenIn(m_network->victim, kPort);
        block(u"127.0.0.1"_qs);
        block(u"127.0.0.0/8"_qs);
        block(u"192.0.2.1"_qs);
        list({cidr(u"127.0.0.0/8"_qs), cidr(u"192.0.2.1"_qs)});
        QVERIFY(open(m_network->victim, u"127.0.0.1"_qs, listener, kSoon));
        QVERIFY(open(m_network->victim, u"192.0.2.1"_qs, listener, kSoon));
    }

    void theKernelReleasesOnTimeByItself()
    {
        const test::TcpSocket listener = test::listenIn(m_network->victim, kPort);
        QElapsedTimer timer;
        timer.start();
        block(u"192.0.2.66"_qs, 800ms);
        m_backend.reset(); // nobody of ours is there when the time is over
        QVERIFY(!open(m_network->attacker, u"192.0.2.1"_qs, listener, kNever));
        QVERIFY(
            open(m_network->attacker, u"192.0.2.1"_qs, listener, 3000ms)); // SYN is sent again after a second
        QVERIFY2(timer.elapsed() >= 800, "released early");
        init();
    }

    void teardownLeavesNothingOfOursAndAllElse()
    {
        (void)m_network->victim.exec({"nft", "add table inet other; add chain inet other c"});
        block(u"192.0.2.66"_qs);
        block(u"192.0.2.0/24"_qs, std::nullopt);
        const test::TcpSocket listener = test::listenIn(m_network->victim, kPort);
        QVERIFY(!open(m_network->attacker, u"192.0.2.1"_qs, listener, kNever));
        QVERIFY(m_backend->teardown());
        QCOMPARE(QByteArray::fromStdString(m_network->victim.exec({"nft", "list", "tables"}).output),
                 QByteArray("table inet other\n"));
        QVERIFY(open(m_network->attacker, u"192.0.2.1"_qs, listener, kSoon));
        (void)m_network->victim.exec({"nft", "delete table inet other"});
    }
};

QTEST_GUILESS_MAIN(NftablesTrafficTest)
#include "tst_nftables_traffic.moc"
