// The client against an engine that speaks the protocol: hello, calls, events, losing and finding the engine.
#include "app/client/engine_client.h"
#include "tests/support/fake_engine.h"

#include <QSignalSpy>
#include <QTest>

#include <chrono>

using namespace bartizan;
using namespace bartizan::app;
using namespace std::chrono_literals;
using test::FakeEngine;

namespace {

class Refusing : public ServerVerifier
{
public:
    Result<void> verify(qintptr, const QString&) const override
    {
        return fail(ErrorCode::PermissionDenied, "a program of user 1001 listens");
    }
};

} // namespace

class TestEngineClient : public QObject
{
    Q_OBJECT

private slots:
    void becomesReady_afterHelloSubscribeAndStatus()
    {
        FakeEngine engine;
        engine.listen();
        EngineClient client(engine.socketPath());
        QSignalSpy ready(&client, &EngineClient::ready);
        client.start();
        QVERIFY(ready.wait(3000));
        QCOMPARE(engine.requests().size(), 3);
        QCOMPARE(engine.requests().at(0).method, QStringLiteral("hello"));
        QCOMPARE(engine.requests().at(0).params.value(QLatin1String("protocol")).toObject(),
                 (QJsonObject{{QStringLiteral("min"), 1}, {QStringLiteral("max"), 1}}));
        QCOMPARE(client.status().state, ProtectionState::Protecting);
        QCOMPARE(client.engineVersion(), QStringLiteral("0.1.0"));
        QVERIFY(client.may(protocol::PermissionClass::Respond));
        QVERIFY(!client.may(protocol::PermissionClass::Configure));
    }

    void call_returnsResultOrErrorWithCureAndGuard()
    {
        FakeEngine engine;
        engine.listen();
        engine.setHandler(QStringLiteral("block.add"), [](const QJsonObject&) -> FakeEngine::Answer {
            return std::unexpected(test::FakeError{.code = QStringLiteral("refused"),
                                                   .message = QStringLiteral("no"),
                                                   .cure = QStringLiteral("do this"),
                                                   .guard = QStringLiteral("gateway")});
        });
        EngineClient client(engine.socketPath());
        client.start();
        QTRY_VERIFY(client.isReady());
        std::optional<EngineClient::Reply> good;
        std::optional<EngineClient::Reply> bad;
        client.call(QStringLiteral("resume"), {}, this, [&](const auto& reply) { good = reply; });
        client.call(QStringLiteral("block.add"), {}, this, [&](const auto& reply) { bad = reply; });
        QTRY_VERIFY(good && bad);
        QVERIFY(good->has_value());
        QVERIFY(!bad->has_value());
        QCOMPARE(bad->error().code, QStringLiteral("refused"));
        QCOMPARE(bad->error().cure, QStringLiteral("do this"));
        QCOMPARE(bad->error().guard, QStringLiteral("gateway"));
    }

    void call_timesOut_onceAndIgnoresLateAnswers()
    {
        FakeEngine engine;
        engine.listen();
        engine.ignore(QStringLiteral("why"));
        EngineClient client(engine.socketPath());
        client.start();
        QTRY_VERIFY(client.isReady());
        QStringList codes;
        client.call(
            QStringLiteral("why"), {}, this,
            [&](const auto& reply) { codes << (reply ? QString() : reply.error().code); }, 100ms);
        QTRY_COMPARE(codes, QStringList{QStringLiteral("timeout")});
        engine.sendRaw(protocol::encode({protocol::FrameKind::Response,
                                         {{QStringLiteral("jsonrpc"), QStringLiteral("2.0")},
                                          {QStringLiteral("id"), 4},
                                          {QStringLiteral("result"), QJsonObject()}}}));
        QTest::qWait(100);
        QCOMPARE(codes.size(), 1);
        QVERIFY(client.isReady());
    }

    void call_neverRunsTheCallback_ofAnObjectThatIsGone()
    {
        FakeEngine engine;
        engine.listen();
        EngineClient client(engine.socketPath());
        client.start();
        QTRY_VERIFY(client.isReady());
        bool ran = false;
        {
            QObject context;
            client.call(QStringLiteral("why"), {}, &context, [&](const auto&) { ran = true; });
        }
        QTRY_COMPARE(engine.requestsOf(QStringLiteral("why")).size(), 1);
        QTest::qWait(50);
        QVERIFY(!ran);
    }

    void call_whileOffline_failsLaterNotAtOnce()
    {
        EngineClient client(QStringLiteral("/nonexistent/engine.sock"));
        QString code;
        client.call(QStringLiteral("why"), {}, this, [&](const auto& reply) { code = reply.error().code; });
        QVERIFY(code.isEmpty());
        QTRY_COMPARE(code, QStringLiteral("disconnected"));
    }

    void pendingCalls_failWhenTheEngineGoesAway()
    {
        FakeEngine engine;
        engine.listen();
        engine.ignore(QStringLiteral("why"));
        EngineClient client(engine.socketPath());
        client.start();
        QTRY_VERIFY(client.isReady());
        QString code;
        client.call(QStringLiteral("why"), {}, this, [&](const auto& reply) { code = reply.error().code; });
        QTRY_COMPARE(engine.requestsOf(QStringLiteral("why")).size(), 1);
        engine.stop();
        QTRY_COMPARE(code, QStringLiteral("disconnected"));
        QVERIFY(!client.may(protocol::PermissionClass::Respond));
    }

    void events_areDeliveredAndAcknowledged()
    {
        FakeEngine engine;
        engine.listen();
        EngineClient client(engine.socketPath());
        QSignalSpy alerts(&client, &EngineClient::alertReceived);
        QSignalSpy blocks(&client, &EngineClient::blockReceived);
        QSignalSpy statuses(&client, &EngineClient::statusChanged);
        client.start();
        QTRY_VERIFY(client.isReady());
        statuses.clear();
        for (int i = 1; i <= 300; ++i)
            engine.sendEvent(QStringLiteral("alert"),
                             test::sampleAlert(i, 5, QStringLiteral("a"), QStringLiteral("b")));
        engine.sendEvent(QStringLiteral("block"),
                         test::sampleBlock(1, QStringLiteral("198.51.100.7"), QStringLiteral("active")));
        engine.sendEvent(QStringLiteral("status"), test::sampleStatus(QStringLiteral("degraded")));
        engine.sendEvent(QStringLiteral("of-a-later-engine"), {});
        QTRY_COMPARE(alerts.size(), 300);
        QTRY_COMPARE(blocks.size(), 1);
        QTRY_COMPARE(statuses.size(), 1);
        QCOMPARE(client.status().state, ProtectionState::Degraded);
        QTRY_COMPARE(engine.acknowledged(), engine.lastSeq());
    }

    void reconnects_withBackOff_andResyncs()
    {
        FakeEngine engine;
        engine.listen();
        EngineClient client(engine.socketPath());
        QSignalSpy ready(&client, &EngineClient::ready);
        client.start();
        QTRY_COMPARE(ready.size(), 1);
        engine.stop();
        QTRY_COMPARE(client.state(), EngineClient::State::Offline);
        // Two tries fail (0.5 s, 1 s), the third comes two seconds after.
        QTRY_COMPARE_WITH_TIMEOUT(client.outage(), EngineClient::Outage::NotRunning, 2000);
        engine.listen();
        QTRY_COMPARE_WITH_TIMEOUT(ready.size(), 2, 6000);
        QCOMPARE(engine.helloCount(), 2);
        QCOMPARE(client.outage(), EngineClient::Outage::None);
    }

    void outage_namesTheCause_data()
    {
        QTest::addColumn<QString>("code");
        QTest::addColumn<int>("outage");
        QTest::newRow("no common version") << "unsupported" << int(EngineClient::Outage::Incompatible);
        QTest::newRow("hello refused") << "busy" << int(EngineClient::Outage::Lost);
    }

    void outage_namesTheCause()
    {
        QFETCH(QString, code);
        QFETCH(int, outage);
        FakeEngine engine;
        engine.listen();
        engine.setHandler(QStringLiteral("hello"), [code](const QJsonObject&) -> FakeEngine::Answer {
            return std::unexpected(
                test::FakeError{.code = code, .message = QStringLiteral("because"), .cure = {}, .guard = {}});
        });
        EngineClient client(engine.socketPath());
        client.start();
        QTRY_COMPARE(int(client.outage()), outage);
        QCOMPARE(client.outageDetail(), QStringLiteral("because"));
        QVERIFY(!client.isReady());
    }

    void missingSocket_isNotRunning()
    {
        EngineClient client(QStringLiteral("/nonexistent/engine.sock"));
        client.start();
        QTRY_COMPARE(client.outage(), EngineClient::Outage::NotRunning);
    }

    void untrustedServer_getsNothing()
    {
        FakeEngine engine;
        engine.listen();
        Refusing verifier;
        EngineClient client(engine.socketPath(), &verifier);
        client.start();
        QTRY_COMPARE(client.outage(), EngineClient::Outage::Untrusted);
        QVERIFY(client.outageDetail().contains(QStringLiteral("1001")));
        QTest::qWait(50);
        QCOMPARE(engine.requests().size(), 0);
    }

    void brokenFrame_endsTheConnection_andTheClientComesBack()
    {
        FakeEngine engine;
        engine.listen();
        EngineClient client(engine.socketPath());
        QSignalSpy ready(&client, &EngineClient::ready);
        client.start();
        QTRY_COMPARE(ready.size(), 1);
        engine.sendRaw("this is no frame");
        QTRY_COMPARE(client.outage(), EngineClient::Outage::Lost);
        QTRY_COMPARE_WITH_TIMEOUT(ready.size(), 2, 3000);
    }

    void objects_survivedMissingAndMistypedMembers()
    {
        const QJsonObject odd{{QStringLiteral("id"), QStringLiteral("x")},
                              {QStringLiteral("rule"), 7},
                              {QStringLiteral("state"), QStringLiteral("of-tomorrow")},
                              {QStringLiteral("problems"), QJsonObject()},
                              {QStringLiteral("created"), QStringLiteral("yesterday")}};
        QCOMPARE(Block::fromJson(odd).state, BlockState::Unknown);
        QVERIFY(!Block::fromJson(odd).rule);
        QVERIFY(!Block::fromJson(odd).created.isValid());
        QCOMPARE(EngineStatus::fromJson(odd).state, ProtectionState::Unknown);
        QCOMPARE(Alert::fromJson(odd).count, 1);
        QCOMPARE(Why::fromJson(odd).verdict, Verdict::Unknown);
    }
};

QTEST_GUILESS_MAIN(TestEngineClient)
#include "tst_engine_client.moc"
