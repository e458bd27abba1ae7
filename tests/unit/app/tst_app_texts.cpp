// What a person reads: defused log text, durations, the answer to "am I protected?", the chain of a block.
#include "app/client/display_text.h"
#include "app/client/engine_client.h"
#include "app/models/protection.h"
#include "app/models/time_text.h"
#include "app/pages/block_chain.h"
#include "tests/support/fake_engine.h"

#include <QTest>

using namespace bartizan;
using namespace bartizan::app;

class TestAppTexts : public QObject
{
    Q_OBJECT

private slots:
    void hostileText_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("line");
        QTest::newRow("markup is text") << "<b>bold</b>&amp;" << "<b>bold</b>&amp;";
        QTest::newRow("bidi") << QStringLiteral("a\u202Eb\u2066c") << QStringLiteral("a\uFFFDb\uFFFDc");
        QTest::newRow("control") << QStringLiteral("a\u0007b\u001B[31m")
                                 << QStringLiteral("a\uFFFDb\uFFFD[31m");
        QTest::newRow("line break") << "a\nb\r\nc" << QStringLiteral("a\u2424b\u2424c");
        QTest::newRow("tab") << "a\tb" << "a b";
        QTest::newRow("umlauts and emoji stay") << QStringLiteral("Zürich 🏰") << QStringLiteral("Zürich 🏰");
    }

    void hostileText()
    {
        QFETCH(QString, text);
        QFETCH(QString, line);
        QCOMPARE(displayLine(text), line);
    }

    void longText_isCut()
    {
        const QString cut = displayLine(QString(100000, QLatin1Char('x')), 50);
        QVERIFY(cut.size() <= 51);
        QVERIFY(cut.endsWith(QChar(0x2026)));
        QCOMPARE(displayBlock(QStringLiteral("a\nb\tc")), QStringLiteral("a\nb    c"));
    }

    void durations_data()
    {
        QTest::addColumn<qint64>("seconds");
        QTest::addColumn<QString>("brief");
        QTest::addColumn<QString>("words");
        QTest::newRow("-1") << qint64(-1) << "0 s" << "0 second(s)";
        QTest::newRow("59") << qint64(59) << "59 s" << "59 second(s)";
        QTest::newRow("60") << qint64(60) << "1 min" << "1 minute(s)";
        QTest::newRow("599") << qint64(599) << "9 min 59 s" << "10 minute(s)";
        QTest::newRow("3600") << qint64(3600) << "1 h" << "1 hour(s)";
        QTest::newRow("90061") << qint64(90061) << "1 d 1 h" << "1501 minute(s)";
        QTest::newRow("604800") << qint64(604800) << "7 d" << "7 day(s)";
    }

    void durations()
    {
        QFETCH(qint64, seconds);
        QFETCH(QString, brief);
        QFETCH(QString, words);
        QCOMPARE(durationText(seconds), brief);
        QCOMPARE(durationInWords(seconds), words);
    }

    void moments_areShort()
    {
        const QDateTime noon(QDate(2026, 11, 24), QTime(12, 0, 5));
        const qint64 now = noon.toMSecsSinceEpoch();
        QVERIFY(momentText(noon.addSecs(-60), now).contains(QStringLiteral("59")));
        QCOMPARE(momentText(noon.addDays(-1), now), QStringLiteral("yesterday"));
        QCOMPARE(momentText(noon.addDays(-5), now), QStringLiteral("19 Nov"));
        QCOMPARE(momentText(noon.addYears(-1), now), QStringLiteral("24 Nov 2025"));
        QCOMPARE(momentWithSeconds(noon, now), QStringLiteral("12:00:05"));
        QCOMPARE(momentText(QDateTime(), now), QStringLiteral("–"));
    }

    void protection_data()
    {
        QTest::addColumn<QJsonObject>("status");
        QTest::addColumn<int>("state");
        QTest::addColumn<QString>("cause");
        QTest::addColumn<QString>("cure");
        const QJsonObject problem{{QStringLiteral("severity"), QStringLiteral("error")},
                                  {QStringLiteral("component"), QStringLiteral("firewall")},
                                  {QStringLiteral("file"), QStringLiteral("/etc/bartizan/rules/local.xml")},
                                  {QStringLiteral("line"), 7},
                                  {QStringLiteral("message"), QStringLiteral("broken")},
                                  {QStringLiteral("cure"), QStringLiteral("mend it")}};
        QTest::newRow("protecting") << test::sampleStatus() << int(Protection::Protecting) << "nftables"
                                    << "";
        QJsonObject observe = test::sampleStatus(QStringLiteral("observing"));
        observe.insert(QStringLiteral("mode"), QStringLiteral("observe"));
        QTest::newRow("observing on purpose")
            << observe << int(Protection::Observing) << "observe" << "--observe";
        QJsonObject noFirewall = test::sampleStatus(QStringLiteral("observing"));
        noFirewall.insert(QStringLiteral("firewall"),
                          QJsonObject{{QStringLiteral("error"), QStringLiteral("no CAP_NET_ADMIN")}});
        noFirewall.insert(QStringLiteral("problems"), QJsonArray{problem});
        QTest::newRow("no firewall") << noFirewall << int(Protection::Observing) << "CAP_NET_ADMIN"
                                     << "mend it";
        QJsonObject degraded = test::sampleStatus(QStringLiteral("degraded"));
        QJsonObject note = problem;
        note.insert(QStringLiteral("severity"), QStringLiteral("note"));
        note.insert(QStringLiteral("message"), QStringLiteral("only a note"));
        degraded.insert(QStringLiteral("problems"), QJsonArray{note, problem});
        QTest::newRow("degraded names the worst")
            << degraded << int(Protection::Degraded) << "local.xml:7: broken" << "mend it";
        QJsonObject paused = test::sampleStatus(QStringLiteral("paused"));
        paused.insert(QStringLiteral("paused_until"), test::isoTime(-125));
        QTest::newRow("paused counts down") << paused << int(Protection::Paused) << "2 min" << "";
        QTest::newRow("unknown state") << test::sampleStatus(QStringLiteral("of-tomorrow"))
                                       << int(Protection::Degraded) << "" << "open it again";
    }

    void protection()
    {
        QFETCH(QJsonObject, status);
        QFETCH(int, state);
        QFETCH(QString, cause);
        QFETCH(QString, cure);
        test::FakeEngine engine;
        engine.status = status;
        engine.listen();
        EngineClient client(engine.socketPath());
        client.start();
        QTRY_VERIFY(client.isReady());
        const ProtectionSummary summary = summarise(client, QDateTime::currentMSecsSinceEpoch());
        QCOMPARE(int(summary.state), state);
        QVERIFY2(summary.cause.contains(cause), qPrintable(summary.cause));
        QVERIFY2(summary.cure.contains(cure), qPrintable(summary.cure));
        QVERIFY(!summary.headline.isEmpty());
    }

    void chain_data()
    {
        QTest::addColumn<QString>("state");
        QTest::addColumn<QStringList>("titles");
        const auto row = [](const char* state, const QStringList& end) {
            QTest::newRow(state) << QString::fromLatin1(state)
                                 << QStringList{QStringLiteral("Log line"),
                                                QStringLiteral("Rule 5712 · High 10"),
                                                QStringLiteral("On 1 list(s)")} +
                                        end;
        };
        const QString blocked = QStringLiteral("Blocked for 10 minute(s)");
        row("active", {blocked, QStringLiteral("Ends by itself")});
        row("released", {blocked, QStringLiteral("Unblocked by anna")});
        row("expired", {blocked, QStringLiteral("Ended on time")});
        row("failed", {QStringLiteral("Failed")});
        row("refused", {QStringLiteral("Refused")});
        row("observed", {QStringLiteral("Only observed")});
    }

    void chain()
    {
        QFETCH(QString, state);
        QFETCH(QStringList, titles);
        QJsonObject json = test::sampleBlock(4, QStringLiteral("198.51.100.7"), state);
        json.insert(QStringLiteral("released_by"), QStringLiteral("anna"));
        const Block block = Block::fromJson(json);
        Why why;
        why.alerts = {Alert::fromJson(test::sampleAlert(9, 3, QStringLiteral("other"), {})),
                      Alert::fromJson(test::sampleAlert(4, 10, QStringLiteral("the one"), {}))};
        why.lists = {QStringLiteral("blacklist")};
        QStringList found;
        const auto steps = chainOf(block, why, QDateTime::currentMSecsSinceEpoch());
        for (const ChainStep& step : steps)
            found << step.title;
        QCOMPARE(found, titles);
        QVERIFY(steps.first().code.contains(QStringLiteral("sshd[4711]")));
        if (state == QLatin1String("failed"))
            QVERIFY(!steps.last().note.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestAppTexts)
#include "tst_app_texts.moc"
