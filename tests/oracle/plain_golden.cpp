// The plain evaluation of a rule set against the reference's recorded answers: what the engine is compared
// with elsewhere has to be right itself.
#include "tests/oracle/golden_cases.h"
#include "tests/oracle/oracle_files.h"
#include "tests/oracle/oracle_ruleset.h"
#include "tests/oracle/quirk_files.h"
#include "tests/plain/plain_evaluator.h"

#include <QtTest>

using namespace bartizan;
using namespace bartizan::plain;
using namespace bartizan::test;

namespace {

AnalysisOptions testerOptions(int logAlertLevel, const char* hostName)
{
    AnalysisOptions options;
    options.mode = AnalysisMode::Tester;
    options.logAlertLevel = logAlertLevel;
    options.hostName = hostName;
    return options;
}

} // namespace

class PlainGolden : public QObject
{
    Q_OBJECT

private slots:
    void testLinesGetTheRecordedAnswers();
    void cornersAreTheReferences();
    void windowsEventsGetTheRecordedAnswers();
    void osRegexTablesAreEqual();
};

void PlainGolden::testLinesGetTheRecordedAnswers()
{
    const QString folder = oraclePath(QStringLiteral("wazuh/ruleset-test"));
    const auto rows = oracleRows(QStringLiteral("wazuh/cases/golden.jsonl"));
    if (folder.isEmpty() || rows.isEmpty())
        QSKIP("the reference results are not on this machine");
    PlainEvaluator evaluator(testerOptions(3, ""));
    QVERIFY(evaluator.load(rulesetBelow(folder)));
    QSet<QString> different;
    int events = 0;
    for (int row = 0; row < rows.size(); ++row) {
        const auto verdicts = evaluator.analyse(eventsOf(rows[row], "stdin", row));
        const auto results = rows[row][QStringLiteral("results")].toArray();
        QCOMPARE(static_cast<int>(verdicts.size()), results.size());
        for (int i = 0; i < results.size(); ++i) {
            ++events;
            const auto found = differences(results[i].toObject(), verdicts[static_cast<std::size_t>(i)]);
            if (found.isEmpty())
                continue;
            different.insert(QString::number(row));
            qInfo().noquote() << row << i << found.join(QLatin1Char(' '));
        }
    }
    qInfo() << "events:" << events << "cases that differ:" << different.size() << "of" << rows.size();
    QCOMPARE(different, knownDifferences(QStringLiteral("golden")));
}

void PlainGolden::cornersAreTheReferences()
{
    const auto rows = oracleRows(QStringLiteral("wazuh/quirks/quirks.jsonl"));
    if (rows.isEmpty())
        QSKIP("the reference results are not on this machine");
    QSet<QString> different;
    for (const auto& row : rows) {
        if (row[QStringLiteral("expected")][QStringLiteral("rc")].toInt() != 0)
            continue; // does not load in the reference
        RulesetSource source = quirkSource(row);
        source.rules.push_back({"0010-categories.xml", kCategories});
        PlainEvaluator evaluator(testerOptions(3, "vm"));
        QVERIFY(evaluator.load(source));
        const auto found =
            cornerDifferences(row, [&](const RecordBatch& batch) { return evaluator.analyse(batch); });
        if (found.isEmpty())
            continue;
        different.insert(row[QStringLiteral("id")].toString());
        qInfo().noquote() << row[QStringLiteral("id")].toString() << found.join(QLatin1Char(' '));
    }
    QCOMPARE(different, knownDifferences(QStringLiteral("quirk")));
}

void PlainGolden::windowsEventsGetTheRecordedAnswers()
{
    const QString folder = oraclePath(QStringLiteral("wazuh/ruleset"));
    const auto rows = oracleRows(QStringLiteral("wazuh/quirks/windows.jsonl"));
    if (folder.isEmpty() || rows.isEmpty())
        QSKIP("the reference results are not on this machine");
    PlainEvaluator evaluator(testerOptions(1, ""));
    QVERIFY(evaluator.load(rulesetBelow(folder)));
    for (int row = 0; row < rows.size(); ++row) {
        const auto verdicts = evaluator.analyse(eventsOf(rows[row], "EventChannel", row));
        const auto results = rows[row][QStringLiteral("results")].toArray();
        QCOMPARE(static_cast<int>(verdicts.size()), results.size());
        for (int i = 0; i < results.size(); ++i) {
            const auto found =
                windowsDifferences(results[i].toObject(), verdicts[static_cast<std::size_t>(i)]);
            QVERIFY2(found.isEmpty(), qPrintable(rows[row][QStringLiteral("id")].toString() +
                                                 QLatin1Char(' ') + found.join(QLatin1Char(' '))));
        }
    }
}

void PlainGolden::osRegexTablesAreEqual()
{
    const auto rows = oracleRows(QStringLiteral("wazuh/osregex/unit.jsonl")) +
                      oracleRows(QStringLiteral("wazuh/osregex/ruleset-pairs.jsonl"));
    if (rows.isEmpty())
        QSKIP("the reference results are not on this machine");
    int compared = 0;
    for (const auto& row : rows) {
        const std::string kind = row[u"kind"].toString().toStdString();
        const std::string text = row[u"pattern"].toString().toStdString();
        const std::string subject = row[u"string"].toString().toStdString();
        const bool expected = row[u"match"].toBool();
        const QByteArray shown = QJsonDocument(row).toJson(QJsonDocument::Compact);
        ++compared;
        if (kind == "wordmatch") {
            QVERIFY2(plainWordMatch(text, subject) == expected, shown.constData());
            continue;
        }
        const auto pattern = compilePlain(patternTypeFromName(kind).value(), text);
        QVERIFY2((pattern != nullptr) == row[u"compile"].toBool(true), shown.constData());
        if (!pattern)
            continue;
        const auto wanted = row[u"captures"].toArray();
        const bool asked = !wanted.isEmpty() || row[u"source"].toString().startsWith(QStringLiteral("json:"));
        const auto match = pattern->find(subject, asked ? Captures::Yes : Captures::No);
        QVERIFY2(match.has_value() == expected, shown.constData());
        if (!match || !row.contains(u"last_index"))
            continue;
        const auto end = static_cast<std::size_t>(row[u"last_index"].toInt() + 1);
        QVERIFY2(match->end == std::min(end, subject.size()), shown.constData());
        QVERIFY2(match->captures.size() == static_cast<std::size_t>(wanted.size()), shown.constData());
        for (std::size_t i = 0; i < match->captures.size(); ++i)
            QVERIFY2(match->captures[i] == wanted[static_cast<qsizetype>(i)].toString().toStdString(),
                     shown.constData());
    }
    QCOMPARE(compared, 674 + 6144);
}

QTEST_APPLESS_MAIN(PlainGolden)
#include "plain_golden.moc"
