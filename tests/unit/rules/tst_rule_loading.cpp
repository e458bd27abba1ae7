// What is wrong with a rule file is told with its place, and costs no more than it must.
#include "tests/unit/analysis/analysis_bench.h"

#include <QtTest>

using namespace bartizan;
using namespace bartizan::test;

class TestRuleLoading : public QObject
{
    Q_OBJECT

private slots:
    void badRulesAreSetAside_data();
    void badRulesAreSetAside();
    void positionsPointIntoTheFile();
    void aBrokenFileLeavesTheOthers();
    void nothingUsableKeepsTheRunningSet();
    void filesAreOrderedByBaseName();
    void overwriteKeepsThePlace();
    void listsAreFoundUnderEachName_data();
    void listsAreFoundUnderEachName();
};

void TestRuleLoading::badRulesAreSetAside_data()
{
    QTest::addColumn<QByteArray>("rule"); // rule 101, beside a good rule 100
    QTest::addColumn<int>("severity");
    QTest::addColumn<bool>("kept");
    const auto row = [](const char* name, const char* rule, Severity severity, bool kept = false) {
        QTest::newRow(name) << QByteArray(rule) << static_cast<int>(severity) << kept;
    };
    const auto fatal = Severity::Error;
    const auto skipped = Severity::Warning;
    const char* const good = "<description>d</description></rule>";
    const auto body = [&](const char* name, const QByteArray& inner, Severity severity, bool kept = false) {
        row(name, QByteArray("<rule id=\"101\" level=\"5\">" + inner + good).constData(), severity, kept);
    };
    row("no level", "<rule id=\"101\"><match>x</match><description>d</description></rule>", fatal);
    row("level text", "<rule id=\"101\" level=\"high\"><description>d</description></rule>", fatal);
    row("level 17", "<rule id=\"101\" level=\"17\"><description>d</description></rule>", fatal);
    row("long id", "<rule id=\"1234567\" level=\"3\"><description>d</description></rule>", fatal);
    row("no id", "<rule level=\"3\"><description>d</description></rule>", fatal);
    row("unknown attribute",
        "<rule id=\"101\" level=\"3\" colour=\"red\"><description>d</description></rule>", fatal);
    row("frequency 1",
        "<rule id=\"101\" level=\"3\" frequency=\"1\"><if_matched_sid>100</if_matched_sid>"
        "<description>d</description></rule>",
        fatal);
    row("frequency counts nothing",
        "<rule id=\"101\" level=\"3\" frequency=\"4\"><description>d</description></rule>", fatal);
    row("empty", "<rule id=\"101\" level=\"3\"></rule>", fatal);
    row("no description", "<rule id=\"101\" level=\"3\"><match>x</match></rule>", fatal);
    body("unknown element", "<matches>x</matches>", fatal);
    body("bad pattern", "<regex>(a(b))</regex>", fatal);
    body("bad pcre2", "<match type=\"pcre2\">(</match>", fatal);
    body("bad type", "<match type=\"glob\">x</match>", fatal);
    body("static field", "<field name=\"srcip\">x</field>", fatal);
    body("field without name", "<field>x</field>", fatal);
    body("partial address", "<srcip>10.0.</srcip>", fatal);
    body("every v6 address", "<srcip>::/0</srcip>", fatal);
    body("bad time", "<time>24:00 - 3:00</time>", fatal);
    body("bad weekday", "<weekday>!monday</weekday>", fatal);
    body("bad category", "<category>mail</category>", fatal);
    body("unknown decoder", "<decoded_as>nobody</decoded_as>", fatal);
    body("unknown option", "<options>quiet</options>", fatal);
    body("unknown test", "<compiled_rule>is_nice</compiled_rule>", fatal);
    body("same without counting", "<same_srcip />", fatal);
    body("case matters for same_id", "<if_matched_sid>100</if_matched_sid><SAME_ID />", fatal);
    body("list without field", "<list>l</list>", fatal);
    body("list look-up", "<list field=\"srcip\" lookup=\"near\">l</list>", fatal);
    body("bad mitre", "<mitre><name>x</name></mitre>", fatal);
    body("missing list", "<list field=\"srcip\">nolist</list>", skipped);
    body("if_sid text", "<if_sid>100|1</if_sid>", skipped);
    body("if_sid unknown", "<if_sid>555</if_sid>", skipped);
    body("if_group unknown", "<if_group>nobody</if_group>", skipped);
    body("if_level text", "<if_level>many</if_level>", skipped);
    body("if_matched_sid list", "<if_matched_sid>100, 1</if_matched_sid>", skipped);
    body("if_matched_sid unknown", "<if_matched_sid>555</if_matched_sid>", skipped);
    row("duplicate", "<rule id=\"100\" level=\"9\"><match>x</match><description>d</description></rule>",
        skipped);
    body("same_agent", "<if_matched_sid>100</if_matched_sid><same_agent />", skipped, true);
    body("one of two if_sid", "<if_sid>100, 555</if_sid><match>x</match>", Severity::Note, true);
    row("overwrite of nothing",
        "<rule id=\"101\" level=\"5\" overwrite=\"yes\"><match>x</match><description>d</description></rule>",
        skipped, true);
}

void TestRuleLoading::badRulesAreSetAside()
{
    QFETCH(QByteArray, rule);
    QFETCH(int, severity);
    AnalysisBench bench;
    const auto problems =
        bench.load("<rule id=\"100\" level=\"3\"><match>t</match><description>d</description></rule>\n" +
                       rule.toStdString(),
                   {{"l", "a:\n"}});
    QVERIFY(!problems.empty());
    const auto worst = std::ranges::max_element(problems, {}, &Problem::severity);
    QCOMPARE(static_cast<int>(worst->severity), severity);
    QVERIFY(worst->file == "0002-test.xml");
    QCOMPARE(worst->line, 2);
    QVERIFY(worst->column > 0 && !worst->message.empty() && worst->component == "rules");
    const bool kept = bench.analyser().ruleset()->rules->find(101) != nullptr;
    QTEST(kept, "kept");
    QCOMPARE(bench.analyser().ruleset()->rules->find(100)->level, 3);
}

void TestRuleLoading::positionsPointIntoTheFile()
{
    AnalysisBench bench;
    const auto problems =
        bench.load("\n<rule id=\"100\" level=\"3\"><match>t</match><description>d</description></rule>"
                   "\n  <rule id=\"101\" level=\"3\">\n    <srcip>nowhere</srcip>"
                   "<description>d</description></rule>");
    QCOMPARE(problems.size(), 1U);
    QCOMPARE(problems.front().line, 4);
    QCOMPARE(problems.front().column, 5);
}

void TestRuleLoading::aBrokenFileLeavesTheOthers()
{
    const std::string good =
        group("<rule id=\"100\" level=\"3\"><match>t</match><description>d</description></rule>");
    for (const std::string broken :
         {"<group name=\"x,\"><rule", "<rule id=\"5\" level=\"3\"></rule>", "<!-- nothing -->",
          "<group><rule/></group>", "<group name=\"x,\"></group>", "<group name=\"x,\"><list/></group>"}) {
        AnalysisBench bench;
        const auto problems = bench.loadFiles(
            {{"0001-base.xml", kCategories}, {"0002-bad.xml", broken}, {"0003-good.xml", good}});
        QVERIFY2(std::ranges::count(problems, Severity::Error, &Problem::severity) == 1, broken.c_str());
        QCOMPARE(bench.rule("t x"), 100U);
    }
}

void TestRuleLoading::nothingUsableKeepsTheRunningSet()
{
    AnalysisBench bench;
    bench.load("<rule id=\"100\" level=\"3\"><match>t</match><description>d</description></rule>");
    const auto result = bench.analyser().load({{}, {{"a.xml", "<group"}}, {}});
    QVERIFY(!result.has_value());
    QVERIFY(!result.error().message.empty() && !result.error().cure.empty());
    QCOMPARE(bench.rule("t x"), 100U);
    QCOMPARE(bench.analyser().summary().rules, 4U);
}

void TestRuleLoading::filesAreOrderedByBaseName()
{
    AnalysisBench bench;
    const auto rule = [](const char* id) {
        return group("<rule id=\"" + std::string(id) +
                     "\" level=\"5\"><match>t</match><description>d</description></rule>");
    };
    bench.loadFiles({{"z/local_rules.xml", rule("100")},
                     {"a/0500-b.xml", rule("101")},
                     {"z/0001-base.xml", kCategories}});
    QCOMPARE(bench.rule("t x"), 101U);
}

void TestRuleLoading::overwriteKeepsThePlace()
{
    AnalysisBench bench;
    const auto problems = bench.load(R"(
<rule id="100" level="3"><match>one</match><description>d</description></rule>
<rule id="101" level="5"><match>two</match><description>d</description></rule>
<rule id="102" level="7"><if_sid>100</if_sid><match>kid</match><description>d</description></rule>
<rule id="100" level="12" overwrite="yes"><if_sid>101</if_sid><match>three</match><description>$(d)</description></rule>)");
    QCOMPARE(problems.size(), 2U);
    QVERIFY(problems[0].severity == Severity::Warning); // the if_sid has no effect
    QVERIFY(problems[1].severity == Severity::Note &&
            problems[1].message.ends_with("overwrites the one in 0002-test.xml:2"));
    QVERIFY(bench.rules({"t one", "t three", "t two three", "t three kid"}) == "0 100 101 102");
    QCOMPARE(bench.feed("t three").rule->level, 12);
}

void TestRuleLoading::listsAreFoundUnderEachName_data()
{
    QTest::addColumn<QByteArray>("path");
    for (const char* path : {"sub/l", "lists/sub/l", "etc/lists/sub/l"})
        QTest::newRow(path) << QByteArray(path);
}

void TestRuleLoading::listsAreFoundUnderEachName()
{
    QFETCH(QByteArray, path);
    AnalysisBench bench;
    const auto problems = bench.load("<rule id=\"100\" level=\"3\"><list field=\"srcip\">" +
                                         path.toStdString() + "</list><description>d</description></rule>",
                                     {{"sub/l", "192.0.2.1:\n"}});
    QVERIFY(problems.empty());
    QVERIFY(bench.rules({"t ip=192.0.2.1", "t ip=192.0.2.2"}) == "100 0");
}

QTEST_APPLESS_MAIN(TestRuleLoading)
#include "tst_rule_loading.moc"
