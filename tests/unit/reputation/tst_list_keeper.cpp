#include "list_keeper_bench.h"

#include <QDir>
#include <QFile>

#include <algorithm>

using namespace bartizan;

class TestListKeeper : public QObject
{
    Q_OBJECT

private slots:
    void aSubscription_isDownloadedAtOnce_andInForceForRules()
    {
        Bench bench;
        bench.fetcher.serve(imageOf({"198.51.100.7/32", "2001:db8:1::/48"}), "\"1\"");
        QVERIFY(bench.keeper->subscribe(settings("bad")));
        QVERIFY(bench.settle());
        QVERIFY(bench.ruleHolds("bad", "198.51.100.7"));
        QVERIFY(bench.ruleHolds("bad", "2001:db8:1::9"));
        QVERIFY(!bench.ruleHolds("bad", "198.51.100.8"));
        QCOMPARE(bench.state("bad").inForce->figures.ranges, 2U);
        QCOMPARE(bench.state("bad").inForce->at, kStart);
        QVERIFY(!bench.keeper->find("bad")->firewall); // a tag blocks nobody
        const auto twice = bench.keeper->subscribe(settings("bad"));
        QVERIFY(!twice && twice.error().code == ErrorCode::Busy);
    }

    void aPreview_isTheFirstDownload()
    {
        Bench bench;
        bench.fetcher.serve(imageOf({"198.51.100.7/32"}), "\"1\"");
        bool told = false;
        bench.keeper->preview(settings("bad"),
                              [&](const Result<FetchReport>& report) { told = report.has_value(); });
        QVERIFY(QTest::qWaitFor([&] { return told; }));
        QVERIFY(bench.keeper->lists().empty());
        QVERIFY(bench.keeper->subscribe(settings("bad")));
        QVERIFY(bench.settle());
        QVERIFY(bench.ruleHolds("bad", "198.51.100.7"));
        QCOMPARE(bench.fetcher.tries(), 1);
        QCOMPARE(bench.state("bad").etag, std::string("\"1\""));
        // Once.
        QVERIFY(bench.keeper->subscribe(settings("worse")));
        QVERIFY(bench.settle());
        QCOMPARE(bench.fetcher.tries(), 2);
    }

    void notModified_isAskedFor_andKeepsTheList()
    {
        Bench bench;
        bench.fetcher.serve(imageOf({"198.51.100.7/32"}), "\"1\"");
        QVERIFY(bench.keeper->subscribe(settings("bad")));
        QVERIFY(bench.settle());
        QVERIFY(bench.fetchAfter(2 * kHour));
        QCOMPARE(bench.fetcher.tries(), 2);
        QCOMPARE(bench.fetcher.last().etag, std::string("\"1\""));
        QVERIFY(bench.ruleHolds("bad", "198.51.100.7"));
        QCOMPARE(bench.state("bad").checkedAt, bench.clock.now());
        QCOMPARE(bench.state("bad").inForce->at, kStart);
    }

    void aServerDownForADay_leavesTheLastGoodVersion_andIsAskedLessAndLess()
    {
        Bench bench;
        bench.fetcher.serve(imageOf({"198.51.100.7/32"}));
        QVERIFY(bench.keeper->subscribe(settings("bad")));
        QVERIFY(bench.settle());
        bench.fetcher.goDown();
        const int before = bench.fetcher.tries();
        for (int step = 0; step < 24 * 60 * 3; ++step) {
            bench.clock.time += 20'000;
            bench.keeper->fetchDue();
            QVERIFY(bench.settle());
        }
        const int tries = bench.fetcher.tries() - before;
        QVERIFY2(tries >= 5 && tries <= 40, qPrintable(QString::number(tries)));
        QVERIFY(bench.ruleHolds("bad", "198.51.100.7"));
        QVERIFY(bench.complains("the server does not answer"));
        QVERIFY(bench.state("bad").failures >= 5);
        bench.fetcher.serve(imageOf({"198.51.100.8/32"}));
        QVERIFY(bench.fetchAfter(24 * kHour));
        QVERIFY(bench.ruleHolds("bad", "198.51.100.8"));
        QVERIFY(!bench.ruleHolds("bad", "198.51.100.7"));
        QVERIFY(!bench.complains("the server does not answer"));
        QCOMPARE(bench.state("bad").failures, 0);
    }

    void whatIsProtected_isCutOut_andSaidSo()
    {
        Bench bench;
        bench.fetcher.serve(imageOf({"10.0.0.0/8", "203.0.113.0/24", "198.51.100.7/32"}));
        QVERIFY(bench.keeper->subscribe(settings("level1", ListUse::Block)));
        QVERIFY(bench.settle());
        for (const char* address :
             {"10.1.2.3", "203.0.113.10", "203.0.113.1", "203.0.113.53", "203.0.113.65"})
            QVERIFY2(!bench.ruleHolds("level1", address), address);
        QVERIFY(bench.ruleHolds("level1", "203.0.113.11"));
        QVERIFY(bench.ruleHolds("level1", "198.51.100.7"));
        QVERIFY(bench.state("level1").inForce->cutCount >= 5);
        const auto cuts = bench.state("level1").inForce->cuts;
        const auto whole = std::ranges::find(cuts, std::string("10.0.0.0/8"), &ListCutRecord::range);
        QVERIFY(whole != cuts.end());
        QCOMPARE(whole->kind, std::string("special_range"));
        QVERIFY(bench.waitForFirewall("level1"));
        QVERIFY(bench.inFirewall("level1", "198.51.100.7"));
        QVERIFY(!bench.inFirewall("level1", "10.1.2.3"));
    }

    void aListThatShrinks_isHeld_untilAPersonAnswers()
    {
        Bench bench;
        bench.fetcher.serve(imageOfMany(5000));
        QVERIFY(bench.keeper->subscribe(settings("bad")));
        QVERIFY(bench.settle());
        bench.fetcher.serve(imageOfMany(3));
        QVERIFY(bench.fetchAfter(2 * kHour));
        QCOMPARE(bench.state("bad").held->kind, std::string("shrank"));
        const auto heldSince = bench.clock.now();
        QVERIFY(bench.complains(bench.state("bad").held->question.c_str()));
        QVERIFY(bench.ruleHolds("bad", "198.51.100.8")); // the fourth, of the version before
        // The same download again is no new question, and a person's no is remembered.
        QVERIFY(bench.fetchAfter(2 * kHour));
        QCOMPARE(bench.state("bad").held->version.at, heldSince);
        QVERIFY(bench.keeper->reject("bad"));
        QVERIFY(!bench.state("bad").held);
        QVERIFY(bench.fetchAfter(2 * kHour));
        QVERIFY(!bench.state("bad").held);
        QVERIFY(bench.ruleHolds("bad", "198.51.100.8"));
        // Another one is asked about, and a yes puts it in force.
        bench.fetcher.serve(imageOfMany(2));
        QVERIFY(bench.fetchAfter(2 * kHour));
        QVERIFY(bench.state("bad").held.has_value());
        QVERIFY(bench.keeper->accept("bad"));
        QVERIFY(bench.settle());
        QVERIFY(!bench.state("bad").held);
        QCOMPARE(bench.state("bad").inForce->figures.ranges, 2U);
        QVERIFY(!bench.ruleHolds("bad", "198.51.100.8"));
        QVERIFY(bench.ruleHolds("bad", "198.51.100.2"));
        const auto nothingWaits = bench.keeper->accept("bad");
        QVERIFY(!nothingWaits && nothingWaits.error().code == ErrorCode::NotFound);
    }

    void aHeldVersion_givesWayToAGoodOne_andSurvivesARestart()
    {
        Bench bench;
        bench.fetcher.serve(imageOfMany(5000));
        QVERIFY(bench.keeper->subscribe(settings("bad")));
        QVERIFY(bench.settle());
        bench.fetcher.serve(imageOfMany(3));
        QVERIFY(bench.fetchAfter(2 * kHour));
        bench.end();
        bench.begin();
        QVERIFY(bench.state("bad").held.has_value());
        QVERIFY(bench.keeper->accept("bad"));
        QVERIFY(bench.settle());
        QCOMPARE(bench.state("bad").inForce->figures.ranges, 3U);
        bench.fetcher.serve(imageOfMany(900));
        QVERIFY(bench.fetchAfter(2 * kHour));
        QVERIFY(!bench.state("bad").held);
        QCOMPARE(bench.state("bad").inForce->figures.ranges, 900U);
    }

    void garbageInsteadOfAList_changesNothing()
    {
        Bench bench;
        bench.fetcher.serve(imageOf({"198.51.100.7/32"}));
        QVERIFY(bench.keeper->subscribe(settings("bad", ListUse::Block)));
        QVERIFY(bench.settle());
        bench.fetcher.serve(std::make_shared<Bytes>(std::vector<std::byte>(4096, std::byte{0x41})));
        QVERIFY(bench.fetchAfter(2 * kHour));
        QVERIFY(!bench.state("bad").error.empty());
        QCOMPARE(bench.state("bad").failures, 1);
        QVERIFY(bench.ruleHolds("bad", "198.51.100.7"));
        QVERIFY(bench.waitForFirewall("bad"));
        QVERIFY(bench.inFirewall("bad", "198.51.100.7"));
    }

    void aRestart_opensWhatIsThere_withoutADownload()
    {
        Bench bench;
        bench.fetcher.serve(imageOf({"198.51.100.7/32"}), "\"1\"");
        QVERIFY(bench.keeper->subscribe(settings("bad", ListUse::Block)));
        QVERIFY(bench.settle());
        bench.end();
        bench.rules.clear();
        bench.fetcher.goDown();
        bench.clock.time += kHour / 4;
        bench.begin();
        QVERIFY(bench.settle());
        QCOMPARE(bench.fetcher.tries(), 1);
        QVERIFY(bench.ruleHolds("bad", "198.51.100.7"));
        QVERIFY(bench.waitForFirewall("bad"));
        QVERIFY(bench.inFirewall("bad", "198.51.100.7"));
    }

    void aDamagedImage_isDownloadedAfresh_whateverTheServerRemembers()
    {
        Bench bench;
        bench.fetcher.serve(imageOf({"198.51.100.7/32"}), "\"1\"");
        QVERIFY(bench.keeper->subscribe(settings("bad")));
        QVERIFY(bench.settle());
        bench.end();
        QFile image(bench.folder.filePath(QStringLiteral("lists/subscriptions/bad.list")));
        QVERIFY(image.open(QIODevice::ReadWrite));
        QVERIFY(image.seek(image.size() / 2));
        QCOMPARE(image.write("damage", 6), 6);
        image.close();
        bench.rules.clear();
        bench.begin();
        QVERIFY(bench.fetchAfter(kHour / 4));
        QCOMPARE(bench.fetcher.last().etag, std::string());
        QVERIFY(bench.ruleHolds("bad", "198.51.100.7"));
    }

    void damagedSettings_areSetAside_andSaidSo()
    {
        Bench bench;
        bench.fetcher.serve(imageOf({"198.51.100.7/32"}));
        QVERIFY(bench.keeper->subscribe(settings("bad")));
        QVERIFY(bench.settle());
        bench.end();
        QFile file(bench.folder.filePath(QStringLiteral("lists/settings.json")));
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write("{\"version\": 1, \"lists\": [");
        file.close();
        bench.begin();
        QVERIFY(bench.keeper->lists().empty());
        QVERIFY(bench.complains("set aside"));
        QVERIFY(QFile::exists(bench.folder.filePath(QStringLiteral("lists/settings.json.damaged"))));
    }

    void whatAListDoes_canBeChanged_andTheFirewallFollows()
    {
        Bench bench;
        bench.fetcher.serve(imageOf({"198.51.100.7/32"}));
        auto one = settings("bad", ListUse::Block);
        one.dryRun = true;
        QVERIFY(bench.keeper->subscribe(one));
        QVERIFY(bench.settle());
        QVERIFY(!bench.keeper->find("bad")->firewall);
        QVERIFY(!bench.inFirewall("bad", "198.51.100.7"));
        one.dryRun = false;
        QVERIFY(bench.keeper->change(one));
        QVERIFY(bench.waitForFirewall("bad"));
        QVERIFY(bench.inFirewall("bad", "198.51.100.7"));
        one.use = ListUse::Alert;
        QVERIFY(bench.keeper->change(one));
        QVERIFY(QTest::qWaitFor([&] { return !bench.inFirewall("bad", "198.51.100.7"); }));
        one.use = ListUse::Block;
        QVERIFY(bench.keeper->change(one));
        QVERIFY(bench.waitForFirewall("bad"));
        QVERIFY(bench.keeper->remove("bad"));
        QVERIFY(QTest::qWaitFor([&] { return !bench.inFirewall("bad", "198.51.100.7"); }));
        QVERIFY(bench.rules["bad"] == nullptr);
        QVERIFY(QDir(bench.folder.filePath(QStringLiteral("lists/subscriptions"))).isEmpty());
        QCOMPARE(bench.fetcher.tries(), 1);
    }

    void listsThatAlert_areWatchedTogether()
    {
        Bench bench;
        bench.fetcher.serve(imageOf({"198.51.100.0/24"}));
        QVERIFY(bench.keeper->subscribe(settings("alerting", ListUse::Alert)));
        auto dry = settings("trial", ListUse::Block);
        dry.dryRun = true;
        QVERIFY(bench.keeper->subscribe(dry));
        QVERIFY(bench.keeper->subscribe(settings("tagged")));
        QVERIFY(bench.settle());
        const auto namesFor = [&](const char* address) {
            std::vector<std::string> names;
            if (bench.watched) {
                for (const auto* list :
                     bench.watched->lists(bench.watched->find(IpAddress::parse(address).value())))
                    names.push_back(list->name + (list->dryRun ? ", dry run" : ""));
            }
            return names;
        };
        const std::vector<std::string> both{"alerting", "trial, dry run"};
        QVERIFY(QTest::qWaitFor([&] { return namesFor("198.51.100.9") == both; }));
        QVERIFY(namesFor("198.51.101.9").empty());
        QVERIFY(bench.keeper->remove("alerting"));
        QVERIFY(bench.keeper->remove("trial"));
        QVERIFY(QTest::qWaitFor([&] { return bench.watched == nullptr; }));
    }

    void anOwnList_thatBlocks_mayHoldPrivateAddresses_butNotThisMachine()
    {
        Bench bench;
        ListSettings one;
        one.name = "mine";
        one.use = ListUse::Block;
        QVERIFY(!bench.keeper->asksForText("mine"));
        QVERIFY(bench.keeper->change(one));
        QVERIFY(bench.keeper->asksForText("mine"));
        bench.keeper->setOwnList("mine",
                                 "192.168.7.7:noisy\n203.0.113.10:myself\n198.51.100.:\nanna:a name\n");
        QVERIFY(bench.waitForFirewall("mine"));
        QVERIFY(bench.inFirewall("mine", "192.168.7.7"));
        QVERIFY(bench.inFirewall("mine", "198.51.100.200"));
        QVERIFY(!bench.inFirewall("mine", "203.0.113.10"));
        bench.keeper->setOwnList("mine", "198.51.100.7:\n");
        QVERIFY(QTest::qWaitFor([&] { return !bench.inFirewall("mine", "192.168.7.7"); }));
        QVERIFY(bench.inFirewall("mine", "198.51.100.7"));
        bench.keeper->setOwnList("mine", "0.0.0.0/1:\n");
        QVERIFY(QTest::qWaitFor([&] { return bench.complains("sixteenth of all addresses"); }, kPatience));
        QVERIFY(bench.inFirewall("mine", "198.51.100.7")); // what stood goes on
        bench.keeper->setOwnList("mine", std::nullopt);
        QVERIFY(QTest::qWaitFor([&] { return !bench.inFirewall("mine", "198.51.100.7"); }));
    }

    void aFirewallThatWasFlushed_getsItsListsBack()
    {
        Bench bench;
        bench.fetcher.serve(imageOf({"198.51.100.7/32"}));
        QVERIFY(bench.keeper->subscribe(settings("bad", ListUse::Block)));
        QVERIFY(bench.settle());
        QVERIFY(bench.waitForFirewall("bad"));
        bench.backend.loseEverything();
        QVERIFY(!bench.inFirewall("bad", "198.51.100.7"));
        bench.blocks.reconcile();
        bench.keeper->checkFirewall();
        QVERIFY(QTest::qWaitFor([&] { return bench.inFirewall("bad", "198.51.100.7"); }));
    }

    void anotherUrl_isAnotherList_whichTheOldOneStandsInForUntilItIsThere()
    {
        Bench bench;
        bench.fetcher.serve(imageOf({"198.51.100.7/32"}), "\"1\"");
        auto one = settings("bad");
        QVERIFY(bench.keeper->subscribe(one));
        QVERIFY(bench.settle());
        bench.fetcher.goDown();
        one.url = "https://other.example/list";
        QVERIFY(bench.keeper->change(one));
        QVERIFY(bench.settle());
        QCOMPARE(bench.fetcher.last().url, one.url);
        QCOMPARE(bench.fetcher.last().etag, std::string());
        QVERIFY(bench.ruleHolds("bad", "198.51.100.7"));
        bench.fetcher.serve(imageOf({"198.51.100.9/32"}));
        QVERIFY(bench.fetchAfter(kHour));
        QVERIFY(bench.ruleHolds("bad", "198.51.100.9"));
        QVERIFY(!bench.ruleHolds("bad", "198.51.100.7"));
    }

    void anAddress_keepsTheTimeSinceWhichItIsListed()
    {
        Bench bench;
        bench.fetcher.serve(imageOf({"198.51.100.7/32"}));
        QVERIFY(bench.keeper->subscribe(settings("bad")));
        QVERIFY(bench.settle());
        bench.fetcher.serve(imageOf({"198.51.100.7/32", "198.51.100.9/32"}));
        QVERIFY(bench.fetchAfter(2 * kHour));
        const auto since = [&](const char* address) {
            const auto& table = bench.rules["bad"]->list.addresses();
            const auto numbers = table.lists(table.find(IpAddress::parse(address).value()));
            return bench.state("bad").inForce->generations.at(numbers.front());
        };
        QCOMPARE(since("198.51.100.7"), kStart);
        QCOMPARE(since("198.51.100.9"), bench.clock.now());
    }

    void update_asksAtOnce_butNotTwiceAMinute()
    {
        Bench bench;
        bench.fetcher.serve(imageOf({"198.51.100.7/32"}));
        QVERIFY(bench.keeper->subscribe(settings("bad")));
        QVERIFY(bench.settle());
        const auto soon = bench.keeper->update("bad");
        QVERIFY(!soon && soon.error().code == ErrorCode::Busy);
        bench.clock.time += 61'000;
        QVERIFY(bench.keeper->update("bad"));
        QVERIFY(bench.settle());
        QCOMPARE(bench.fetcher.tries(), 2);
        const auto unknown = bench.keeper->update("worse");
        QVERIFY(!unknown && unknown.error().code == ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestListKeeper)
#include "tst_list_keeper.moc"
