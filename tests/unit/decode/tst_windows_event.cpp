// Windows event-channel records beyond the reference's recorded ones: the XML form alone, what is left out,
// hostile ones.
#include "engine/decode/decoder_set.h"
#include "engine/decode/predecode.h"

#include <QtTest>

using namespace bartizan;

namespace {

constexpr const char* kSystem = "<System><Provider Name='P'/><EventID>7</EventID><Level>0</Level>"
                                "<Keywords>0x8010000000000000</Keywords></System>";

class Decoded
{
public:
    explicit Decoded(std::string record, std::string_view location = "EventChannel")
        : m_record(std::move(record))
    {
        Problems problems;
        m_set = DecoderSet::compile({}, problems);
        event.fullLog = m_record;
        event.location = location;
        predecode(event);
        DecodeScratch scratch;
        m_set->decode(event, scratch);
    }
    [[nodiscard]] QString field(std::string_view name) const
    {
        const auto value = event.dynamic(name);
        return value ? QString::fromStdString(std::string(*value)) : QString();
    }
    Event event;

private:
    std::string m_record;
    std::shared_ptr<const DecoderSet> m_set;
};

std::string eventXml(const std::string& blocks)
{
    return "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>" + std::string(kSystem) +
           blocks + "</Event>";
}

} // namespace

class WindowsEventTest : public QObject
{
    Q_OBJECT

private slots:
    void xmlAloneGivesTheSameValues();
    void doubleQuotedAttributesAreRead();
    void dataIsCleaned();
    void otherBlocksNest();
    void auditPolicyIsNamed();
    void severities_data();
    void severities();
    void onlyTheEventChannelIsDecoded();
    void malformedRecordsHaveNoFields_data();
    void malformedRecordsHaveNoFields();
    void longValuesAreCut();
};

void WindowsEventTest::xmlAloneGivesTheSameValues()
{
    const Decoded json(
        "{\"Message\":\"Say \\\"hi\\\"\\r\\n\",\"Event\":\"" +
        eventXml("<EventData><Data Name='Image'>C:\\\\A\\\\b.exe \\\"x\\\"</Data></EventData>") + "\"}");
    const Decoded xml(
        eventXml("<EventData><Data Name='Image'>C:\\A\\b.exe \"x\"</Data></EventData>"
                 "<RenderingInfo Culture='en-US'><Message>Say \"hi\"\r\n</Message></RenderingInfo>"));
    for (const Decoded* one : {&json, &xml}) {
        QCOMPARE(one->field("win.eventdata.image"), QStringLiteral("C:\\\\A\\\\b.exe \\\"x\\\""));
        QCOMPARE(one->field("win.system.message"), QStringLiteral("\"Say \"hi\"\r\n\""));
        QCOMPARE(one->field("win.system.severityValue"), QStringLiteral("AUDIT_FAILURE"));
        QCOMPARE(one->event.type, DecoderType::Ossec);
        QVERIFY(one->event.decoder != nullptr && one->event.decoder->name() == "windows_eventchannel");
        QCOMPARE(one->event.log, one->event.fullLog);
        QVERIFY(one->event.log.starts_with("{\"win\":{\"system\":{\"providerName\":\"P\""));
    }
    QCOMPARE(std::string(json.event.log), std::string(xml.event.log));
}

void WindowsEventTest::doubleQuotedAttributesAreRead()
{
    const Decoded event(
        "{\"Event\":\"<Event><EventData><Data Name=\\\"User\\\">a\\\\b</Data></EventData></Event>\"}");
    QCOMPARE(event.field("win.eventdata.user"), QStringLiteral("a\\\\b"));
}

void WindowsEventTest::dataIsCleaned()
{
    const Decoded event(
        eventXml("<EventData><Data Name='A'>-</Data><Data Name='B'>(NULL)</Data><Data Name='C'/>"
                 "<Data Name='D'>d  </Data><Data>one</Data><Data>two</Data><Binary>00FF</Binary>"
                 "<Data Name='Path'>C:\\</Data></EventData>"));
    for (const char* name : {"win.eventdata.a", "win.eventdata.b", "win.eventdata.c"})
        QVERIFY2(!event.event.dynamic(name), name);
    QCOMPARE(event.field("win.eventdata.d"), QStringLiteral("d"));
    QCOMPARE(event.field("win.eventdata.data"), QStringLiteral("one, two"));
    QCOMPARE(event.field("win.eventdata.binary"), QStringLiteral("00FF"));
    QVERIFY(!event.event.field(StaticField::SrcIp));
}

void WindowsEventTest::otherBlocksNest()
{
    const Decoded event(eventXml(
        "<UserData><Printed xmlns='x'><Param1>a</Param1><Inner><Leaf>b</Leaf></Inner></Printed></UserData>"));
    QCOMPARE(event.field("win.printed.param1"), QStringLiteral("a"));
    QCOMPARE(event.field("win.printed.inner.leaf"), QStringLiteral("b"));
}

void WindowsEventTest::auditPolicyIsNamed()
{
    const Decoded event(eventXml("<EventData><Data Name='CategoryId'>%%8274</Data>"
                                 "<Data Name='SubcategoryId'>%%12804</Data>"
                                 "<Data Name='AuditPolicyChanges'>%%8448, %%8451</Data></EventData>"));
    QCOMPARE(event.field("win.eventdata.categoryId"), QStringLiteral("%%8274"));
    QCOMPARE(event.field("win.eventdata.category"), QStringLiteral("Object Access"));
    QCOMPARE(event.field("win.eventdata.subcategory"), QStringLiteral("Other Object Access Events"));
    QCOMPARE(event.field("win.eventdata.auditPolicyChanges"),
             QStringLiteral("Success removed, Failure added"));
    QCOMPARE(event.field("win.eventdata.auditPolicyChangesId"), QStringLiteral("%%8448, %%8451"));
}

void WindowsEventTest::severities_data()
{
    QTest::addColumn<QString>("level");
    QTest::addColumn<QString>("keywords");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* level, const char* keywords, const char* expected) {
        QTest::addRow("%s %s", level, keywords)
            << QString::fromLatin1(level) << QString::fromLatin1(keywords) << QString::fromLatin1(expected);
    };
    row("1", "0x0", "CRITICAL");
    row("2", "0x0", "ERROR");
    row("3", "0x0", "WARNING");
    row("4", "0x8010000000000000", "INFORMATION");
    row("5", "0x0", "VERBOSE");
    row("0", "0x8020000000000000", "AUDIT_SUCCESS");
    row("6", "0x0", "UNKNOWN");
    row("x", "rubbish", "UNKNOWN");
}

void WindowsEventTest::severities()
{
    QFETCH(QString, level);
    QFETCH(QString, keywords);
    QFETCH(QString, expected);
    const Decoded event("<Event><System><Level>" + level.toStdString() + "</Level><Keywords>" +
                        keywords.toStdString() + "</Keywords></System></Event>");
    QCOMPARE(event.field("win.system.severityValue"), expected);
}

void WindowsEventTest::onlyTheEventChannelIsDecoded()
{
    const std::string record = eventXml("");
    QVERIFY(Decoded(record, "EventChannel").event.decoder != nullptr);
    QVERIFY(Decoded(record, "[007] (web7) 192.0.2.7->EventChannel").event.decoder != nullptr);
    QVERIFY(Decoded(record, "/var/log/EventChannel").event.decoder == nullptr);
    QVERIFY(Decoded(record, "stdin").event.decoder == nullptr);
}

void WindowsEventTest::malformedRecordsHaveNoFields_data()
{
    QTest::addColumn<QByteArray>("record");
    for (const char* record :
         {"", "{\"Event\":", "{}", "{\"Event\":\"\"}", "{\"Event\":\"<Event>\"}", "{\"Event\":5}", "<Event>",
          "<Other/>", "<Event/><Event/>", "plain text", "[1]"})
        QTest::newRow(*record != '\0' ? record : "empty") << QByteArray(record);
}

void WindowsEventTest::malformedRecordsHaveNoFields()
{
    QFETCH(QByteArray, record);
    const Decoded event(record.toStdString());
    QVERIFY(event.event.isMalformed);
    QVERIFY(event.event.decoder == nullptr);
    QVERIFY(event.event.dynamicFields().empty());
}

void WindowsEventTest::longValuesAreCut()
{
    const Decoded event(eventXml("<EventData><Data Name='Script'>" + std::string(50'000, 'x') +
                                 "</Data><Data Name='After'>1</Data></EventData>"));
    QCOMPARE(event.event.dynamic("win.eventdata.script")->size(), std::size_t{20480});
    QCOMPARE(event.field("win.eventdata.after"), QStringLiteral("1"));
}

QTEST_APPLESS_MAIN(WindowsEventTest)
#include "tst_windows_event.moc"
