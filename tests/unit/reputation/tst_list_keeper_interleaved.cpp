// What people and the system do while the list keeper is at work, and what an engine that ended finds again.
#include "list_keeper_bench.h"

#include <QDir>
#include <QFile>

#include <condition_variable>

using namespace bartizan;

namespace {

// Keeps threads waiting until it is opened.
class Gate
{
public:
    void pass()
    {
        std::unique_lock lock(m_mutex);
        ++m_waiting;
        m_changed.wait(lock, [this] { return m_open; });
        --m_waiting;
    }
    void open()
    {
        const std::lock_guard lock(m_mutex);
        m_open = true;
        m_changed.notify_all();
    }
    [[nodiscard]] bool someoneWaits()
    {
        const std::lock_guard lock(m_mutex);
        return m_waiting > 0;
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_open = false;
    int m_waiting = 0;
};

ListSettings ownSettings(const char* name, ListUse use)
{
    ListSettings one;
    one.name = name;
    one.use = use;
    return one;
}

} // namespace

class TestListKeeperInterleaved : public QObject
{
    Q_OBJECT

private slots:
    void anotherUrl_whileTheFirstIsAskedFor_isTheOneInForce()
    {
        Bench bench;
        Gate gate;
        const auto first = imageOf({"198.51.100.7/32"});
        bench.fetcher.serve(first);
        bench.fetcher.beforeAnswer = [&](const FetchRequest& request) {
            if (request.url == "https://lists.example/bad")
                gate.pass();
            else
                bench.fetcher.serve(imageOf({"198.51.100.9/32"}));
        };
        auto one = settings("bad");
        QVERIFY(bench.keeper->subscribe(one));
        QVERIFY(QTest::qWaitFor([&] { return gate.someoneWaits(); }));
        one.url = "https://other.example/list";
        QVERIFY(bench.keeper->change(one));
        gate.open();
        // Both are done before the main thread hears of either.
        while (bench.fetcher.tries() < 2)
            QThread::msleep(5);
        QThread::msleep(300);
        QVERIFY(bench.settle());
        QCOMPARE(bench.state("bad").error, std::string());
        QVERIFY(bench.ruleHolds("bad", "198.51.100.9"));
        bench.end();
        bench.rules.clear();
        bench.begin();
        QVERIFY(bench.ruleHolds("bad", "198.51.100.9"));
        const QDir folder(bench.folder.filePath(QStringLiteral("lists/subscriptions")));
        QCOMPARE(folder.entryList(QDir::Files),
                 QStringList({QStringLiteral("bad.json"), QStringLiteral("bad.list")}));
    }

    void otherTraffic_whileTheListIsLoaded_isWhatIsStopped()
    {
        FakeClock clock;
        MemoryBackend kernel{clock};
        ToldBackend backend{kernel};
        HealthBoard health;
        const auto store = Store::openInMemory(clock, {}).value();
        BlockKeeper blocks(*store, &backend, clock, health, BlockKeeper::Mode::Respond, {[](const auto&) {}});
        blocks.start(std::make_shared<const Guard>());
        Gate gate;
        backend.beforeLoad = [&] { gate.pass(); };
        const auto list = LoadedList::open(imageOf({"198.51.100.7/32"})).value();
        std::atomic<int> changes = 0;
        FirewallLists lists(blocks, [&] { ++changes; });
        lists.want("bad", list, ListTraffic::Inbound);
        QVERIFY(QTest::qWaitFor([&] { return gate.someoneWaits(); }));
        lists.want("bad", list, ListTraffic::Both);
        gate.open();
        QVERIFY(QTest::qWaitFor(
            [&] { return changes > 0 && lists.standing("bad")->state == FirewallLists::State::InForce; }));
        QCOMPARE(kernel.trafficOf("bad"), std::optional(ListTraffic::Both));
    }

    void aFileThatIsNotTheVersionAskedAbout_isNotAccepted_data()
    {
        QTest::addColumn<bool>("isThere");
        QTest::newRow("another one") << true;
        QTest::newRow("none") << false;
    }
    void aFileThatIsNotTheVersionAskedAbout_isNotAccepted()
    {
        QFETCH(const bool, isThere);
        Bench bench;
        bench.fetcher.serve(imageOfMany(5000), "\"1\"");
        QVERIFY(bench.keeper->subscribe(settings("bad")));
        QVERIFY(bench.settle());
        bench.fetcher.serve(imageOfMany(3), "\"2\"");
        QVERIFY(bench.fetchAfter(2 * kHour));
        QVERIFY(bench.state("bad").held.has_value());
        // As a crash between the two files leaves it.
        QFile file(bench.folder.filePath(QStringLiteral("lists/subscriptions/bad.held")));
        QVERIFY(file.remove());
        if (isThere) {
            const auto wide = imageOf({"128.0.0.0/2"});
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(reinterpret_cast<const char*>(wide->bytes().data()),
                       static_cast<qint64>(wide->bytes().size()));
            file.close();
        }
        (void)bench.keeper->accept("bad");
        QVERIFY(bench.settle());
        QVERIFY(!bench.ruleHolds("bad", "150.1.2.3"));
        QVERIFY(!bench.state("bad").held); // the question is over
        QVERIFY(bench.fetchAfter(2 * kHour));
        QVERIFY(bench.state("bad").held.has_value()); // and asked anew
        QVERIFY(bench.keeper->accept("bad"));
        QVERIFY(bench.settle());
        QCOMPARE(bench.state("bad").inForce->figures.ranges, 3U);
    }

    void anOwnListThatIsATagAgain_complainsNoMore()
    {
        Bench bench;
        QVERIFY(bench.keeper->change(ownSettings("mine", ListUse::Block)));
        bench.keeper->setOwnList("mine", "0.0.0.0/1:\n");
        QVERIFY(QTest::qWaitFor([&] { return bench.complains("sixteenth of all addresses"); }, kPatience));
        QVERIFY(bench.keeper->change(ownSettings("mine", ListUse::Tag)));
        QVERIFY(!bench.complains("sixteenth of all addresses"));
        QVERIFY(bench.keeper->find("mine")->state.error.empty());
    }

    void anOwnListThatBlocks_standsOverARestart_untilItsFileIsKnown()
    {
        Bench bench;
        QVERIFY(bench.keeper->change(ownSettings("mine", ListUse::Block)));
        bench.keeper->setOwnList("mine", "198.51.100.7:\n");
        QVERIFY(bench.waitForFirewall("mine"));
        QVERIFY(bench.inFirewall("mine", "198.51.100.7"));
        bench.end();
        bench.begin();
        bench.keeper->checkFirewall();
        QTest::qWait(200);
        QVERIFY(bench.inFirewall("mine", "198.51.100.7"));
        bench.keeper->setOwnList("mine", "198.51.100.9:\n");
        QVERIFY(QTest::qWaitFor([&] { return bench.inFirewall("mine", "198.51.100.9"); }));
        bench.end();
        bench.begin();
        bench.keeper->setOwnList("mine", std::nullopt);
        QVERIFY(QTest::qWaitFor([&] { return !bench.inFirewall("mine", "198.51.100.9"); }));
    }

    void whatIsWatched_isMergedAgain_onlyWhenItChanged()
    {
        Bench bench;
        bench.fetcher.serve(imageOf({"198.51.100.0/24"}));
        QVERIFY(bench.keeper->subscribe(settings("alerting", ListUse::Alert)));
        QVERIFY(bench.settle());
        QVERIFY(QTest::qWaitFor([&] { return bench.watched != nullptr; }));
        QTest::qWait(100);
        const auto before = bench.watched;
        QVERIFY(bench.keeper->subscribe(settings("tagged")));
        QVERIFY(bench.settle());
        QTest::qWait(200);
        QCOMPARE(bench.watched, before);
        bench.fetcher.serve(imageOf({"203.0.113.128/25"}));
        QVERIFY(bench.fetchAfter(2 * kHour));
        QVERIFY(QTest::qWaitFor([&] { return bench.watched != before; }));
    }

    void aSlowPreview_keepsNobodyWaiting()
    {
        Bench bench;
        Gate gate;
        bench.fetcher.serve(imageOf({"198.51.100.7/32"}));
        bench.fetcher.beforeAnswer = [&](const FetchRequest&) { gate.pass(); };
        bool isThere = false;
        bench.keeper->preview(settings("preview"), [&](const Result<FetchReport>&) { isThere = true; });
        QVERIFY(QTest::qWaitFor([&] { return gate.someoneWaits(); }));
        QVERIFY(bench.keeper->change(ownSettings("mine", ListUse::Block)));
        bench.keeper->setOwnList("mine", "198.51.100.7:\n");
        const bool blocks = QTest::qWaitFor([&] { return bench.inFirewall("mine", "198.51.100.7"); }, 2000);
        gate.open();
        QVERIFY(blocks);
        QVERIFY(QTest::qWaitFor([&] { return isThere; }));
    }

    void aListThatTheFirewallRefuses_isAProblem_untilItStands()
    {
        Bench bench;
        bench.fetcher.serve(imageOf({"198.51.100.7/32"}));
        bench.firewall.refusesLists = true;
        QVERIFY(bench.keeper->subscribe(settings("bad", ListUse::Block)));
        QVERIFY(bench.settle());
        QVERIFY(QTest::qWaitFor([&] { return bench.complains("bad is not in the firewall"); }));
        bench.firewall.refusesLists = false;
        bench.keeper->checkFirewall();
        QVERIFY(QTest::qWaitFor([&] { return !bench.complains("bad is not in the firewall"); }));
        QVERIFY(bench.inFirewall("bad", "198.51.100.7"));
        bench.firewall.refusesLists = true;
        bench.backend.loseEverything();
        bench.blocks.reconcile();
        bench.keeper->checkFirewall();
        QVERIFY(QTest::qWaitFor([&] { return bench.complains("bad is not in the firewall"); }));
        QVERIFY(bench.keeper->remove("bad"));
        QVERIFY(QTest::qWaitFor([&] { return !bench.complains("bad is not in the firewall"); }));
    }

    void aNo_afterTheYes_isNotTaken()
    {
        Bench bench;
        bench.fetcher.serve(imageOfMany(5000));
        QVERIFY(bench.keeper->subscribe(settings("bad")));
        QVERIFY(bench.settle());
        bench.fetcher.serve(imageOfMany(3));
        QVERIFY(bench.fetchAfter(2 * kHour));
        QVERIFY(bench.keeper->accept("bad"));
        const auto late = bench.keeper->reject("bad");
        QVERIFY(!late && late.error().code == ErrorCode::Busy);
        QVERIFY(bench.settle());
        QCOMPARE(bench.state("bad").inForce->figures.ranges, 3U);
        QVERIFY(bench.state("bad").rejected.empty());
    }
};

QTEST_GUILESS_MAIN(TestListKeeperInterleaved)
#include "tst_list_keeper_interleaved.moc"
