// Composites: what they count, when they fire and start over, and what they forget (spec §8).
#include "tests/unit/analysis/analysis_bench.h"

#include <QtTest>

using namespace bartizan;
using namespace bartizan::test;

namespace {

std::string plain(int id, const std::string& word, const std::string& groups = {}, int level = 3)
{
    return "<rule id=\"" + std::to_string(id) + "\" level=\"" + std::to_string(level) + "\"><match>" + word +
           "</match><group>" + groups + "</group><description>d</description></rule>";
}

std::string composite(int id, int level, int frequency, const std::string& inner,
                      const std::string& more = {})
{
    return "<rule id=\"" + std::to_string(id) + "\" level=\"" + std::to_string(level) + "\" frequency=\"" +
           std::to_string(frequency) + "\" timeframe=\"60\"" + more + ">" + inner +
           "<description>d</description></rule>";
}

const std::string kSid = "<if_matched_sid>100</if_matched_sid>";
const std::string kGroup = "<if_matched_group>fails</if_matched_group>";

} // namespace

class TestCorrelation : public QObject
{
    Q_OBJECT

private slots:
    void sequences_data();
    void sequences();
    void timeframeIncludesItsEnd();
    void timeRunningBackwardsIsHeld();
    void previousOutputIsNewestFirstAndBounded();
    void sessionsKnowNothingOfEachOther();
    void memoryIsBoundedAndForgetsTheOldest();
    void ignoreInDaemonAndTester();
    void reloadKeepsWhatItCan();
};

void TestCorrelation::sequences_data()
{
    QTest::addColumn<QByteArray>("rules");
    QTest::addColumn<QByteArray>("lines"); // separated by '|'; "t " is put in front; "3*x" is x three times
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char* name, const std::string& rules, const char* lines, const char* expected) {
        QTest::newRow(name) << QByteArray::fromStdString(rules) << QByteArray(lines) << QByteArray(expected);
    };
    const std::string base = plain(100, "fail", "fails,");
    row("frequency 3 fires at 3, 6, 9", base + composite(101, 10, 3, kSid), "10*fail",
        "100 100 101 100 100 101 100 100 101 100");
    row("frequency 2 fires from the second on", base + composite(101, 10, 2, kSid), "5*fail",
        "100 101 101 101 101");
    row("no frequency is like 2",
        base + "<rule id=\"101\" level=\"10\">" + kSid + "<description>d</description></rule>", "3*fail",
        "100 101 101");
    row("same_srcip keeps sources apart", base + composite(101, 10, 3, kSid + "<same_srcip />"),
        "fail ip=1.1.1.1|fail ip=2.2.2.2|fail ip=1.1.1.1|fail ip=2.2.2.2|fail ip=1.1.1.1|fail ip=2.2.2.2",
        "100 100 100 100 101 101");
    row("same without the field never counts", base + composite(101, 10, 2, kSid + "<same_user />"), "3*fail",
        "100 100 100");
    row("used events of another source do not stop the search",
        base + composite(101, 10, 3, kSid + "<same_srcip />"),
        "fail ip=1.1.1.1|fail ip=2.2.2.2|fail ip=1.1.1.1|fail ip=1.1.1.1|fail ip=2.2.2.2|fail ip=2.2.2.2",
        "100 100 100 101 100 101");
    row("different compares with the current event only",
        base + composite(101, 10, 3, kSid + "<different_user />"), "fail user=a|fail user=a|fail user=b",
        "100 100 101");
    row("different passes where a side lacks the field",
        base + composite(101, 10, 3, kSid + "<different_user />"), "fail|fail|fail user=b", "100 100 101");
    row("different does not count equals",
        base + composite(101, 10, 3, kSid + "<same_srcip /><different_url />"),
        "fail ip=1.1.1.1 url=/a|fail ip=1.1.1.1 url=/b|fail ip=1.1.1.1 url=/b|fail ip=1.1.1.1 url=/c",
        "100 100 100 101");
    row("same_field", base + composite(101, 10, 3, kSid + "<same_field>d</same_field>"),
        "fail d=x|fail d=y|fail d=x|fail d=x", "100 100 100 101");
    row("different_field", base + composite(101, 10, 3, kSid + "<different_field>d</different_field>"),
        "fail d=x|fail d=y|fail d=z|fail d=x", "100 100 101 100");
    row("different_field needs a dynamic field on one side",
        base + composite(101, 10, 2, kSid + "<different_field>d</different_field>"), "fail|fail|fail d=x",
        "100 100 101");
    row("group members together, the composite not by itself",
        base + plain(102, "deny", "fails,") + composite(103, 10, 3, kGroup), "fail|deny|fail|deny|fail|fail",
        "100 102 103 102 100 103");
    row("a sid target is hidden from groups",
        base + composite(101, 10, 3, kSid + "<match>never</match>") + composite(103, 10, 3, kGroup), "5*fail",
        "100 100 100 100 100");
    row("group members loaded later do not count",
        base + composite(103, 10, 3, kGroup) + plain(104, "deny", "fails,"), "fail|3*deny|fail|fail",
        "100 104 104 104 100 103");
    row("a member at two places counts twice",
        plain(110, "aa") + plain(111, "bb") +
            "<rule id=\"100\" level=\"4\"><if_sid>110, 111</if_sid><match>fail</match><group>fails,</group>"
            "<description>d</description></rule>" +
            composite(103, 10, 5, kGroup),
        "6*aa fail", "100 100 103 100 100 103");
    row("only the final verdict is remembered",
        base +
            "<rule id=\"102\" "
            "level=\"5\"><if_sid>100</if_sid><match>special</match><description>d</description></rule>" +
            composite(103, 10, 3, kSid),
        "fail|fail special|fail special|fail|fail", "100 102 102 100 103");
    row("level 0 is not remembered", plain(100, "fail", "", 0) + composite(101, 10, 2, kSid), "3*fail",
        "100 100 100");
    row("another rule triggers, this one is counted",
        base + plain(102, "good") + composite(103, 12, 3, "<if_sid>102</if_sid>" + kSid),
        "fail|fail|good|good", "100 100 103 102");
    row("a higher composite fires over used events, a lower one does not",
        base + composite(101, 10, 3, kSid) + composite(102, 12, 5, kSid) + composite(104, 5, 3, kSid),
        "8*fail", "100 100 101 100 100 102 100 100");
    row("marks are set even under noalert",
        base + composite(101, 10, 3, kSid, " noalert=\"1\"") + composite(102, 9, 3, kSid), "6*fail",
        "100 100 100 100 100 100");
    row("a composite of a composite",
        base + composite(101, 10, 2, kSid) + composite(102, 12, 2, "<if_matched_sid>101</if_matched_sid>"),
        "4*fail", "100 101 102 102");
    row("regex over all remembered events of the type",
        base + plain(102, "other") +
            composite(103, 9, 3, "<if_sid>100</if_sid><if_matched_regex>other \\d</if_matched_regex>"),
        "other 1|other x|other 2|fail|fail", "102 102 102 103 100");
    row("overwrite changes the frequency, not what is counted",
        base + composite(101, 10, 4, kSid) + composite(101, 11, 2, kSid, " overwrite=\"yes\""), "3*fail",
        "100 101 101");
}

void TestCorrelation::sequences()
{
    QFETCH(QByteArray, rules);
    QFETCH(QByteArray, lines);
    AnalysisBench bench;
    for (const auto& problem : bench.load(rules.toStdString()))
        QVERIFY2(problem.severity == Severity::Note, describe(problem).c_str());
    std::vector<std::string> texts;
    for (const auto& line : lines.split('|')) {
        const auto star = line.indexOf('*');
        for (int i = star > 0 ? line.left(star).toInt() : 1; i > 0; --i)
            texts.push_back("t " + line.mid(star + 1).toStdString());
    }
    const QByteArray result = QByteArray::fromStdString(bench.rules(texts));
    QTEST(result, "expected");
}

void TestCorrelation::timeframeIncludesItsEnd()
{
    AnalysisBench bench;
    bench.load(plain(100, "fail") + composite(101, 10, 2, kSid));
    QCOMPARE(bench.rule("t fail"), 100U);
    bench.pass(60);
    QCOMPARE(bench.rule("t fail"), 101U);
    bench.pass(1);
    QCOMPARE(bench.rule("t fail"), 100U);
    bench.pass(61);
    QCOMPARE(bench.rule("t fail"), 100U);
}

void TestCorrelation::timeRunningBackwardsIsHeld()
{
    AnalysisBench bench;
    bench.load(plain(100, "fail") + composite(101, 10, 2, kSid));
    QCOMPARE(bench.rule("t fail"), 100U);
    bench.pass(-3600);
    QCOMPARE(bench.rule("t fail"), 101U);
}

void TestCorrelation::previousOutputIsNewestFirstAndBounded()
{
    AnalysisBench bench;
    bench.load(plain(100, "fail") + composite(101, 10, 3, kSid) + plain(200, "many") +
               composite(201, 10, 20, "<if_matched_sid>200</if_matched_sid>"));
    bench.feed("t fail 1");
    QVERIFY(bench.feed("t fail 2").previousOutput.empty());
    const auto fired = bench.feed("t fail 3");
    QVERIFY(fired.previousOutput == "t fail 2\nt fail 1");
    QCOMPARE(fired.rule->frequency, 3);
    Verdict last;
    for (int i = 0; i < 20; ++i)
        last = bench.feed("t many");
    QCOMPARE(last.rule->id, 201U);
    QCOMPARE(std::ranges::count(last.previousOutput, '\n'), 10);
}

void TestCorrelation::sessionsKnowNothingOfEachOther()
{
    AnalysisBench bench;
    bench.load(plain(100, "fail") + composite(101, 10, 2, kSid));
    QCOMPARE(bench.feed("t fail", "l", 1).rule->id, 100U);
    QCOMPARE(bench.feed("t fail", "l", 2).rule->id, 100U);
    QCOMPARE(bench.feed("t fail", "l", 1).rule->id, 101U);
    QCOMPARE(bench.feed("t fail", "l", 2).rule->firedTimes, 1U);
}

void TestCorrelation::memoryIsBoundedAndForgetsTheOldest()
{
    AnalysisOptions options;
    options.memorySize = 50;
    AnalysisBench bench(options);
    bench.load(plain(100, "fail") + composite(101, 10, 3, kSid + "<same_srcip />") + plain(102, "noise"));
    bench.feed("t fail ip=1.1.1.1");
    bench.feed("t fail ip=1.1.1.1");
    for (int i = 0; i < 49; ++i)
        bench.feed("t noise");
    // The 51st event made the ten oldest go; both failures were among them.
    QCOMPARE(bench.rule("t fail ip=1.1.1.1"), 100U);
    QCOMPARE(bench.rule("t fail ip=1.1.1.1"), 100U);
    QCOMPARE(bench.rule("t fail ip=1.1.1.1"), 101U);

    // On overflow all events older in seconds than the largest frequency − 2 (here 1) go as well.
    for (int i = 0; i < 30; ++i)
        bench.feed("t fail ip=2.2.2." + std::to_string(i));
    bench.pass(2);
    for (int i = 0; i < 50; ++i)
        bench.feed("t noise");
    bench.feed("t fail ip=2.2.2.29");
    QCOMPARE(bench.rule("t fail ip=2.2.2.29"), 100U);
}

void TestCorrelation::ignoreInDaemonAndTester()
{
    const std::string rules =
        plain(100, "fail", "", 5) +
        "<rule id=\"101\" level=\"9\" ignore=\"30\"><if_sid>100</if_sid><match>bad</match>"
        "<description>d</description></rule>";
    struct Step
    {
        int pass;
        std::uint32_t daemonRule;
        bool testerAlert;
    };
    // The tester resets its clock on expiry, so two verdicts pass.
    const Step steps[] = {{0, 101, true}, {0, 100, false},  {29, 100, false}, {1, 101, true},
                          {0, 100, true}, {29, 100, false}, {1, 101, true}};
    AnalysisOptions options;
    AnalysisBench daemon(options);
    options.mode = AnalysisMode::Tester;
    AnalysisBench tester(options);
    daemon.load(rules);
    tester.load(rules);
    for (const auto& step : steps) {
        daemon.pass(step.pass);
        tester.pass(step.pass);
        const auto live = daemon.feed("t fail bad");
        QCOMPARE(live.rule->id, step.daemonRule);
        QVERIFY(live.alert && live.respond);
        const auto tested = tester.feed("t fail bad");
        QCOMPARE(tested.rule->id, 101U);
        QCOMPARE(tested.alert, step.testerAlert);
    }
}

void TestCorrelation::reloadKeepsWhatItCan()
{
    AnalysisBench bench;
    const std::string ignoring = "<rule id=\"105\" level=\"4\" ignore=\"100\"><match>shy</match>"
                                 "<description>d</description></rule>";
    bench.load(plain(100, "fail") + composite(101, 10, 4, kSid + "<same_srcip />") + ignoring +
               plain(106, "gone"));
    bench.feed("t fail ip=1.1.1.1");
    bench.feed("t fail ip=1.1.1.1");
    bench.feed("t fail ip=1.1.1.1");
    QCOMPARE(bench.rule("t shy"), 105U);
    bench.feed("t gone");

    // Other places, other values to compare, one rule more and one less: the counter goes on.
    const auto problems = bench.load(
        plain(90, "new") + composite(91, 5, 3, "<if_matched_sid>90</if_matched_sid><same_user />") +
        ignoring + plain(100, "fail") + composite(101, 10, 4, kSid + "<same_srcip />"));
    QVERIFY(problems.empty());
    const auto fired = bench.feed("t fail ip=1.1.1.1");
    QCOMPARE(fired.rule->id, 101U);
    QVERIFY(fired.previousOutput == "t fail ip=1.1.1.1\nt fail ip=1.1.1.1\nt fail ip=1.1.1.1");
    QCOMPARE(bench.rule("t shy"), 1U); // still ignored: the parent's verdict
    QCOMPARE(bench.rule("t gone"), 0U);
    QCOMPARE(bench.rule("t fail ip=1.1.1.1"), 100U);
    QCOMPARE(bench.feed("t fail ip=1.1.1.1").rule->firedTimes, 5U);
}

QTEST_APPLESS_MAIN(TestCorrelation)
#include "tst_correlation.moc"
