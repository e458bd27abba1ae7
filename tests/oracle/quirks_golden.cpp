// The corners of the language: small rule sets and lines with the reference's answers, load failures
// included.
#include "engine/analysis/analyser.h"
#include "tests/oracle/golden_cases.h"
#include "tests/oracle/oracle_files.h"
#include "tests/oracle/quirk_files.h"

#include <QtTest>

#include <algorithm>

using namespace bartizan;
using namespace bartizan::test;

namespace {

// Problems that the reference has no word for are no difference.
bool isTold(const Problem& problem, Severity atLeast)
{
    return problem.component != "lists" && problem.severity >= atLeast;
}

QStringList loadDifferences(const QJsonObject& expected, const Problems& problems)
{
    const auto any = [&](Severity severity) {
        return std::ranges::any_of(problems, [&](const auto& problem) { return isTold(problem, severity); });
    };
    const bool failed = expected[QStringLiteral("rc")].toInt() != 0;
    const bool warned = !expected[QStringLiteral("load")].toArray().isEmpty();
    QStringList found;
    if (failed != any(Severity::Error))
        found.append(failed ? QStringLiteral("loads") : QStringLiteral("does-not-load"));
    else if (!failed && warned != any(Severity::Warning))
        found.append(warned ? QStringLiteral("no-warning") : QStringLiteral("warning"));
    return found;
}

class QuirkRun
{
public:
    explicit QuirkRun(const QJsonObject& row)
        : m_row(row)
        , m_analyser([] {
            AnalysisOptions options;
            options.mode = AnalysisMode::Tester;
            options.hostName = "vm";
            return options;
        }())
    {
    }

    QStringList differencesFound()
    {
        RulesetSource source = quirkSource(m_row);
        source.rules.push_back({"0010-categories.xml", kCategories});
        const auto problems = m_analyser.load(source);
        const auto expected = m_row[QStringLiteral("expected")].toObject();
        if (!problems)
            return {QStringLiteral("nothing-loads")};
        QStringList found = loadDifferences(expected, *problems);
        if (expected[QStringLiteral("rc")].toInt() == 0)
            found += cornerDifferences(m_row, [this](const RecordBatch& batch) {
                Verdicts verdicts;
                (void)m_analyser.analyse(batch, VerdictDetail::Everything, verdicts);
                return verdicts;
            });
        if (!found.isEmpty() && qEnvironmentVariableIsSet("BARTIZAN_SHOW")) {
            for (const auto& problem : *problems)
                qInfo().noquote() << QString::fromStdString(describe(problem));
        }
        return found;
    }

private:
    const QJsonObject m_row;
    Analyser m_analyser;
};

} // namespace

class QuirksGolden : public QObject
{
    Q_OBJECT

private slots:
    void cornersAreTheReferences();
};

void QuirksGolden::cornersAreTheReferences()
{
    const auto rows = oracleRows(QStringLiteral("wazuh/quirks/quirks.jsonl"));
    if (rows.isEmpty())
        QSKIP("the reference results are not on this machine");
    QSet<QString> different;
    for (const auto& row : rows) {
        const auto id = row[QStringLiteral("id")].toString();
        const auto found = QuirkRun(row).differencesFound();
        if (found.isEmpty())
            continue;
        different.insert(id);
        qInfo().noquote() << id << found.join(QLatin1Char(' '));
    }
    qInfo() << "equal cases:" << rows.size() - different.size() << "of" << rows.size();
    const auto known = knownDifferences(QStringLiteral("quirk"));
    const auto added = different - known;
    const auto gone = known - different;
    QVERIFY2(added.isEmpty(), qPrintable(QStringList(added.values()).join(QLatin1Char(' '))));
    QVERIFY2(gone.isEmpty(), qPrintable(QStringLiteral("take these out of known_differences.txt: ") +
                                        QStringList(gone.values()).join(QLatin1Char(' '))));
}

QTEST_APPLESS_MAIN(QuirksGolden)
#include "quirks_golden.moc"
