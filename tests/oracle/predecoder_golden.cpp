// The decoders alone against the reference's answers to its ruleset's own test lines: decoder, parent and
// fields.
#include "engine/base/ruleset_source.h"
#include "engine/decode/accumulate.h"
#include "engine/decode/decoder_set.h"
#include "engine/decode/predecode.h"
#include "tests/oracle/oracle_files.h"

#include <QJsonArray>
#include <QtTest>

#include <map>

using namespace bartizan;

class PredecoderGolden : public QObject
{
    Q_OBJECT

private slots:
    void decodersAndFieldsAreEqual();
};

using Fields = std::map<std::string, std::string>;

static std::string leafText(const QJsonValue& value)
{
    if (value.isArray())
        return QJsonDocument(value.toArray()).toJson(QJsonDocument::Compact).toStdString();
    return value.toString().toStdString();
}

static void flatten(const QJsonObject& object, const std::string& prefix, Fields& fields)
{
    for (auto member = object.begin(); member != object.end(); ++member) {
        const std::string name = prefix + member.key().toStdString();
        if (member.value().isObject())
            flatten(member.value().toObject(), name + '.', fields);
        else
            fields[name] = leafText(member.value());
    }
}

// As an alert shows them: empty values are left out, an array's text is an array, the first of two names
// holds.
static Fields fieldsOf(const Event& event)
{
    Fields fields;
    for (std::size_t i = 0; i < kStaticFieldCount; ++i) {
        const auto field = static_cast<StaticField>(i);
        if (const auto value = event.field(field); value && !value->empty())
            fields[std::string(staticFieldName(field))] = *value;
    }
    for (const auto& [name, value] : event.dynamicFields()) {
        if (value.empty())
            continue;
        std::string text(value);
        const auto array = QJsonDocument::fromJson(QByteArray::fromStdString(text));
        if (text.starts_with('[') && array.isArray())
            text = leafText(array.array());
        fields.emplace(name, text);
    }
    return fields;
}

static std::string decoderText(std::string_view name, std::string_view parent)
{
    return std::string(name) + " < " + std::string(parent);
}

void PredecoderGolden::decodersAndFieldsAreEqual()
{
    const QString folder = test::oraclePath(QStringLiteral("wazuh/ruleset-test/decoders"));
    const auto table = test::oracleRows(QStringLiteral("wazuh/cases/golden.jsonl"));
    if (folder.isEmpty() || table.isEmpty())
        QSKIP("the oracle folder is absent: set BARTIZAN_ORACLE to it");
    std::vector<SourceFile> files;
    for (const QFileInfo& info : QDir(folder).entryInfoList({QStringLiteral("*.xml")}, QDir::Files)) {
        QFile file(info.filePath());
        QVERIFY(file.open(QIODevice::ReadOnly));
        files.push_back({info.fileName().toStdString(), file.readAll().toStdString()});
    }
    Problems problems;
    const auto set = DecoderSet::compile(files, problems);
    DecodeScratch scratch;
    int differences = 0;
    int compared = 0;
    for (const QJsonObject& row : table) {
        AccumulateState accumulate;
        const QJsonArray events = row[u"events"].toArray();
        const QJsonArray results = row[u"results"].toArray();
        for (qsizetype i = 0; i < events.size() && i < results.size(); ++i) {
            const std::string line = events[i].toString().toStdString();
            Event event;
            event.fullLog = line;
            event.location = "stdin";
            predecode(event);
            set->decode(event, scratch);
            accumulate.apply(event);
            const QJsonObject result = results[i].toObject();
            const QJsonObject decoder = result[u"decoder"].toObject();
            Fields expected;
            flatten(result[u"data"].toObject(), "", expected);
            const std::string expectedDecoder = decoderText(decoder[u"name"].toString().toStdString(),
                                                            decoder[u"parent"].toString().toStdString());
            const std::string actualDecoder =
                event.decoder != nullptr ? decoderText(event.decoder->name(), event.decoder->parentName())
                                         : decoderText("", "");
            const Fields actual = fieldsOf(event);
            ++compared;
            if (actual == expected && actualDecoder == expectedDecoder)
                continue;
            if (++differences > 20)
                continue;
            std::string text =
                line.substr(0, 400) + "\n  decoder " + actualDecoder + ", not " + expectedDecoder;
            for (const auto& [name, value] : expected) {
                if (!actual.contains(name) || actual.at(name) != value)
                    text += "\n  expected " + name + "=" + value;
            }
            for (const auto& [name, value] : actual) {
                if (!expected.contains(name) || expected.at(name) != value)
                    text += "\n  actual   " + name + "=" + value;
            }
            qWarning("%s", text.c_str());
        }
    }
    qInfo("%d events compared", compared);
    QCOMPARE(differences, 0);
}

QTEST_GUILESS_MAIN(PredecoderGolden)
#include "predecoder_golden.moc"
