#include "engine/base/json_writer.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include <limits>

using namespace bartizan;

class JsonWriterTest : public QObject
{
    Q_OBJECT

private slots:
    void commasAndNestingAreRight();
    void numbers();
    void anyBytesGiveOneReadableString();
};

void JsonWriterTest::commasAndNestingAreRight()
{
    JsonWriter json;
    json.beginObject();
    json.key("a")
        .beginArray()
        .number(1)
        .string("x")
        .beginObject()
        .endObject()
        .beginArray()
        .endArray()
        .endArray();
    json.key("b").boolean(true).key("c").null().key("d").raw("{\"k\":[]}").key("e").boolean(false);
    json.endObject();
    QCOMPARE(json.text(), R"({"a":[1,"x",{},[]],"b":true,"c":null,"d":{"k":[]},"e":false})");
    QCOMPARE(json.take(), R"({"a":[1,"x",{},[]],"b":true,"c":null,"d":{"k":[]},"e":false})");
}

void JsonWriterTest::numbers()
{
    JsonWriter json;
    json.beginArray()
        .number(std::numeric_limits<std::int64_t>::min())
        .number(std::numeric_limits<std::int64_t>::max());
    json.real(0.5).real(1e300).real(std::numeric_limits<double>::infinity());
    json.real(std::numeric_limits<double>::quiet_NaN()).endArray();
    QCOMPARE(json.text(), "[-9223372036854775808,9223372036854775807,0.5,1e+300,null,null]");
}

void JsonWriterTest::anyBytesGiveOneReadableString()
{
    QCOMPARE(jsonQuoted("a\"b\\c/\n\r\t\b\f\x01\x7F"), R"("a\"b\\c/\n\r\t\b\f\u0001\u007f")");
    QCOMPARE(jsonQuoted("\xC3\xA4\xFF"), "\"\xC3\xA4\xEF\xBF\xBD\"");
    for (int byte = 0; byte < 256; ++byte) {
        const std::string value = {'<', static_cast<char>(byte), '>'};
        JsonWriter json;
        json.beginObject().key(value).string(value).endObject();
        const auto document = QJsonDocument::fromJson(QByteArray::fromStdString(json.text()));
        QVERIFY2(document.isObject(), json.text().c_str());
        const QString expected = QStringLiteral("<") +
                                 (byte < 0x80 ? QChar(byte) : QChar(QChar::ReplacementCharacter)) +
                                 QStringLiteral(">");
        QCOMPARE(document.object().begin().key(), expected);
        QCOMPARE(document.object().begin().value().toString(), expected);
    }
}

QTEST_GUILESS_MAIN(JsonWriterTest)
#include "tst_json_writer.moc"
