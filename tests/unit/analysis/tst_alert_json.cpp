#include "engine/analysis/alert_json.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

using namespace bartizan;

class TestAlertJson : public QObject
{
    Q_OBJECT

private slots:
    void fields_data();
    void fields();
    void hostileFieldsStayJson();
    void alertHasTheReferencesShape();
};

using FieldList = std::vector<Field>;
Q_DECLARE_METATYPE(FieldList)

void TestAlertJson::fields_data()
{
    QTest::addColumn<FieldList>("list");
    QTest::addColumn<QByteArray>("json");
    const auto row = [](const char* name, FieldList list, const char* json) {
        QTest::newRow(name) << std::move(list) << QByteArray(json);
    };
    row("none", {}, "{}");
    row("empty values are left out", {{"srcip", "", true}, {"a", "", false}}, "{}");
    row("nested", {{"a.b", "1", false}, {"a.c.d", "2", false}, {"e", "3", false}},
        R"({"a":{"b":"1","c":{"d":"2"}},"e":"3"})");
    row("first of two stays",
        {{"srcip", "1", true}, {"srcip", "2", false}, {"a", "x", false}, {"A", "y", false}},
        R"({"srcip":"1","a":"x"})");
    row("leaf and parent", {{"a", "1", false}, {"a.b", "2", false}}, R"({"a":"1"})");
    row("parent and leaf", {{"a.b", "1", false}, {"a", "2", false}}, R"({"a":{"b":"1"}})");
    row("array", {{"a", "[1, \"x\", null, true, {\n\t\"k\":\t2.5}]", false}},
        R"({"a":[1,"x",null,true,{"k":2.5}]})");
    row("empty array", {{"a", "[]", false}}, R"({"a":[]})");
    row("no array", {{"a", "[broken", false}, {"b", "[1,", false}}, R"({"a":"[broken","b":"[1,"})");
    row("static stays text", {{"url", "[1]", true}}, R"({"url":"[1]"})");
    row("escapes and bad UTF-8", {{"a", "\"\\\n\x01\xFF\xC3\xA4", false}},
        "{\"a\":\"\\\"\\\\\\n\\u0001\xEF\xBF\xBD\xC3\xA4\"}");
}

void TestAlertJson::fields()
{
    QFETCH(FieldList, list);
    Verdict verdict;
    verdict.fields = list;
    const QByteArray json = QByteArray::fromStdString(fieldsJson(verdict));
    QTEST(json, "json");
}

void TestAlertJson::hostileFieldsStayJson()
{
    Verdict verdict;
    verdict.fields = {{std::string(20'000, '.'), "x", false},
                      {"..", "y", false},
                      {".a.", "z", false},
                      {"deep", std::string(300, '[') + std::string(300, ']'), false},
                      {"deeper", std::string(100'000, '['), false},
                      {"", "e", false}};
    for (int i = 0; i < 3000; ++i)
        verdict.fields.push_back({"f" + std::to_string(i), "v", false});
    QJsonParseError error{};
    const auto document = QJsonDocument::fromJson(QByteArray::fromStdString(fieldsJson(verdict)), &error);
    QCOMPARE(error.error, QJsonParseError::NoError);
    QVERIFY(document.object()[QStringLiteral("f2999")] == QStringLiteral("v"));
    QVERIFY(document.object()[QStringLiteral("deeper")].isString());
    QVERIFY(document.object()[QStringLiteral("deep")].isArray());
}

void TestAlertJson::alertHasTheReferencesShape()
{
    Verdict verdict;
    verdict.timestamp = "Feb  3 04:05:06";
    verdict.hostname = "desk-17";
    verdict.programName = "sshd";
    verdict.decoderName = "sshd";
    verdict.decoderParent = "sshd";
    verdict.decoderComment = "new";
    verdict.decoderAccumulates = true;
    verdict.fields = {{"srcip", "198.51.100.7", true}};
    verdict.previousOutput = "one\ntwo";
    RuleInfo rule;
    rule.id = 100200;
    rule.level = 10;
    rule.description = "d";
    rule.facts = std::make_shared<const RuleFacts>(RuleFacts{.rawGroups = "local,pci_dss_11.4",
                                                             .groups = {"local"},
                                                             .compliance = {{"pci_dss", {"11.4"}}},
                                                             .mitreIds = {"T1110", "T1110.001", "T9999"},
                                                             .info = "https://example.test",
                                                             .cve = "CVE-2031-1"});
    rule.frequency = 6;
    rule.firedTimes = 2;
    verdict.rule = rule;
    const auto json = QJsonDocument::fromJson(
                          QByteArray::fromStdString(alertJson(verdict, "the log", "/var/log/auth.log",
                                                              1'700'000'000'123, "desk-17", "1700000000.1")))
                          .object();
    auto expected = QJsonDocument::fromJson(R"({
        "rule":{"level":10,"description":"d","id":"100200","mitre":{"id":["T1110","T1110.001","T9999"],"tactic":["Credential Access"],
                "technique":["Brute Force","Password Guessing"]},"frequency":6,"firedtimes":2,
                "mail":false,"groups":["local"],"pci_dss":["11.4"],"info":"https://example.test","cve":"CVE-2031-1"},
        "agent":{"id":"000","name":"desk-17"},"manager":{"name":"desk-17"},"id":"1700000000.1",
        "previous_output":"one\ntwo","full_log":"the log",
        "predecoder":{"program_name":"sshd","timestamp":"Feb  3 04:05:06","hostname":"desk-17"},
        "decoder":{"parent":"sshd","name":"sshd","ftscomment":"new","accumulate":1},"data":{"srcip":"198.51.100.7"},"location":"/var/log/auth.log"})")
                        .object();
    expected[QStringLiteral("timestamp")] = json[QStringLiteral("timestamp")];
    QCOMPARE(json, expected);
    QVERIFY(json[QStringLiteral("timestamp")].toString().contains(QStringLiteral(".123")));

    const auto sent = QJsonDocument::fromJson(
                          QByteArray::fromStdString(alertJson(
                              verdict, "the log", "[007] (web7) 192.0.2.7->/var/log/x", 0, "desk-17", "1")))
                          .object();
    QCOMPARE(sent[QStringLiteral("agent")],
             (QJsonObject{{QStringLiteral("id"), QStringLiteral("007")},
                          {QStringLiteral("name"), QStringLiteral("web7")},
                          {QStringLiteral("ip"), QStringLiteral("192.0.2.7")}}));
    QCOMPARE(sent[QStringLiteral("location")].toString(), QStringLiteral("/var/log/x"));

    verdict.rule->noFullLog = true;
    verdict.previousOutput.clear();
    verdict.fields.clear();
    const auto shorter = QString::fromStdString(alertJson(verdict, "the log", "l", 0, "h", "1"));
    for (const char* absent : {"full_log", "previous_output", "\"data\""})
        QVERIFY(!shorter.contains(QLatin1String(absent)));
}

QTEST_APPLESS_MAIN(TestAlertJson)
#include "tst_alert_json.moc"
