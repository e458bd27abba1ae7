// The reference's smaller tables: rules one below the other, overwritten rules that lead to a response, rules
// whose if_sid is none.
#include "engine/analysis/analyser.h"
#include "tests/oracle/oracle_files.h"
#include "tests/oracle/oracle_ruleset.h"

#include <QJsonArray>
#include <QRegularExpression>
#include <QtTest>

#include <algorithm>

using namespace bartizan;
using namespace bartizan::test;

namespace {

// One "- name:" block of a table, as far as it is needed: KEY: VALUE lines, and a quoted value over several.
struct Case
{
    QString name;
    QString text;

    [[nodiscard]] QString value(const char* key) const
    {
        const QRegularExpression line(QStringLiteral("\\b%1: '?([^'\\n]*)'?").arg(QLatin1String(key)));
        return line.match(text).captured(1).trimmed();
    }
    [[nodiscard]] QJsonObject request() const
    {
        const auto from = text.indexOf(QStringLiteral("input: '")) + 8;
        const QString json = text.mid(from, text.indexOf(QStringLiteral("}'"), from) + 1 - from);
        return QJsonDocument::fromJson(json.simplified().toUtf8()).object();
    }
};

QList<Case> cases(const char* file)
{
    QList<Case> all;
    QFile table(oraclePath(QStringLiteral("wazuh/misc/") + QLatin1String(file)));
    if (table.fileName().isEmpty() || !table.open(QIODevice::ReadOnly))
        return all;
    for (const auto& block :
         QString::fromUtf8(table.readAll()).split(QStringLiteral("- name: "), Qt::SkipEmptyParts))
        all.append({block.section(QLatin1Char('\n'), 0, 0), block});
    return all;
}

// The stock rule set and one more rule file of the tables.
RulesetSource stockWith(const char* file)
{
    RulesetSource source = rulesetBelow(oraclePath(QStringLiteral("wazuh/ruleset")));
    QFile rules(oraclePath(QStringLiteral("wazuh/misc/") + QLatin1String(file)));
    if (rules.open(QIODevice::ReadOnly))
        source.rules.push_back({"zz_case.xml", rules.readAll().toStdString()});
    return source;
}

Verdict verdictOf(Analyser& analyser, const QString& line, const QString& location)
{
    RecordBatch batch;
    batch.add(line.toStdString(), batch.locationIndex(location.toStdString()), 1'732'446'000'000);
    Verdicts verdicts;
    (void)analyser.analyse(batch, VerdictDetail::Everything, verdicts);
    return verdicts.empty() ? Verdict{} : verdicts.front();
}

} // namespace

class MiscGolden : public QObject
{
    Q_OBJECT

private slots:
    void rulesBelowEachOther();
    void overwrittenRulesRespond();
    void rulesWithoutASoundParentAreLeftOut_data();
    void rulesWithoutASoundParentAreLeftOut();
};

void MiscGolden::rulesBelowEachOther()
{
    const auto table = cases("cases_rules_verbose.yaml");
    if (table.isEmpty())
        QSKIP("the reference results are not on this machine");
    Analyser analyser({});
    QVERIFY(analyser.load(stockWith("rules_verbose.xml")).has_value());
    int compared = 0;
    for (const auto& one : table) {
        const auto parameters = one.request()[QStringLiteral("parameters")].toObject();
        const QString event = parameters[QStringLiteral("event")].toString();
        QVERIFY2(!event.isEmpty(), qPrintable(one.name));
        const auto verdict = verdictOf(analyser, event, parameters[QStringLiteral("location")].toString());
        QVERIFY2(verdict.rule, qPrintable(one.name));
        QCOMPARE(QString::number(verdict.rule->id), one.value("rule_id"));
        ++compared;
    }
    QVERIFY(compared >= 10);
}

void MiscGolden::overwrittenRulesRespond()
{
    const auto table = cases("cases_trigger_active_response.yaml");
    if (table.isEmpty())
        QSKIP("the reference results are not on this machine");
    Analyser analyser({});
    QVERIFY(analyser.load(stockWith("local_rules.xml")).has_value());
    for (const auto& one : table) {
        const auto verdict = verdictOf(analyser, one.value("input"), QStringLiteral("/var/log/syslog"));
        QVERIFY2(verdict.rule && verdict.respond, qPrintable(one.name));
        QCOMPARE(QString::number(verdict.rule->id), one.value("RULES"));
    }
    QCOMPARE(table.size(), 4);
}

// The table names two files that are not part of it; these are their like.
void MiscGolden::rulesWithoutASoundParentAreLeftOut_data()
{
    QTest::addColumn<QByteArray>("parent");
    for (const char* parent :
         {"<if_sid></if_sid>", "<if_sid/>", "<if_sid>abc</if_sid>", "<if_sid>,</if_sid>"})
        QTest::newRow(parent) << QByteArray(parent);
}

void MiscGolden::rulesWithoutASoundParentAreLeftOut()
{
    QFETCH(QByteArray, parent);
    RulesetSource source;
    source.rules.push_back({"0010-x.xml", "<group name=\"x,\"><rule id=\"1\" level=\"0\" "
                                          "noalert=\"1\"><category>syslog</category><description>s"
                                          "</description></rule><rule id=\"100\" "
                                          "level=\"5\"><match>x</match><description>d</description></rule>\n"
                                          "<rule id=\"101\" level=\"9\">" +
                                              parent.toStdString() +
                                              "<match>x</match><description>d</description></rule></group>"});
    Analyser analyser({});
    const auto problems = analyser.load(source);
    QVERIFY(problems.has_value());
    QVERIFY(std::ranges::any_of(*problems, [](const Problem& problem) {
        return problem.severity == Severity::Warning && problem.line == 2;
    }));
    const auto verdict = verdictOf(analyser, QStringLiteral("x"), QStringLiteral("stdin"));
    QVERIFY(verdict.rule && verdict.rule->id == 100);
}

QTEST_APPLESS_MAIN(MiscGolden)
#include "misc_golden.moc"
