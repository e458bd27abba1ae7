// The program itself, in a process of its own, against a server with made-up answers.
#include "tests/ipc/ipc_fixture.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTimer>

#include <sys/stat.h>

using namespace bartizan;
using namespace bartizan::test;
using bartizan::ipc::Request;
using bartizan::ipc::Responder;

class TestBartizanctl : public QObject
{
    Q_OBJECT

private slots:
    void wrongUsageIsExplained_data();
    void wrongUsageIsExplained();
    void commandsAskTheEngineAndTell_data();
    void commandsAskTheEngineAndTell();
    void errorsAreToldWithTheirCure();
    void refusalNamesThePermission();
    void withoutAnEngineItSaysHowToStartIt();
    void anImpostorIsNotTalkedTo();
    void anotherProtocolIsNamed();
    void anEngineThatEndsTheConnectionIsNotWaitedFor();
    void aBusyEngineIsAskedAgain();
    void alertsAreCollectedInSteps();
    void helpKnowsEveryCommand();
    void importTakesAnInstallationOver();
    void watchShowsEventsAndComesBack();
    void watchWithoutAnEngineFails();
};

namespace {

struct Outcome
{
    int exitCode = -1;
    QString out;
    QString errors;
};

class Program
{
public:
    explicit Program(const QStringList& words)
    {
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"TZ"_s, u"UTC"_s);
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral(BARTIZAN_BIN_DIR "/bartizanctl"), words);
    }
    Outcome finish()
    {
        waitFor([&] { return process.state() == QProcess::NotRunning; }, 15000);
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                QString::fromUtf8(process.readAllStandardOutput()),
                QString::fromUtf8(process.readAllStandardError())};
    }
    QProcess process;
};

Outcome run(const QStringList& words)
{
    return Program(words).finish();
}

QJsonObject parsed(const QString& json)
{
    QJsonParseError error;
    const auto document = QJsonDocument::fromJson(json.toUtf8(), &error);
    return error.error == QJsonParseError::NoError ? document.object() : QJsonObject{{u"not JSON"_s, json}};
}

QJsonObject object(const char* json)
{
    return parsed(QString::fromUtf8(json));
}

const char* const kAlert =
    R"({"id": 17, "time": "2026-11-24T07:08:09.123Z", "last_time": "2026-11-24T07:08:30.000Z",
    "count": 3, "rule": {"id": "5712", "level": 10, "description": "brute force", "groups": []}, "srcip": "198.51.100.7",
    "location": "/var/log/auth.log", "full_log": "Failed \u001b[2J\u202epassword", "last_log": "Failed again"})";
const char* const kBlock = R"({"id": 4, "address": "198.51.100.7", "state": "active", "origin": "rule",
    "rule": {"id": "5712", "level": 10, "description": "brute force"}, "created": "2026-11-24T07:08:09.123Z",
    "remaining": 598, "permanent": false, "backend": "nftables"})";
const char* const kStatus = R"({"version": "0.1.0", "pid": 812, "started": "2026-11-24T07:08:09.123Z",
    "state": "degraded", "mode": "respond", "paused_until": null,
    "problems": [{"severity": "error", "component": "source", "file": "/var/log/auth.log", "line": 0, "column": 0,
                  "message": "permission denied", "cure": "Add the engine's user to the group adm."}],
    "firewall": {"backend": "nftables", "ready": true, "error": null},
    "ruleset": {"rules": 1200, "decoders": 40, "lists": 1, "list_entries": 5000},
    "sources": [{"path": "/var/log/auth.log", "state": "denied", "detail": "", "lines": 120, "bytes": 11000,
                 "last_line_at": null}],
    "counters": {"lines": 120, "alerts": 3, "active_blocks": 1, "blocks": 1, "refused": 0, "failed": 0},
    "correlation": {"events": 812, "bytes": 290304, "limit": 67108864, "evicted": 4100},
    "store": {"path": "/var/lib/bartizan/history.db", "bytes": 40960, "alerts": 3, "waiting": 0,
              "not_indexed": 1234, "condensed": 5, "dropped": 0, "error": null}})";

} // namespace

void TestBartizanctl::wrongUsageIsExplained_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* line, const char* message) {
        QTest::newRow(line) << QString::fromUtf8(line) << QString::fromUtf8(message);
    };
    row("", "no command");
    row("frobnicate", "no command 'frobnicate'");
    row("--socket", "--socket needs a value");
    row("status --config", "--config needs a value");
    row("--socket= status", "--socket needs a value");
    row("status now", "takes no arguments");
    row("alerts 192.0.2.1", "options only");
    row("alerts --limit", "--limit needs a value");
    row("alerts --limit 0", "from 1 to 1000");
    row("alerts --limit 1001", "from 1 to 1000");
    row("alerts --limit -5", "from 1 to 1000");
    row("alerts --limit many", "from 1 to 1000");
    row("alerts --level 17", "from 0 to 16");
    row("alerts --rule sshd", "number of a rule");
    row("alerts --address 192.0.2.0/24", "not an address");
    row("alerts --limit 5 --limit 6", "given twice");
    row("alerts --wide", "unknown option --wide");
    row("blocks 192.0.2.1", "why ADDR");
    row("blocks --all=yes", "takes no value");
    row("block", "name one address");
    row("block 192.0.2.1 192.0.2.2", "name one address");
    row("block 192.0.2", "neither an address nor a network");
    row("block 192.0.2.1/33", "neither an address nor a network");
    row("block ::g", "neither an address nor a network");
    row("block 192.0.2.1 --for", "--for needs a value");
    row("block 192.0.2.1 --for soon", "not a duration");
    row("block 192.0.2.1 --for 0", "not a duration");
    row("block 192.0.2.1 --for 5m3h", "not a duration");
    row("block 192.0.2.1 --for 99999999999999999999", "not a duration");
    row("block 192.0.2.1 --for 10m --permanent", "exclude each other");
    row("unblock", "or say --all");
    row("unblock --all 192.0.2.1", "or say --all");
    row("unblock 192.0.2.1 everything", "'everything' is neither");
    row("allow", "name one address");
    row("allow --list 192.0.2.1", "stands alone");
    row("allow --list --remove", "stands alone");
    row("allow --remove", "name one address");
    row("allow --remove 192.0.2.1 --reason x", "takes no reason");
    row("allow example.org", "neither an address nor a network");
    row("why", "name one address");
    row("why 192.0.2.0/24", "not an address");
    row("why --verbose 192.0.2.1", "unknown option --verbose");
    row("lists frobnicate", "unknown: frobnicate");
    row("lists remove", "name the list");
    row("lists add", "name the list");
    row("lists add bad --from https://a.example/ 192.0.2.1", "can't be added to what is subscribed to");
    row("lists add mine 192.0.2.1 --for ever", "not a duration");
    row("lists add mine", "name the entries of mine");
    row("lists add mine 192.0.2.1 --use block", "bartizanctl lists set mine");
    row("lists add mine 192.0.2.1 --every 1d", "--every goes with --from");
    row("lists add bad --from https://a.example/ --note noisy", "--note is for entries of your own");
    row("lists set bad", "say what is to change");
    row("lists set bad --dry-run --in-force", "exclude each other");
    row("lists catalogue drop", "takes no arguments");
    row("lists set bad --every now", "not a duration");
    row("lists lookup", "name one address, domain or hash");
    row("lists show", "name one list");
    row("lists import mine", "name the list and one file");
    row("reload rules", "takes no arguments");
    row("pause", "for how long");
    row("pause a-while", "not a duration");
    row("pause 1h30", "not a duration");
    row("resume now", "takes no arguments");
    row("watch everything", "takes no arguments");
    row("firewall", "teardown");
    row("firewall setup", "teardown");
    row("firewall teardown now", "teardown");
    row("firewall teardown --hard", "unknown option --hard");
    row("replay", "");
    row("logtest --as somebody", "");
    row("check --ruleset", "");
    row("import", "");
    row("lists preview", "");
    row("lists preview a b", "");
    row("import a b", "");
    row("version 2", "takes no arguments");
    row("help frobnicate", "no command 'frobnicate'");
}

void TestBartizanctl::wrongUsageIsExplained()
{
    QFETCH(QString, line);
    QFETCH(QString, message);
    const QStringList words = line.split(u' ', Qt::SkipEmptyParts);
    const Outcome plain = run(words);
    QCOMPARE(plain.exitCode, 2);
    QCOMPARE(plain.out, QString());
    QVERIFY2(plain.errors.contains(message), qPrintable(plain.errors));
    QVERIFY2(plain.errors.contains("sage: "_L1), qPrintable(plain.errors));

    if (message.isEmpty())
        return; // the offline commands answer for themselves
    const Outcome json = run(QStringList{u"--json"_s} + words);
    QCOMPARE(json.exitCode, 2);
    const QJsonObject error = parsed(json.out)[u"error"_s].toObject();
    QCOMPARE(error[u"code"_s].toString(), u"usage"_s);
    QVERIFY(error[u"message"_s].toString().contains(message));
}

void TestBartizanctl::commandsAskTheEngineAndTell_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("method");
    QTest::addColumn<QJsonObject>("params");
    QTest::addColumn<QJsonObject>("result");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QStringList>("shown"); // patterns, all of which are in the text for people
    const auto row = [](const char* line, const char* method, const QByteArray& params,
                        const QByteArray& result, int exitCode, const QStringList& shown) {
        QTest::newRow(line) << QString::fromUtf8(line) << QString::fromUtf8(method)
                            << object(params.constData()) << object(result.constData()) << exitCode << shown;
    };
    const QByteArray alert = kAlert;
    const QByteArray block = kBlock;
    const auto changed = [&](const char* from, const char* to) {
        return QByteArray("{\"block\":" + QByteArray(block).replace(from, to) + '}');
    };
    row("status", "status", "{}", kStatus, 0,
        {u"Bartizan 0.1.0: degraded"_s, u"1,200 rules, 40 decoders, 1 list with 5,000 entries"_s,
         u"nftables, ready"_s, u"1,234 to be indexed for searching, 5 counted without their source"_s,
         u"/var/log/auth.log  denied    120"_s,
         u"error  /var/log/auth.log: permission denied\\n +Add the engine's user"_s});
    row("alerts --limit 5 --level 7 --rule 5712 --address 2001:DB8::7 --search=pass", "alerts.list",
        R"({"limit":5,"min_level":7,"rule_id":"5712","address":"2001:db8::7","search":"pass"})",
        "{\"alerts\":[" + alert + "],\"more\":false}", 0,
        {u"^TIME +COUNT +LEVEL +RULE +ADDRESS +DESCRIPTION\\n"_s,
         u"2026-11-24 07:08:30 +3 +10 +5712 +198\\.51\\.100\\.7 +brute force\\n$"_s});
    row("alerts", "alerts.list", R"({"limit":20})", R"({"alerts":[],"more":false})", 0, {u"^No alerts"_s});
    row("blocks", "blocks.list", R"({"active":true,"limit":1000})",
        "{\"blocks\":[" + block + "],\"more\":false}", 0,
        {u"198\\.51\\.100\\.7  active, 9m 58s left  2026-11-24 07:08:09  5712: brute force\\n"_s});
    row("blocks --all", "blocks.list", R"({"active":false,"limit":100})", R"({"blocks":[],"more":false})", 0,
        {u"Nothing was ever blocked"_s});
    row("block 198.51.100.7", "block.add", R"({"address":"198.51.100.7"})", "{\"block\":" + block + "}", 0,
        {u"^Blocked: 198\\.51\\.100\\.7 for 9m 58s\\.\\n$"_s});
    row("block 198.51.100.7/24 --for 1h30m --reason spam", "block.add",
        R"({"address":"198.51.100.0/24","seconds":5400,"reason":"spam"})", "{\"block\":" + block + "}", 0,
        {});
    row("block --permanent -- 2001:DB8:0::1", "block.add", R"({"address":"2001:db8::1","permanent":true})",
        changed("\"permanent\": false", "\"permanent\": true"), 0, {u"until it is unblocked"_s});
    row("block 192.0.2.1 --for 90", "block.add", R"({"address":"192.0.2.1","seconds":90})",
        changed("\"active\"", "\"failed\", \"error\": \"no table\""), 1, {u"Not blocked: .*no table"_s});
    row("block 192.0.2.1 --for=1d", "block.add", R"({"address":"192.0.2.1","seconds":86400})",
        changed("\"active\"", "\"observed\""), 0, {u"only observes"_s});
    row("unblock 198.51.100.7 2001:db8::/32", "block.remove",
        R"({"addresses":["198.51.100.7","2001:db8::/32"]})",
        R"({"released":["198.51.100.7","2001:db8::/32"],"not_found":[]})", 0,
        {u"^Unblocked: 198\\.51\\.100\\.7, 2001:db8::/32\\n$"_s});
    row("unblock 192.0.2.9", "block.remove", R"({"addresses":["192.0.2.9"]})",
        R"({"released":[],"not_found":["192.0.2.9"]})", 1, {u"^Was not blocked: 192\\.0\\.2\\.9\\n$"_s});
    row("unblock --all", "block.remove", R"({"all":true})", R"({"released":[],"not_found":[]})", 0,
        {u"Nothing was blocked"_s});
    row("allow 192.0.2.7 --reason office", "allow.add", R"({"address":"192.0.2.7","reason":"office"})",
        R"({"address":"192.0.2.7","released":["192.0.2.7"]})", 0,
        {u"Never to be blocked: 192\\.0\\.2\\.7"_s, u"Unblocked: 192\\.0\\.2\\.7"_s});
    row("allow --remove 192.0.2.7", "allow.remove", R"({"address":"192.0.2.7"})", "{}", 0,
        {u"No longer on"_s});
    row("allow --list", "allow.list", "{}",
        R"({"allowed":[{"address":"192.0.2.7","reason":"office","created":"2026-11-24T07:08:09Z","created_by":"anna","fixed":false},
                       {"address":"192.0.2.1","reason":"gateway","created":null,"created_by":"","fixed":true}]})",
        0,
        {u"192\\.0\\.2\\.7  office   anna          2026-11-24 07:08:09\\n"_s,
         u"gateway  this machine  -\\n"_s});
    row("why 198.51.100.7", "why", R"({"address":"198.51.100.7"})",
        R"({"address":"198.51.100.7","verdict":"blocked","text":"It is blocked.","guard":null,"lists":["bad"],"blocks":[)" +
            block + "],\"alerts\":[" + alert + "]}",
        0,
        {u"^It is blocked\\.\\n"_s, u"On the lists: bad"_s,
         u"rule 5712 \\(level 10\\): brute force, 3 times"_s,
         // A log line can neither steer the terminal nor turn the text around.
         u"/var/log/auth\\.log: Failed \ufffd\\[2J\ufffdpassword\\n"_s, u"active, 9m 58s left"_s});
    row("lists", "lists", "{}",
        R"({"lists":[{"name":"bad","kind":"subscription","url":"https://lists.example/\u001b[2J","use":"block","traffic":"both",
                      "dry_run":false,"entries":5000,"updated":"2026-11-24T07:08:09Z","firewall":{"state":"in_force"},"held":null},
                     {"name":"mine","kind":"file","use":"tag","entries":2,"updated":null,"firewall":null,"held":null},
                     {"name":"big","kind":"subscription","use":"tag","entries":9,"held":{"question":"Take it?\u001b[2J"}}]})",
        0,
        {u"bad +5,000  block both  https://lists\\.example/\ufffd\\[2J  2026-11-24 07:08:09  in force\n"_s,
         u"mine +2  tag +file +- +-\n"_s,
         u"\nbig: Take it\\?\ufffd\\[2J\n +bartizanctl lists accept big +bartizanctl lists reject big\n$"_s});
    row("lists update", "lists.update", "{}", "{}", 0, {u"Being downloaded"_s});
    row("lists update bad", "lists.update", R"({"name":"bad"})", "{}", 0, {u"Being downloaded"_s});
    row("lists lookup 203.0.113.7", "lists.lookup", R"({"text":"203.0.113.7"})",
        R"({"text":"203.0.113.7","verdict":"dropped","outcome":"New connections from it are dropped: the list bad blocks it.",
            "lists":[{"name":"bad","use":"block","traffic":"inbound","since":"2026-11-24T07:08:09Z","since_at_least":true,"value":"spam"}]})",
        0,
        {u"^203\\.0\\.113\\.7: New connections from it are dropped"_s,
         u"bad   block  2026-11-24 07:08:09 or before  spam\n"_s});
    row("lists add mine 192.0.2.1 192.0.2.2 --note noisy --for 1d", "lists.edit",
        R"({"name":"mine","add":[{"entry":"192.0.2.1","note":"noisy","seconds":86400},{"entry":"192.0.2.2","note":"noisy","seconds":86400}]})",
        R"({"added":2,"changed":0,"removed":0,"problems":[],"overlap_count":3,"overlaps":[
            {"entry":"192.0.2.1","relation":"covered_by","other":"192.0.2.0/24","list":""},{"entry":"192.0.2.2","relation":"touches","other":"","list":"bad"}]})",
        0,
        {u"^note: 192\\.0\\.2\\.1 is covered by 192\\.0\\.2\\.0/24\n"_s,
         u"192\\.0\\.2\\.2 overlaps the list bad\n"_s, u"and 1 overlaps more\n"_s,
         u"Entries: 2 added\\.\n$"_s});
    row("lists remove mine 192.0.2.1", "lists.edit", R"({"name":"mine","remove":["192.0.2.1"]})",
        R"({"added":0,"changed":0,"removed":0,"problems":[{"severity":"error","message":"it is not on the list","cure":"look","line":1}]})",
        1, {u"it is not on the list"_s, u"Nothing changed"_s});
    row("lists remove mine", "lists.remove", R"({"name":"mine"})", R"({"can_be_undone":true})", 0,
        {u"lists undo mine"_s});
    row("lists set bad --use block --dry-run --every 6h", "lists.set",
        R"({"name":"bad","use":"block","dry_run":true,"interval_minutes":360})",
        R"({"list":{"name":"bad","use":"block","traffic":"inbound"}})", 0, {u"^Changed: bad"_s});
    row("lists accept bad", "lists.accept", R"({"name":"bad"})", "{}", 0, {u"being put in force"_s});
    row("lists reject bad", "lists.reject", R"({"name":"bad"})", "{}", 0, {u"stays as it was"_s});
    row("lists dry-run bad", "lists.dry_run", R"({"name":"bad"})",
        R"({"name":"bad","logins":{"looked_at":1000,"would_block":3,"addresses":1,
            "examples":[{"address":"192.0.2.7","last_time":"2026-11-24T07:08:09Z","description":"logged in"}]},
            "alerts":{"looked_at":0,"would_block":0,"addresses":0,"examples":[]}})",
        0,
        {u"Of your last 1,000 successful logins it would have stopped 3, from 1 address\\."_s,
         u"192\\.0\\.2\\.7  2026"_s, u"level 5 and more it would have stopped 0, from 0 addresses\\."_s});
    row("lists show bad", "lists.entries", R"({"name":"bad"})",
        R"({"list":{"name":"bad","kind":"subscription","url":"https://lists.example/","use":"tag","entries":2},
            "total":2,"entries":[{"entry":"192.0.2.7"}]})",
        0, {u"\nENTRY\n192\\.0\\.2\\.7\n1 of 2 entries; --offset and --limit show others\\.\n$"_s});
    row("lists show mine --filter x", "lists.entries", R"({"name":"mine","filter":"x"})",
        R"({"list":{"name":"mine","kind":"file","use":"tag","entries":2},"total":0,"entries":[]})", 0,
        {u"No entry to show\\.\n$"_s});
    row("reload", "reload", "{}",
        R"({"problems":[{"severity":"warning","file":"a.xml","line":3,"column":7,"message":"odd","cure":""}],"ruleset":{"rules":1,"decoders":2,"lists":0}})",
        0, {u"warning  a\\.xml:3:7: odd\\n"_s, u"Reloaded: 1 rule, 2 decoders, 0 lists\\."_s});
    row("reload ", "reload", "{}",
        R"({"problems":[{"severity":"error","file":"a.xml","line":3,"message":"broken","cure":"mend it"}],"ruleset":{}})",
        1, {u"error  a\\.xml:3: broken\\n +mend it\\n"_s, u"not all of it"_s});
    row("pause 15m", "pause", R"({"seconds":900})", R"({"paused_until":"2026-11-24T07:08:09Z"})", 0,
        {u"Paused until 2026-11-24 07:08:09"_s});
    row("resume", "resume", "{}", "{}", 0, {u"No longer paused"_s});
}

void TestBartizanctl::commandsAskTheEngineAndTell()
{
    QFETCH(QString, line);
    QFETCH(QString, method);
    QFETCH(QJsonObject, params);
    QFETCH(QJsonObject, result);
    QFETCH(int, exitCode);
    QFETCH(QStringList, shown);
    Engine engine;
    engine.authoriser.grantAll();
    QJsonObject asked;
    engine.server->on(method.toStdString(), [&](const Request& request, const Responder& respond) {
        asked = request.params;
        respond.succeed(result);
    });
    QVERIFY(engine.start());
    const QStringList words = line.split(u' ', Qt::SkipEmptyParts);

    const Outcome plain = run(QStringList{u"--socket"_s, engine.path()} + words);
    QCOMPARE(plain.errors, QString());
    QCOMPARE(plain.exitCode, exitCode);
    QCOMPARE(asked, params);
    for (const QString& pattern : shown)
        QVERIFY2(QRegularExpression(pattern).match(plain.out).hasMatch(), qPrintable(plain.out));
    QVERIFY(!plain.out.contains(u'\x1b'));

    QStringList global = words;
    global.insert(global.indexOf(u"--"_s) >= 0 ? 1 : global.size(), u"--json"_s);
    global.insert(1, u"--socket="_s + engine.path());
    const Outcome json = run(global);
    QCOMPARE(json.exitCode, exitCode);
    QCOMPARE(json.out.count(u'\n'), 1);
    QCOMPARE(parsed(json.out), result);
    QCOMPARE(json.errors, QString());
}

void TestBartizanctl::errorsAreToldWithTheirCure()
{
    Engine engine;
    engine.authoriser.grantAll();
    engine.server->on("block.add", [](const Request&, const Responder& respond) {
        respond.fail({ErrorCode::Refused, "127.0.0.1 is this computer\x1b[2J", "Choose another address."},
                     {{u"guard"_s, u"loopback"_s}});
    });
    QVERIFY(engine.start());
    const Outcome plain = run({u"block"_s, u"127.0.0.1"_s, u"--socket"_s, engine.path()});
    QCOMPARE(plain.exitCode, 1);
    QCOMPARE(plain.out, QString());
    QCOMPARE(plain.errors, u"bartizanctl: 127.0.0.1 is this computer\ufffd[2J\nChoose another address.\n"_s);
    const Outcome json = run({u"block"_s, u"127.0.0.1"_s, u"--json"_s, u"--socket"_s, engine.path()});
    QCOMPARE(json.exitCode, 1);
    QCOMPARE(parsed(json.out),
             (QJsonObject{{u"error"_s, QJsonObject{{u"code"_s, u"refused"_s},
                                                   {u"message"_s, u"127.0.0.1 is this computer\ufffd[2J"_s},
                                                   {u"cure"_s, u"Choose another address."_s}}}}));
    const Outcome unsupported = run({u"lists"_s, u"update"_s, u"--json"_s, u"--socket"_s, engine.path()});
    QCOMPARE(unsupported.exitCode, 1);
    QCOMPARE(parsed(unsupported.out)[u"error"_s][u"code"_s].toString(), u"unsupported"_s);
}

void TestBartizanctl::refusalNamesThePermission()
{
    Engine engine;
    engine.authoriser.granted = {PermissionClass::Observe};
    QVERIFY(engine.start());
    for (const char* line : {"alerts", "blocks", "block 192.0.2.1", "unblock --all", "allow 192.0.2.1",
                             "allow --list", "why 192.0.2.1", "lists", "reload", "pause 15m", "resume"}) {
        const auto words = QString::fromUtf8(line).split(u' ');
        const Outcome outcome = run(QStringList{u"--socket"_s, engine.path()} + words);
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.errors.contains("your account may not do this"_L1), qPrintable(outcome.errors));
        QVERIFY2(outcome.errors.contains("sudo"_L1), qPrintable(outcome.errors));
    }
}

void TestBartizanctl::withoutAnEngineItSaysHowToStartIt()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"engine.sock"_s);
    const auto verify = [&] {
        const Outcome plain = run({u"status"_s, u"--socket"_s, path});
        QCOMPARE(plain.exitCode, 1);
        QVERIFY2(plain.errors.contains("not running"_L1) && plain.errors.contains("Start it"_L1),
                 qPrintable(plain.errors));
        const Outcome json = run({u"status"_s, u"--json"_s, u"--socket"_s, path});
        QCOMPARE(json.exitCode, 1);
        QCOMPARE(parsed(json.out)[u"error"_s][u"code"_s].toString(), u"unavailable"_s);
    };
    verify();
    // A socket that a killed engine left.
    UnixListener listener(folder.path().toStdString(),
                          [](int) -> Result<PeerIdentity> { return PeerIdentity{}; });
    QVERIFY(listener.listen([](auto, const auto&) {}));
    QVERIFY(QFile::rename(path, path + u".kept"_s));
    listener.close();
    QVERIFY(QFile::rename(path + u".kept"_s, path));
    verify();
}

void TestBartizanctl::anImpostorIsNotTalkedTo()
{
    Engine engine;
    QVERIFY(engine.start());
    ::chmod(engine.listener.socketPath().parent_path().c_str(), 0777);
    const Outcome outcome = run({u"status"_s, u"--json"_s, u"--socket"_s, engine.path()});
    QCOMPARE(outcome.exitCode, 1);
    QCOMPARE(parsed(outcome.out)[u"error"_s][u"code"_s].toString(), u"not_authorized"_s);
    QCOMPARE(engine.server->connectionCount(), 0);
}

void TestBartizanctl::anotherProtocolIsNamed()
{
    // Two listeners that are no engine of this version: one from the future, one that is something else.
    for (const bool future : {true, false}) {
        const QTemporaryDir folder;
        UnixListener listener(folder.path().toStdString(),
                              [](int) -> Result<PeerIdentity> { return PeerIdentity{}; });
        std::unique_ptr<QLocalSocket> connected;
        QVERIFY(listener.listen([&](std::unique_ptr<QLocalSocket> socket, const PeerIdentity&) {
            connected = std::move(socket);
            const QByteArray answer = protocol::encode(
                {protocol::FrameKind::Response,
                 object(
                     R"({"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no protocol version in common",
                            "data":{"code":"unsupported","protocol":{"min":7,"max":9}}}})")});
            connected->write(future ? answer : QByteArray("HTTP/1.1 400 Bad Request\r\n\r\n"));
        }));
        const Outcome outcome = run({u"status"_s, u"--json"_s, u"--socket"_s,
                                     QString::fromStdString(listener.socketPath().string())});
        QCOMPARE(outcome.exitCode, 1);
        QCOMPARE(parsed(outcome.out)[u"error"_s][u"code"_s].toString(),
                 future ? u"unsupported"_s : u"unavailable"_s);
    }
}

void TestBartizanctl::anEngineThatEndsTheConnectionIsNotWaitedFor()
{
    Engine full({.connections = 0});
    QVERIFY(full.start());
    const Outcome turnedAway = run({u"status"_s, u"--socket"_s, full.path()});
    QCOMPARE(turnedAway.exitCode, 1);
    QVERIFY2(turnedAway.errors.contains("too many programs"_L1), qPrintable(turnedAway.errors));

    Engine engine;
    engine.authoriser.grantAll();
    std::vector<Responder> waiting;
    engine.server->on("status", [&](const Request&, const Responder& respond) {
        waiting.push_back(respond);
        QTimer::singleShot(0, engine.server.get(), [&] { engine.server->stop(); });
    });
    QVERIFY(engine.start());
    const Outcome stopped = run({u"status"_s, u"--socket"_s, engine.path()});
    QCOMPARE(stopped.exitCode, 1);
    QVERIFY2(stopped.errors.contains("shutting down"_L1), qPrintable(stopped.errors));
}

void TestBartizanctl::aBusyEngineIsAskedAgain()
{
    Engine engine({.requestsPerSecond = 3});
    engine.authoriser.grantAll();
    int asked = 0;
    engine.server->on("status", [&](const Request&, const Responder& respond) {
        ++asked;
        respond.succeed();
    });
    QVERIFY(engine.start());
    QTimer time;
    time.callOnTimeout([&] { engine.clock.time += 10; });
    time.start(10);
    for (int i = 0; i < 4; ++i) {
        const Outcome outcome = run({u"status"_s, u"--json"_s, u"--socket"_s, engine.path()});
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.out));
    }
    QCOMPARE(asked, 4);
}

void TestBartizanctl::alertsAreCollectedInSteps()
{
    Engine engine;
    engine.authoriser.grantAll();
    QList<int> limits;
    engine.server->on("alerts.list", [&](const Request& request, const Responder& respond) {
        const int limit = request.params[u"limit"_s].toInt();
        const int before = request.params[u"before"_s].toInt(701);
        limits.append(limit);
        QJsonArray alerts;
        for (int id = before - 1; id > 0 && alerts.size() < limit; --id)
            alerts.append(QJsonObject{{u"id"_s, id}, {u"full_log"_s, QString(15'000, u'x')}});
        respond.succeed({{u"more"_s, before - alerts.size() > 1}, {u"alerts"_s, alerts}});
    });
    QVERIFY(engine.start());
    const Outcome part =
        run({u"alerts"_s, u"--limit"_s, u"120"_s, u"--json"_s, u"--socket"_s, engine.path()});
    QCOMPARE(part.exitCode, 0);
    QCOMPARE(parsed(part.out)[u"alerts"_s].toArray().size(), 120);
    QCOMPARE(parsed(part.out)[u"more"_s].toBool(), true);
    QCOMPARE(limits, (QList<int>{120, 30, 30, 30, 30})); // the first does not fit in a frame
    engine.clock.time += 1000;
    const Outcome all =
        run({u"alerts"_s, u"--limit"_s, u"1000"_s, u"--json"_s, u"--socket"_s, engine.path()});
    const QJsonArray alerts = parsed(all.out)[u"alerts"_s].toArray();
    QCOMPARE(alerts.size(), 700);
    for (int i = 0; i < 700; ++i)
        QCOMPARE(alerts[i][u"id"_s].toInt(), 700 - i);
    QCOMPARE(parsed(all.out)[u"more"_s].toBool(), false);
}

void TestBartizanctl::helpKnowsEveryCommand()
{
    for (const auto& words : {QStringList{u"help"_s}, QStringList{u"--help"_s}, QStringList{u"-h"_s}}) {
        const Outcome outcome = run(words);
        QCOMPARE(outcome.exitCode, 0);
        QCOMPARE(outcome.errors, QString());
        for (const char* name :
             {"status", "alerts", "blocks", "block", "unblock", "allow", "why", "lists", "reload", "pause",
              "resume", "watch", "firewall", "import", "logtest", "check", "replay", "version", "help"}) {
            QVERIFY(QRegularExpression(u"(?m)^%1 "_s.arg(QLatin1String(name))).match(outcome.out).hasMatch());
            const QString usage = u"Usage: bartizanctl "_s + QLatin1String(name);
            QVERIFY(run({u"help"_s, QLatin1String(name)}).out.startsWith(usage));
        }
    }
    QVERIFY(run({u"block"_s, u"--help"_s}).out.startsWith("Usage: bartizanctl block ADDR"_L1));
    QVERIFY(parsed(run({u"--json"_s, u"help"_s}).out)[u"commands"_s].toObject().contains(u"why"_s));
    QCOMPARE(run({u"version"_s}).out, run({u"--version"_s}).out);
    QVERIFY(!parsed(run({u"version"_s, u"--json"_s}).out)[u"version"_s].toString().isEmpty());
}

// With the built-in rules: a local rule of the installation hangs under one of them.
void TestBartizanctl::importTakesAnInstallationOver()
{
    const QTemporaryDir folder;
    const auto write = [&](const QString& name, const QByteArray& bytes) {
        QVERIFY(QDir().mkpath(QFileInfo(folder.filePath(name)).path()));
        QFile file(folder.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    };
    write(u"old/etc/ossec.conf"_s,
          "<ossec_config>\n<cluster><node_type>master</node_type></cluster>\n<ruleset>"
          "<decoder_dir>ruleset/decoders</decoder_dir><rule_dir>ruleset/rules</rule_dir>"
          "<rule_dir>etc/rules</rule_dir></ruleset></ossec_config>");
    write(u"old/etc/rules/local_rules.xml"_s,
          "<group name=\"local,\"><rule id=\"100100\" level=\"11\"><if_sid>5710</if_sid><user>^backup$</user>"
          "<description>somebody looks for the backup user</description></rule></group>");
    write(u"line"_s, "Nov 24 07:08:09 gate sshd[1]: Invalid user backup from 192.0.2.7 port 5022\n");
    const QStringList config{u"--config"_s, folder.filePath(u"new"_s)};

    const Outcome done = run(QStringList{u"import"_s, folder.filePath(u"old"_s)} + config);
    QCOMPARE(done.exitCode, 0);
    QVERIFY2(done.out.contains("rules/local_rules.xml (1 rule)"_L1), qPrintable(done.out));
    QVERIFY(done.out.contains("etc/ossec.conf:2 <cluster>: "_L1));
    const Outcome checked = run(QStringList{u"check"_s} + config);
    QVERIFY2(checked.exitCode == 0, qPrintable(checked.errors));
    const Outcome verdict = run(QStringList{u"logtest"_s, u"--json"_s, folder.filePath(u"line"_s)} + config);
    QCOMPARE(parsed(verdict.out)[u"rule"_s][u"id"_s].toString(), u"100100"_s);
    const Outcome again = run(QStringList{u"--json"_s, u"import"_s, folder.filePath(u"old"_s)} + config);
    QVERIFY(parsed(again.out)[u"installed"_s].toBool());
}

void TestBartizanctl::watchShowsEventsAndComesBack()
{
    Engine engine;
    engine.authoriser.grantAll();
    QVERIFY(engine.start());
    Program people({u"watch"_s, u"--socket"_s, engine.path()});
    Program machine({u"watch"_s, u"--json"_s, u"--socket"_s, engine.path()});
    QString text;
    QString lines;
    QString remarks;
    const auto read = [&] {
        text += QString::fromUtf8(people.process.readAllStandardOutput());
        remarks += QString::fromUtf8(people.process.readAllStandardError());
        lines += QString::fromUtf8(machine.process.readAllStandardOutput());
    };
    QVERIFY(waitFor(
        [&] {
            read();
            return text.contains("Watching"_L1) && engine.server->connectionCount() == 2;
        },
        10000));
    waitFor([] { return false; }, 300); // until the second has subscribed as well
    engine.server->publish("alert", object(kAlert));
    engine.server->publish("block", object(kBlock));
    engine.server->publish("status", object(kStatus));
    QVERIFY(waitFor(
        [&] {
            read();
            return lines.count(u'\n') == 3 && text.contains("degraded"_L1);
        },
        5000));
    QVERIFY2(text.contains(u"198.51.100.7  rule 5712 (level 10): brute force ×3\n"_s), qPrintable(text));
    QVERIFY(text.contains("Failed again"_L1));
    QVERIFY(text.contains("active, 9m 58s left"_L1));
    const QStringList documents = lines.split(u'\n');
    QCOMPARE(parsed(documents[0])[u"event"_s].toString(), u"alert"_s);
    QCOMPARE(parsed(documents[0])[u"data"_s].toObject(), object(kAlert));
    QCOMPARE(parsed(documents[1])[u"data"_s].toObject(), object(kBlock));

    // The engine goes and comes back: what happened meanwhile is shown, once.
    engine.server->stop();
    QVERIFY(waitFor(
        [&] {
            read();
            return remarks.contains("shutting down"_L1);
        },
        5000));
    engine.server->publish("alert", {{u"id"_s, 18}});
    QVERIFY(engine.start());
    QVERIFY(waitFor(
        [&] {
            read();
            return lines.count(u'\n') == 4;
        },
        10000));
    QCOMPARE(parsed(lines.split(u'\n')[3])[u"data"_s].toObject(), (QJsonObject{{u"id"_s, 18}}));
    QVERIFY(waitFor(
        [&] {
            read();
            return remarks.contains("Connected again"_L1);
        },
        5000));
    people.process.terminate();
    machine.process.terminate();
    people.finish();
    machine.finish();
}

void TestBartizanctl::watchWithoutAnEngineFails()
{
    const QTemporaryDir folder;
    const Outcome outcome = run({u"watch"_s, u"--socket"_s, folder.filePath(u"engine.sock"_s)});
    QCOMPARE(outcome.exitCode, 1);
    QVERIFY(outcome.errors.contains("not running"_L1));
}

QTEST_GUILESS_MAIN(TestBartizanctl)
#include "tst_bartizanctl.moc"
