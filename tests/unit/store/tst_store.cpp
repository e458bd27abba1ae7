#include "store_samples.h"

#include <QFile>
#include <QTemporaryDir>

using namespace bartizan;
using namespace bartizan::test;

namespace {

const std::string kHostile("\xff\xfe';DROP TABLE blocks;--\0 %_\\ \xed\xa0\x80 <b>\n", 39);

std::vector<BlockRecord> sampleBlocks(EpochMs time)
{
    std::vector<BlockRecord> blocks;
    for (int state = 0; state <= static_cast<int>(BlockState::Expired); ++state) {
        BlockRecord block = sampleBlock(state % 2 ? "2001:db8::7" : "198.51.100.0/24", time + state);
        block.state = static_cast<BlockState>(state);
        block.origin = state % 2 ? BlockOrigin::Person : BlockOrigin::Rule;
        block.reason = kHostile;
        block.requestedBy = "anna";
        block.error = "no such table";
        block.guard = "own_address";
        blocks.push_back(block);
    }
    blocks[0].expiresAt.reset();
    blocks[5].releasedAt = time + 99;
    blocks[5].releasedBy = "anna";
    return blocks;
}

std::vector<qlonglong> ids(const auto& records)
{
    std::vector<qlonglong> list;
    for (const auto& record : records)
        list.push_back(record.id);
    return list;
}

} // namespace

class TestStore : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("history.db"));
        m_clock.set(kStart);
    }

    void blocksComeBackAsTheyWereSavedAlsoAfterReopening()
    {
        auto blocks = sampleBlocks(kStart);
        {
            auto store = openStore(m_path, m_clock);
            BZ_OK(store->save(blocks));
        }
        QCOMPARE(ids(blocks), (std::vector<qlonglong>{1, 2, 3, 4, 5, 6, 7}));
        auto store = openStore(m_path, m_clock);
        for (const BlockRecord& block : blocks) {
            BZ_VALUE(read, store->block(block.id));
            QVERIFY(read == block);
        }
        BZ_VALUE(active, store->activeBlocks());
        QCOMPARE(ids(active), (std::vector<qlonglong>{2, 1}));

        BlockRecord changed = blocks[0];
        changed.state = BlockState::Released;
        changed.releasedAt = kStart + 5;
        changed.releasedBy = "root";
        BZ_OK(store->save(changed, Durability::PowerLoss));
        BZ_VALUE(read, store->block(1));
        QVERIFY(read == changed);
        BlockRecord next = sampleBlock("192.0.2.1", kStart);
        BZ_OK(store->save(next));
        QCOMPARE(next.id, 8);
        BZ_VALUE(counters, store->counters());
        QCOMPARE(counters.blocks, 8);
        QCOMPARE(counters.activeBlocks, 2);
        QCOMPARE(counters.failedBlocks, 1);
        QCOMPARE(counters.refusedBlocks, 1);
        QVERIFY(!store->block(99));
    }

    void blockQueriesFilterAndPage_data()
    {
        QTest::addColumn<QString>("address");
        QTest::addColumn<bool>("activeOnly");
        QTest::addColumn<int>("before");
        QTest::addColumn<int>("limit");
        QTest::addColumn<std::vector<qlonglong>>("expected");
        QTest::addColumn<bool>("more");
        using Ids = std::vector<qlonglong>;
        QTest::newRow("all") << "" << false << 0 << 100 << Ids{7, 6, 5, 4, 3, 2, 1} << false;
        QTest::newRow("active") << "" << true << 0 << 100 << Ids{2, 1} << false;
        QTest::newRow("first page") << "" << false << 0 << 3 << Ids{7, 6, 5} << true;
        QTest::newRow("last page") << "" << false << 4 << 3 << Ids{3, 2, 1} << false;
        QTest::newRow("inside a blocked network")
            << "198.51.100.7" << false << 0 << 100 << Ids{7, 5, 3, 1} << false;
        QTest::newRow("around it") << "198.51.0.0/16" << false << 0 << 100 << Ids{7, 5, 3, 1} << false;
        QTest::newRow("beside it") << "198.51.101.1" << false << 0 << 100 << Ids{} << false;
        QTest::newRow("IPv6") << "2001:db8::/32" << true << 0 << 100 << Ids{2} << false;
        QTest::newRow("all of IPv4 is no IPv6") << "0.0.0.0/0" << true << 0 << 100 << Ids{1} << false;
    }
    void blockQueriesFilterAndPage()
    {
        QFETCH(QString, address);
        QFETCH(bool, activeOnly);
        QFETCH(int, before);
        QFETCH(int, limit);
        auto store = openStore(m_path, m_clock);
        auto blocks = sampleBlocks(kStart);
        BZ_OK(store->save(blocks));
        BlockQuery query;
        query.activeOnly = activeOnly;
        query.limit = static_cast<std::size_t>(limit);
        if (before)
            query.before = before;
        if (!address.isEmpty())
            query.address = Cidr::parse(address.toStdString());
        BZ_VALUE(page, store->blocks(query));
        QTEST(ids(page.items), "expected");
        QTEST(page.more, "more");
    }

    void alertsComeBackAsTheyWereWritten()
    {
        AlertRecord alert = sampleAlert(kStart, 5712, "2001:DB8:0::1", kHostile);
        alert.previousOutput = kHostile + kHostile;
        alert.dataJson = R"({"srcip":"2001:DB8:0::1"})";
        alert.groups = {};
        {
            auto store = openStore(m_path, m_clock);
            QVERIFY(store->assignId(alert));
            QCOMPARE(alert.sourceAddress, std::string("2001:db8::1"));
            store->writeBatch({alert}, {{"/var/log/auth.log", "12 34 56"}, {kHostile, "x"}});
        }
        auto store = openStore(m_path, m_clock);
        BZ_VALUE(read, store->alert(alert.id));
        QVERIFY(read == alert);
        BZ_VALUE(positions, store->positions());
        QCOMPARE(positions.size(), 2U);
        QVERIFY((positions[0] == SourcePosition{"/var/log/auth.log", "12 34 56"}));
        QVERIFY((positions[1] == SourcePosition{kHostile, "x"}));
        store->writeBatch({}, {{"/var/log/auth.log", "after"}});
        BZ_OK(store->flush());
        BZ_VALUE(later, store->positions());
        QCOMPARE(later[0].position, std::string("after"));
    }

    void learnedFactsComeBackInOrder()
    {
        using Kind = LearnedFact::Kind;
        const std::vector<LearnedFact> facts{{Kind::FirstSeen, "sudo  bob", {}},
                                             {Kind::LastText, "100 gate", "before"},
                                             {Kind::FirstSeen, kHostile, {}}};
        {
            auto store = openStore(m_path, m_clock);
            store->writeBatch({}, {}, facts);
            store->writeBatch({}, {}, {{Kind::LastText, "100 gate", kHostile}});
        }
        auto store = openStore(m_path, m_clock);
        BZ_VALUE(learned, store->learnedFacts());
        QVERIFY((learned ==
                 std::vector<LearnedFact>{facts[0], facts[2], {Kind::LastText, "100 gate", kHostile}}));
    }

    void equalAlertsOfAMinuteAreOneRow_data()
    {
        QTest::addColumn<int>("secondTime");
        QTest::addColumn<int>("secondRule");
        QTest::addColumn<QString>("secondSource");
        QTest::addColumn<QString>("secondLocation");
        QTest::addColumn<bool>("folded");
        QTest::newRow("equal") << 59'999 << 1 << "192.0.2.1" << "/a" << true;
        QTest::newRow("the same address written otherwise") << 1 << 1 << "::ffff:192.0.2.1" << "/a" << true;
        QTest::newRow("next minute") << 60'000 << 1 << "192.0.2.1" << "/a" << false;
        QTest::newRow("other rule") << 1 << 2 << "192.0.2.1" << "/a" << false;
        QTest::newRow("other source") << 1 << 1 << "192.0.2.2" << "/a" << false;
        QTest::newRow("no source") << 1 << 1 << "" << "/a" << false;
        QTest::newRow("other location") << 1 << 1 << "192.0.2.1" << "/b" << false;
        QTest::newRow("text moved between source and location") << 1 << 1 << "192.0.2.1/" << "a" << false;
    }
    void equalAlertsOfAMinuteAreOneRow()
    {
        QFETCH(int, secondTime);
        QFETCH(int, secondRule);
        QFETCH(QString, secondSource);
        QFETCH(QString, secondLocation);
        QFETCH(bool, folded);
        AlertRecord first = sampleAlert(kStart, 1, "192.0.2.1", "first");
        first.location = "/a";
        AlertRecord second = sampleAlert(kStart + secondTime, static_cast<std::uint32_t>(secondRule),
                                         secondSource.toStdString(), "second");
        second.location = secondLocation.toStdString();
        // Whether both are in one batch, in two, or in two runs of the engine makes no difference.
        for (int way = 0; way < 3; ++way) {
            QFile::remove(m_path);
            std::vector<std::vector<AlertRecord>> written;
            Store::Options options;
            options.written = [&](const std::vector<AlertRecord>& rows) { written.push_back(rows); };
            auto store = openStore(m_path, m_clock, options);
            QVERIFY(store->assignId(first));
            if (way > 0) {
                store->writeBatch({first}, {});
                BZ_OK(store->flush());
            }
            if (way > 1) {
                store.reset();
                store = openStore(m_path, m_clock, options);
            }
            QCOMPARE(!store->assignId(second), folded);
            if (way == 0)
                store->writeBatch({first, second}, {});
            else
                store->writeBatch({second}, {});
            BZ_OK(store->flush());
            BZ_VALUE(page, store->alerts({}));
            QCOMPARE(page.items.size(), folded ? 1U : 2U);
            const AlertRecord& row = page.items.back();
            QCOMPARE(row.count, folded ? 2 : 1);
            QCOMPARE(row.firstTime, first.firstTime);
            QCOMPARE(row.firstLog, std::string("first"));
            QCOMPARE(row.lastTime, folded ? second.lastTime : first.lastTime);
            QCOMPARE(row.lastLog, std::string(folded ? "second" : "first"));
            store.reset();
            QVERIFY(written.back().back() == page.items.front());
        }
    }

    void alertQueriesFilterAndPage_data()
    {
        QTest::addColumn<AlertQuery>("query");
        QTest::addColumn<std::vector<qlonglong>>("expected");
        QTest::addColumn<bool>("more");
        using Ids = std::vector<qlonglong>;
        const auto add = [](const char* name, const AlertQuery& query, const Ids& expected,
                            bool more = false) { QTest::newRow(name) << query << expected << more; };
        add("all", {}, {5, 4, 3, 2, 1});
        add("first page", {.limit = 2}, {5, 4}, true);
        add("next page", {.limit = 2, .before = 4}, {3, 2}, true);
        add("last page", {.limit = 2, .before = 2}, {1});
        add("level", {.minLevel = 10}, {4, 2});
        add("rule", {.ruleId = 300}, {3});
        add("address", {.address = Cidr::parse("192.0.2.1")}, {2, 1});
        add("network", {.address = Cidr::parse("192.0.2.0/24")}, {3, 2, 1});
        add("IPv6 network", {.address = Cidr::parse("2001:db8::/48")}, {4});
        add("address and level", {.minLevel = 10, .address = Cidr::parse("192.0.2.1")}, {2});
        add("group, with an address", {.group = "login"}, {3, 1});
        add("search in the log, in another case", {.search = "FAILED pass"}, {1});
        add("search behind a NUL byte", {.search = "hidden"}, {5});
        add("search knows no wildcards", {.search = "%"}, {3});
        add("search: quote", {.search = "'"}, {2});
        add("search in the address", {.search = "2001:db8"}, {4});
        add("search finds nothing", {.search = "no such text"}, {});
    }
    void alertQueriesFilterAndPage()
    {
        QFETCH(AlertQuery, query);
        auto store = openStore(m_path, m_clock);
        std::vector<AlertRecord> alerts = {
            sampleAlert(kStart, 100, "192.0.2.1", "Failed password"),
            sampleAlert(kStart, 200, "192.0.2.1", "it's"),
            sampleAlert(kStart, 300, "192.0.2.77", "100 % sure"),
            sampleAlert(kStart, 400, "2001:db8::1", "x"),
            sampleAlert(kStart, 500, "user-name", std::string("seen\0hidden", 11)),
        };
        alerts[1].level = alerts[3].level = 12;
        alerts[0].groups = {"login", "remote"};
        alerts[1].groups = {"remote-login"};
        alerts[2].groups = {"remote", "login"};
        alerts[4].groups = {"login"};
        writeAlerts(*store, alerts);
        BZ_OK(store->flush());
        BZ_VALUE(page, store->alerts(query));
        QTEST(ids(page.items), "expected");
        QTEST(page.more, "more");
    }

    void allowEntriesMetaAndAuditAreKept()
    {
        const AllowRecord first{cidr("192.0.2.0/24"), "the office", kStart, "anna"};
        const AllowRecord second{cidr("2001:db8::1"), kHostile, kStart + 1, "root"};
        {
            auto store = openStore(m_path, m_clock);
            BZ_OK(store->addAllow({first.address, "replaced", 0, ""}));
            BZ_OK(store->addAllow(first));
            BZ_OK(store->addAllow(second));
            BZ_OK(store->addAllow({cidr("192.0.2.9"), "", 5, ""}));
            BZ_OK(store->removeAllow(cidr("192.0.2.9")));
            const auto missing = store->removeAllow(cidr("192.0.2.9"));
            QCOMPARE(missing.error().code, ErrorCode::NotFound);
            QVERIFY(store->problems().empty());
            BZ_OK(store->setMeta("paused", "1"));
            BZ_OK(store->setMeta("paused", kHostile));
            store->audit({0, kStart, 1000, "anna", 77, "block.add", "{}", true, ""});
            store->audit({0, kStart, 33, kHostile, 78, "block.remove", "{}", false, "not_authorized"});
        }
        auto store = openStore(m_path, m_clock);
        BZ_VALUE(allowed, store->allowEntries());
        QVERIFY((allowed == std::vector{first, second}));
        BZ_VALUE(paused, store->meta("paused"));
        QVERIFY(paused == kHostile);
        BZ_VALUE(none, store->meta("other"));
        QVERIFY(!none);
        BZ_VALUE(audit, store->auditEntries());
        QCOMPARE(audit.size(), 2U);
        QVERIFY((audit[0] ==
                 AuditRecord{2, kStart, 33, kHostile, 78, "block.remove", "{}", false, "not_authorized"}));
    }

    void idsAreNeverUsedTwice()
    {
        auto store = openStore(m_path, m_clock);
        writeAlerts(*store, {sampleAlert(kStart, 1, "a", ""), sampleAlert(kStart, 2, "a", "")});
        BlockRecord block = sampleBlock("192.0.2.1", kStart);
        block.state = BlockState::Expired;
        block.alertId = 7;
        BZ_OK(store->save(block));
        BZ_OK(store->flush());
        // Everything is old enough to go.
        m_clock.set(kStart + EpochMs{91} * 24 * 3600 * 1000);
        store->retain();
        QTRY_COMPARE(store->counters()->alerts + store->counters()->blocks, 0);
        store.reset();
        store = openStore(m_path, m_clock);
        AlertRecord alert = sampleAlert(kStart, 3, "a", "");
        QVERIFY(store->assignId(alert));
        QVERIFY2(alert.id > 2, qPrintable(QString::number(alert.id)));
        BlockRecord next = sampleBlock("192.0.2.1", kStart);
        BZ_OK(store->save(next));
        QCOMPARE(next.id, block.id + 1);
    }

    void theFilesAreTheOwnersOnly()
    {
        QFile wide(m_path);
        QVERIFY(wide.open(QIODevice::WriteOnly));
        wide.close();
        QVERIFY(
            wide.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther | QFile::ReadGroup));
        auto store = openStore(m_path, m_clock);
        writeAlerts(*store, {sampleAlert(kStart, 1, "a", "")});
        BZ_OK(store->flush());
        const auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
        for (const char* side : {"", "-wal", "-shm"}) {
            const QFileInfo file(m_path + QLatin1String(side));
            QVERIFY(file.exists());
            QVERIFY(!(file.permissions() & others));
        }
        QVERIFY(store->sizeInBytes() > 4096);
    }

    void aStoreInMemoryDoesTheSame()
    {
        auto opened = Store::openInMemory(m_clock, {});
        QVERIFY(opened.has_value());
        auto& store = **opened;
        auto blocks = sampleBlocks(kStart);
        BZ_OK(store.save(blocks, Durability::PowerLoss));
        writeAlerts(store, {sampleAlert(kStart, 1, "a", "x")}, {{"/a", "1"}});
        BZ_OK(store.flush());
        BZ_OK(store.addAllow({cidr("192.0.2.9"), "", 5, ""}));
        QCOMPARE(store.counters()->alerts, 1);
        QCOMPARE(store.activeBlocks()->size(), 2U);
        QCOMPARE(store.sizeInBytes(), 0);
        QVERIFY(store.path().empty());
        QVERIFY(store.problems().empty());
        auto other = Store::openInMemory(m_clock, {});
        QCOMPARE((*other)->counters()->alerts, 0);
    }

private:
    static constexpr EpochMs kStart = 1'780'000'020'000;
    FixedClock m_clock;
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

QTEST_GUILESS_MAIN(TestStore)
#include "tst_store.moc"
