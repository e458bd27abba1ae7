#include "engine/decode/json_decoder.h"

#include <QtTest>

using namespace bartizan;

class JsonDecoderTest : public QObject
{
    Q_OBJECT

private slots:
    void objectsBecomeFields_data();
    void objectsBecomeFields();
    void hostileTextIsBounded();
};

// The set statics as !name=value, then the dynamics in order.
static QByteArray shown(const Event& event)
{
    std::string text;
    for (std::size_t i = 0; i < kStaticFieldCount; ++i) {
        const auto field = static_cast<StaticField>(i);
        if (const auto value = event.field(field))
            text += "!" + std::string(staticFieldName(field)) + "=" + std::string(*value) + ";";
    }
    for (const auto& [name, value] : event.dynamicFields())
        text += std::string(name) + "=" + std::string(value) + ";";
    return QByteArray::fromStdString(text);
}

void JsonDecoderTest::objectsBecomeFields_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<bool>("csv"); // and null fields left out
    const auto row = [](const char* name, const char* text, const char* fields, bool csv = false) {
        QTest::newRow(name) << QByteArray(text) << QByteArray(fields) << csv;
    };
    row("nested objects are flattened", R"({"a":{"b":{"c":"x"}},"d":"y"})", "a.b.c=x;d=y;");
    row("statics of the top level", R"({"srcip":"192.0.2.7","user":"bob","n":{"srcip":"x"}})",
        "!srcip=192.0.2.7;!dstuser=bob;n.srcip=x;");
    row("user is dynamic where dstuser is set", R"({"dstuser":"a","user":"b"})", "!dstuser=a;user=b;");
    row("systemname is static, system_name is not", R"({"systemname":"a","system_name":"b"})",
        "!system_name=a;system_name=b;");
    row("whole numbers", R"({"a":5,"b":-7,"c":2147483647,"d":1e3,"e":5.0})",
        "a=5;b=-7;c=2147483647;d=1000;e=5;");
    row("other numbers", R"({"a":4294967296,"b":3.14})", "a=4294967296.000000;b=3.140000;");
    row("words", R"({"t":true,"f":false,"n":null})", "t=true;f=false;n=null;");
    row("null left out", R"({"n":null,"t":true})", "t=true;", true);
    row("array as text", R"({"a":["x",1,null,{"k":1,"l":[]}],"e":[]})",
        "a=[\"x\", 1, null, {\n\t\t\"k\":\t1,\n\t\t\"l\":\t[]\n\t}];e=[];");
    row("array as list", R"({"a":["x",1,null,true,{"k":2},1.5],"e":[]})", "a=x,1,null,true,1.500000;", true);
    row("escapes", R"({"a":"\"\\\/\n\t\u0041\u00e4\ud83d\ude00","b\u0062":"x"})",
        "a=\"\\/\n\tA\xC3\xA4\xF0\x9F\x98\x80;bb=x;");
    row("escapes within an array's text", R"({"a":["\u0001\n\""]})", "a=[\"\\u0001\\n\\\"\"];");
    row("a repeated key is kept twice", R"({"a":"1","a":"2"})", "a=1;a=2;");
    row("empty values and objects", R"({"a":"","b":{}})", "a=;");
    row("blanks anywhere", " {\n\"a\" :\t1 , \"b\": { } } ", "a=1;");
    row("text behind the object", R"({"a":1} and more)", "a=1;");
    row("a broken text sets nothing", R"({"a":1,"b":)", "");
    row("no closing brace", R"({"a":1)", "");
    row("no colon", R"({"a" 1})", "");
    row("a bare word", R"({"a":nope})", "");
    row("a wrong escape", R"({"a":"\x"})", "");
    row("a lone surrogate", R"({"a":"\udc00"})", "");
    row("half a surrogate pair", R"({"a":"\ud83dx"})", "");
    row("a comma too many", R"({"a":1,})", "");
    row("an array at the top", R"([1,2])", "");
    row("nothing", "", "");
}

void JsonDecoderTest::objectsBecomeFields()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, csv);
    const std::string bytes = text.toStdString();
    Event event;
    decodeJson(event, bytes, csv ? JsonNull::Discard : JsonNull::Text,
               csv ? JsonArray::Csv : JsonArray::Text);
    QTEST(shown(event), "fields");
}

void JsonDecoderTest::hostileTextIsBounded()
{
    const auto decode = [](const std::string& text) {
        Event event;
        decodeJson(event, text, JsonNull::Text, JsonArray::Text);
        return event.dynamicFields().size();
    };
    const auto nested = [](std::size_t depth) {
        std::string text;
        for (std::size_t i = 0; i < depth; ++i)
            text += "{\"a\":";
        return text + "1" + std::string(depth, '}');
    };
    QCOMPARE(decode(nested(500)), std::size_t{1});  // a name of 999 bytes
    QCOMPARE(decode(nested(900)), std::size_t{0});  // its name would be too long
    QCOMPARE(decode(nested(5000)), std::size_t{0}); // too deep
    QCOMPARE(decode(std::string(60'000, '[')), std::size_t{0});
    std::string many = "{\"k\":1";
    for (int i = 0; i < 5000; ++i)
        many += ",\"k" + std::to_string(i) + "\":" + std::to_string(i);
    QCOMPARE(decode(many + "}"), std::size_t{256});
    QCOMPARE(decode(R"({"a":1e999,"b":-1e-999})"), std::size_t{2});
}

QTEST_GUILESS_MAIN(JsonDecoderTest)
#include "tst_json_decoder.moc"
