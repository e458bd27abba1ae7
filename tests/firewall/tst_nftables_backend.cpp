// NftablesBackend against a kernel that others change too: damage, repair, watching, large batches, few
// privileges.
#include "platform/linux/nftables_backend.h"
#include "tests/support/network_namespace.h"

#include <QElapsedTimer>
#include <QtTest/QtTest>

#include <algorithm>
#include <atomic>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

using namespace bartizan;
using namespace std::chrono_literals;

namespace {

Cidr cidr(std::string_view text)
{
    return Cidr::parse(text).value();
}

// The i-th of many different addresses, neighbours far apart.
Cidr numbered(std::uint32_t i)
{
    const std::uint32_t host = i * 2654435761U;
    const char bytes[] = {static_cast<char>(host >> 24), static_cast<char>(host >> 16),
                          static_cast<char>(host >> 8), static_cast<char>(host)};
    return *IpAddress::fromBytes({bytes, sizeof(bytes)});
}

std::vector<FirewallEntry> manyEntries(std::uint32_t count, std::chrono::milliseconds remaining = 600s)
{
    std::vector<FirewallEntry> entries;
    for (std::uint32_t i = 0; i < count; ++i)
        entries.push_back({numbered(i), remaining});
    return entries;
}

QByteArray message(const Result<void>& result)
{
    return result ? QByteArray()
                  : QByteArray::fromStdString(result.error().message + "; " + result.error().cure);
}

// Makes the calling thread another user without privileges, but for CAP_NET_ADMIN where wanted. Only the
// thread: the library's own functions would change the whole program.
enum class Privilege { None, NetAdmin };
void becomeNobody(Privilege privilege)
{
    constexpr long kNobody = 65534;
    ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
    ::syscall(SYS_setresgid, kNobody, kNobody, kNobody);
    ::syscall(SYS_setresuid, kNobody, kNobody, kNobody);
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    if (privilege == Privilege::NetAdmin)
        data[0].effective = data[0].permitted = 1U << CAP_NET_ADMIN;
    ::syscall(SYS_capset, &header, data);
}

} // namespace

class NftablesBackendTest : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<test::NetworkNamespace> m_space;
    std::unique_ptr<NftablesBackend> m_backend;

    void nft(const QString& command)
    {
        const auto result = m_space->exec({"nft", command.toStdString()});
        QVERIFY2(result.exitCode == 0,
                 qPrintable(command + u": "_qs + QString::fromStdString(result.output)));
    }

    void block(std::string_view what, std::optional<std::chrono::milliseconds> remaining = 600s)
    {
        const FirewallEntry entry{cidr(what), remaining};
        const auto added = m_backend->add(std::span(&entry, 1));
        QVERIFY2(added, message(added));
    }

    bool isBlocked(std::string_view what)
    {
        const auto found = m_backend->find(cidr(what));
        return found && found->has_value();
    }

private slots:
    void initTestCase()
    {
        if (const std::string missing = test::missingPrivilege(); !missing.empty())
            QSKIP(missing.c_str());
        m_space = std::make_unique<test::NetworkNamespace>("backend");
    }

    void init()
    {
        m_backend = std::make_unique<NftablesBackend>();
        Result<void> ready;
        m_space->run([&] { ready = m_backend->ensureReady(); });
        QVERIFY2(ready, message(ready));
    }

    void cleanup()
    {
        m_backend.reset();
        if (m_space)
            (void)m_space->exec({"nft", "flush", "ruleset"});
    }

    void damageIsSeenAndRepairedWithoutLosingBlocks_data()
    {
        QTest::addColumn<QString>("damage");
        QTest::addColumn<bool>("blocksStay");
        QTest::newRow("rules flushed") << "flush chain inet bartizan guard" << true;
        QTest::newRow("chain deleted")
            << "flush chain inet bartizan guard; delete chain inet bartizan guard" << true;
        QTest::newRow("a rule before ours") << "insert rule inet bartizan guard accept" << true;
        QTest::newRow("a rule behind ours") << "add rule inet bartizan guard counter" << true;
        QTest::newRow("table switched off") << "add table inet bartizan { flags dormant; }" << true;
        QTest::newRow("chain hooked elsewhere")
            << "flush chain inet bartizan guard; delete chain inet bartizan guard; add chain inet bartizan "
               "guard "
               "{ type filter hook output priority 0; }; add rule inet bartizan guard ip saddr @block4 drop"
            << true;
        QTest::newRow("allow set deleted")
            << "flush chain inet bartizan guard; delete set inet bartizan allow4" << true;
        QTest::newRow("set of another make") << "flush chain inet bartizan guard; delete set inet bartizan "
                                                "block6; add set inet bartizan block6 "
                                                "{ type ipv4_addr; }"
                                             << false;
        QTest::newRow("table deleted") << "delete table inet bartizan" << false;
        QTest::newRow("all flushed") << "flush ruleset" << false;
    }
    void damageIsSeenAndRepairedWithoutLosingBlocks()
    {
        QFETCH(QString, damage);
        QFETCH(bool, blocksStay);
        block("192.0.2.66", 60s);
        block("2001:db8:1::/64", std::nullopt);
        const QByteArray whole = QByteArray::fromStdString(m_space->exec({"nft", "list", "chains"}).output);
        QVERIFY(isBlocked("192.0.2.66"));
        nft(damage);

        QVERIFY2(!isBlocked("192.0.2.66"), "a block counts though nothing enforces it");
        const auto listed = m_backend->list();
        QVERIFY(!listed && listed.error().code == ErrorCode::NotFound);
        const auto ready = m_backend->ensureReady();
        QVERIFY2(ready, message(ready));
        QCOMPARE(isBlocked("192.0.2.66"), blocksStay);
        QCOMPARE(isBlocked("2001:db8:1::/64"), blocksStay);
        QCOMPARE(QByteArray::fromStdString(m_space->exec({"nft", "list", "chains"}).output), whole);
        block("192.0.2.67");
        block("2001:db8:2::/64");
        QVERIFY(isBlocked("192.0.2.67"));
        QVERIFY(isBlocked("2001:db8:2::/64"));
    }

    void aNewBackendKeepsWhatStands()
    {
        block("192.0.2.66");
        block("198.51.100.0/24");
        const std::string before = m_space->exec({"nft", "-a", "list", "table", "inet", "bartizan"}).output;
        init();
        QVERIFY(isBlocked("192.0.2.66"));
        QVERIFY(isBlocked("198.51.100.0/24"));
        const auto handles = [](const std::string& listing) {
            QStringList found;
            static const QRegularExpression pattern(u"# handle \\d+"_qs);
            for (auto match = pattern.globalMatch(QString::fromStdString(listing)); match.hasNext();)
                found << match.next().captured();
            return found;
        };
        QCOMPARE(handles(m_space->exec({"nft", "-a", "list", "table", "inet", "bartizan"}).output),
                 handles(before));
    }

    void changesByOthersAreReported_data()
    {
        QTest::addColumn<QString>("change");
        QTest::addColumn<bool>("reported");
        QTest::newRow("all flushed") << "flush ruleset" << true;
        QTest::newRow("table deleted") << "delete table inet bartizan" << true;
        QTest::newRow("rules flushed") << "flush chain inet bartizan guard" << true;
        QTest::newRow("rule inserted") << "insert rule inet bartizan guard accept" << true;
        QTest::newRow("block deleted") << "delete element inet bartizan block4 { 192.0.2.66 }" << true;
        QTest::newRow("set flushed") << "flush set inet bartizan block4" << true;
        QTest::newRow("table switched off") << "add table inet bartizan { flags dormant; }" << true;
        QTest::newRow("another table")
            << "add table inet other; add chain inet other c; delete table inet other" << false;
        QTest::newRow("a table of our name, other family")
            << "add table ip bartizan; delete table ip bartizan" << false;
    }
    void changesByOthersAreReported()
    {
        QFETCH(QString, change);
        QFETCH(bool, reported);
        block("192.0.2.66");
        std::atomic<int> reports = 0;
        Result<std::unique_ptr<FirewallWatch>> watch;
        m_space->run([&] { watch = m_backend->watch([&] { ++reports; }); });
        QVERIFY(watch);
        block("192.0.2.67");
        const Cidr gone = cidr("192.0.2.67");
        QVERIFY(m_backend->remove(std::span(&gone, 1)));
        nft(change);
        QElapsedTimer timer;
        timer.start();
        while (reports == 0 && timer.elapsed() < (reported ? 1000 : 200))
            std::this_thread::sleep_for(1ms);
        QCOMPARE(reports > 0, reported);
        if (!reported)
            return;
        // Our own repair is no news.
        std::this_thread::sleep_for(50ms);
        reports = 0;
        const auto ready = m_backend->ensureReady();
        QVERIFY2(ready, message(ready));
        block("192.0.2.66");
        QVERIFY(isBlocked("192.0.2.66"));
        QVERIFY(m_backend->teardown());
        std::this_thread::sleep_for(50ms);
        QCOMPARE(reports.load(), 0);
    }

    void aLargeBatchIsTakenWhole()
    {
        auto entries = manyEntries(20000);
        for (std::uint32_t i = 0; i < 300; ++i)
            entries.push_back({Cidr(numbered(i).address(), 24), 600s});
        QElapsedTimer timer;
        timer.start();
        QVERIFY(m_backend->add(entries));
        qInfo("20,300 blocks added in %lld ms", timer.restart());
        auto listed = m_backend->list();
        QVERIFY(listed);
        qInfo("and listed in %lld ms", timer.restart());
        QCOMPARE(listed->size(), entries.size());

        for (FirewallEntry& entry : entries)
            entry.remaining = 6000s;
        QVERIFY(m_backend->add(entries));
        listed = m_backend->list();
        QVERIFY(listed);
        QCOMPARE(listed->size(), entries.size());
        QVERIFY(
            std::ranges::all_of(*listed, [](const FirewallEntry& entry) { return entry.remaining > 5000s; }));

        std::vector<Cidr> addresses;
        for (const FirewallEntry& entry : entries)
            addresses.push_back(entry.address);
        QVERIFY(m_backend->remove(addresses));
        QVERIFY(m_backend->list()->empty());
    }

    void aLargeBatchThatFailsIsUndone()
    {
        std::vector<FirewallEntry> standing{{numbered(7), 60s}, {cidr("192.0.2.1"), std::nullopt}};
        QVERIFY(m_backend->add(standing));
        // A set of the name that the batch will need, which can't hold what it should: the last transaction
        // fails.
        nft(u"add set inet bartizan block6_64 { type inet_service; }"_qs);
        auto entries = manyEntries(10000);
        entries.push_back({cidr("2001:db8::/64"), 600s});
        const auto added = m_backend->add(entries);
        QVERIFY(!added);
        nft(u"delete set inet bartizan block6_64"_qs);
        QVERIFY(m_backend->ensureReady());
        auto listed = m_backend->list();
        QVERIFY(listed);
        QCOMPARE(listed->size(), standing.size());
        QVERIFY(isBlocked("192.0.2.1"));
        const auto found = m_backend->find(numbered(7));
        QVERIFY(found && *found);
        QVERIFY((*found)->remaining && *(*found)->remaining <= 60s);
    }

    void oneBlockTakesMicroseconds()
    {
        std::vector<qint64> add;
        std::vector<qint64> find;
        QElapsedTimer timer;
        for (const FirewallEntry& entry : manyEntries(2000)) {
            timer.start();
            QVERIFY(m_backend->add(std::span(&entry, 1)));
            add.push_back(timer.nsecsElapsed());
            timer.start();
            const auto found = m_backend->find(entry.address);
            find.push_back(timer.nsecsElapsed());
            QVERIFY(found && *found);
        }
        std::ranges::sort(add);
        std::ranges::sort(find);
        qInfo("add: median %.1f us, p99 %.1f us; read back: median %.1f us, p99 %.1f us",
              double(add[1000]) / 1000, double(add[1980]) / 1000, double(find[1000]) / 1000,
              double(find[1980]) / 1000);
        QVERIFY2(add[1000] < 5'000'000, "a block takes milliseconds"); // generous: the machine may be busy
    }

    void withoutPrivilegeItSaysWhatToDo()
    {
        Result<void> ready;
        m_space->run([&] {
            becomeNobody(Privilege::None);
            NftablesBackend backend;
            ready = backend.ensureReady();
        });
        QVERIFY(!ready);
        QCOMPARE(int(ready.error().code), int(ErrorCode::PermissionDenied));
        QVERIFY(ready.error().cure.find("CAP_NET_ADMIN") != std::string::npos);
    }

    void netAdminAloneIsEnough()
    {
        Result<void> ready;
        Result<void> added;
        std::size_t count = 0;
        bool watched = false;
        m_space->run([&] {
            becomeNobody(Privilege::NetAdmin);
            NftablesBackend backend("bartizan-unprivileged");
            ready = backend.ensureReady();
            added = backend.add(manyEntries(10000));
            count = backend.list().value_or(std::vector<FirewallEntry>()).size();
            watched = backend.watch([] {}).has_value();
            (void)backend.teardown();
        });
        QVERIFY2(ready, message(ready));
        QVERIFY2(added, message(added));
        QCOMPARE(count, std::size_t{10000});
        QVERIFY(watched);
    }
};

QTEST_GUILESS_MAIN(NftablesBackendTest)
#include "tst_nftables_backend.moc"
