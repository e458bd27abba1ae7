// OS_Regex, OS_Match and word match against the reference engine's tables: match, end index, captures.
#include "engine/pattern/pattern.h"
#include "tests/oracle/oracle_files.h"

#include <QJsonArray>
#include <QtTest>

using namespace bartizan;

class OsRegexOracle : public QObject
{
    Q_OBJECT

private slots:
    void rowsAreEqual_data();
    void rowsAreEqual();
};

void OsRegexOracle::rowsAreEqual_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<qsizetype>("rows");
    QTest::newRow("unit") << QStringLiteral("wazuh/osregex/unit.jsonl") << qsizetype{674};
    QTest::newRow("ruleset-pairs") << QStringLiteral("wazuh/osregex/ruleset-pairs.jsonl") << qsizetype{6144};
}

static std::string difference(const QJsonObject& row)
{
    const std::string kind = row[u"kind"].toString().toStdString();
    const std::string text = row[u"pattern"].toString().toStdString();
    const std::string subject = row[u"string"].toString().toStdString();
    const bool expected = row[u"match"].toBool();
    if (kind == "wordmatch")
        return wordMatch(text, subject) == expected ? "" : "verdict";
    const auto type = patternTypeFromName(kind);
    if (!type)
        return "unknown kind " + kind;
    const auto pattern = compilePattern(*type, text);
    const bool compiles = !row.contains(u"compile") || row[u"compile"].toBool();
    if (pattern.has_value() != compiles)
        return pattern ? "compiles" : pattern.error().message;
    if (!pattern)
        return "";
    // Where the table names captures, and in rows from its JSON test files, the reference was asked for them.
    const QJsonArray expectedCaptures = row[u"captures"].toArray();
    std::vector<std::string_view> captures;
    auto end = (*pattern)->matchEnd(subject, captures);
    const bool wanted =
        !expectedCaptures.isEmpty() || row[u"source"].toString().startsWith(QStringLiteral("json:"));
    if (!wanted) {
        captures.clear();
        if (!expected && end)
            return "verdict with captures";
        end = (*pattern)->matchEnd(subject);
        if ((*pattern)->matches(subject) != end.has_value())
            return "matches() and matchEnd() differ";
    }
    if (end.has_value() != expected)
        return "verdict";
    if (!row.contains(u"last_index"))
        return "";
    const auto last = static_cast<std::size_t>(row[u"last_index"].toInt() + 1);
    if (end != std::min(last, subject.size()))
        return "end " + std::to_string(*end);
    if (static_cast<qsizetype>(captures.size()) != expectedCaptures.size())
        return std::to_string(captures.size()) + " captures";
    for (std::size_t i = 0; i < captures.size(); ++i) {
        if (expectedCaptures[static_cast<qsizetype>(i)].toString().toStdString() != captures[i])
            return "capture " + std::string(captures[i]);
    }
    return "";
}

void OsRegexOracle::rowsAreEqual()
{
    QFETCH(QString, file);
    QFETCH(qsizetype, rows);
    if (test::oraclePath(file).isEmpty())
        QSKIP("the oracle folder is absent: set BARTIZAN_ORACLE to it");
    const auto table = test::oracleRows(file);
    QCOMPARE(table.size(), rows);
    int differences = 0;
    for (const QJsonObject& row : table) {
        const std::string what = difference(row);
        if (!what.empty() && ++differences <= 10)
            qWarning("%s: %s", what.c_str(), QJsonDocument(row).toJson(QJsonDocument::Compact).constData());
    }
    QCOMPARE(differences, 0);
}

QTEST_GUILESS_MAIN(OsRegexOracle)
#include "osregex_oracle.moc"
