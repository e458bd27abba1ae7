#include "tests/unit/analysis/analysis_bench.h"

#include <QtTest>

#include <thread>

using namespace bartizan;
using namespace bartizan::test;

class TestAnalyser : public QObject
{
    Q_OBJECT

private slots:
    void factsAreLearnedAndRecalled();
    void patternsThatGiveUpAreTold();
    void whatIsUndecidedHoldsNeitherWay();
    void alertAndRespond_data();
    void alertAndRespond();
    void onlyAlertsComeBackWhenAsked();
    void verdictsKeepNoLargeTexts();
    void verdictHasWhatTheRecordSays();
    void incompleteFirewallEventsAreDroppedByTheDaemon();
    void rulesAskForAnOrigin();
    void compositesRememberDoubt();
    void nothingLoadedIsAnError();
    void recordsMayBeDecodedAhead();
};

void TestAnalyser::alertAndRespond_data()
{
    QTest::addColumn<int>("level");
    QTest::addColumn<QByteArray>("options");
    QTest::addColumn<QByteArray>("attributes");
    QTest::addColumn<bool>("daemonAlert");
    QTest::addColumn<bool>("testerAlert");
    QTest::addColumn<bool>("respond");
    const auto row = [](int level, const char* option, const char* attributes, bool daemon, bool tester,
                        bool respond) {
        const QByteArray options =
            *option != '\0' ? QByteArray("<options>") + option + "</options>" : QByteArray();
        QTest::addRow("%d %s %s", level, option, attributes)
            << level << options << QByteArray(attributes) << daemon << tester << respond;
    };
    row(0, "", "", false, false, false);
    row(2, "", "", false, false, true);
    row(3, "", "", true, true, true);
    row(2, "log_alert", "", true, false, true);
    row(9, "no_log", "", false, true, true);
    row(9, "no_ar", "", true, true, false);
    row(9, "", " accuracy=\"0\"", true, true, false);
    row(0, "log_alert", "", false, false, false);
}

void TestAnalyser::alertAndRespond()
{
    QFETCH(int, level);
    QFETCH(QByteArray, options);
    QFETCH(QByteArray, attributes);
    const std::string rule = "<rule id=\"100\" level=\"" + std::to_string(level) + "\"" +
                             attributes.toStdString() + "><match>t</match>" + options.toStdString() +
                             "<description>d</description></rule>";
    for (const auto mode : {AnalysisMode::Daemon, AnalysisMode::Tester}) {
        AnalysisOptions analysis;
        analysis.mode = mode;
        AnalysisBench bench(analysis);
        QVERIFY(bench.load(rule).empty());
        const auto verdict = bench.feed("t x");
        QCOMPARE(verdict.rule->id, 100U);
        const bool alert = verdict.alert;
        if (mode == AnalysisMode::Daemon)
            QTEST(alert, "daemonAlert");
        else
            QTEST(alert, "testerAlert");
        const bool respond = verdict.respond;
        QTEST(respond, "respond");
    }
}

void TestAnalyser::onlyAlertsComeBackWhenAsked()
{
    AnalysisBench bench;
    bench.load("<rule id=\"100\" level=\"5\"><match>bad</match><description>d</description></rule>"
               "<rule id=\"101\" "
               "level=\"1\"><match>low</match><options>no_ar</options><description>d</description></rule>");
    RecordBatch batch;
    const auto place = batch.locationIndex("l");
    for (const char* line : {"t good", "t bad", "t low", "u", "t bad"})
        batch.add(line, place, bench.now);
    Verdicts verdicts;
    QVERIFY(bench.analyser().analyse(batch, VerdictDetail::AlertsOnly, verdicts).has_value());
    QCOMPARE(verdicts.size(), 2U);
    QCOMPARE(verdicts[0].record, 1U);
    QCOMPARE(verdicts[1].record, 4U);
    verdicts.clear();
    QVERIFY(bench.analyser().analyse(batch, VerdictDetail::Everything, verdicts).has_value());
    QCOMPARE(verdicts.size(), 5U);
    QVERIFY(!verdicts[3].rule && verdicts[3].decoderName.empty());
}

void TestAnalyser::verdictHasWhatTheRecordSays()
{
    AnalysisBench bench;
    bench.load(
        "<rule id=\"100\" "
        "level=\"5\"><match>t|prog</match><group>one,pci_dss_1.2,</group><mitre><id>T1110</id>"
        "</mitre><options>alert_by_email</options><options>no_full_log</options><description>d</description>"
        "</rule>");
    const auto verdict = bench.feed("t user=bob ip=192.0.2.1 d=x");
    QVERIFY(verdict.decoderName == "t");
    QVERIFY(!verdict.timestamp && !verdict.hostname && !verdict.programName);
    QCOMPARE(verdict.fields.size(), 3U);
    QVERIFY(verdict.fields[0].name == "srcip" && verdict.fields[0].isStatic); // statics in alert order
    QVERIFY(verdict.fields[1].name == "dstuser" && verdict.fields[1].value == "bob");
    QVERIFY(verdict.fields[2].name == "d" && !verdict.fields[2].isStatic);
    const RuleInfo& rule = *verdict.rule;
    QVERIFY(rule.facts->rawGroups == "g,one,pci_dss_1.2,");
    QVERIFY(rule.facts->groups == (std::vector<std::string>{"g", "one"}));
    QCOMPARE(rule.facts->compliance.size(), 1U);
    QVERIFY(rule.facts->mitreIds == std::vector<std::string>{"T1110"});
    QVERIFY(rule.mail && rule.noFullLog && !rule.noActiveResponse);
    QCOMPARE(rule.frequency, 0);

    const auto headed = bench.feed("Mar  7 04:02:11 gate prog: prog");
    QVERIFY(headed.timestamp == "Mar  7 04:02:11" && headed.hostname == "gate" &&
            headed.programName == "prog");
}

void TestAnalyser::incompleteFirewallEventsAreDroppedByTheDaemon()
{
    const std::string rule =
        "<rule id=\"100\" level=\"5\"><category>firewall</category><description>d</description></rule>";
    AnalysisBench daemon;
    daemon.load(rule);
    QCOMPARE(daemon.rule("fw x"), 0U);
    AnalysisOptions options;
    options.mode = AnalysisMode::Tester;
    AnalysisBench tester(options);
    tester.load(rule);
    QCOMPARE(tester.rule("fw x"), 100U);
}

void TestAnalyser::rulesAskForAnOrigin()
{
    AnalysisBench bench;
    QVERIFY(
        bench
            .load(
                R"(<rule id="100" level="5" origin="ssh.service"><match>t</match><description>d</description></rule>
                        <rule id="101" level="8" origin="! ssh.service"><match>t</match><description>d</description></rule>)")
            .empty());
    const auto ruleFor = [&](const RecordOrigin& origin) {
        const auto verdict = bench.feed("t x", "test", 0, origin);
        return verdict.rule ? verdict.rule->id : 0;
    };
    QCOMPARE(ruleFor({}), 100U);
    QCOMPARE(ruleFor({RecordOrigin::Kind::Journal, 0, "syslog", "ssh.service"}), 100U);
    QCOMPARE(ruleFor({RecordOrigin::Kind::Journal, 1000, "syslog", "ssh.service"}), 101U);
    QCOMPARE(ruleFor({RecordOrigin::Kind::Unverified, {}, {}, {}}), 0U);
    const auto problems = bench.load(
        R"(<rule id="100" level="5" origin="a/b"><match>t</match><description>d</description></rule>)");
    QVERIFY(!problems.empty() && problems.front().line == 1 && !problems.front().cure.empty());
}

void TestAnalyser::compositesRememberDoubt()
{
    const RecordOrigin root{RecordOrigin::Kind::Journal, 0, "syslog", "some.service"};
    const RecordOrigin user{RecordOrigin::Kind::Journal, 1000, "syslog", "session-1.scope"};
    AnalysisBench bench;
    QVERIFY(bench
                .load(R"(<rule id="100" level="3"><match>t</match><description>d</description></rule>
                        <rule id="101" level="9" frequency="3" timeframe="60"><if_matched_sid>100</if_matched_sid>
                        <same_source_ip /><description>d</description></rule>)")
                .empty());
    const auto third = [&](const char* ip, const RecordOrigin& first, const RecordOrigin& second) {
        const std::string line = std::string("t ip=") + ip;
        bench.feed(line, "test", 0, first);
        bench.feed(line, "test", 0, second);
        return bench.feed(line, "test", 0, root);
    };
    QCOMPARE(third("192.0.2.1", root, root).rule->id, 101U);
    QVERIFY(!third("192.0.2.2", root, root).countedDoubted);
    QVERIFY(third("192.0.2.3", user, root).countedDoubted);
    QVERIFY(third("192.0.2.4", root, user).countedDoubted);
    // A record that no rule sees counts nothing, whatever the one before it did.
    QVERIFY(!bench.feed("t ip=192.0.2.4", "EventChannel", 0, user).countedDoubted);
}

void TestAnalyser::nothingLoadedIsAnError()
{
    const auto analyser = makeAnalyser({});
    Verdicts verdicts;
    const auto result = analyser->analyse({}, VerdictDetail::Everything, verdicts);
    QVERIFY(!result.has_value());
    QCOMPARE(result.error().code, ErrorCode::Unavailable);
    QCOMPARE(analyser->summary().rules, 0U);
}

void TestAnalyser::recordsMayBeDecodedAhead()
{
    AnalysisBench bench;
    const char* rules =
        R"(<rule id="100" level="3"><match>fail</match><description>$(srcip)</description></rule>
        <rule id="101" level="5" frequency="3" timeframe="60"><if_matched_sid>100</if_matched_sid>
          <same_source_ip/><description>d</description></rule>
        <rule id="102" level="3"><match type="pcre2">^t (a+)+$</match><description>d</description></rule>)";
    bench.load(rules);
    PreparedBatch batch;
    DecodeScratch scratch;
    const auto decode = [&](const std::vector<std::string>& lines) {
        batch.clear();
        for (const auto& line : lines)
            batch.records().add(line, batch.records().locationIndex("test"), bench.now);
        std::thread([&] { batch.prepare(bench.analyser().ruleset(), scratch); }).join();
    };
    Verdicts verdicts;
    decode({"t fail ip=192.0.2.1", "t fail ip=192.0.2.1", "t nothing", "t fail ip=192.0.2.1",
            "t " + std::string(40, 'a') + "b"});
    QVERIFY(bench.analyser().analyse(batch, VerdictDetail::AlertsOnly, verdicts));
    QCOMPARE(verdicts.size(), std::size_t{3});
    QVERIFY(verdicts[0].rule->id == 100 && verdicts[0].rule->description == "192.0.2.1");
    QVERIFY(verdicts[2].rule->id == 101 && verdicts[2].record == 3);
    QCOMPARE(bench.analyser().findings().size(), std::size_t{1}); // of a pattern that gave up

    // What was decoded with rules that are gone is refused.
    decode({"t fail"});
    bench.load(rules);
    const auto refused = bench.analyser().analyse(batch, VerdictDetail::AlertsOnly, verdicts);
    QVERIFY(!refused && refused.error().code == ErrorCode::Unavailable);
}

void TestAnalyser::patternsThatGiveUpAreTold()
{
    AnalysisBench bench;
    bench.load("<rule id=\"100\" level=\"3\"><match type=\"pcre2\">^t "
               "(a+)+$</match><description>d</description></rule>");
    QVERIFY(bench.rules({"t aaa"}) == "100");
    QVERIFY(bench.analyser().findings().empty());
    const std::string hostile = "t " + std::string(40, 'a') + "b";
    QVERIFY(bench.rules({hostile, hostile}) == "0 0");
    const auto findings = bench.analyser().findings();
    QCOMPARE(findings.size(), std::size_t{1});
    QVERIFY(findings.front().message.starts_with("Rule 100 has a pattern that gave up on 2 records"));
    QCOMPARE(findings.front().line, 1);
    bench.load("<rule id=\"100\" level=\"3\"><match>x</match><description>d</description></rule>");
    QVERIFY(bench.analyser().findings().empty());
}

void TestAnalyser::verdictsKeepNoLargeTexts()
{
    Verdicts verdicts;
    for (int i = 0; i < 3; ++i) {
        Verdict& verdict = verdicts.next();
        verdict.previousOutput.assign(700'000, 'x');
        verdict.rule.emplace().description.assign(100, 'x');
        verdict.fields.resize(1);
        verdict.fields.front().value.assign(64'000, 'x');
    }
    verdicts.next().fields.resize(10'000);
    verdicts.clear();
    QVERIFY(verdicts.empty());
    for (int i = 0; i < 3; ++i) {
        const Verdict& verdict = verdicts.next();
        QVERIFY(verdict.previousOutput.capacity() < 1000 && verdict.fields.front().value.capacity() < 1000);
        QVERIFY(verdict.rule->description.capacity() >= 100); // what is of use is kept
    }
    QVERIFY(verdicts.next().fields.capacity() < 1000);
}

void TestAnalyser::whatIsUndecidedHoldsNeitherWay()
{
    AnalysisBench bench;
    bench.load(R"(<rule id="100" level="3"><match type="pcre2" negate="yes">^t (a+)+$</match>
        <description>d</description></rule>)");
    QVERIFY(bench.rules({"t b", "t aaa"}) == "100 0");
    const std::string hostile = "t " + std::string(40, 'a') + "b";
    QVERIFY(bench.rules({hostile, "t b"}) == "0 100"); // and the next record is one of its own
    QCOMPARE(bench.analyser().findings().size(), std::size_t{1});

    bench.load(R"(<rule id="100" level="3"><field name="d" type="pcre2" negate="yes">^(a+)+$</field>
        <description>d</description></rule>)");
    const auto withField = [](const std::string& value) { return "t d=" + value; };
    QVERIFY(bench.rules({withField("b"), withField("aaa"), withField(std::string(40, 'a') + "b")}) ==
            "100 0 0");
}

void TestAnalyser::factsAreLearnedAndRecalled()
{
    const char* rules =
        R"(<rule id="100" level="3"><match>state</match><check_diff/><description>d</description></rule>)";
    AnalysisOptions options;
    options.learns = true;
    AnalysisBench before(options);
    before.load(rules);
    QVERIFY(before.rules({"t state 1", "t state 1", "t state 2"}) == "0 0 100");
    (void)before.feed("t state 3", "test", 1); // another session's
    const auto facts = before.analyser().takeLearned();
    QCOMPARE(facts.size(), std::size_t{2});
    QVERIFY(before.analyser().takeLearned().empty());

    AnalysisBench after(options);
    after.load(rules);
    after.analyser().recall(facts);
    QVERIFY(after.rules({"t state 2", "t state 1"}) == "0 100");
    QVERIFY(after.analyser().takeLearned().size() == 1);

    AnalysisBench forgetful;
    forgetful.load(rules);
    QVERIFY(forgetful.rules({"t state 1", "t state 2"}) == "0 100");
    QVERIFY(forgetful.analyser().takeLearned().empty());
}

QTEST_APPLESS_MAIN(TestAnalyser)
#include "tst_analyser.moc"
