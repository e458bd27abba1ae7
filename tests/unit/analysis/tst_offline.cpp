// check and logtest, and what all offline commands have in common.
#include "tests/unit/analysis/offline_bench.h"

#include <QJsonArray>

using namespace bartizan;
using namespace bartizan::test;

class TestOffline : public QObject, protected OfflineBench
{
    Q_OBJECT

private slots:
    void init() { reset(); }
    void logtestAnswersEachLine();
    void logtestReadsSessionsAndTimes();
    void logtestReportsBadInputInPlace();
    void logtestExplains();
    void logtestExplainsDecoders();
    void logtestForPeople();
    void checkFindsProblemsWithTheirPlace();
    void wrongUseIsTold_data();
    void wrongUseIsTold();
    void missingDefaultConfigurationIsNoError();
    void checkGoesOnWithoutAUsableConfiguration();
    void checkTellsWhatOfASourceIsNotSupported();
    void checkPassesAStockRulesetBlock();
    void logtestMendsTextThatIsNoUtf8_data();
    void logtestMendsTextThatIsNoUtf8();
    void logtestTakesNullForAbsent();
    void logtestTakesAnOrigin();
};

void TestOffline::logtestAnswersEachLine()
{
    const auto ran = run(offline::runLogtest, {"--ruleset", path(QStringLiteral("set")), "--json"},
                         "Nov 24 07:08:09 gate app[1]: fail from 192.0.2.1\n\nplain\r\nno end");
    QCOMPARE(ran.code, 0);
    const auto lines = ran.lines();
    QCOMPARE(lines.size(), 4);
    const auto expected = QJsonDocument::fromJson(R"({"session":"default","timestamp":"Nov 24 07:08:09",
        "hostname":"gate","program_name":"app","decoder":{"name":"app"},"fields":{"srcip":"192.0.2.1"},
        "rule":{"id":"100","level":5,"description":"failed 192.0.2.1","groups":["base"]},"alert":true})");
    QCOMPARE(lines[0], expected.object());
    const auto nothing = QJsonDocument::fromJson(R"({"session":"default","timestamp":null,"hostname":null,
        "program_name":null,"decoder":{},"fields":{},"rule":null,"alert":false})");
    for (int i = 1; i < 4; ++i)
        QCOMPARE(lines[i], nothing.object());
}

void TestOffline::logtestReadsSessionsAndTimes()
{
    const auto line = [](const char* session, int time) {
        return "{\"log\":\"Nov 24 07:08:09 g app: fail from 192.0.2.1\",\"session\":\"" +
               std::string(session) + "\",\"time\":" + std::to_string(time) + "}\n";
    };
    const std::string input = line("a", 100) + line("b", 100) + line("a", 110) + line("b", 300) +
                              line("a", 120) + line("b", 310) + line("b", 320);
    const auto ran = run(offline::runLogtest,
                         {"--input=ndjson", "--json", "--ruleset=" + path(QStringLiteral("set"))}, input);
    QStringList rules;
    for (const auto& answer : ran.lines())
        rules += answer[QStringLiteral("session")].toString() +
                 answer[QStringLiteral("rule")][QStringLiteral("id")].toString();
    QCOMPARE(rules.join(QLatin1Char(' ')), QStringLiteral("a100 b100 a100 b100 a101 b100 b101"));
}

void TestOffline::logtestReportsBadInputInPlace()
{
    const auto ran =
        run(offline::runLogtest, {"--input", "ndjson", "--json", "--ruleset", path(QStringLiteral("set"))},
            "{\"log\":\"fail\"}\n{\"log\":5}\nnot json\n[1]\n{\"log\":\"x\",\"time\":\"now\"}\n"
            "{\"log\":\"x\",\"time\":1e300}\n\n{\"log\":\"x\",\"session\":7}\n{\"log\":\"fail\"}\n");
    QCOMPARE(ran.code, 0);
    const auto lines = ran.lines();
    QCOMPARE(lines.size(), 9);
    for (int i = 1; i < 8; ++i) {
        QCOMPARE(lines[i].keys(), QStringList(QStringLiteral("error")));
        QVERIFY(!lines[i][QStringLiteral("error")].toString().isEmpty());
    }
    QVERIFY(lines[8][QStringLiteral("rule")].isObject());
}

void TestOffline::logtestExplains()
{
    const auto ran =
        run(offline::runLogtest, {"--explain", "--json", "--ruleset", path(QStringLiteral("set"))}, "fail\n");
    const auto explain = ran.json()[QStringLiteral("explain")].toObject();
    const auto rules = explain[QStringLiteral("rules")].toArray();
    QCOMPARE(rules.size(), 3);
    QCOMPARE(rules[0][QStringLiteral("matched")].toBool(), true);
    QCOMPARE(rules[2][QStringLiteral("rule")].toString(), QStringLiteral("101"));
    const auto failed = rules[2][QStringLiteral("failed")][0];
    QVERIFY(failed[QStringLiteral("condition")].toString().startsWith(QStringLiteral("frequency")));
    QVERIFY(failed[QStringLiteral("why")].toString().startsWith(QStringLiteral("0 of ")));
    const auto text =
        run(offline::runLogtest, {"--explain", "--ruleset", path(QStringLiteral("set"))}, "fail\n");
    QVERIFY(text.out.contains(QStringLiteral("rule 100 (level 5): matches")));
}

void TestOffline::logtestExplainsDecoders()
{
    write(QStringLiteral("chain/rules/a.xml"), kRules);
    write(QStringLiteral("chain/decoders/a.xml"),
          R"(<decoder name="other"><prematch>^other</prematch></decoder>
<decoder name="app"><program_name>^app$</program_name></decoder>
<decoder name="first"><parent>app</parent><prematch>^no </prematch><regex>(\d)</regex><order>id</order></decoder>
<decoder name="second"><parent>app</parent><prematch>^fail </prematch><regex offset="after_prematch">from (\S+)</regex><order>srcip</order></decoder>
<decoder name="second"><parent>app</parent><regex offset="after_regex">port (\d+)</regex><order>srcport</order></decoder>)");
    const auto ran =
        run(offline::runLogtest, {"--explain", "--json", "--ruleset", path(QStringLiteral("chain"))},
            "Nov 24 07:08:09 gate app: fail from 192.0.2.1\n");
    QStringList steps;
    for (const auto& one : ran.json()[QStringLiteral("explain")][QStringLiteral("decoders")].toArray())
        steps.append(
            one[QStringLiteral("parent")].toString() + QLatin1Char('>') +
            one[QStringLiteral("decoder")].toString() + QLatin1Char(' ') +
            one[QStringLiteral("step")].toString() +
            (one[QStringLiteral("matched")].toBool() ? QStringLiteral(" yes") : QStringLiteral(" no")));
    QCOMPARE(steps,
             (QStringList{QStringLiteral(">app program_name yes"), QStringLiteral("app>first prematch no"),
                          QStringLiteral("app>second prematch yes"), QStringLiteral("app>second regex yes"),
                          QStringLiteral("app>second regex no")}));
    const auto text = run(offline::runLogtest, {"--explain", "--ruleset", path(QStringLiteral("chain"))},
                          "Nov 24 07:08:09 gate app: fail from 192.0.2.1\nplain\n");
    QVERIFY(text.out.contains(QStringLiteral("app > first, prematch \"^no \": no")));
    QVERIFY(text.out.contains(QStringLiteral("1 other decoders: no")));
}

void TestOffline::logtestForPeople()
{
    const auto ran = run(offline::runLogtest, {"--ruleset", path(QStringLiteral("set"))},
                         "Nov 24 07:08:09 gate app: fail \x1b[31m from 192.0.2.1\n");
    for (const char* part : {"1. Header:", "host name: gate", "2. Decoders:", "srcip: 192.0.2.1",
                             "3. Rules:", "id: 100", "An alert would be raised."})
        QVERIFY2(ran.out.contains(QLatin1String(part)), part);
    QVERIFY(!ran.out.contains(QChar(0x1b))); // a log line can't colour the terminal

    write(QStringLiteral("json/rules/a.xml"), kRules);
    write(
        QStringLiteral("json/decoders/a.xml"),
        R"(<decoder name="json"><prematch>^{</prematch><plugin_decoder>JSON_Decoder</plugin_decoder></decoder>)");
    const auto named = run(offline::runLogtest, {"--ruleset", path(QStringLiteral("json"))},
                           "{\"a\\u001b[31mb\":\"fail\"}\n");
    QVERIFY2(named.out.contains(QStringLiteral("[31mb: fail")), qPrintable(named.out));
    QVERIFY(!named.out.contains(QChar(0x1b))); // nor a field's name
}

void TestOffline::checkFindsProblemsWithTheirPlace()
{
    const auto good = run(offline::runCheck, {"--ruleset", path(QStringLiteral("set"))});
    QCOMPARE(good.code, 0);
    QVERIFY(good.problems.isEmpty());

    write(QStringLiteral("set/rules/b.xml"), "<group name=\"x,\">\n  <rule id=\"200\" level=\"99\">\n");
    write(QStringLiteral("set/rules/c.xml"),
          "<group name=\"x,\">\n<rule id=\"201\" level=\"3\"><list field=\"srcip\">nolist</list>"
          "<description>d</description></rule></group>");
    write(QStringLiteral("set/lists/l"), "good:\nbad\n");
    const auto bad = run(offline::runCheck, {"--ruleset", path(QStringLiteral("set"))});
    QCOMPARE(bad.code, 1);
    QVERIFY2(bad.problems.contains(QRegularExpression(QStringLiteral("error: .*b\\.xml:\\d+:\\d+: "))),
             qPrintable(bad.problems));
    QVERIFY(bad.problems.contains(QRegularExpression(QStringLiteral("warning: .*c\\.xml:2:\\d+: "))));
    QVERIFY(bad.problems.contains(QString::fromStdString(path(QStringLiteral("set/lists/l"))) +
                                  QStringLiteral(":2:1: ")));

    const auto json = run(offline::runCheck, {"--json", "--ruleset", path(QStringLiteral("set"))});
    QCOMPARE(json.code, 1);
    QVERIFY(json.problems.isEmpty());
    QVERIFY(json.json()[QStringLiteral("problems")].toArray().size() >= 3);
    QCOMPARE(json.json()[QStringLiteral("rules")].toInt(), 3);
    QCOMPARE(json.json()[QStringLiteral("list_entries")].toInt(), 1);
}

void TestOffline::wrongUseIsTold_data()
{
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<QByteArray>("arguments");
    QTest::addColumn<int>("code");
    const auto row = [](const char* command, const char* arguments, int code) {
        QTest::addRow("%s %s", command, arguments) << QByteArray(command) << QByteArray(arguments) << code;
    };
    row("logtest", "--nonsense", 2);
    row("logtest", "--as nobody", 2);
    row("logtest", "--input", 2);
    row("logtest", "--config a --ruleset b", 2);
    row("logtest", "one two", 2);
    row("logtest", "--ruleset /nowhere/at/all", 1);
    row("logtest", "--config /nowhere/at/all", 1);
    row("replay", "", 2);
    row("replay", "--explain x", 2);
    row("replay", "--threads 3 x", 2);
    row("logtest", "-x", 2);
    row("logtest", "\x1b[31m \x1b[31m", 2);
    row("check", "--no\x1b[31m", 2);
    row("check", "--config /nowhere/at/all", 1);
    row("replay", "-v x", 2);
    row("replay", "--ruleset /nowhere/at/all x", 1);
    row("check", "file", 2);
    row("check", "--json=yes", 2);
    row("lists preview", "", 2);
    row("lists preview", "one two", 2);
    row("lists preview", "--format nonsense one", 2);
    row("lists preview", "--column", 2);
    row("lists preview", "--ruleset a one", 2);
    row("lists preview", "/nowhere/at/all", 1);
}

void TestOffline::wrongUseIsTold()
{
    QFETCH(QByteArray, command);
    QFETCH(QByteArray, arguments);
    QFETCH(int, code);
    std::vector<std::string> words;
    for (const auto& word : arguments.split(' ')) {
        if (!word.isEmpty())
            words.push_back(word.toStdString());
    }
    const auto runner = command == "logtest"         ? offline::runLogtest
                        : command == "replay"        ? offline::runReplay
                        : command == "lists preview" ? offline::runListsPreview
                                                     : offline::runCheck;
    const auto ran = run(runner, words);
    QCOMPARE(ran.code, code);
    QVERIFY(ran.out.isEmpty() && !ran.problems.isEmpty());
    QVERIFY(!ran.problems.contains(QChar(0x1b)));

    words.insert(words.begin(), "--json");
    const auto json = run(runner, words);
    QCOMPARE(json.code, code);
    QCOMPARE(json.out.isEmpty(), command == "logtest"); // it answers lines
    QCOMPARE(json.problems.isEmpty(), command != "logtest");
    if (command == "logtest")
        return;
    const auto error = json.json()[QStringLiteral("error")].toObject();
    QCOMPARE(error[QStringLiteral("code")].toString(),
             code == 2 ? QStringLiteral("usage") : QStringLiteral("not_found"));
    QVERIFY(!error[QStringLiteral("message")].toString().isEmpty());
    QVERIFY(!error[QStringLiteral("cure")].toString().isEmpty());
}

void TestOffline::missingDefaultConfigurationIsNoError()
{
    const auto ran = run(offline::runCheck, {});
    QCOMPARE(ran.code, 0);
    write(QStringLiteral("conf/bartizan.conf"), "<ossec_config><nonsense/></ossec_config>");
    write(QStringLiteral("conf/rules/local_rules.xml"), kRules);
    const auto bad = run(offline::runCheck, {"--config", path(QStringLiteral("conf"))});
    QCOMPARE(bad.code, 1);
    QVERIFY2(bad.problems.contains(QStringLiteral("bartizan.conf:1:")), qPrintable(bad.problems));
}

void TestOffline::checkGoesOnWithoutAUsableConfiguration()
{
    write(QStringLiteral("conf/rules/local_rules.xml"), "<group name=\"x,\">\n<rule id=\"1\" level=\"99\">");
    write(QStringLiteral("conf/bartizan.conf"), "<ossec_config>\n<global>");
    const std::vector<std::string> words{"--config", path(QStringLiteral("conf"))};
    const auto broken = run(offline::runCheck, words);
    QCOMPARE(broken.code, 1);
    QCOMPARE(broken.problems.count(QStringLiteral("bartizan.conf:")), 1);
    QVERIFY2(broken.problems.contains(QStringLiteral("local_rules.xml:")), qPrintable(broken.problems));
    QCOMPARE(run(offline::runLogtest, words, "x\n").code, 1);

    // Something that can't be read at all.
    QVERIFY(QFile::remove(QString::fromStdString(path(QStringLiteral("conf/bartizan.conf")))));
    QVERIFY(QDir().mkpath(QString::fromStdString(path(QStringLiteral("conf/bartizan.conf")))));
    const auto unreadable = run(offline::runCheck, words);
    QCOMPARE(unreadable.code, 1);
    QVERIFY2(unreadable.problems.contains(QStringLiteral("bartizan.conf is not a regular file")),
             qPrintable(unreadable.problems));
    QVERIFY(unreadable.problems.contains(QStringLiteral("local_rules.xml:")));
}

void TestOffline::checkTellsWhatOfASourceIsNotSupported()
{
    write(QStringLiteral("conf/bartizan.conf"),
          "<ossec_config>\n<localfile>\n<log_format>eventchannel</log_format>\n<location>Security</location>"
          "</localfile>\n<localfile>\n<log_format>syslog</log_format><location>/a</location>"
          "<query>x</query></localfile></ossec_config>");
    const auto ran = run(offline::runCheck, {"--config", path(QStringLiteral("conf"))});
    QCOMPARE(ran.code, 1);
    QVERIFY2(ran.problems.contains(QRegularExpression(
                 QStringLiteral("warning: .*bartizan\\.conf:3:\\d+: .*eventchannel is not available"))),
             qPrintable(ran.problems));
    QVERIFY2(ran.problems.contains(QStringLiteral("<query> is not supported")), qPrintable(ran.problems));
}

// A configuration that was made for the reference, taken over before any rule of one's own was written.
void TestOffline::checkPassesAStockRulesetBlock()
{
    write(QStringLiteral("share/ruleset/rules/0010-a.xml"), kRules);
    write(QStringLiteral("share/ruleset/decoders/0010-a.xml"), kDecoders);
    builtin = path(QStringLiteral("share/ruleset"));
    write(
        QStringLiteral("conf/bartizan.conf"),
        "<ossec_config><ruleset><decoder_dir>ruleset/decoders</decoder_dir><rule_dir>ruleset/rules</rule_dir>"
        "<list>etc/lists/somewhere</list><decoder_dir>etc/decoders</decoder_dir>"
        "<rule_dir>etc/rules</rule_dir></ruleset></ossec_config>");
    const std::vector<std::string> words{"--config", path(QStringLiteral("conf"))};
    const auto stock = run(offline::runCheck, words);
    QVERIFY2(stock.code == 0, qPrintable(stock.problems));
    QVERIFY2(stock.problems.contains(QStringLiteral("note: ")), qPrintable(stock.problems));
    QVERIFY(stock.out.startsWith(QStringLiteral("3 rules, 1 decoders")));

    write(QStringLiteral("conf/rules/local_rules.xml"),
          "<group name=\"x,\"><rule id=\"201\" level=\"3\"><list field=\"srcip\">etc/lists/somewhere</list>"
          "<description>d</description></rule></group>");
    const auto used = run(offline::runCheck, words);
    QCOMPARE(used.code, 1);
    QVERIFY2(used.problems.contains(QRegularExpression(QStringLiteral("warning: .*somewhere"))),
             qPrintable(used.problems));
}

void TestOffline::logtestMendsTextThatIsNoUtf8_data()
{
    QTest::addColumn<QByteArray>("text"); // in JSON
    QTest::addColumn<QString>("user");
    const QChar mended = QChar::ReplacementCharacter;
    QTest::newRow("raw bytes") << QByteArray("a\xff\xc3z") << QStringLiteral("a%1%1z").arg(mended);
    QTest::newRow("lone low surrogate") << QByteArray("a\\udcffz") << QStringLiteral("a%1z").arg(mended);
    QTest::newRow("lone high surrogate") << QByteArray("a\\ud83dz") << QStringLiteral("a%1z").arg(mended);
    QTest::newRow("high surrogate at the end") << QByteArray("a\\ud83d") << QStringLiteral("a%1").arg(mended);
    QTest::newRow("a pair") << QByteArray("a\\ud83d\\ude00z") << QStringLiteral("a\U0001F600z");
    QTest::newRow("good bytes") << QByteArray("\xc3\xa4") << QStringLiteral("\u00e4");
}

void TestOffline::logtestMendsTextThatIsNoUtf8()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, user);
    const auto ran =
        run(offline::runLogtest, {"--input", "ndjson", "--json", "--ruleset", path(QStringLiteral("set"))},
            "{\"log\":\"Nov 24 07:08:09 g app: fail from " + text.toStdString() + "\"}\n");
    QCOMPARE(ran.json()[QStringLiteral("fields")][QStringLiteral("srcip")].toString(), user);
}

void TestOffline::logtestTakesNullForAbsent()
{
    const auto ran =
        run(offline::runLogtest, {"--input", "ndjson", "--json", "--ruleset", path(QStringLiteral("set"))},
            R"({"log":"fail","session":null,"time":null,"location":null})");
    QCOMPARE(ran.json()[QStringLiteral("session")].toString(), QStringLiteral("default"));
    QVERIFY(ran.json()[QStringLiteral("rule")].isObject());
}

void TestOffline::logtestTakesAnOrigin()
{
    write(QStringLiteral("origin/rules/a.xml"),
          "<group name=\"g,\">"
          "<rule id=\"1\" level=\"0\"><category>syslog</category><description>d</description></rule>"
          "<rule id=\"100\" level=\"3\" "
          "origin=\"a.service\"><if_sid>1</if_sid><description>d</description></rule>"
          "<rule id=\"101\" level=\"4\" origin=\"! "
          "a.service\"><if_sid>1</if_sid><description>d</description></rule>"
          "</group>");
    write(QStringLiteral("origin/decoders/a.xml"),
          "<decoder name=\"x\"><prematch>never</prematch></decoder>");
    const auto ruleOf = [&](const std::string& origin) {
        const auto ran = run(offline::runLogtest,
                             {"--input", "ndjson", "--json", "--ruleset", path(QStringLiteral("origin"))},
                             R"({"log":"x","origin":)" + origin + "}\n");
        return ran.json().contains(QStringLiteral("error"))
                   ? QStringLiteral("error")
                   : ran.json()[QStringLiteral("rule")][QStringLiteral("id")].toString();
    };
    QCOMPARE(ruleOf("null"), QStringLiteral("100"));
    QCOMPARE(ruleOf(R"({"uid":0,"unit":"a.service","transport":"syslog"})"), QStringLiteral("100"));
    QCOMPARE(ruleOf(R"({"uid":7,"unit":"a.service"})"), QStringLiteral("101"));
    QCOMPARE(ruleOf(R"("file")"), QStringLiteral("1"));
    QCOMPARE(ruleOf("7"), QStringLiteral("error"));
}

QTEST_APPLESS_MAIN(TestOffline)
#include "tst_offline.moc"
