// The tree and the order in which it is tried, conditions on fields, descriptions.
#include "tests/unit/analysis/analysis_bench.h"

#include <QtTest>

using namespace bartizan;
using namespace bartizan::test;

class TestRuleMatching : public QObject
{
    Q_OBJECT

private slots:
    void listsMayHoldNetworks();
    void verdicts_data();
    void verdicts();
    void descriptions_data();
    void descriptions();
    void firedTimesCountFinalVerdictsOnly();
    void checkDiffComparesPerHost();
    void hostNameStandsIn();
    void traceTellsWhatFailedAndWhy();
    void traceChangesNothing();
};

void TestRuleMatching::verdicts_data()
{
    QTest::addColumn<QByteArray>("rules");
    QTest::addColumn<QByteArray>("lines"); // separated by '|'
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char* name, const std::string& rules, const char* lines, const char* expected) {
        QTest::newRow(name) << QByteArray::fromStdString(rules) << QByteArray(lines) << QByteArray(expected);
    };
    const auto rule = [](int id, int level, const std::string& inner, const std::string& attributes = {}) {
        return "<rule id=\"" + std::to_string(id) + "\" level=\"" + std::to_string(level) + "\"" +
               attributes + ">" + inner + "<description>d</description></rule>";
    };
    row("higher level first, equal ones in file order",
        rule(100, 3, "<match>x</match>") + rule(101, 5, "<match>x</match>") +
            rule(102, 5, "<match>x</match>"),
        "t x", "101");
    row("level 0 before 16", rule(100, 16, "<match>x</match>") + rule(101, 0, "<match>x y</match>"),
        "t x y|t x", "101 100");
    row("accuracy 0 last",
        rule(100, 10, "<match>x</match>", " accuracy=\"0\"") + rule(101, 3, "<match>x</match>"), "t x",
        "101");
    row("child decides",
        rule(100, 3, "<match>x</match>") + rule(101, 7, "<if_sid>100</if_sid><match>y</match>") +
            rule(102, 0, "<if_sid>100</if_sid><match>quiet</match>"),
        "t x|t x y|t y|t x y quiet", "100 101 0 102");
    row("noalert goes on to the next",
        rule(100, 10, "<match>x</match>", " noalert=\"1\"") + rule(101, 3, "<match>x</match>") +
            rule(102, 5, "<if_sid>100</if_sid><match>y</match>"),
        "t x|t x y", "101 102");
    row("if_sid at each place of the parent",
        rule(100, 3, "<match>a</match>") + rule(101, 3, "<match>b</match>") +
            rule(102, 4, "<if_sid>100,101</if_sid><match>m</match>") +
            rule(103, 5, "<if_sid>102</if_sid><match>leaf</match>"),
        "t a m leaf|t b m leaf", "103 103");
    // 102 hangs under 100 and, as a later sibling's child, under 101 which itself is below 100: the search
    // for 102 stops in the list where it is met first.
    row("if_sid leaves the list at a hit",
        rule(100, 3, "<match>a</match>") + rule(101, 3, "<if_sid>100</if_sid><match>b</match>") +
            rule(102, 9, "<if_sid>100, 101</if_sid><match>m</match>") +
            rule(103, 5, "<if_sid>102</if_sid><match>leaf</match>"),
        "t a m leaf|t a b m leaf", "103 103");
    row("if_group hits substrings of groups loaded before",
        rule(100, 3, "<match>a</match><group>webattack,</group>") +
            rule(101, 5, "<if_group>ATTACK|zzz</if_group><match>now</match>") +
            rule(102, 3, "<match>b</match><group>attack,</group>"),
        "t a now|t b now", "101 102");
    row("if_level takes level 0 too",
        rule(100, 3, "<match>a</match>") + rule(101, 8, "<match>b</match>") +
            rule(103, 0, "<match>c</match>") + rule(102, 9, "<if_level>8</if_level><match>now</match>"),
        "t a now|t b now|t c now", "102 102 102"); // rule 1 has level 0 as well
    // 102 hangs under rules 1, 2 and 4, and under 100: four places count four times.
    row("if_level takes inaccurate rules too",
        rule(100, 10, "<match>a</match>", " accuracy=\"0\"") +
            rule(102, 9, "<if_level>8</if_level><match>now</match><group>gg,</group>") +
            rule(103, 12, "<if_sid>102</if_sid><if_matched_group>gg</if_matched_group>",
                 " frequency=\"5\" timeframe=\"60\""),
        "t now|t now", "102 103");
    row("if_sid goes before if_group",
        rule(100, 3, "<match>a</match><group>gg,</group>") + rule(101, 3, "<match>b</match>") +
            rule(102, 4, "<if_group>gg</if_group><if_sid>101</if_sid><match>now</match>"),
        "t a now|t b now", "100 102");
    row("match", rule(100, 3, "<match>^t x|y$</match>"), "t x1|t zy|t z", "100 100 0");
    row("match negated by attribute and by !",
        rule(100, 3, "<match negate=\"yes\">x|y</match>") + rule(101, 4, "<match>!x|z</match>"),
        "t x|t y|t z|t q", "0 101 100 101");
    row("the last negate and type count",
        rule(100, 3, "<regex negate=\"yes\" type=\"pcre2\">\\d</regex><regex>+</regex>"), "t 12|t x",
        "100 0");
    row("texts are concatenated", rule(100, 3, "<match>fo</match><match>o|x</match>"), "t foo|t fo|t x",
        "100 0 100");
    row("regex and its type",
        rule(100, 3, "<regex>n\\d+$</regex>") + rule(101, 4, "<regex type=\"pcre2\">^t N\\d$</regex>"),
        "t n12|t N1|t nn", "100 101 0");
    row("missing fields match nothing, negated or not",
        rule(100, 3, "<user negate=\"yes\">bob</user>") +
            rule(101, 4, "<field name=\"d\" negate=\"yes\">x</field>") +
            rule(102, 5, "<srcip negate=\"yes\">192.0.2.1</srcip>"),
        "t z|t user=al|t user=bob|t d=x|t d=y|t ip=192.0.2.1|t ip=192.0.2.2|t ip=host",
        "0 100 0 0 101 0 102 102");
    row("action is exact without a type",
        rule(100, 3, "<action>drop</action>") + rule(101, 4, "<action type=\"osmatch\">^al</action>"),
        "t act=drop|t act=Drop|t act=drops|t act=Allow", "100 0 0 101");
    row("user is dstuser, else srcuser", rule(100, 3, "<user>^bob$</user>"),
        "t user=bob|t by=bob|t user=al by=bob", "100 100 0");
    row("list user is srcuser, else dstuser", rule(100, 3, "<list field=\"user\">users</list>"),
        "t user=bob|t by=bob|t by=al user=bob", "100 100 0");
    row("list on dynamic, negated and missing",
        rule(100, 3, "<list field=\"e.F\" lookup=\"not_match_key\">users</list>"), "t e=bob|t e=al|t z",
        "0 100 0");
    row("three lists are all looked up",
        rule(100, 3,
             "<list field=\"srcip\">users</list><list field=\"user\">users</list><list "
             "field=\"d\">users</list>"),
        "t ip=bob user=bob d=bob|t ip=x user=bob d=bob|t ip=bob user=bob d=x", "100 0 0");
    row("fields are ANDed, names ignore case",
        rule(100, 3, "<field name=\"D\">^a</field><field name=\"d\">z$</field><field name=\"E.F\">.</field>"),
        "t d=abz e=.|t d=ab e=.|t d=abz", "100 0 0");
    row("maxsize is a least size", rule(100, 3, "<match>t</match>", " maxsize=\"6\""), "t 6789|t 678",
        "100 0");
    row("decoded_as", rule(100, 3, "<decoded_as>t</decoded_as>"), "t x|u x", "100 0");
    row("program name", rule(100, 3, "<program_name>^prog$</program_name>"),
        "Mar  7 04:02:11 h prog[3]: x|Mar  7 04:02:11 h progs: x|t x", "100 0 0");
    row("category", rule(100, 3, "<category>firewall</category><match>w</match>"), "fw x|t w", "100 0");
    row("compiled", rule(100, 3, "<compiled_rule>is_simple_http_request</compiled_rule>"),
        "t url=/a|t url=/a?b|t", "100 0 0");
    row("undecoded events are syslog", rule(100, 3, "<match>zz</match>"), "zz", "100");
}

void TestRuleMatching::verdicts()
{
    QFETCH(QByteArray, rules);
    QFETCH(QByteArray, lines);
    AnalysisOptions options;
    options.dropIncompleteFirewallEvents = false;
    AnalysisBench bench(options);
    for (const auto& problem : bench.load(rules.toStdString(), {{"users", "bob:\n"}}))
        QVERIFY2(problem.severity == Severity::Note, describe(problem).c_str());
    std::vector<std::string> texts;
    for (const auto& line : lines.split('|'))
        texts.push_back(line.toStdString());
    const QByteArray result = QByteArray::fromStdString(bench.rules(texts));
    QTEST(result, "expected");
}

void TestRuleMatching::descriptions_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("expected"); // for "t ip=192.0.2.1 user=bob d=Dyn"
    const auto row = [](const char* text, const QByteArray& expected) {
        QTest::newRow(QByteArray(text).left(40).constData()) << QByteArray(text) << expected;
    };
    row("plain", "plain");
    row("$(srcip)", "192.0.2.1");
    row("a $(srcip) b $(dstuser) c", "a 192.0.2.1 b bob c");
    row("$(user) is no alias", " is no alias");
    row("$(D) $(nothing)|$(program_name)|$(hostname)", "Dyn ||here");
    row("$(srcip", "$(srcip");
    row("$(srcip)$(broken", "192.0.2.1$(broken");
    row("$(srcgeoip)", "");
    row("one\ntwo\nthree", "one two\nthree");
    row("one</description><description>two", "onetwo");
    row("a &amp; b", "a &amp; b");
    const QByteArray longText(1015, 'x');
    row((longText + "$(srcip)").constData(), longText + "$(srcip)"); // 1024 bytes: raw
    row((longText.mid(1) + "$(srcip)").constData(), longText.mid(1) + "192.0.2.1");
}

void TestRuleMatching::descriptions()
{
    QFETCH(QByteArray, text);
    AnalysisOptions options;
    options.hostName = "here";
    AnalysisBench bench(options);
    bench.load("<rule id=\"100\" level=\"3\"><match>t</match><description>" + text.toStdString() +
               "</description></rule>");
    const auto verdict = bench.feed("t ip=192.0.2.1 user=bob d=Dyn");
    QVERIFY(verdict.rule.has_value());
    const QByteArray result = QByteArray::fromStdString(verdict.rule->description);
    QTEST(result, "expected");
}

void TestRuleMatching::firedTimesCountFinalVerdictsOnly()
{
    AnalysisBench bench;
    bench.load(
        "<rule id=\"100\" level=\"3\"><match>x</match><description>d</description></rule>"
        "<rule id=\"101\" level=\"3\"><if_sid>100</if_sid><match>y</match><description>d</description></rule>"
        "<rule id=\"102\" level=\"3\"><match>z</match><options>no_counter</options>"
        "<description>d</description></rule>");
    QCOMPARE(bench.feed("t x").rule->firedTimes, 1U);
    QCOMPARE(bench.feed("t x y").rule->firedTimes, 1U);
    QCOMPARE(bench.feed("t x").rule->firedTimes, 2U);
    QCOMPARE(bench.feed("t z").rule->firedTimes, 0U);
}

void TestRuleMatching::checkDiffComparesPerHost()
{
    AnalysisBench bench;
    bench.load(
        "<rule id=\"100\" level=\"3\"><match>state</match><check_diff /><description>d</description></rule>");
    QCOMPARE(bench.rule("Mar  7 04:02:11 a prog: state 1"), 0U);
    QCOMPARE(bench.rule("Mar  7 04:02:12 b prog: state 2"), 0U);
    QCOMPARE(bench.rule("Mar  7 04:02:13 a prog: state 1"), 0U);
    const auto changed = bench.feed("Mar  7 04:02:14 a prog: state 3");
    QVERIFY(changed.rule && changed.previousOutput == "Previous output:\nstate 1");
    QCOMPARE(bench.rule("Mar  7 04:02:14 a prog: state 3"), 0U);
}

void TestRuleMatching::hostNameStandsIn()
{
    AnalysisOptions options;
    options.hostName = "desk";
    AnalysisBench bench(options);
    bench.load("<rule id=\"100\" level=\"3\"><hostname>^desk$</hostname><description>d</description></rule>");
    QVERIFY(bench.rules({"t x", "Mar  7 04:02:11 gate prog: x"}) == "100 0");
    QVERIFY(!bench.feed("t x").hostname); // the verdict shows what the record says
}

void TestRuleMatching::traceTellsWhatFailedAndWhy()
{
    struct Trace final : RuleTrace
    {
        void matched(const Rule& rule) override { text += "+" + std::to_string(rule.id) + "\n"; }
        void failed(const Rule& rule, std::size_t held, const std::vector<FailedCondition>& failed) override
        {
            text += "-" + std::to_string(rule.id) + " " + std::to_string(held);
            for (const auto& one : failed)
                text += " | " + one.condition + ": " + one.why;
            text += "\n";
        }
        std::string text;
    } trace;
    AnalysisBench bench;
    bench.load(R"(<rule id="101" level="5"><decoded_as>fw</decoded_as><description>d</description></rule>
<rule id="102" level="4"><user>bob</user><match negate="yes">y</match><field name="no.such">a</field>
  <srcip>10.0.0.0/8</srcip><if_fts/><description>d</description></rule>
<rule id="100" level="3"><user>bob</user><description>d</description></rule>
<rule id="103" level="9" frequency="4" timeframe="60"><if_matched_sid>100</if_matched_sid>
  <description>d</description></rule>)");
    bench.feed("t user=bob y");
    bench.analyser().setTrace(nullptr, &trace);
    bench.feed("t user=bob y");
    bench.analyser().setTrace(nullptr, nullptr);
    bench.feed("t user=bob y");
    QCOMPARE(QString::fromStdString(trace.text),
             QStringLiteral("+1\n"
                            "-101 0 | decoded_as \"fw\": the decoder is \"t\"\n"
                            "-102 1 | field no.such \"a\": no.such is not set | srcip \"10.0.0.0/8\": "
                            "srcip is not set | not match \"y\": it is in the log\n"
                            "+100\n"
                            "-103 0 | frequency 4 in 60 s: 1 of 3 earlier events are there\n"));
}

// Under a trace every verdict is the same, and what is remembered too.
void TestRuleMatching::traceChangesNothing()
{
    struct Silent final : RuleTrace
    {
        void matched(const Rule&) override {}
        void failed(const Rule&, std::size_t, const std::vector<FailedCondition>&) override {}
    } silent;
    const char* rules = R"(<rule id="100" level="3"><match>a</match><description>d</description></rule>
<rule id="101" level="5"><if_sid>100</if_sid><check_diff/><match>c</match><description>d</description></rule>
<rule id="103" level="9" frequency="3" timeframe="60"><if_matched_sid>100</if_matched_sid>
  <description>d</description></rule>)";
    AnalysisBench traced;
    AnalysisBench plain;
    traced.load(rules);
    plain.load(rules);
    traced.analyser().setTrace(nullptr, &silent);
    for (const char* line : {"t a", "t a c", "t a c", "t a b", "t a", "t a cc", "t a", "t a", "x"})
        QCOMPARE(traced.rules({line}), plain.rules({line}));
}

void TestRuleMatching::listsMayHoldNetworks()
{
    AnalysisBench bench;
    const auto problems = bench.load(
        R"(<rule id="100" level="3"><list field="srcip" lookup="address_match_key" networks="yes">etc/lists/l</list>
<description>in a network</description></rule>
<rule id="101" level="2"><list field="srcip" lookup="address_match_key">etc/lists/l</list>
<description>as in the reference</description></rule>)",
        {{"l", "192.0.2.0/24:\n198.51.100.:\n\"2001:db8::/32\":\n"}});
    QVERIFY(problems.empty());
    QVERIFY(bench.rules({"t ip=192.0.2.7", "t ip=198.51.100.7", "t ip=2001:db8::7", "t ip=203.0.113.7",
                         "t ip=x"}) == "100 100 100 0 0");
    for (const char* wrong : {"lookup=\"match_key\" networks=\"yes\"", "networks=\"maybe\""}) {
        const auto found = bench.load("<rule id=\"100\" level=\"3\"><list field=\"srcip\" " +
                                          std::string(wrong) + ">l</list><description>d</description></rule>",
                                      {{"l", "192.0.2.0/24:\n"}});
        QVERIFY2(!found.empty() && found.front().severity == Severity::Error && found.front().line == 1,
                 wrong);
    }
}

QTEST_APPLESS_MAIN(TestRuleMatching)
#include "tst_rule_matching.moc"
