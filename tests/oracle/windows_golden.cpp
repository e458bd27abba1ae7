// Windows event-channel records on the reference's ruleset, against its recorded answers.
#include "engine/analysis/analyser.h"
#include "tests/oracle/golden_cases.h"
#include "tests/oracle/oracle_files.h"
#include "tests/oracle/oracle_ruleset.h"

#include <QtTest>

using namespace bartizan;
using namespace bartizan::test;

class WindowsGolden : public QObject
{
    Q_OBJECT

private slots:
    void eventsGetTheRecordedAnswers();
};

void WindowsGolden::eventsGetTheRecordedAnswers()
{
    const QString folder = oraclePath(QStringLiteral("wazuh/ruleset"));
    const auto rows = oracleRows(QStringLiteral("wazuh/quirks/windows.jsonl"));
    if (folder.isEmpty() || rows.isEmpty())
        QSKIP("the reference results are not on this machine");
    AnalysisOptions options;
    options.mode = AnalysisMode::Tester;
    options.logAlertLevel = 1;
    Analyser analyser(options);
    QVERIFY(analyser.load(rulesetBelow(folder)).has_value());
    for (int row = 0; row < rows.size(); ++row) {
        const RecordBatch batch = eventsOf(rows[row], "EventChannel", row);
        Verdicts verdicts;
        QVERIFY(analyser.analyse(batch, VerdictDetail::Everything, verdicts).has_value());
        const auto results = rows[row][QStringLiteral("results")].toArray();
        QCOMPARE(static_cast<int>(verdicts.size()), results.size());
        for (int i = 0; i < results.size(); ++i) {
            const auto& verdict = verdicts[static_cast<std::size_t>(i)];
            const auto found = windowsDifferences(results[i].toObject(), verdict);
            QVERIFY2(found.isEmpty(),
                     qPrintable(rows[row][QStringLiteral("id")].toString() + QLatin1Char(' ') +
                                found.join(QLatin1Char(' ')) + QString::fromStdString(fieldsJson(verdict))));
        }
    }
}

QTEST_APPLESS_MAIN(WindowsGolden)
#include "windows_golden.moc"
