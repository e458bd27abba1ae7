// No record may cost more than MatchBudget gives it, whatever is written against the rules; and no line of
// ordinary make may come near that. Costs are counted, so that the test says the same on every machine.
#include "engine/analysis/analyser.h"
#include "engine/pattern/match_budget.h"
#include "tests/hostile/hostile_lines.h"
#include "tests/hostile/hostile_texts.h"
#include "tests/oracle/oracle_files.h"
#include "tests/oracle/oracle_ruleset.h"

#include <QJsonArray>
#include <QtTest>

using namespace bartizan;
using namespace bartizan::test;

namespace {

// The match that spends the last of the budget may go a little too far: a search for a literal is not broken
// off.
constexpr std::int64_t kMostSteps = MatchBudget::kStepsPerRecord + 500'000;
constexpr std::size_t kLongest = 65'536; // what the log sources let through

const QString kBuiltin = QStringLiteral(BARTIZAN_SOURCE_DIR "/resources/ruleset");

void analyse(Analyser& analyser, const std::string& text, const std::string& location)
{
    RecordBatch batch;
    batch.add(text, batch.locationIndex(location), 1'760'000'000'000);
    Verdicts verdicts;
    QVERIFY(analyser.analyse(batch, VerdictDetail::Everything, verdicts).has_value());
    QCOMPARE(verdicts.size(), std::size_t{1});
}

struct Run
{
    std::int64_t most = 0;
    std::size_t overspent = 0;
    std::string dearest;
};

Run run(Analyser& analyser, const std::vector<HostileLine>& lines)
{
    Run result;
    for (const auto& line : lines) {
        analyse(analyser, line.text, line.location);
        result.overspent += analyser.lastCost() >= MatchBudget::kStepsPerRecord ? 1 : 0;
        if (analyser.lastCost() > result.most) {
            result.most = analyser.lastCost();
            result.dearest = line.kind + " " + line.owner;
        }
    }
    return result;
}

// How many records the findings say were cut off.
std::size_t toldOverspent(const Problems& findings)
{
    static const QRegularExpression kCount(QStringLiteral("a record may cost, on (\\d+) record"));
    std::size_t told = 0;
    for (const auto& problem : findings)
        told += kCount.match(QString::fromStdString(problem.message)).captured(1).toULongLong();
    return told;
}

std::vector<std::string> ordinaryLines()
{
    std::vector<std::string> lines;
    for (const auto& row : oracleRows(QStringLiteral("wazuh/cases/cases.jsonl"))) {
        for (const auto& event : row.value(QStringLiteral("events")).toArray())
            lines.push_back(event.toString().toStdString());
    }
    return lines;
}

} // namespace

class WorstCases : public QObject
{
    Q_OBJECT

private slots:
    void hostileLinesStayWithinTheBudget_data();
    void hostileLinesStayWithinTheBudget();
    void whatIsCutOffIsTold();
    void aSpentBudgetLeavesTheNextRecordAlone();
    void countingDoesNotChangeTheResult();
    void ordinaryLongLinesAreNotTouched();
};

void WorstCases::hostileLinesStayWithinTheBudget_data()
{
    QTest::addColumn<QString>("ruleset");
    QTest::addColumn<int>("size");
    QTest::newRow("built-in rules, 8 KiB") << kBuiltin << 8192;
    QTest::newRow("built-in rules, 64 KiB") << kBuiltin << 65536;
    QTest::newRow("built-in rules, 1 MiB") << kBuiltin << 1'048'576;
    const QString reference = oraclePath(QStringLiteral("wazuh/ruleset"));
    if (!reference.isEmpty())
        QTest::newRow("the whole reference ruleset, 8 KiB") << reference << 8192;
}

void WorstCases::hostileLinesStayWithinTheBudget()
{
    QFETCH(QString, ruleset);
    QFETCH(int, size);
    const auto source = rulesetBelow(ruleset);
    Analyser analyser({});
    QVERIFY(analyser.load(source).has_value());
    const auto lines = hostileLines(source, static_cast<std::size_t>(size));
    QVERIFY(lines.size() > 100);
    Run result = run(analyser, lines);
    const Run odd = run(analyser, oddLines(static_cast<std::size_t>(size)));
    if (odd.most > result.most)
        result = odd;
    qInfo("%zu lines; at most %lld steps: %s", lines.size(), static_cast<long long>(result.most),
          result.dearest.c_str());
    QVERIFY2(result.most <= kMostSteps, result.dearest.c_str());
    QVERIFY(result.most > 0);
}

namespace {

// Rules that a line of "x=" makes expensive, one after the other.
RulesetSource expensiveRules()
{
    std::string rules =
        "<group name=\"g,\"><rule id=\"1\" level=\"0\" noalert=\"1\"><category>syslog</category>"
        "<description>d</description></rule>";
    for (int id = 100; id < 120; ++id) {
        rules += "<rule id=\"" + std::to_string(id) +
                 "\" level=\"3\"><if_sid>1</if_sid><match type=\"pcre2\">x=(\\S+)?(\\w+|=)+" +
                 std::to_string(id) + "\\s</match><description>d</description></rule>";
    }
    rules += "<rule id=\"200\" level=\"3\"><if_sid>1</if_sid><match>fine</match><description>d</description>"
             "</rule></group>";
    return {{}, {{"0001-rules.xml", rules}}, {}};
}

std::string expensiveLine()
{
    std::string ends;
    for (int id = 100; id < 120; ++id)
        ends += std::to_string(id);
    return filled("", "x=", 8000) + ends;
}

} // namespace

void WorstCases::whatIsCutOffIsTold()
{
    Analyser analyser({});
    QVERIFY(analyser.load(expensiveRules()).has_value());
    analyse(analyser, expensiveLine(), "x");
    QVERIFY(analyser.lastCost() >= MatchBudget::kStepsPerRecord);
    QVERIFY(analyser.lastCost() <= kMostSteps);
    analyse(analyser, expensiveLine(), "x");
    const Problems findings = analyser.findings();
    QCOMPARE(toldOverspent(findings), std::size_t{2});
    const auto told = std::ranges::find_if(findings, [](const Problem& problem) {
        return problem.message.starts_with("Rule 1") &&
               problem.message.find("took most of what a record may cost, on 2 records") != std::string::npos;
    });
    QVERIFY(told != findings.end());
    QVERIFY(told->line > 0);
    QVERIFY(analyser.load(expensiveRules()).has_value());
    QVERIFY(analyser.findings().empty());
}

void WorstCases::aSpentBudgetLeavesTheNextRecordAlone()
{
    Analyser analyser({});
    QVERIFY(analyser.load(expensiveRules()).has_value());
    RecordBatch batch;
    batch.add(expensiveLine() + " fine", batch.locationIndex("x"), 1000);
    batch.add("fine", batch.locationIndex("x"), 1000);
    Verdicts verdicts;
    QVERIFY(analyser.analyse(batch, VerdictDetail::Everything, verdicts).has_value());
    QCOMPARE(verdicts.size(), std::size_t{2});
    QVERIFY(!verdicts[0].rule); // the rules behind the expensive ones were not tried
    QVERIFY(verdicts[1].rule && verdicts[1].rule->id == 200);
    QVERIFY(analyser.lastCost() < 1000);
}

void WorstCases::countingDoesNotChangeTheResult()
{
    // Above this length a pattern with open runs is matched by the compilation that counts.
    const std::string padding(4000, 'y');
    const std::vector<std::string> heads{"", "a=1 b=22", "from 10.0.0.1 port 22",
                                         "Login u from x/1 to y:z/2 "};
    for (const char* text : {"(?i)B=(\\d+)", "from (\\S+) port (\\d+)", "^(\\w+)\\s(\\w+)", "(a)?=(\\d+)|b",
                             "([^%]+)?/(\\d)\\s?((\\S+)\\s.+:)", "y+$", "(?s).*1", "\\d++ y*"}) {
        const auto pattern = compilePattern(PatternType::Pcre2, text);
        QVERIFY(pattern.has_value());
        for (const auto& head : heads) {
            std::vector<std::string_view> brief;
            std::vector<std::string_view> counted;
            const std::string subject = head + " " + padding;
            const std::string_view beginning = std::string_view(subject).substr(0, 1500);
            const bool briefly = (*pattern)->matchEnd(beginning, brief).has_value();
            const auto end = (*pattern)->matchEnd(subject, counted);
            QCOMPARE(end.has_value(), briefly);
            if (!end)
                continue;
            QCOMPARE(counted.size(), brief.size());
            for (std::size_t i = 0; i < brief.size(); ++i)
                QCOMPARE(counted[i].substr(0, 20), brief[i].substr(0, 20));
        }
    }
}

void WorstCases::ordinaryLongLinesAreNotTouched()
{
    const QString reference = oraclePath(QStringLiteral("wazuh/ruleset"));
    const auto lines = ordinaryLines();
    if (reference.isEmpty() || lines.empty())
        QSKIP("no reference results here (BARTIZAN_ORACLE names their folder)");
    Analyser analyser({});
    QVERIFY(analyser.load(rulesetBelow(reference)).has_value());
    std::int64_t most = 0;
    std::string dearest;
    for (std::size_t first = 0; first < lines.size(); first += 5) {
        // What an application writes that logs too much: its line, and then more and more of others.
        std::string text;
        for (std::size_t i = first; text.size() < kLongest; ++i)
            text += lines[i % lines.size()] + ' ';
        text.resize(kLongest);
        analyse(analyser, text, "/var/log/x");
        if (analyser.lastCost() > most) {
            most = analyser.lastCost();
            dearest = lines[first];
        }
    }
    qInfo("at most %lld steps of %lld: %.200s", static_cast<long long>(most),
          static_cast<long long>(MatchBudget::kStepsPerRecord), dearest.c_str());
    QVERIFY2(most < MatchBudget::kStepsPerRecord, dearest.c_str());
    QVERIFY(analyser.findings().empty()); // nor did a single pattern give up
}

QTEST_GUILESS_MAIN(WorstCases)
#include "tst_worst_cases.moc"
