// Blocks as a table: countdown, filter, feed, words.
#include "app/client/engine_client.h"
#include "app/models/block_table_model.h"
#include "tests/support/fake_engine.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace bartizan;
using namespace bartizan::app;
using Mode = QAbstractItemModelTester::FailureReportingMode;

namespace {

constexpr qint64 kNow = 1'800'000'000'000;

QDateTime at(qint64 secondsFromNow)
{
    return QDateTime::fromMSecsSinceEpoch(kNow + secondsFromNow * 1000);
}

Block blockOf(qint64 id, const char* address, BlockState state, qint64 created = -60, qint64 expires = 540)
{
    Block block;
    block.id = id;
    block.address = QLatin1String(address);
    block.state = state;
    block.rule = RuleSummary{QStringLiteral("5712"), 10, QStringLiteral("Many failed logins"), {}};
    block.created = at(created);
    block.expires = at(expires);
    return block;
}

} // namespace

class TestBlockTableModel : public QObject
{
    Q_OBJECT

private slots:
    void text_ofEachColumn_data()
    {
        QTest::addColumn<int>("state");
        QTest::addColumn<qint64>("expires");
        QTest::addColumn<bool>("permanent");
        QTest::addColumn<QString>("remaining");
        QTest::addColumn<QString>("stateText");
        const auto row = [](const char* name, BlockState state, qint64 expires, bool permanent,
                            const char* remaining, const char* text) {
            QTest::newRow(name) << int(state) << expires << permanent << QString::fromUtf8(remaining)
                                << QString::fromUtf8(text);
        };
        row("active", BlockState::Active, 598, false, "9 min 58 s", "Blocked");
        row("seconds", BlockState::Active, 42, false, "42 s", "Blocked");
        row("hours", BlockState::Active, 7500, false, "2 h 5 min", "Blocked");
        row("days", BlockState::Active, 273600, false, "3 d 4 h", "Blocked");
        row("over, not yet told", BlockState::Active, -1, false, "ending…", "Blocked");
        row("permanent", BlockState::Active, 0, true, "Permanent", "Blocked");
        row("pending", BlockState::Pending, 600, false, "10 min", "Blocking…");
        row("failed", BlockState::Failed, 600, false, "–", "Failed");
        row("refused", BlockState::Refused, 600, false, "–", "Refused");
        row("released", BlockState::Released, 600, false, "–", "Unblocked");
        row("expired", BlockState::Expired, -5, false, "–", "Ended");
    }

    void text_ofEachColumn()
    {
        QFETCH(int, state);
        QFETCH(qint64, expires);
        QFETCH(bool, permanent);
        QFETCH(QString, remaining);
        QFETCH(QString, stateText);
        BlockTableModel model(nullptr, [] { return kNow; });
        QAbstractItemModelTester tester(&model, Mode::QtTest);
        Block block = blockOf(1, "198.51.100.7", BlockState(state), -60, expires);
        block.permanent = permanent;
        model.setBlocks({block});
        QCOMPARE(model.index(0, BlockTableModel::Remaining).data().toString(), remaining);
        QCOMPARE(model.index(0, BlockTableModel::State).data().toString(), stateText);
        QCOMPARE(model.index(0, BlockTableModel::Address).data().toString(), QStringLiteral("198.51.100.7"));
        QCOMPARE(model.index(0, BlockTableModel::Origin).data().toString(), QStringLiteral("Rule 5712"));
        QCOMPARE(model.index(0, BlockTableModel::Reason).data().toString(),
                 QStringLiteral("Many failed logins"));
    }

    void countdown_touchesOnlyTheRemainingColumn_ofRowsThatStand()
    {
        qint64 now = kNow;
        BlockTableModel model(nullptr, [&] { return now; });
        QAbstractItemModelTester tester(&model, Mode::QtTest);
        Block permanent = blockOf(3, "192.0.2.1", BlockState::Active);
        permanent.permanent = true;
        model.setBlocks({blockOf(5, "192.0.2.5", BlockState::Active),
                         blockOf(4, "192.0.2.4", BlockState::Pending), permanent,
                         blockOf(2, "192.0.2.2", BlockState::Expired),
                         blockOf(1, "192.0.2.1", BlockState::Active)});
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        now += 2000;
        model.tick();
        QCOMPARE(changed.size(), 2); // rows 0–1 and row 4
        QCOMPARE(changed.at(0).at(0).toModelIndex(), model.index(0, BlockTableModel::Remaining));
        QCOMPARE(changed.at(0).at(1).toModelIndex(), model.index(1, BlockTableModel::Remaining));
        QCOMPARE(changed.at(1).at(0).toModelIndex().row(), 4);
        QCOMPARE(model.index(0, BlockTableModel::Remaining).data().toString(), QStringLiteral("8 min 58 s"));
    }

    void merge_keepsNewestFirst_andRenewsById()
    {
        BlockTableModel model(nullptr, [] { return kNow; });
        QAbstractItemModelTester tester(&model, Mode::QtTest);
        model.setBlocks({blockOf(1, "192.0.2.1", BlockState::Active),
                         blockOf(9, "192.0.2.9", BlockState::Active),
                         blockOf(9, "192.0.2.9", BlockState::Active)});
        QCOMPARE(model.rowCount(), 2);
        model.apply(blockOf(5, "192.0.2.5", BlockState::Pending));
        model.apply(blockOf(5, "192.0.2.5", BlockState::Active));
        model.apply(blockOf(10, "192.0.2.10", BlockState::Active));
        QList<qint64> ids;
        for (int row = 0; row < model.rowCount(); ++row)
            ids << model.blockAt(row).id;
        QCOMPARE(ids, (QList<qint64>{10, 9, 5, 1}));
        QCOMPARE(model.findById(5)->state, BlockState::Active);
        QVERIFY(!model.findById(4));
        QCOMPARE(model.standing().size(), 4);
    }

    void filter_scopes_data()
    {
        QTest::addColumn<int>("state");
        QTest::addColumn<qint64>("created");
        QTest::addColumn<qint64>("expires");
        QTest::addColumn<bool>("current");
        QTest::addColumn<bool>("problem");
        const auto row = [](const char* name, BlockState state, qint64 created, qint64 expires, bool current,
                            bool problem) {
            QTest::newRow(name) << int(state) << created << expires << current << problem;
        };
        row("active", BlockState::Active, -60, 540, true, false);
        row("pending", BlockState::Pending, -60, 540, true, false);
        row("failed, still wanted", BlockState::Failed, -60, 540, true, true);
        row("failed, time over", BlockState::Failed, -700, -100, false, true);
        row("refused today", BlockState::Refused, -3600, 0, true, true);
        row("refused long ago", BlockState::Refused, -200000, 0, false, true);
        row("observed", BlockState::Observed, -60, 540, true, false);
        row("released", BlockState::Released, -60, 540, false, false);
        row("expired", BlockState::Expired, -700, -100, false, false);
    }

    void filter_scopes()
    {
        QFETCH(int, state);
        QFETCH(qint64, created);
        QFETCH(qint64, expires);
        QFETCH(bool, current);
        QFETCH(bool, problem);
        const Block block = blockOf(1, "192.0.2.1", BlockState(state), created, expires);
        using Scope = BlockFilterModel::Scope;
        QCOMPARE(BlockFilterModel::inScope(block, Scope::Current, kNow), current);
        QCOMPARE(BlockFilterModel::inScope(block, Scope::Problems, kNow), problem);
        QVERIFY(BlockFilterModel::inScope(block, Scope::All, kNow));
        if (problem) {
            QVERIFY(!blockProblem(block).isEmpty());
            QVERIFY(!blockCure(block).isEmpty());
        }
    }

    void filter_searchesAllWords_andSortsAddressesAsAddresses()
    {
        BlockTableModel model(nullptr, [] { return kNow; });
        BlockFilterModel filter;
        QAbstractItemModelTester tester(&filter, Mode::QtTest);
        filter.setSourceModel(&model);
        model.setBlocks(
            {blockOf(1, "10.0.0.9", BlockState::Active), blockOf(2, "9.0.0.1", BlockState::Active),
             blockOf(3, "2001:db8::1", BlockState::Active), blockOf(4, "10.0.0.10", BlockState::Active)});
        filter.sort(BlockTableModel::Address, Qt::AscendingOrder);
        QStringList order;
        for (int row = 0; row < filter.rowCount(); ++row)
            order << filter.index(row, 0).data().toString();
        QCOMPARE(order, (QStringList{QStringLiteral("9.0.0.1"), QStringLiteral("10.0.0.9"),
                                     QStringLiteral("10.0.0.10"), QStringLiteral("2001:db8::1")}));
        filter.setSearch(QStringLiteral(" 10.0.0  FAILED "));
        QCOMPARE(filter.rowCount(), 2);
        filter.setSearch(QStringLiteral("[("));
        QCOMPARE(filter.rowCount(), 0);
    }

    void guards_areExplained_whateverTheirName()
    {
        for (const char* guard :
             {"this_network", "loopback", "link_local", "multicast", "broadcast", "own_address", "gateway",
              "name_server", "administrator_peer", "allowlist", "too_wide", "private_network"})
            QVERIFY2(guardText(QLatin1String(guard)) != QLatin1String(guard), guard);
        QCOMPARE(guardText(QStringLiteral("of_tomorrow")), QStringLiteral("of_tomorrow"));
    }

    void hostileText_isDefused_inEveryCell()
    {
        BlockTableModel model(nullptr, [] { return kNow; });
        Block block = blockOf(1, "192.0.2.1", BlockState::Active);
        block.rule->description = QStringLiteral("<b>x</b>\u202Eevil\u0007\nnext");
        model.setBlocks({block});
        const QString text = model.index(0, BlockTableModel::Reason).data().toString();
        QVERIFY(text.startsWith(QStringLiteral("<b>x</b>")));
        for (const char16_t c : {u'\u202E', u'\u0007', u'\n'})
            QVERIFY(!text.contains(QChar(c)));
        QVERIFY(model.index(0, BlockTableModel::Reason)
                    .data(Qt::ToolTipRole)
                    .toString()
                    .contains(QStringLiteral("&lt;b&gt;")));
    }

    void feed_loadsAllPages_andFollowsEvents()
    {
        test::FakeEngine engine;
        for (int id = 1; id <= 1200; ++id)
            engine.blocks.append(
                test::sampleBlock(id, QStringLiteral("198.51.100.%1").arg(id % 250),
                                  id % 2 ? QStringLiteral("active") : QStringLiteral("expired")));
        engine.listen();
        EngineClient client(engine.socketPath());
        BlockTableModel model;
        QAbstractItemModelTester tester(&model, Mode::QtTest);
        BlockFeed feed(client, model);
        QSignalSpy loaded(&feed, &BlockFeed::loaded);
        client.start();
        QVERIFY(loaded.wait(5000));
        QCOMPARE(model.rowCount(), 1200);
        engine.sendEvent(QStringLiteral("block"),
                         test::sampleBlock(1201, QStringLiteral("203.0.113.5"), QStringLiteral("pending")));
        QTRY_COMPARE(model.rowCount(), 1201);
        QCOMPARE(model.blockAt(0).address, QStringLiteral("203.0.113.5"));
    }

    void feed_keepsWhatEventsSaid_overAnOlderSnapshot()
    {
        test::FakeEngine engine;
        const QString address = QStringLiteral("198.51.100.7");
        engine.blocks = {test::sampleBlock(1, address, QStringLiteral("active"))};
        engine.listen();
        EngineClient client(engine.socketPath());
        BlockTableModel model;
        BlockFeed feed(client, model);
        engine.setHandler(QStringLiteral("blocks.list"), [&](const QJsonObject&) -> test::FakeEngine::Answer {
            engine.sendEvent(QStringLiteral("block"),
                             test::sampleBlock(1, address, QStringLiteral("released")));
            return QJsonObject{{QStringLiteral("blocks"), QJsonArray{engine.blocks.first()}},
                               {QStringLiteral("more"), false}};
        });
        QSignalSpy loaded(&feed, &BlockFeed::loaded);
        client.start();
        QVERIFY(loaded.wait(5000));
        QCOMPARE(model.blockAt(0).state, BlockState::Released);
    }

    void feed_waits_whenTheEngineIsBusy()
    {
        test::FakeEngine engine;
        engine.listen();
        EngineClient client(engine.socketPath());
        BlockTableModel model;
        BlockFeed feed(client, model);
        int asked = 0;
        engine.setHandler(QStringLiteral("blocks.list"), [&](const QJsonObject&) -> test::FakeEngine::Answer {
            if (++asked == 1)
                return std::unexpected(test::FakeError{.code = QStringLiteral("busy"),
                                                       .message = QStringLiteral("later"),
                                                       .cure = {},
                                                       .guard = {}});
            return QJsonObject{{QStringLiteral("blocks"), QJsonArray()}, {QStringLiteral("more"), false}};
        });
        QSignalSpy loaded(&feed, &BlockFeed::loaded);
        QSignalSpy failed(&feed, &BlockFeed::loadFailed);
        client.start();
        QVERIFY(loaded.wait(5000));
        QCOMPARE(failed.size(), 0);
    }

    void feed_asksNothing_withoutPermission()
    {
        test::FakeEngine engine({QStringLiteral("observe")});
        engine.listen();
        EngineClient client(engine.socketPath());
        BlockTableModel model;
        BlockFeed feed(client, model);
        client.start();
        QTRY_VERIFY(client.isReady());
        QTest::qWait(50);
        QVERIFY(engine.requestsOf(QStringLiteral("blocks.list")).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestBlockTableModel)
#include "tst_block_table_model.moc"
