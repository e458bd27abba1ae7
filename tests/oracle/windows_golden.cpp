// Windows event-channel records on the reference's ruleset, against its recorded answers.
#include "engine/analysis/analyser.h"
#include "tests/oracle/golden_compare.h"
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
    EpochMs now = 1'732'446'000'000;
    for (int row = 0; row < rows.size(); ++row) {
        RecordBatch batch;
        for (const auto& event : rows[row][QStringLiteral("events")].toArray())
            batch.add(event.toString().toStdString(), batch.locationIndex("EventChannel"), now,
                      static_cast<std::uint32_t>(row));
        std::vector<Verdict> verdicts;
        QVERIFY(analyser.analyse(batch, VerdictDetail::Everything, verdicts).has_value());
        const auto results = rows[row][QStringLiteral("results")].toArray();
        QCOMPARE(static_cast<int>(verdicts.size()), results.size());
        for (int i = 0; i < results.size(); ++i) {
            const auto& verdict = verdicts[static_cast<std::size_t>(i)];
            QJsonObject expected = results[i].toObject();
            expected[QStringLiteral("alert")] = expected[QStringLiteral("_alert")];
            const QString name = rows[row][QStringLiteral("id")].toString();
            if (expected.contains(QStringLiteral("error"))) {
                QVERIFY2(!verdict.rule && verdict.fields.empty(), qPrintable(name));
                continue;
            }
            auto found = differences(expected, verdict);
            found.removeAll(QStringLiteral("previous")); // not recorded in this table
            QVERIFY2(found.isEmpty(), qPrintable(name + QLatin1Char(' ') + found.join(QLatin1Char(' ')) +
                                                 QString::fromStdString(fieldsJson(verdict))));
            QCOMPARE(QString::fromStdString(verdict.fullLog),
                     expected[QStringLiteral("full_log")].toString());
        }
    }
}

QTEST_APPLESS_MAIN(WindowsGolden)
#include "windows_golden.moc"
