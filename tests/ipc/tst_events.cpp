#include "tests/ipc/ipc_fixture.h"

#include <QJsonArray>

using namespace bartizan;
using namespace bartizan::test;

class TestEvents : public QObject
{
    Q_OBJECT

private slots:
    void eventsAreNumberedAndComeInOrder();
    void historyIsForThoseWhoMaySeeIt();
    void nothingComesUnasked();
    void aReturningClientGetsWhatItMissed();
    void aLongAbsenceIsCaughtUpAtTheClientsPace();
    void whatIsNoLongerKeptIsReportedAsMissed_data();
    void whatIsNoLongerKeptIsReportedAsMissed();
    void largeEventsAreKeptForAShorterTime();
    void whoDoesNotAcknowledgeIsDisconnected();
    void whoDoesNotReadIsDisconnected();
    void whoFallsBehindWhileCatchingUpIsDisconnected();
    void anEventThatFitsInNoFrameIsCut();
    void strangeAcknowledgementsDoNoHarm();

private:
    static qint64 subscribe(Client& client, const QJsonObject& params = {})
    {
        return client.call(u"events.subscribe"_s, params)[u"result"_s][u"seq"_s].toInteger();
    }
    static void publish(Engine& engine, int from, int count, std::string_view name = "alert")
    {
        for (int i = from; i < from + count; ++i)
            engine.server->publish(name, {{u"id"_s, i}});
    }
    static qint64 sequence(const QJsonObject& event) { return event[u"seq"_s].toInteger(); }
    static int number(const QJsonObject& event) { return event[u"data"_s][u"id"_s].toInt(); }
};

void TestEvents::eventsAreNumberedAndComeInOrder()
{
    Engine engine;
    engine.authoriser.grantAll();
    QVERIFY(engine.start());
    publish(engine, 0, 3);
    Client client(engine.path());
    client.hello();
    const qint64 start = subscribe(client);
    QVERIFY(start > 3); // numbers go on over restarts
    publish(engine, 100, 5);
    QVERIFY(client.awaitEvents(5));
    for (int i = 0; i < 5; ++i) {
        const auto& event = client.events[static_cast<std::size_t>(i)];
        QCOMPARE(sequence(event), start + 1 + i);
        QCOMPARE(number(event), 100 + i);
        QCOMPARE(event[u"event"_s].toString(), u"alert"_s);
    }
}

void TestEvents::historyIsForThoseWhoMaySeeIt()
{
    Engine engine;
    QVERIFY(engine.start());
    engine.authoriser.granted = {PermissionClass::Observe};
    Client observer(engine.path());
    observer.hello();
    subscribe(observer);
    engine.authoriser.granted = {PermissionClass::Observe, PermissionClass::History};
    Client reader(engine.path());
    reader.hello();
    subscribe(reader);
    publish(engine, 1, 1, "alert");
    publish(engine, 2, 1, "block");
    publish(engine, 3, 1, "status");
    QVERIFY(reader.awaitEvents(3));
    QVERIFY(observer.awaitEvents(1));
    QCOMPARE(observer.events.size(), 1U);
    QCOMPARE(number(observer.events[0]), 3);

    // Neither by coming back with a number.
    engine.authoriser.granted = {PermissionClass::Observe};
    Client again(engine.path());
    again.hello();
    subscribe(again, {{u"since"_s, sequence(reader.events[0]) - 1}});
    QVERIFY(again.awaitEvents(1));
    QCOMPARE(number(again.events[0]), 3);
}

void TestEvents::nothingComesUnasked()
{
    Engine engine;
    engine.authoriser.grantAll();
    QVERIFY(engine.start());
    Client client(engine.path());
    client.hello();
    publish(engine, 1, 5);
    QCOMPARE(client.errorOf(u"events.subscribe"_s, {{u"since"_s, u"yesterday"_s}}), u"invalid_argument"_s);
    QCOMPARE(client.errorOf(u"events.subscribe"_s, {{u"since"_s, -1}}), u"invalid_argument"_s);
    publish(engine, 6, 5);
    QCOMPARE(client.errorOf(u"no.such"_s), u"unsupported"_s);
    QVERIFY(client.events.empty());
}

void TestEvents::aReturningClientGetsWhatItMissed()
{
    Engine engine;
    engine.authoriser.grantAll();
    QVERIFY(engine.start());
    auto client = std::make_unique<Client>(engine.path());
    client->hello();
    subscribe(*client);
    publish(engine, 1, 3);
    QVERIFY(client->awaitEvents(3));
    const qint64 last = sequence(client->events[1]); // it did not get to the third
    client.reset();
    publish(engine, 4, 2);
    Client again(engine.path());
    again.hello();
    const QJsonObject result =
        again.call(u"events.subscribe"_s, {{u"since"_s, last}})[u"result"_s].toObject();
    QCOMPARE(result[u"missed"_s].toBool(true), false);
    QCOMPARE(result[u"seq"_s].toInteger(), last);
    publish(engine, 6, 1);
    QVERIFY(again.awaitEvents(4));
    for (int i = 0; i < 4; ++i)
        QCOMPARE(number(again.events[static_cast<std::size_t>(i)]), 3 + i);
}

void TestEvents::aLongAbsenceIsCaughtUpAtTheClientsPace()
{
    Engine engine;
    engine.authoriser.grantAll();
    QVERIFY(engine.start());
    Client first(engine.path());
    first.hello();
    const qint64 start = subscribe(first);
    first.socket.abort();
    publish(engine, 1, 1000);
    Client client(engine.path());
    client.hello();
    QCOMPARE(subscribe(client, {{u"since"_s, start}}), start);
    int seen = 0;
    while (seen < 1000) {
        QVERIFY(client.awaitEvents(1));
        while (!client.events.empty()) {
            QCOMPARE(number(client.events.front()), ++seen);
            client.acknowledge(sequence(client.events.front()));
            client.events.pop_front();
        }
    }
    // From here on it is like any other.
    publish(engine, 1001, 10);
    QVERIFY(client.awaitEvents(10));
    QVERIFY(client.isConnected());
}

void TestEvents::whatIsNoLongerKeptIsReportedAsMissed_data()
{
    QTest::addColumn<int>("behind"); // how far behind the last event the client is
    QTest::addColumn<bool>("missed");
    QTest::newRow("nothing was missed") << 0 << false;
    QTest::newRow("all kept ones") << 10 << false;
    QTest::newRow("one more than is kept") << 11 << true;
    QTest::newRow("a number of long ago") << 1'000'000 << true;
    QTest::newRow("a number that never was") << -1 << true;
}

void TestEvents::whatIsNoLongerKeptIsReportedAsMissed()
{
    QFETCH(int, behind);
    QFETCH(bool, missed);
    Engine engine({.keptEvents = 10});
    engine.authoriser.grantAll();
    QVERIFY(engine.start());
    publish(engine, 1, 30);
    Client client(engine.path());
    client.hello();
    const qint64 last = subscribe(client);
    const QJsonObject result =
        client.call(u"events.subscribe"_s, {{u"since"_s, last - behind}})[u"result"_s].toObject();
    QCOMPARE(result[u"missed"_s].toBool(), missed);
    QCOMPARE(result[u"seq"_s].toInteger(), missed ? last : last - behind);
    publish(engine, 31, 1);
    const auto expected = missed ? 1U : static_cast<std::size_t>(behind) + 1;
    QVERIFY(client.awaitEvents(expected));
    QCOMPARE(client.events.size(), expected);
    QCOMPARE(number(client.events.back()), 31);
}

void TestEvents::largeEventsAreKeptForAShorterTime()
{
    Engine engine({.keptEventBytes = 100'000});
    engine.authoriser.grantAll();
    QVERIFY(engine.start());
    for (int i = 0; i < 50; ++i)
        engine.server->publish("alert", {{u"full_log"_s, QString(10'000, u'x')}});
    Client client(engine.path());
    client.hello();
    const qint64 last = subscribe(client);
    QVERIFY(client.call(u"events.subscribe"_s, {{u"since"_s, last - 20}})[u"result"_s][u"missed"_s].toBool());
    QVERIFY(!client.call(u"events.subscribe"_s, {{u"since"_s, last - 5}})[u"result"_s][u"missed"_s].toBool());
}

void TestEvents::whoDoesNotAcknowledgeIsDisconnected()
{
    Engine engine;
    engine.authoriser.grantAll();
    QVERIFY(engine.start());
    Client idle(engine.path());
    Client diligent(engine.path());
    for (Client* client : {&idle, &diligent}) {
        client->hello();
        subscribe(*client);
    }
    publish(engine, 1, 256);
    QVERIFY(idle.awaitEvents(256));
    QVERIFY(diligent.awaitEvents(256));
    QVERIFY(idle.isConnected());
    diligent.acknowledge(sequence(diligent.events.back())); // covers all before it
    QCOMPARE(diligent.errorOf(u"no.such"_s), u"unsupported"_s);
    publish(engine, 257, 1);
    QCOMPARE(idle.farewell(), u"lagging"_s);
    QVERIFY(diligent.awaitEvents(257));
    publish(engine, 258, 200);
    QVERIFY(diligent.awaitEvents(457));
    QVERIFY(diligent.isConnected());
}

void TestEvents::whoDoesNotReadIsDisconnected()
{
    Engine engine;
    engine.authoriser.grantAll();
    QVERIFY(engine.start());
    Client client(engine.path());
    client.hello();
    subscribe(client);
    client.socket.setReadBufferSize(1024);
    client.reading = false;
    for (int i = 0; i < 100 && engine.server->connectionCount() == 1; ++i) {
        engine.server->publish("alert", {{u"full_log"_s, QString(50'000, u'x')}});
        QCoreApplication::processEvents();
    }
    // It is not waited for until it reads again.
    QVERIFY(waitFor([&] { return engine.server->connectionCount() == 0; }, 5000));
}

void TestEvents::whoFallsBehindWhileCatchingUpIsDisconnected()
{
    Engine engine({.unacknowledgedEvents = 20, .keptEvents = 50});
    engine.authoriser.grantAll();
    QVERIFY(engine.start());
    publish(engine, 1, 50);
    Client client(engine.path());
    client.hello();
    const qint64 last = subscribe(client);
    subscribe(client, {{u"since"_s, last - 50}});
    QVERIFY(client.awaitEvents(10));
    QCOMPARE(client.events.size(), 10U); // half of what may stand unacknowledged
    publish(engine, 51, 10);
    QVERIFY(client.isConnected());
    publish(engine, 61, 1);
    QCOMPARE(client.farewell(), u"lagging"_s);
    client.acknowledge(last);
    publish(engine, 62, 100);
}

void TestEvents::anEventThatFitsInNoFrameIsCut()
{
    Engine engine;
    engine.authoriser.grantAll();
    QVERIFY(engine.start());
    Client client(engine.path());
    client.hello();
    subscribe(client);
    engine.server->publish("alert", {{u"id"_s, 17}, {u"full_log"_s, QString(1'048'576, u'x')}});
    publish(engine, 18, 1);
    QVERIFY(client.awaitEvents(2));
    QCOMPARE(client.events[0][u"data"_s].toObject(), (QJsonObject{{u"id"_s, 17}, {u"truncated"_s, true}}));
    QCOMPARE(number(client.events[1]), 18);
}

void TestEvents::strangeAcknowledgementsDoNoHarm()
{
    Engine engine;
    engine.authoriser.grantAll();
    QVERIFY(engine.start());
    Client client(engine.path());
    client.hello();
    client.acknowledge(5); // nothing subscribed
    subscribe(client);
    publish(engine, 1, 3);
    QVERIFY(client.awaitEvents(3));
    for (const QJsonValue& seq : {QJsonValue(), QJsonValue(-1), QJsonValue(u"x"_s), QJsonValue(1e300),
                                  QJsonValue(0.5), QJsonValue(9007199254740992.0)})
        client.send(protocol::FrameKind::Acknowledgement, {{u"seq"_s, seq}});
    publish(engine, 4, 1);
    QVERIFY(client.awaitEvents(4));
    QVERIFY(client.isConnected());
}

QTEST_GUILESS_MAIN(TestEvents)
#include "tst_events.moc"
