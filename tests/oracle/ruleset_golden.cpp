// The whole analysis over the reference's ruleset and that ruleset's own test lines, against the reference's
// answers.
#include "engine/analysis/analyser.h"
#include "tests/oracle/golden_cases.h"
#include "tests/oracle/oracle_files.h"
#include "tests/oracle/oracle_ruleset.h"

#include <QElapsedTimer>
#include <QtTest>

using namespace bartizan;
using namespace bartizan::test;

class RulesetGolden : public QObject
{
    Q_OBJECT

private slots:
    void stockRulesetLoadsWhole();
    void testLinesGetTheRecordedAnswers();
};

void RulesetGolden::stockRulesetLoadsWhole()
{
    const QString folder = oraclePath(QStringLiteral("wazuh/ruleset"));
    if (folder.isEmpty())
        QSKIP("the reference results are not on this machine");
    Problems problems;
    QElapsedTimer clock;
    clock.start();
    const auto ruleset = Ruleset::compile(rulesetBelow(folder), problems);
    const auto milliseconds = clock.elapsed();
    int errors = 0;
    for (const auto& problem : problems) {
        errors +=
            problem.severity == Severity::Note ? 0 : 1; // the reference has no word against its own rules
        if (problem.severity != Severity::Note || qEnvironmentVariableIsSet("BARTIZAN_SHOW"))
            qInfo().noquote() << QString::fromStdString(describe(problem));
    }
    qInfo("%zu rules at %zu places, %zu decoders, %zu list entries, %lld ms", ruleset->summary.rules,
          ruleset->rules->nodeCount(), ruleset->summary.decoders, ruleset->summary.listEntries,
          static_cast<long long>(milliseconds));
    QCOMPARE(errors, 0);
    QVERIFY(ruleset->summary.rules > 4400);
}

void RulesetGolden::testLinesGetTheRecordedAnswers()
{
    const QString folder = oraclePath(QStringLiteral("wazuh/ruleset-test"));
    const auto rows = oracleRows(QStringLiteral("wazuh/cases/golden.jsonl"));
    if (folder.isEmpty() || rows.isEmpty())
        QSKIP("the reference results are not on this machine");
    AnalysisOptions options;
    options.mode = AnalysisMode::Tester;
    Analyser analyser(options);
    const auto loaded = analyser.load(rulesetBelow(folder));
    QVERIFY(loaded.has_value());

    QMap<QString, int> kinds;
    QSet<QString> different;
    int equalEvents = 0;
    int events = 0;
    for (int row = 0; row < rows.size(); ++row) {
        const RecordBatch batch = eventsOf(rows[row], "stdin", row);
        Verdicts verdicts;
        QVERIFY(analyser.analyse(batch, VerdictDetail::Everything, verdicts).has_value());
        const auto results = rows[row][QStringLiteral("results")].toArray();
        QCOMPARE(static_cast<int>(verdicts.size()), results.size());
        for (int i = 0; i < results.size(); ++i) {
            ++events;
            const auto found = differences(results[i].toObject(), verdicts[static_cast<std::size_t>(i)]);
            if (found.isEmpty()) {
                ++equalEvents;
                continue;
            }
            different.insert(QString::number(row));
            for (const auto& kind : found)
                ++kinds[kind];
            if (qEnvironmentVariableIsSet("BARTIZAN_SHOW"))
                qInfo().noquote() << row << i << found
                                  << QJsonDocument(results[i].toObject()).toJson(QJsonDocument::Compact)
                                  << (verdicts[static_cast<std::size_t>(i)].rule
                                          ? static_cast<int>(verdicts[static_cast<std::size_t>(i)].rule->id)
                                          : 0)
                                  << QByteArray::fromStdString(
                                         fieldsJson(verdicts[static_cast<std::size_t>(i)]));
        }
    }
    qInfo() << "equal events:" << equalEvents << "of" << events
            << "| equal cases:" << rows.size() - different.size() << "of" << rows.size()
            << "| differences by kind:" << kinds;
    const auto known = knownDifferences(QStringLiteral("golden"));
    const auto added = different - known;
    const auto gone = known - different;
    QVERIFY2(added.isEmpty(), qPrintable(QStringList(added.values()).join(QLatin1Char(' '))));
    QVERIFY2(gone.isEmpty(), qPrintable(QStringLiteral("take these out of known_differences.txt: ") +
                                        QStringList(gone.values()).join(QLatin1Char(' '))));
}

QTEST_APPLESS_MAIN(RulesetGolden)
#include "ruleset_golden.moc"
