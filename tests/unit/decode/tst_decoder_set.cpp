#include "engine/decode/decoder_set.h"
#include "engine/decode/predecode.h"

#include <QtTest>

using namespace bartizan;

class DecoderSetTest : public QObject
{
    Q_OBJECT

private slots:
    void eventsAreDecoded_data();
    void eventsAreDecoded();
    void invalidDecodersAreLeftOut_data();
    void invalidDecodersAreLeftOut();
    void filesAreOrderedByBaseName();
    void aBrokenFileLeavesTheRest();
    void namesHaveIds();
    void aScratchServesSeveralSets();
    void manyProgramNamesAreForgotten();
    void pluginsReadTheirFormats_data();
    void pluginsReadTheirFormats();
};

// "shown name<parent type: statics and dynamics", or "-" where no decoder accepts the line.
static QByteArray decoded(const DecoderSet& set, DecodeScratch& scratch, const std::string& line)
{
    Event event;
    event.fullLog = line;
    event.location = "test";
    predecode(event);
    set.decode(event, scratch);
    if (event.decoder == nullptr)
        return "-";
    std::string text = event.decoder->name() + "<" + event.decoder->parentName() + " " +
                       std::to_string(static_cast<int>(event.type)) + ":";
    for (std::size_t i = 0; i < kStaticFieldCount; ++i) {
        const auto field = static_cast<StaticField>(i);
        if (const auto value = event.field(field))
            text += " !" + std::string(staticFieldName(field)) + "=" + std::string(*value);
    }
    for (const auto& [name, value] : event.dynamicFields())
        text += " " + std::string(name) + "=" + std::string(value);
    return QByteArray::fromStdString(text);
}

static std::shared_ptr<const DecoderSet> compiled(const std::string& decoders, Problems& problems)
{
    const std::vector<SourceFile> files = {{"test.xml", decoders}};
    return DecoderSet::compile(files, problems);
}

void DecoderSetTest::eventsAreDecoded_data()
{
    QTest::addColumn<QByteArray>("decoders");
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("result");
    const auto row = [](const char* name, const std::string& decoders, const char* line, const char* result) {
        QTest::newRow(name) << QByteArray::fromStdString(decoders) << QByteArray(line) << QByteArray(result);
    };
    const std::string top = "<decoder name='p'><prematch>^ev </prematch></decoder>";
    const auto child = [](const std::string& name, const std::string& rest) {
        return "<decoder name='" + name + "'><parent>p</parent>" + rest + "</decoder>";
    };
    const auto regex = [](const std::string& text, const std::string& order, const std::string& offset = "") {
        return "<regex" + (offset.empty() ? "" : " offset='" + offset + "'") + ">" + text +
               "</regex><order>" + order + "</order>";
    };
    const std::string lists = "<decoder name='n'><prematch>hello</prematch></decoder>"
                              "<decoder name='w'><program_name>^app$</program_name></decoder>";
    row("no decoder", top, "other", "-");
    row("a program name leads to its list", lists, "Nov 14 01:02:03 h app: hello", "w< 0:");
    row("and never to the other", lists, "Nov 14 01:02:03 h other: hello", "-");
    row("without one only to the other", lists, "hello", "n< 0:");
    row("the first top-level decoder wins",
        "<decoder name='a'><prematch>foo</prematch></decoder>"
        "<decoder name='b'><prematch>foo bar</prematch></decoder>",
        "foo bar", "a< 0:");
    row("own regex of a childless decoder",
        "<decoder name='p'><prematch>^ev </prematch>" + regex("^(\\w+)", "x", "after_prematch") +
            "</decoder>",
        "ev a=b", "p< 0: x=a");
    row("a decoder with children never runs its own",
        "<decoder name='p'><prematch>^ev </prematch>" + regex("(\\w+)=", "x") + "</decoder>" +
            child("c", "<prematch>zzz</prematch>"),
        "ev a=b", "p< 0:");
    const std::string two =
        top + child("c1", "<prematch>alpha</prematch>" + regex("alpha=(\\w+)", "one")) +
        child("c2", "<use_own_name>true</use_own_name><type>web-log</type><prematch>beta</prematch>" +
                        regex("beta=(\\w+)", "two"));
    row("the first child whose prematch hits", two, "ev beta=2 alpha=1", "p<p 0: one=1");
    row("own name and type of a child", two, "ev beta=2", "c2<p 3: two=2");
    row("no child", two, "ev gamma", "p< 0:");
    const std::string chain = top + child("c", regex("a=(\\w+)", "one")) +
                              child("c", regex("b=(\\w+)", "two")) + child("d", regex("c=(\\w+)", "three"));
    row("a chain tries all its regexes", chain, "ev b=2 a=1", "p< 0: one=1 two=2");
    row("and ends with its name", chain, "ev c=3", "p< 0:");
    row("a failed prematch skips the chain",
        top + child("c", "<prematch>zzz</prematch>" + regex("a=(\\w+)", "one")) +
            child("c", regex("b=(\\w+)", "two")) +
            child("d", "<prematch>b</prematch>" + regex("b=(\\w+)", "three")),
        "ev b=2", "p<p 0: three=2");
    row("offsets",
        top +
            child("c", "<prematch offset='after_parent'>^k </prematch>" +
                           regex("^(\\w+)=", "x", "after_prematch")) +
            child("c", regex("^(\\w+) ", "y", "after_regex")),
        "ev k ab=cd ", "p<p 0: x=ab y=cd");
    row("after_regex falls back to the prematch",
        top + child("c", regex("no=(\\w+)", "x")) + child("c", regex("^(\\w+)=", "y", "after_regex")),
        "ev k=1", "p< 0: y=k");
    row("after_parent", top + child("c", regex("^(\\w+)=", "x", "after_parent")), "ev k=1", "p< 0: x=k");
    row("a child serves every parent of the name",
        "<decoder name='p'><prematch>^e1 </prematch></decoder><decoder name='p'><prematch>^e2 "
        "</prematch></decoder>" +
            child("c", regex("b=(\\w+)", "x")),
        "e2 b=1", "p< 0: x=1");
    row("several prematch and regex are one text",
        "<decoder name='p'><prematch>^ev "
        "</prematch><prematch>al</prematch><regex>al=</regex><regex>(\\w+)</regex>"
        "<order>v</order></decoder>",
        "ev al=1", "p< 0: v=1");
    row("statics keep the last, dynamics both",
        "<decoder name='p'><prematch>^ev </prematch>" +
            regex("(\\w+) (\\w+) (\\w+) (\\w+)$", "user,dstuser,dyn , dyn x") + "</decoder>",
        "ev a b c d", "p< 0: !dstuser=b dyn=c dyn=d");
    row("captures without a name are dropped",
        "<decoder name='p'><prematch>^ev </prematch>" + regex("(\\w+) (\\w+)$", "a") + "</decoder>", "ev x y",
        "p< 0: a=x");
    row("PCRE2",
        "<decoder name='p'><prematch type='pcre2'>^ev (?=k)</prematch>"
        "<regex type='pcre2' offset='after_prematch'>^k=(\\S+)</regex><order>k</order></decoder>",
        "ev k=x.y", "p< 0: k=x.y");
    row("an empty prematch takes everything", "<decoder name='p'><prematch></prematch></decoder>", "x",
        "p< 0:");
    row("JSON behind a prematch",
        "<decoder name='j'><prematch>^app: </prematch><plugin_decoder "
        "offset='after_prematch'>JSON_Decoder</plugin_decoder>"
        "</decoder>",
        "app: {\"k\":\"v\"}", "j< 0: k=v");
    row("a plugin of a child without prematch has the parent's options",
        top + child("c", "<plugin_decoder offset='after_parent'>JSON_Decoder</plugin_decoder>"),
        "ev {\"k\":1}", "p< 0:");
    row("a variable", "<var name='PRE'>^ev </var><decoder name='p'><prematch>$PRE</prematch></decoder>",
        "ev x", "p< 0:");
    row("status is ignored", "<decoder name='p' status='x'><prematch>^ev </prematch></decoder>", "ev x",
        "p< 0:");
}

void DecoderSetTest::eventsAreDecoded()
{
    QFETCH(QByteArray, decoders);
    QFETCH(QByteArray, line);
    Problems problems;
    const auto set = compiled(decoders.toStdString(), problems);
    QVERIFY2(problems.empty(), problems.empty() ? "" : describe(problems[0]).c_str());
    DecodeScratch scratch;
    const std::string bytes = line.toStdString();
    QTEST(decoded(*set, scratch, bytes), "result");
    QTEST(decoded(*set, scratch, bytes), "result"); // and again, from the scratch's memory
}

void DecoderSetTest::invalidDecodersAreLeftOut_data()
{
    QTest::addColumn<QByteArray>("decoder"); // behind a valid parent p in line 1
    QTest::addColumn<QByteArray>("message");
    const auto row = [](const char* decoder, const char* message) {
        QTest::newRow(message) << QByteArray(decoder) << QByteArray(message);
    };
    row("<group name='x'/>", "cannot stand at the top");
    row("<decoder><prematch>x</prematch></decoder>", "without a name");
    row("<decoder status='x' name='a'><prematch>x</prematch></decoder>", "a decoder without a name");
    row("<decoder name='a' id='1'><prematch>x</prematch></decoder>", "unknown attribute");
    row("<decoder name='a'><prematch>x</prematch><foo/></decoder>", "unknown element 'foo'");
    row("<decoder name='a'><regex>(x)</regex><order>a</order></decoder>", "has no condition");
    row("<decoder name='a'><prematch>x</prematch><regex>(x)</regex></decoder>",
        "only one of regex and order");
    row("<decoder name='a'><prematch>x</prematch><order>b</order></decoder>", "'a' has only one of regex");
    row("<decoder name='a'><prematch>x\\q</prematch></decoder>", "invalid pattern in decoder 'a'");
    row("<decoder name='a'><prematch type='x'>x</prematch></decoder>", "unknown pattern type 'x'");
    row("<decoder name='a'><prematch offset='after_prematch'>x</prematch></decoder>", "offset of a prematch");
    row("<decoder name='a'><prematch offset='after_parent'>x</prematch></decoder>",
        "in a decoder with a parent");
    row("<decoder name='a'><prematch offset='behind'>x</prematch></decoder>", "unknown offset 'behind'");
    row("<decoder name='a'><prematch>x</prematch><prematch offset='after_parent'>x</prematch></decoder>",
        "second offset");
    row("<decoder name='a'><parent>p</parent><regex "
        "offset='after_prematch'>(x)</regex><order>a</order></decoder>",
        "which has no prematch");
    row("<decoder name='a'><parent>p</parent><regex "
        "offset='after_regex'>(x)</regex><order>a</order></decoder>",
        "continues no regex");
    row("<decoder name='a'><parent>q</parent></decoder>", "parent 'q'");
    row("<decoder "
        "name='c'><parent>p</parent><prematch>y</prematch><regex>(y)</regex><order>a</order></decoder>",
        "continues an earlier one");
    row("<decoder name='c'><parent>p</parent></decoder>", "one of the two has no regex");
    row("<decoder name='g'><parent>c</parent><regex>(y)</regex><order>a</order></decoder>", "parent 'c'");
    row("<decoder name='a'><prematch>x</prematch><plugin_decoder>X_Decoder</plugin_decoder></decoder>",
        "unknown plugin decoder");
    row("<decoder "
        "name='a'><prematch>x</prematch><plugin_decoder>JSON_Decoder</plugin_decoder><regex>(x)</regex>"
        "<order>a</order></decoder>",
        "both a plugin and a regex");
    row("<decoder name='a'><prematch>x</prematch><type>x</type></decoder>", "unknown decoder type");
    row("<decoder name='a'><prematch>x</prematch><json_null_field>x</json_null_field></decoder>",
        "json_null_field");
    row("<decoder name='a'><prematch>x</prematch><json_array_structure>x</json_array_structure></decoder>",
        "json_array_structure");
}

void DecoderSetTest::invalidDecodersAreLeftOut()
{
    QFETCH(QByteArray, decoder);
    QFETCH(QByteArray, message);
    Problems problems;
    const auto set =
        compiled("<decoder name='p'><prematch>^ev </prematch></decoder><decoder name='c'><parent>p</parent>"
                 "<regex>(x)</regex><order>a</order></decoder>\n" +
                     decoder.toStdString() + "\n<decoder name='last'><prematch>^last</prematch></decoder>",
                 problems);
    QCOMPARE(problems.size(), std::size_t{1});
    QVERIFY2(problems[0].message.find(message.toStdString()) != std::string::npos,
             problems[0].message.c_str());
    QCOMPARE(problems[0].component, "decoders");
    QCOMPARE(problems[0].file, "test.xml");
    QCOMPARE(problems[0].line, 2);
    QVERIFY(!problems[0].cure.empty());
    QCOMPARE(set->count(), std::size_t{3});
    DecodeScratch scratch;
    QCOMPARE(decoded(*set, scratch, "ev x"), "p< 0: a=x");
    QCOMPARE(decoded(*set, scratch, "last"), "last< 0:");
}

void DecoderSetTest::filesAreOrderedByBaseName()
{
    const std::vector<SourceFile> files = {
        {"a/20-b.xml", "<decoder name='b'><prematch>foo</prematch></decoder>"},
        {"z/10-a.xml", "<decoder name='a'><prematch>foo</prematch></decoder>"}};
    Problems problems;
    const auto set = DecoderSet::compile(files, problems);
    DecodeScratch scratch;
    QCOMPARE(decoded(*set, scratch, "foo"), "a< 0:");
}

void DecoderSetTest::aBrokenFileLeavesTheRest()
{
    const std::vector<SourceFile> files = {
        {"1.xml", "<decoder name='a'><prematch>foo</prematch></decoder><decoder name='b'>"},
        {"2.xml", "<decoder name='c'><prematch>foo</prematch></decoder>"}};
    Problems problems;
    const auto set = DecoderSet::compile(files, problems);
    QCOMPARE(problems.size(), std::size_t{1});
    QCOMPARE(problems[0].component, "decoders");
    QCOMPARE(problems[0].file, "1.xml");
    DecodeScratch scratch;
    QCOMPARE(decoded(*set, scratch, "foo"), "c< 0:");
}

void DecoderSetTest::namesHaveIds()
{
    Problems problems;
    const auto set = compiled(
        "<decoder name='p'><prematch>^a</prematch></decoder><decoder name='p'><prematch>^b</prematch>"
        "</decoder><decoder name='c'><parent>p</parent><prematch>x</prematch></decoder>"
        "<decoder name='o'><parent>p</parent><use_own_name>true</use_own_name><prematch>y</prematch>"
        "</decoder>",
        problems);
    QVERIFY(problems.empty());
    QVERIFY(set->idOf("p") && set->idOf("o") && set->idOf("p") != set->idOf("o"));
    QVERIFY(set->idOf("c") && set->idOf("c") != set->idOf("p")); // known, though no event shows it
    QVERIFY(!set->idOf("P"));
    for (const char* name : {"rootcheck", "syscheck_new_entry", "windows_eventchannel", "sca"})
        QVERIFY2(set->idOf(name), name);
    DecodeScratch scratch;
    Event event;
    event.fullLog = event.log = "bx";
    set->decode(event, scratch);
    QVERIFY(event.decoder != nullptr && event.decoder->id() == set->idOf("p"));
}

void DecoderSetTest::aScratchServesSeveralSets()
{
    Problems problems;
    const std::string line = "Nov 14 01:02:03 h app: x";
    DecodeScratch scratch;
    const auto first = compiled("<decoder name='a'><program_name>^app</program_name></decoder>", problems);
    QCOMPARE(decoded(*first, scratch, line), "a< 0:");
    const auto second = compiled("<decoder name='x'><program_name>^x</program_name></decoder>"
                                 "<decoder name='b'><program_name>^app</program_name></decoder>",
                                 problems);
    QCOMPARE(decoded(*second, scratch, line), "b< 0:");
    QCOMPARE(decoded(*first, scratch, line), "a< 0:");
}

void DecoderSetTest::manyProgramNamesAreForgotten()
{
    Problems problems;
    const auto set = compiled("<decoder name='a'><program_name>^app1$</program_name></decoder>", problems);
    DecodeScratch scratch;
    for (int i = 0; i < 5000; ++i) {
        const QByteArray expected = i == 1 ? "a< 0:" : "-";
        QCOMPARE(decoded(*set, scratch, "Nov 14 01:02:03 h app" + std::to_string(i) + ": x"), expected);
    }
    QCOMPARE(decoded(*set, scratch, "Nov 14 01:02:03 h app1: x"), "a< 0:");
}

void DecoderSetTest::pluginsReadTheirFormats_data()
{
    QTest::addColumn<QByteArray>("plugin");
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("result");
    const auto row = [](const char* plugin, const char* line, const char* result) {
        QTest::newRow(line) << QByteArray(plugin) << QByteArray(line) << QByteArray(result);
    };
    row("PF_Decoder", "rule 4/(match) block in on em0: 192.0.2.7.40112 > 192.0.2.1.22: S 1:1(0) win 1",
        "d< 0: !protocol=tcp !action=block !srcip=192.0.2.7 !srcport=40112 !dstip=192.0.2.1 !dstport=22");
    row("PF_Decoder", "rule 3/(match) pass out on em0: 2001:db8::1.53 > 2001:db8::2.1030: udp 73",
        "d< 0: !protocol=udp !action=pass !srcip=2001:db8::1 !srcport=53 !dstip=2001:db8::2 !dstport=1030");
    row("PF_Decoder", "rule 3/(match) pass out", "d< 0:");
    row("SymantecWS_Decoder", "20310203,73559,1=5,11=192.0.2.7,10=bob,3=2,2=1",
        "d< 0: !srcip=192.0.2.7 !dstuser=bob !id=3=2,2=1");
    row("SonicWall_Decoder",
        "id=fw pri=6 msg=\"Connection Opened\" src=192.0.2.7:40112:WAN dst=192.0.2.1:80:WAN proto=tcp/80",
        "d< 0: !protocol=tcp/80 !action=Connection Opened !srcip=192.0.2.7 !srcport=40112 !dstip=192.0.2.1 "
        "!dstport=80 "
        "!status=6");
}

void DecoderSetTest::pluginsReadTheirFormats()
{
    QFETCH(QByteArray, plugin);
    QFETCH(QByteArray, line);
    Problems problems;
    const auto set = compiled("<decoder name='d'><prematch></prematch><plugin_decoder>" +
                                  plugin.toStdString() + "</plugin_decoder></decoder>",
                              problems);
    QVERIFY(problems.empty());
    DecodeScratch scratch;
    QTEST(decoded(*set, scratch, line.toStdString()), "result");
}

QTEST_GUILESS_MAIN(DecoderSetTest)
#include "tst_decoder_set.moc"
