// Pre-decoding, invalid decoders and the stock decoders against what the reference engine does with them.
#include "engine/base/ruleset_source.h"
#include "engine/decode/decoder_set.h"
#include "engine/decode/predecode.h"
#include "tests/oracle/oracle_files.h"

#include <QtTest>

using namespace bartizan;

class PredecoderOracle : public QObject
{
    Q_OBJECT

private slots:
    void headersAreEqual();
    void invalidDecodersAreReported();
    void stockDecodersLoadWithoutErrors();
};

static QString shown(std::optional<std::string_view> text)
{
    return text ? QString::fromUtf8(text->data(), static_cast<qsizetype>(text->size()))
                : QStringLiteral("(none)");
}

static QString expectedText(const QJsonObject& expected, const char* name)
{
    const auto value = expected[QLatin1String(name)];
    return value.isString() ? value.toString() : QStringLiteral("(none)");
}

void PredecoderOracle::headersAreEqual()
{
    const auto table = test::oracleRows(QStringLiteral("wazuh/misc/predecoder.jsonl"));
    const auto quirks = test::oracleRows(QStringLiteral("wazuh/quirks/quirks.jsonl"));
    if (table.isEmpty() || quirks.isEmpty())
        QSKIP("the oracle folder is absent: set BARTIZAN_ORACLE to it");
    QList<std::pair<QString, QJsonObject>> cases;
    for (const auto& row : table)
        cases.append({row[u"event"].toString(), row[u"expected"].toObject()});
    for (const auto& quirk : quirks) {
        const QJsonValue step = quirk[u"steps"][0];
        if (quirk[u"id"].toString().startsWith(QStringLiteral("predecode-")) && step.isString())
            cases.append({step.toString(), quirk[u"expected"][u"results"][0][u"predecoder"].toObject()});
    }
    QVERIFY(cases.size() > 70);
    for (const auto& [line, expected] : cases) {
        const std::string log = line.toStdString();
        Event event;
        event.fullLog = log;
        event.location = "stdin";
        predecode(event);
        const auto where = qPrintable(line);
        QVERIFY2(shown(event.programName) == expectedText(expected, "program_name"), where);
        QVERIFY2(shown(event.timestamp) == expectedText(expected, "timestamp"), where);
        QVERIFY2(shown(shownHostname(event.fullLog)) == expectedText(expected, "hostname"), where);
    }
}

void PredecoderOracle::invalidDecodersAreReported()
{
    const auto table = test::oracleRows(QStringLiteral("wazuh/misc/invalid-decoder.jsonl"));
    if (table.isEmpty())
        QSKIP("the oracle folder is absent: set BARTIZAN_ORACLE to it");
    for (const auto& row : table) {
        // A file of ours beside it shows that the rest goes on loading.
        const std::vector<SourceFile> files = {
            {"0000-good.xml", "<decoder name=\"good\"><prematch>x</prematch></decoder>"},
            {"9999-bad.xml", row[u"xml"].toString().toStdString()}};
        Problems problems;
        const auto set = DecoderSet::compile(files, problems);
        QVERIFY2(!problems.empty(), qPrintable(row[u"name"].toString()));
        for (const auto& problem : problems) {
            QCOMPARE(problem.component, "decoders");
            QCOMPARE(problem.file, "9999-bad.xml");
            QVERIFY(problem.line > 0 && problem.column > 0);
            QVERIFY(!problem.cure.empty());
        }
        QVERIFY(set->idOf("good").has_value());
    }
}

void PredecoderOracle::stockDecodersLoadWithoutErrors()
{
    const QString folder = test::oraclePath(QStringLiteral("wazuh/ruleset/decoders"));
    if (folder.isEmpty())
        QSKIP("the oracle folder is absent: set BARTIZAN_ORACLE to it");
    std::vector<SourceFile> files;
    for (const QFileInfo& info : QDir(folder).entryInfoList({QStringLiteral("*.xml")}, QDir::Files)) {
        QFile file(info.filePath());
        QVERIFY(file.open(QIODevice::ReadOnly));
        files.push_back({info.fileName().toStdString(), file.readAll().toStdString()});
    }
    Problems problems;
    const auto set = DecoderSet::compile(files, problems);
    for (const auto& problem : problems) {
        if (problem.severity != Severity::Note)
            QFAIL(describe(problem).c_str());
    }
    QCOMPARE(set->count(), std::size_t{1575});
}

QTEST_GUILESS_MAIN(PredecoderOracle)
#include "predecoder_oracle.moc"
