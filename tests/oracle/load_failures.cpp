// Files that the reference refuses: each is reported where its mistake stands, and the other files load.
#include "engine/analysis/analyser.h"
#include "tests/oracle/oracle_files.h"
#include "tests/oracle/quirk_files.h"

#include <QtTest>

#include <algorithm>
#include <map>

using namespace bartizan;
using namespace bartizan::test;

namespace {

constexpr const char* kSoundDecoders = R"(<decoder name="sound"><program_name>^sound$</program_name></decoder>
<decoder name="sound-line"><prematch>^sound </prematch></decoder>)";
constexpr const char* kSoundRules =
    R"(<group name="sound,"><rule id="99000" level="5"><decoded_as>sound</decoded_as>
<description>sound</description></rule></group>)";

// What a file beside sound ones leads to.
struct Outcome
{
    Problems problems; // without those of the lists
    bool soundRuleFires = false;
};

Outcome load(RulesetSource source)
{
    source.decoders.push_back({"0001-sound.xml", kSoundDecoders});
    source.rules.push_back({"0010-categories.xml", kCategories});
    source.rules.push_back({"0011-sound.xml", kSoundRules});
    Analyser analyser({});
    const auto loaded = analyser.load(source);
    Outcome outcome;
    if (!loaded)
        return outcome;
    for (const auto& problem : *loaded) {
        if (problem.component != "lists")
            outcome.problems.push_back(problem);
    }
    RecordBatch batch;
    batch.add("Mar  7 04:02:11 gate sound: x", batch.locationIndex("/var/log/x"), 1000);
    Verdicts verdicts;
    if (analyser.analyse(batch, VerdictDetail::Everything, verdicts) && verdicts.size() == 1)
        outcome.soundRuleFires = verdicts.front().rule && verdicts.front().rule->id == 99000;
    return outcome;
}

QString told(const Problems& problems)
{
    QStringList lines;
    for (const auto& problem : problems)
        lines.append(QString::fromStdString(describe(problem)));
    return lines.join(QLatin1Char('\n'));
}

int firstErrorLine(const Problems& problems)
{
    const auto found = std::ranges::find(problems, Severity::Error, &Problem::severity);
    return found == problems.end() ? 0 : found->line;
}

} // namespace

class LoadFailures : public QObject
{
    Q_OBJECT

private slots:
    void quirksThatDoNotLoad();
    void invalidFiles_data();
    void invalidFiles();
};

void LoadFailures::quirksThatDoNotLoad()
{
    const auto rows = oracleRows(QStringLiteral("wazuh/quirks/quirks.jsonl"));
    if (rows.isEmpty())
        QSKIP("the reference results are not on this machine");
    // Where the mistake is not in the first line of the case.
    const std::map<QString, int> lines{{QStringLiteral("xml-same-id-case"), 2},
                                       {QStringLiteral("xml-cdata"), 2},
                                       {QStringLiteral("xml-dup-attr"), 2},
                                       {QStringLiteral("xml-level-text"), 2},
                                       {QStringLiteral("xml-no-level"), 2}};
    int refused = 0;
    for (const auto& row : rows) {
        if (row[QStringLiteral("expected")].toObject()[QStringLiteral("rc")].toInt() == 0)
            continue;
        ++refused;
        const QString id = row[QStringLiteral("id")].toString();
        const Outcome outcome = load(quirkSource(row));
        const auto line = lines.find(id);
        QVERIFY2(firstErrorLine(outcome.problems) == (line == lines.end() ? 1 : line->second),
                 qPrintable(id + QStringLiteral(": ") + told(outcome.problems)));
        QVERIFY2(outcome.soundRuleFires, qPrintable(id));
    }
    QCOMPARE(refused, 43);
}

void LoadFailures::invalidFiles_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QByteArray>("xml");
    QTest::addColumn<int>("line"); // 0: a warning or less
    if (oraclePath(QStringLiteral("wazuh/misc/invalid-rules.jsonl")).isEmpty())
        QSKIP("the reference results are not on this machine");
    const auto add = [](const QString& kind, const QList<int>& lines) {
        const auto rows = oracleRows(QStringLiteral("wazuh/misc/invalid-%1.jsonl").arg(kind));
        for (qsizetype i = 0; i < rows.size(); ++i)
            QTest::addRow("%s %d %s", qPrintable(kind), static_cast<int>(i),
                          qPrintable(rows[i][QStringLiteral("name")].toString()))
                << kind << rows[i][QStringLiteral("xml")].toString().toUtf8()
                << (i < lines.size() ? lines[i] : -1);
    };
    add(QStringLiteral("decoder"), {2, 2, 7, 3, 2, 4, 2, 4, 11, 4, 3, 3});
    add(QStringLiteral("rules"), {2, 10, 3, 4, 0, 9, 6, 0, 0, 6, 4, 0, 7, 9, 5});
}

void LoadFailures::invalidFiles()
{
    QFETCH(QString, kind);
    QFETCH(QByteArray, xml);
    QFETCH(int, line);
    RulesetSource source;
    (kind == QStringLiteral("decoder") ? source.decoders : source.rules)
        .push_back({"0500-case.xml", xml.toStdString()});
    const Outcome outcome = load(source);
    QVERIFY2(firstErrorLine(outcome.problems) == line, qPrintable(told(outcome.problems)));
    QVERIFY(!outcome.problems.empty());
    QVERIFY(outcome.soundRuleFires);
}

QTEST_APPLESS_MAIN(LoadFailures)
#include "load_failures.moc"
