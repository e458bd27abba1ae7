// The corners of the language: small rule sets and lines with the reference's answers, load failures
// included.
#include "engine/analysis/analyser.h"
#include "tests/oracle/golden_compare.h"
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
            found += runSteps(expected[QStringLiteral("results")].toArray());
        if (!found.isEmpty() && qEnvironmentVariableIsSet("BARTIZAN_SHOW")) {
            for (const auto& problem : *problems)
                qInfo().noquote() << QString::fromStdString(describe(problem));
        }
        return found;
    }

private:
    QStringList runSteps(const QJsonArray& results)
    {
        QStringList found;
        int result = 0;
        for (const auto& step : m_row[QStringLiteral("steps")].toArray()) {
            const auto object = step.toObject();
            if (object.contains(QStringLiteral("advance"))) {
                m_now += object[QStringLiteral("advance")].toInt() * 1000LL;
                continue;
            }
            const auto line = step.isString() ? step.toString() : object[QStringLiteral("event")].toString();
            const auto location = object[QStringLiteral("location")].toString(QStringLiteral("stdin"));
            RecordBatch batch;
            batch.add(line.toStdString(), batch.locationIndex(location.toStdString()), m_now);
            std::vector<Verdict> verdicts;
            if (!m_analyser.analyse(batch, VerdictDetail::Everything, verdicts) || verdicts.size() != 1)
                return {QStringLiteral("no verdict")};
            const auto expected = results[result++].toObject();
            for (const auto& difference : differences(expected, verdicts.front())) {
                found.append(QString::number(result) + QLatin1Char(':') + difference);
                if (qEnvironmentVariableIsSet("BARTIZAN_SHOW"))
                    qInfo().noquote()
                        << "   " << difference << QJsonDocument(expected).toJson(QJsonDocument::Compact)
                        << (verdicts.front().rule ? static_cast<int>(verdicts.front().rule->id) : 0)
                        << QByteArray::fromStdString(fieldsJson(verdicts.front()));
            }
        }
        return found;
    }

    const QJsonObject m_row;
    Analyser m_analyser;
    EpochMs m_now = 1'732'446'000'000;
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
