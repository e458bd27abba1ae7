// Alerts as a table: pages by id, live rows, folds, a tail that holds still.
#include "app/client/engine_client.h"
#include "app/models/alert_table_model.h"
#include "tests/support/fake_engine.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include <optional>

using namespace bartizan;
using namespace bartizan::app;
using test::sampleAlert;

class TestAlertTableModel : public QObject
{
    Q_OBJECT

    // An engine with `count` alerts, ids falling from `count`, and a model on it.
    struct Setting
    {
        // The tester fetches all there is by itself, and looks at every row at each change.
        enum class Tester { On, Off };

        explicit Setting(int count, Tester wanted = Tester::On)
            : client(engine.socketPath())
            , model(client)
        {
            if (wanted == Tester::On)
                tester.emplace(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
            for (int id = count; id >= 1; --id)
                engine.alerts.append(sampleAlert(id, id % 15, QStringLiteral("alert number %1").arg(id),
                                                 QStringLiteral("198.51.100.7")));
            engine.listen();
            QSignalSpy loaded(&model, &AlertTableModel::loaded);
            client.start();
            if (!loaded.wait(5000))
                qFatal("nothing was loaded");
        }

        void send(const QJsonObject& alert) { engine.sendEvent(QStringLiteral("alert"), alert); }

        test::FakeEngine engine;
        EngineClient client;
        AlertTableModel model;
        std::optional<QAbstractItemModelTester> tester;
    };

private slots:
    void fetchMore_asksForWhatLiesBeforeTheLastRow()
    {
        Setting s(450, Setting::Tester::Off);
        QCOMPARE(s.model.rowCount(), 200);
        QVERIFY(s.model.canFetchMore({}));
        s.model.fetchMore({});
        QVERIFY(!s.model.canFetchMore({})); // while one is on its way
        QTRY_COMPARE(s.model.rowCount(), 400);
        QCOMPARE(
            s.engine.requestsOf(QStringLiteral("alerts.list")).last().value(QLatin1String("before")).toInt(),
            251);
        s.model.fetchMore({});
        QTRY_COMPARE(s.model.rowCount(), 450);
        QVERIFY(!s.model.canFetchMore({}));
        for (int row = 0; row < 450; ++row)
            QCOMPARE(s.model.alertAt(row).id, 450 - row);
    }

    void liveAlerts_growAtTheTop_andFoldInPlace()
    {
        Setting s(3);
        s.send(sampleAlert(4, 10, QStringLiteral("new"), QStringLiteral("203.0.113.1")));
        QTRY_COMPARE(s.model.rowCount(), 4);
        QCOMPARE(s.model.alertAt(0).id, 4);
        QJsonObject fold =
            sampleAlert(2, 5, QStringLiteral("alert number 2"), QStringLiteral("198.51.100.7"));
        fold.insert(QStringLiteral("count"), 17);
        QSignalSpy changed(&s.model, &QAbstractItemModel::dataChanged);
        s.send(fold);
        QTRY_COMPARE(changed.size(), 1);
        QCOMPARE(changed.at(0).at(0).toModelIndex().row(), 2);
        QCOMPARE(s.model.index(2, AlertTableModel::Count).data().toString(), QStringLiteral("×17"));
        QCOMPARE(s.model.rowCount(), 4);
    }

    void heldTail_letsNothingIn_untilShown()
    {
        Setting s(3);
        QSignalSpy waiting(&s.model, &AlertTableModel::waitingChanged);
        s.model.setTail(AlertTableModel::Tail::Held);
        s.send(sampleAlert(4, 10, QStringLiteral("a"), {}));
        s.send(sampleAlert(5, 10, QStringLiteral("b"), {}));
        QJsonObject fold = sampleAlert(5, 10, QStringLiteral("b"), {});
        fold.insert(QStringLiteral("count"), 2);
        s.send(fold);
        QTRY_COMPARE(s.model.waitingCount(), 2);
        QCOMPARE(s.model.rowCount(), 3);
        s.model.showWaiting();
        QCOMPARE(s.model.rowCount(), 5);
        QCOMPARE(s.model.alertAt(0).count, 2);
        QCOMPARE(s.model.waitingCount(), 0);
        QCOMPARE(s.model.tail(), AlertTableModel::Tail::Held);
        s.send(sampleAlert(6, 10, QStringLiteral("c"), {}));
        QTRY_COMPARE(s.model.waitingCount(), 1);
        s.model.setTail(AlertTableModel::Tail::Live);
        QCOMPARE(s.model.rowCount(), 6);
        QCOMPARE(waiting.last().at(0).toInt(), 0);
    }

    void query_goesToTheEngine_andHoldsForLiveRows()
    {
        Setting s(30);
        s.model.setQuery({.search = QStringLiteral("number 2"), .minLevel = 7});
        QTRY_COMPARE(s.engine.requestsOf(QStringLiteral("alerts.list")).size(), 2);
        const QJsonObject params = s.engine.requestsOf(QStringLiteral("alerts.list")).last();
        QCOMPARE(params.value(QLatin1String("search")).toString(), QStringLiteral("number 2"));
        QCOMPARE(params.value(QLatin1String("min_level")).toInt(), 7);
        QTRY_VERIFY(s.model.rowCount() < 30);
        const int rows = s.model.rowCount();
        s.send(sampleAlert(31, 12, QStringLiteral("something else"), {}));
        s.send(sampleAlert(32, 3, QStringLiteral("number 2"), {}));
        s.send(sampleAlert(33, 9, QStringLiteral("NUMBER 2 again"), {}));
        QTRY_COMPARE(s.model.rowCount(), rows + 1);
        QCOMPARE(s.model.alertAt(0).id, 33);
    }

    void answerToAnOldQuery_isDropped()
    {
        Setting s(30);
        s.model.setQuery({.search = QStringLiteral("number 1"), .minLevel = 0});
        s.model.setQuery({.search = QStringLiteral("number 30"), .minLevel = 0});
        QTRY_COMPARE(s.model.rowCount(), 1);
        QTest::qWait(50);
        QCOMPARE(s.model.rowCount(), 1);
    }

    void manyLiveRows_pushOldOnesOut_whichCanBeFetchedAgain()
    {
        Setting s(1, Setting::Tester::Off);
        const int many = AlertTableModel::kMaxRows + 10;
        for (int id = 2; id <= many; ++id) {
            s.send(sampleAlert(id, 5, QStringLiteral("x"), {}));
            if (id % 200 == 0)
                QTRY_COMPARE(s.model.alertAt(0).id, id);
        }
        QTRY_COMPARE(s.model.alertAt(0).id, many);
        QVERIFY(s.model.rowCount() <= AlertTableModel::kMaxRows);
        QVERIFY(s.model.canFetchMore({}));
    }

    void reconnection_readsAFreshSnapshot()
    {
        Setting s(3);
        s.engine.stop();
        s.engine.alerts.prepend(sampleAlert(9, 10, QStringLiteral("missed"), {}));
        QTRY_VERIFY(!s.client.isReady());
        s.engine.listen();
        QTRY_COMPARE_WITH_TIMEOUT(s.model.rowCount(), 4, 4000);
        QCOMPARE(s.model.alertAt(0).id, 9);
    }

    void alertThatComesDuringASnapshot_isKept()
    {
        Setting s(3);
        // The event overtakes the answer, which does not know of it yet.
        s.engine.setHandler(
            QStringLiteral("alerts.list"), [&](const QJsonObject&) -> test::FakeEngine::Answer {
                s.send(sampleAlert(4, 5, QStringLiteral("meanwhile"), {}));
                return QJsonObject{{QStringLiteral("alerts"), QJsonArray{s.engine.alerts.at(0)}},
                                   {QStringLiteral("more"), false}};
            });
        s.model.reload();
        QTRY_COMPARE(s.model.rowCount(), 2);
        QCOMPARE(s.model.alertAt(0).id, 4);
    }

    void levels_haveFiveBands_data()
    {
        QTest::addColumn<int>("level");
        QTest::addColumn<QString>("text");
        QTest::newRow("0") << 0 << "Info 0";
        QTest::newRow("3") << 3 << "Info 3";
        QTest::newRow("4") << 4 << "Low 4";
        QTest::newRow("7") << 7 << "Medium 7";
        QTest::newRow("10") << 10 << "High 10";
        QTest::newRow("12") << 12 << "Critical 12";
        QTest::newRow("16") << 16 << "Critical 16";
    }

    void levels_haveFiveBands()
    {
        QFETCH(int, level);
        QFETCH(QString, text);
        Setting s(0);
        s.send(sampleAlert(1, level, QStringLiteral("x"), {}));
        QTRY_COMPARE(s.model.rowCount(), 1);
        QCOMPARE(s.model.index(0, AlertTableModel::Level).data().toString(), text);
    }
};

QTEST_GUILESS_MAIN(TestAlertTableModel)
#include "tst_alert_table_model.moc"
