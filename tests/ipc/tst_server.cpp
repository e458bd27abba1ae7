#include "tests/ipc/ipc_fixture.h"

#include <QJsonArray>
#include <QtEndian>

using namespace bartizan;
using namespace bartizan::test;
using bartizan::ipc::Request;
using bartizan::ipc::Responder;

namespace {

QString text(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

QJsonObject echo(const Request& request)
{
    return {{u"method"_s, request.method},
            {u"params"_s, request.params},
            {u"user"_s, qint64{request.peer.userId}}};
}

void answerEverything(ipc::Server& server)
{
    for (const auto& method : protocol::methods()) {
        if (method.name != "hello" && method.name != "events.subscribe")
            server.on(method.name, [](const Request& request, const Responder& respond) {
                respond.succeed(echo(request));
            });
    }
}

QByteArray header(quint32 length, char kind = 1)
{
    QByteArray bytes("BZTN\x01", 5);
    bytes.append(kind).append(4, '\0');
    qToLittleEndian(length, bytes.data() + 6);
    return bytes;
}

QByteArray rawRequest(const QByteArray& body)
{
    return header(static_cast<quint32>(body.size())) + body;
}

} // namespace

class TestServer : public QObject
{
    Q_OBJECT

private slots:
    void everyMethodTakesItsPermission_data();
    void everyMethodTakesItsPermission();
    void greaterWishesTakeMore();
    void refusalsAreAuditedOnceASecond();
    void methodsWithoutAHandlerAreUnsupported();
    void helloComesFirstAndOnce();
    void helloAgreesOnAVersion_data();
    void helloAgreesOnAVersion();
    void helloTellsWhatIsPossible();
    void whoSaysNothingIsSentAway();
    void brokenFramesEndTheConnection_data();
    void brokenFramesEndTheConnection();
    void brokenRequestsAreAnswered_data();
    void brokenRequestsAreAnswered();
    void bytesMayComeOneByOne();
    void connectionsAreCapped();
    void requestsAreRationed();
    void whoGoesOnAskingTooFastIsSentAway();
    void requestsInFlightAreCapped();
    void anAnswerMayComeLater();
    void aForgottenAnswerIsAnInternalError();
    void permissionMayComeLater();
    void anAnswerThatFitsInNoFrameIsTooLarge();
    void answersOutliveTheirClientAndServer();
    void stopSaysGoodbye();
};

void TestServer::everyMethodTakesItsPermission_data()
{
    QTest::addColumn<QString>("name");
    for (const auto& method : protocol::methods()) {
        if (method.name != "hello")
            QTest::newRow(std::string(method.name).c_str()) << text(method.name);
    }
}

void TestServer::everyMethodTakesItsPermission()
{
    QFETCH(QString, name);
    const auto method = protocol::findMethod(name.toStdString()).value();
    for (const auto granted : protocol::permissionClasses()) {
        Engine engine;
        answerEverything(*engine.server);
        engine.authoriser.granted = {granted};
        QVERIFY(engine.start());
        Client client(engine.path());
        QVERIFY(client.hello().contains(u"result"_s));
        const bool allowed = granted == method.permission;
        QCOMPARE(client.errorOf(name), allowed ? QString() : u"not_authorized"_s);
        QCOMPARE(engine.audited.size(), method.audited ? 1U : 0U);
        if (method.audited) {
            QCOMPARE(text(engine.audited[0].method.toStdString()), name);
            QCOMPARE(engine.audited[0].decision, allowed ? Permission::Granted : Permission::Denied);
            QCOMPARE(engine.audited[0].error, std::string(allowed ? "" : "not_authorized"));
            QCOMPARE(engine.audited[0].peer.userId, engine.user);
            QCOMPARE(engine.audited[0].time, engine.clock.time);
        }
    }
}

void TestServer::greaterWishesTakeMore()
{
    Engine engine;
    answerEverything(*engine.server);
    engine.authoriser.granted = {PermissionClass::Respond};
    QVERIFY(engine.start());
    Client client(engine.path());
    client.hello();
    QCOMPARE(client.errorOf(u"block.add"_s, {{u"seconds"_s, 60}}), QString());
    QCOMPARE(client.errorOf(u"block.add"_s, {{u"permanent"_s, true}}), u"not_authorized"_s);
    QCOMPARE(client.errorOf(u"pause"_s, {{u"seconds"_s, 900}}), QString());
    QCOMPARE(client.errorOf(u"pause"_s, {{u"seconds"_s, 901}}), u"not_authorized"_s);
}

void TestServer::refusalsAreAuditedOnceASecond()
{
    Engine engine;
    answerEverything(*engine.server);
    QVERIFY(engine.start());
    Client client(engine.path());
    client.hello();
    for (int i = 0; i < 5; ++i)
        QCOMPARE(client.errorOf(u"reload"_s), u"not_authorized"_s);
    QCOMPARE(engine.audited.size(), 1U);
    engine.user = 1001;
    Client other(engine.path());
    other.hello();
    other.call(u"reload"_s);
    QCOMPARE(engine.audited.size(), 2U);
    engine.clock.time += 1000;
    client.call(u"reload"_s);
    QCOMPARE(engine.audited.size(), 3U);
    // Granted calls are written down each time, failures too.
    engine.authoriser.grantAll();
    engine.server->on("reload", [](const Request&, const Responder& respond) {
        respond.fail({ErrorCode::NotFound, "no such thing", {}});
    });
    for (int i = 0; i < 3; ++i)
        QCOMPARE(client.errorOf(u"reload"_s), u"not_found"_s);
    QCOMPARE(engine.audited.size(), 6U);
    QCOMPARE(engine.audited.back().error, std::string("not_found"));
}

void TestServer::methodsWithoutAHandlerAreUnsupported()
{
    Engine engine;
    engine.authoriser.grantAll();
    QVERIFY(engine.start());
    Client client(engine.path());
    client.hello();
    QCOMPARE(client.errorOf(u"status"_s), u"unsupported"_s);
    QCOMPARE(client.errorOf(u"no.such.method"_s), u"unsupported"_s);
    QCOMPARE(client.errorOf(u"STATUS"_s), u"unsupported"_s);
    QCOMPARE(client.errorOf(QString(50000, u'x')), u"unsupported"_s);
}

void TestServer::helloComesFirstAndOnce()
{
    Engine engine;
    engine.authoriser.grantAll();
    answerEverything(*engine.server);
    QVERIFY(engine.start());
    Client client(engine.path());
    QCOMPARE(client.errorOf(u"status"_s), u"invalid_argument"_s);
    QVERIFY(client.hello().contains(u"result"_s));
    QCOMPARE(client.errorOf(u"status"_s), QString());
    QCOMPARE(client.hello()[u"error"_s][u"data"_s][u"code"_s].toString(), u"invalid_argument"_s);
}

void TestServer::helloAgreesOnAVersion_data()
{
    QTest::addColumn<QJsonObject>("params");
    QTest::addColumn<QString>("error");
    const auto range = [](const QJsonValue& min, const QJsonValue& max) {
        return QJsonObject{{u"protocol"_s, QJsonObject{{u"min"_s, min}, {u"max"_s, max}}}};
    };
    QTest::newRow("the same") << range(1, 1) << QString();
    QTest::newRow("older and newer too") << range(0, 7) << QString();
    QTest::newRow("only newer") << range(2, 3) << u"unsupported"_s;
    QTest::newRow("only older") << range(0, 0) << u"unsupported"_s;
    QTest::newRow("upside down") << range(3, 1) << u"invalid_argument"_s;
    QTest::newRow("half") << QJsonObject{{u"protocol"_s, QJsonObject{{u"min"_s, 1}}}}
                          << u"invalid_argument"_s;
    QTest::newRow("a number") << QJsonObject{{u"protocol"_s, 1}} << u"invalid_argument"_s;
    QTest::newRow("text") << range(u"1"_s, u"1"_s) << u"invalid_argument"_s;
    QTest::newRow("negative") << range(-1, 1) << u"invalid_argument"_s;
    QTest::newRow("fractions") << range(0.5, 1.5) << u"invalid_argument"_s;
    QTest::newRow("beyond numbers") << range(1, 1e300) << u"invalid_argument"_s;
    QTest::newRow("nothing") << QJsonObject{} << u"invalid_argument"_s;
}

void TestServer::helloAgreesOnAVersion()
{
    QFETCH(QJsonObject, params);
    QFETCH(QString, error);
    Engine engine;
    QVERIFY(engine.start());
    Client client(engine.path());
    const QJsonObject answer = client.call(u"hello"_s, params);
    QCOMPARE(answer[u"error"_s][u"data"_s][u"code"_s].toString(), error);
    if (error == "unsupported"_L1) {
        QCOMPARE(answer[u"error"_s][u"data"_s][u"protocol"_s][u"min"_s].toInt(), protocol::kVersion);
        QCOMPARE(answer[u"error"_s][u"data"_s][u"protocol"_s][u"max"_s].toInt(), protocol::kVersion);
    }
    // A second try with other words is welcome.
    QCOMPARE(client.hello().contains(u"result"_s), !error.isEmpty());
}

void TestServer::helloTellsWhatIsPossible()
{
    Engine engine;
    engine.authoriser.granted = {PermissionClass::Observe, PermissionClass::History};
    engine.server->on("why", [](const Request&, const Responder&) {});
    QVERIFY(engine.start());
    Client client(engine.path());
    const QJsonObject result = client.hello()[u"result"_s].toObject();
    QCOMPARE(result[u"protocol"_s].toInt(), 1);
    QCOMPARE(result[u"engine_version"_s].toString(), u"9.9.9"_s);
    QCOMPARE(result[u"permissions"_s].toArray(), (QJsonArray{u"observe"_s, u"history"_s}));
    QCOMPARE(result[u"capabilities"_s].toArray(), (QJsonArray{u"hello"_s, u"events.subscribe"_s, u"why"_s}));
}

void TestServer::whoSaysNothingIsSentAway()
{
    Engine engine({.helloTimeout = std::chrono::milliseconds(150)});
    QVERIFY(engine.start());
    Client silent(engine.path());
    Client slow(engine.path());
    Client greeted(engine.path());
    greeted.hello();
    slow.socket.write(header(30).left(3));
    QCOMPARE(silent.farewell(), u"hello_timeout"_s);
    QCOMPARE(slow.farewell(), u"hello_timeout"_s);
    QVERIFY(greeted.isConnected());
    QVERIFY(waitFor([&] { return engine.server->connectionCount() == 1; }));
}

void TestServer::brokenFramesEndTheConnection_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("afterHello");
    for (const bool after : {false, true}) {
        const auto row = [after](const char* name, const QByteArray& bytes) {
            QTest::addRow("%s, %s hello", name, after ? "after" : "before") << bytes << after;
        };
        row("another protocol", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        row("too large", header(protocol::kMaxBody + 1));
        row("huge", header(0xffffffffU));
        row("kind 9", header(2, 9) + "{}");
        row("nested too deeply", rawRequest(QByteArray(40, '[') + QByteArray(40, ']')));
        row("not an object", rawRequest("[1]"));
        row("not JSON", rawRequest("{]"));
        row("a response", header(2, 2) + "{}");
        row("an event", header(2, 3) + "{}");
    }
    QTest::newRow("larger than before hello") << header(protocol::kMaxBodyBeforeHello + 1) << false;
    QTest::newRow("acknowledgement before hello") << header(9, 4) + "{\"seq\":1}" << false;
}

void TestServer::brokenFramesEndTheConnection()
{
    QFETCH(QByteArray, bytes);
    QFETCH(bool, afterHello);
    Engine engine;
    answerEverything(*engine.server);
    engine.authoriser.grantAll();
    QVERIFY(engine.start());
    Client bystander(engine.path());
    bystander.hello();
    Client client(engine.path());
    if (afterHello)
        client.hello();
    client.socket.write(bytes + "what follows is not read");
    QCOMPARE(client.farewell(), u"bad_frame"_s);
    QCOMPARE(bystander.errorOf(u"status"_s), QString());
    QVERIFY(waitFor([&] { return engine.server->connectionCount() == 1; }));
}

void TestServer::brokenRequestsAreAnswered_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("nothing") << QByteArray("{}");
    QTest::newRow("JSON-RPC 1") << QByteArray(R"({"jsonrpc":"1.0","id":1,"method":"status"})");
    QTest::newRow("no id") << QByteArray(R"({"jsonrpc":"2.0","method":"status"})");
    QTest::newRow("id null") << QByteArray(R"({"jsonrpc":"2.0","id":null,"method":"status"})");
    QTest::newRow("id an object") << QByteArray(R"({"jsonrpc":"2.0","id":{},"method":"status"})");
    QTest::newRow("no method") << QByteArray(R"({"jsonrpc":"2.0","id":1})");
    QTest::newRow("method a number") << QByteArray(R"({"jsonrpc":"2.0","id":1,"method":7})");
    QTest::newRow("params a list") << QByteArray(
        R"({"jsonrpc":"2.0","id":1,"method":"status","params":[1]})");
    QTest::newRow("params null") << QByteArray(R"({"jsonrpc":"2.0","id":1,"method":"status","params":null})");
}

void TestServer::brokenRequestsAreAnswered()
{
    QFETCH(QByteArray, body);
    Engine engine;
    answerEverything(*engine.server);
    engine.authoriser.grantAll();
    QVERIFY(engine.start());
    Client client(engine.path());
    client.hello();
    client.socket.write(rawRequest(body));
    QVERIFY(waitFor([&] { return !client.strays.isEmpty(); }));
    QCOMPARE(client.strays[0][u"error"_s][u"data"_s][u"code"_s].toString(), u"invalid_argument"_s);
    QVERIFY(client.strays[0][u"id"_s].isNull());
    QCOMPARE(client.errorOf(u"status"_s), QString());
}

void TestServer::bytesMayComeOneByOne()
{
    Engine engine;
    QVERIFY(engine.start());
    Client client(engine.path());
    const QByteArray bytes =
        rawRequest(R"({"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":{"min":1,"max":1}}})");
    for (const char byte : bytes) {
        client.socket.write(&byte, 1);
        client.socket.flush();
        QCoreApplication::processEvents();
    }
    QVERIFY(client.await(1).contains(u"result"_s));
}

void TestServer::connectionsAreCapped()
{
    Engine engine({.connections = 5, .connectionsPerUser = 3});
    QVERIFY(engine.start());
    std::vector<std::unique_ptr<Client>> clients;
    const auto connectAs = [&](std::uint32_t user) {
        engine.user = user;
        clients.push_back(std::make_unique<Client>(engine.path()));
        return clients.back()->hello().contains(u"result"_s);
    };
    for (int i = 0; i < 3; ++i)
        QVERIFY(connectAs(1000));
    QVERIFY(!connectAs(1000));
    QCOMPARE(clients.back()->farewell(), u"too_many_connections"_s);
    QVERIFY(connectAs(1001));
    QVERIFY(connectAs(1001));
    QVERIFY(!connectAs(1002));
    QCOMPARE(clients.back()->farewell(), u"too_many_connections"_s);
    QCOMPARE(engine.server->connectionCount(), 5);
    clients.front()->socket.abort();
    QVERIFY(waitFor([&] { return engine.server->connectionCount() == 4; }));
    QVERIFY(connectAs(1002));
}

void TestServer::requestsAreRationed()
{
    Engine engine({.requestsPerSecond = 10});
    answerEverything(*engine.server);
    engine.authoriser.grantAll();
    QVERIFY(engine.start());
    Client client(engine.path());
    client.hello();
    for (int i = 0; i < 9; ++i)
        QCOMPARE(client.errorOf(u"status"_s), QString());
    QCOMPARE(client.errorOf(u"status"_s), u"busy"_s);
    // A second connection of the same user has no ration of its own; another user has.
    Client second(engine.path());
    QCOMPARE(second.hello()[u"error"_s][u"data"_s][u"code"_s].toString(), u"busy"_s);
    engine.user = 1001;
    Client other(engine.path());
    QVERIFY(other.hello().contains(u"result"_s));

    engine.clock.time += 200;
    QCOMPARE(client.errorOf(u"status"_s), QString());
    QCOMPARE(client.errorOf(u"status"_s), QString());
    QCOMPARE(client.errorOf(u"status"_s), u"busy"_s);
    engine.clock.time -= 3'600'000; // set back by a person
    QCOMPARE(client.errorOf(u"status"_s), u"busy"_s);
    engine.clock.time += 100;
    QCOMPARE(client.errorOf(u"status"_s), QString());
}

void TestServer::whoGoesOnAskingTooFastIsSentAway()
{
    Engine engine({.requestsPerSecond = 3, .refusalsInARow = 5});
    answerEverything(*engine.server);
    engine.authoriser.grantAll();
    QVERIFY(engine.start());
    Client client(engine.path());
    client.hello();
    client.call(u"status"_s);
    client.call(u"status"_s);
    for (int i = 0; i < 5; ++i)
        QCOMPARE(client.errorOf(u"status"_s), u"busy"_s);
    engine.clock.time += 1000;
    QCOMPARE(client.errorOf(u"status"_s), QString()); // counted anew
    engine.clock.time -= 1000;
    for (int i = 0; i < 2; ++i)
        client.call(u"status"_s);
    for (int i = 0; i < 6; ++i)
        client.socket.write(rawRequest("{}")); // nonsense counts as well
    QCOMPARE(client.farewell(), u"too_many_requests"_s);
}

void TestServer::requestsInFlightAreCapped()
{
    Engine engine({.inFlightPerUser = 4});
    engine.authoriser.grantAll();
    std::vector<Responder> waiting;
    engine.server->on("status",
                      [&](const Request&, const Responder& respond) { waiting.push_back(respond); });
    QVERIFY(engine.start());
    Client client(engine.path());
    client.hello();
    std::vector<int> posted;
    for (int i = 0; i < 4; ++i)
        posted.push_back(client.post(u"status"_s));
    QVERIFY(waitFor([&] { return waiting.size() == 4; }));
    QCOMPARE(client.errorOf(u"status"_s), u"busy"_s);
    waiting[2].succeed();
    QVERIFY(client.await(posted[2]).contains(u"result"_s));
    waiting[2].fail({ErrorCode::Internal, "answered already", {}});
    posted.push_back(client.post(u"status"_s));
    QVERIFY(waitFor([&] { return waiting.size() == 5; }));
    QVERIFY(!client.responses.contains(posted.back()));
}

void TestServer::anAnswerMayComeLater()
{
    Engine engine;
    engine.authoriser.grantAll();
    std::map<QString, Responder> waiting;
    engine.server->on("why", [&](const Request& request, const Responder& respond) {
        waiting.emplace(request.params[u"address"_s].toString(), respond);
    });
    QVERIFY(engine.start());
    Client client(engine.path());
    client.hello();
    const int first = client.post(u"why"_s, {{u"address"_s, u"a"_s}});
    const int second = client.post(u"why"_s, {{u"address"_s, u"b"_s}});
    QVERIFY(waitFor([&] { return waiting.size() == 2; }));
    waiting.at(u"b"_s).succeed({{u"n"_s, 2}});
    waiting.at(u"a"_s).fail({ErrorCode::Refused, "no", "Ask nicely."}, {{u"guard"_s, u"loopback"_s}});
    QCOMPARE(client.await(second)[u"result"_s][u"n"_s].toInt(), 2);
    const QJsonObject error = client.await(first)[u"error"_s].toObject();
    QCOMPARE(
        error[u"data"_s].toObject(),
        (QJsonObject{{u"code"_s, u"refused"_s}, {u"cure"_s, u"Ask nicely."_s}, {u"guard"_s, u"loopback"_s}}));
    QCOMPARE(error[u"message"_s].toString(), u"no"_s);
}

void TestServer::aForgottenAnswerIsAnInternalError()
{
    Engine engine;
    engine.authoriser.grantAll();
    engine.server->on("reload", [](const Request&, const Responder&) {});
    QVERIFY(engine.start());
    Client client(engine.path());
    client.hello();
    QCOMPARE(client.errorOf(u"reload"_s), u"internal"_s);
    QCOMPARE(engine.audited.back().error, std::string("internal"));
}

void TestServer::permissionMayComeLater()
{
    Engine engine;
    answerEverything(*engine.server);
    QVERIFY(engine.start());
    Client client(engine.path());
    engine.authoriser.grantAll();
    engine.authoriser.later = true;
    const int hello = client.post(u"hello"_s, {{u"protocol"_s, QJsonObject{{u"min"_s, 1}, {u"max"_s, 1}}}});
    QVERIFY(waitFor([&] { return engine.authoriser.waiting.size() == 5; }));
    engine.authoriser.answerWaiting();
    QVERIFY(client.await(hello).contains(u"result"_s));
    const int reload = client.post(u"reload"_s);
    QVERIFY(waitFor([&] { return engine.authoriser.waiting.size() == 1; }));
    QVERIFY(engine.audited.empty());
    engine.authoriser.answerWaiting();
    QVERIFY(client.await(reload).contains(u"result"_s));

    // The one who asked left while the question stood.
    client.post(u"reload"_s);
    client.post(u"events.subscribe"_s);
    QVERIFY(waitFor([&] { return engine.authoriser.waiting.size() == 2; }));
    client.socket.abort();
    QVERIFY(waitFor([&] { return engine.server->connectionCount() == 0; }));
    engine.authoriser.answerWaiting();
    QCOMPARE(engine.audited.size(), 2U);
}

void TestServer::anAnswerThatFitsInNoFrameIsTooLarge()
{
    Engine engine;
    engine.authoriser.grantAll();
    engine.server->on("alerts.list", [](const Request& request, const Responder& respond) {
        respond.succeed({{u"text"_s, QString(request.params[u"size"_s].toInt(), u'x')}});
    });
    QVERIFY(engine.start());
    Client client(engine.path());
    client.hello();
    QCOMPARE(client.errorOf(u"alerts.list"_s, {{u"size"_s, 1'000'000}}), QString());
    QCOMPARE(client.errorOf(u"alerts.list"_s, {{u"size"_s, 1'048'576}}), u"too_large"_s);
    QVERIFY(client.isConnected());
}

void TestServer::answersOutliveTheirClientAndServer()
{
    Engine engine;
    engine.authoriser.grantAll();
    std::vector<Responder> waiting;
    engine.server->on("reload",
                      [&](const Request&, const Responder& respond) { waiting.push_back(respond); });
    QVERIFY(engine.start());
    Client client(engine.path());
    client.hello();
    client.post(u"reload"_s);
    client.post(u"reload"_s);
    QVERIFY(waitFor([&] { return waiting.size() == 2; }));
    client.socket.abort();
    QVERIFY(waitFor([&] { return engine.server->connectionCount() == 0; }));
    waiting[0].succeed();
    QCOMPARE(engine.audited.size(), 1U); // it was done, whoever still listens
    engine.server.reset();
    waiting[1].succeed();
    waiting.clear();
    QCOMPARE(engine.audited.size(), 1U);
}

void TestServer::stopSaysGoodbye()
{
    Engine engine;
    QVERIFY(engine.start());
    Client client(engine.path());
    Client greeted(engine.path());
    greeted.hello();
    engine.server->stop();
    QCOMPARE(client.farewell(), u"shutting_down"_s);
    QCOMPARE(greeted.farewell(), u"shutting_down"_s);
    QVERIFY(!QFile::exists(engine.path()));
    QVERIFY(waitFor([&] { return engine.server->connectionCount() == 0; }));
    QVERIFY(engine.start());
    Client again(engine.path());
    QVERIFY(again.hello().contains(u"result"_s));
}

QTEST_GUILESS_MAIN(TestServer)
#include "tst_server.moc"
