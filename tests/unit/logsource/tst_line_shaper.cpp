#include <QTest> // first: moc 6.4 stumbles over <compare> before it

#include "engine/logsource/event_assembler.h"
#include "engine/logsource/json_object.h"
#include "engine/logsource/line_shaper.h"

#include <ctime>

using namespace bartizan;

namespace {

constexpr EpochMs kNow = 1'700'000'000'000; // 2023-11-14 22:13:20 UTC, a Tuesday

LocalFile source(const char* format)
{
    LocalFile file;
    file.format = format;
    file.location = "/var/log/f";
    file.place = file.formatPlace = {"bartizan.conf", 7, 1};
    return file;
}

// Takes lines at given moments and keeps the events.
struct Assembly
{
    explicit Assembly(const LocalFile& file)
        : assembler(EventAssembler::make(file))
    {
    }
    void take(std::string_view line, EpochMs now = 0)
    {
        assembler->take(line, now, [this](std::string_view event) { events.emplace_back(event); });
    }
    void flush()
    {
        assembler->flush([this](std::string_view event) { events.emplace_back(event); });
    }
    std::unique_ptr<EventAssembler> assembler;
    std::vector<std::string> events;
};

} // namespace

class LineShaperTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        qputenv("TZ", "UTC");
        ::tzset();
    }
    void linesOfOneLineFormatsAreEvents();
    void eventsAreDue_data();
    void eventsAreDue();
    void everyLineStartsThePatienceAgain();
    void eventsAreBoundedInLines();
    void eventsAreBoundedInSize();
    void beginningsAreToldBeforeTheyAreTaken();
    void outFormats_data();
    void outFormats();
    void whatIsNotSupportedIsReported_data();
    void whatIsNotSupportedIsReported();
    void onlyObjectsAreJson_data();
    void onlyObjectsAreJson();
};

void LineShaperTest::linesOfOneLineFormatsAreEvents()
{
    for (const char* format : {"syslog", "generic", "json", "iis", "ossecalert", "syslog-pipe", "nmapg",
                               "djb-multilog", "snort-fast", "command"})
        QVERIFY2(!EventAssembler::make(source(format)), format);
}

void LineShaperTest::eventsAreDue_data()
{
    QTest::addColumn<QByteArray>("format");
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<int>("patience"); // -1: for ever, 0: complete at once
    const auto row = [](const char* format, const char* line, int patience) {
        QTest::newRow(format) << QByteArray(format) << QByteArray(line) << patience;
    };
    row("multi-line:3", "a", -1);
    row("multi-line-regex", "1 a", 7000);
    row("audit", "type=A msg=audit(1.2:3): x", 2000);
    row("snort-full", "[**] x", 2000);
    row("mysql_log", "060516 22:38:46 x", 2000);
    row("postgresql_log", "2026-11-24 07:08:09 x", 2000);
    row("mssql_log", "2026-11-24 07:08:09.12 x", 2000);
    QTest::newRow("audit, no id") << QByteArray("audit") << QByteArray("x") << 0;
}

void LineShaperTest::eventsAreDue()
{
    QFETCH(QByteArray, format);
    QFETCH(QByteArray, line);
    QFETCH(int, patience);
    LocalFile file = source(format.constData());
    file.multiline = MultilineRegex{"^\\d", MultilineRegex::Match::Start, MultilineRegex::Replace::Blank, 7};
    Assembly assembly(file);
    assembly.take(line.toStdString(), 100);
    QCOMPARE(assembly.events.size(), std::size_t{patience == 0 ? 1U : 0U});
    QCOMPARE(assembly.assembler->isPending(), patience != 0);
    QCOMPARE(assembly.assembler->due().value_or(-1), EpochMs{patience > 0 ? 100 + patience : -1});
}

void LineShaperTest::everyLineStartsThePatienceAgain()
{
    Assembly assembly(source("audit"));
    assembly.take("msg=audit(1:1): a", 100);
    assembly.take("msg=audit(1:1): b", 900);
    QCOMPARE(assembly.assembler->due().value_or(-1), EpochMs{2900});
    assembly.flush();
    QCOMPARE(assembly.events, (std::vector<std::string>{"msg=audit(1:1): a msg=audit(1:1): b"}));
    QVERIFY(!assembly.assembler->due());
    assembly.flush();
    QCOMPARE(assembly.events.size(), std::size_t{1});
}

void LineShaperTest::eventsAreBoundedInLines()
{
    Assembly assembly(source("audit"));
    for (std::size_t i = 0; i < kMaxEventLines + 1; ++i)
        assembly.take("msg=audit(1:1): " + std::to_string(i));
    QCOMPARE(assembly.events.size(), std::size_t{1});
    QVERIFY(assembly.events.front().ends_with(": 999"));
    QVERIFY(assembly.assembler->isPending());
    QCOMPARE(assembly.assembler->cutEvents(), std::uint64_t{0}); // in two pieces, but nothing is missing
}

void LineShaperTest::eventsAreBoundedInSize()
{
    Assembly assembly(source("multi-line:4"));
    const std::string line(kMaxEventSize, 'x');
    for (int event = 1; event <= 2; ++event) {
        for (int i = 0; i < 4; ++i)
            assembly.take(line);
        QCOMPARE(assembly.events.back().size(), kMaxEventSize);
        QCOMPARE(assembly.assembler->cutEvents(), static_cast<std::uint64_t>(event));
    }
    for (int i = 0; i < 4; ++i)
        assembly.take("a");
    QCOMPARE(assembly.events.back(), std::string("a a a a"));
    QCOMPARE(assembly.assembler->cutEvents(), std::uint64_t{2});
}

void LineShaperTest::beginningsAreToldBeforeTheyAreTaken()
{
    Assembly audit(source("audit"));
    QVERIFY(audit.assembler->begins("x"));
    audit.take("msg=audit(1:1): a");
    QVERIFY(!audit.assembler->begins("msg=audit(1:1): b"));
    QVERIFY(audit.assembler->begins("msg=audit(1:2): b"));
    QVERIFY(audit.assembler->begins("msg=audit(1:1")); // no id
    Assembly counted(source("multi-line:2"));
    counted.take("a");
    QVERIFY(!counted.assembler->begins("b"));
    counted.take("b");
    QVERIFY(counted.assembler->begins("c"));
}

void LineShaperTest::outFormats_data()
{
    QTest::addColumn<QByteArray>("format");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char* format, const char* expected) {
        QTest::newRow(format) << QByteArray(format) << QByteArray(expected);
    };
    row("plain", "plain");
    row("$(log)|$(output)", "a\"b\\|a\"b\\");
    row("$(json_escaped_log)", "a\\\"b\\\\");
    row("$(base64_log)", "YSJiXA==");
    row("$(location) $(command)", "/var/log/f df");
    row("$(hostname) $(host_ip)", "desk 192.0.2.9");
    row("$(timestamp)", "Nov 14 22:13:20");
    row("$(timestamp %Y-%m-%dT%H:%M:%S%z)", "2023-11-14T22:13:20+0000");
    row("$(timestamp %a %A %b %B %h %e)", "Tue Tuesday Nov November Nov 14");
    row("$(timestamp %s %D %R %F %T %j %y %%)", "1700000000 11/14/23 22:13 2023-11-14 22:13:20 318 23 %");
    row("$(else) $(log x) $( log", "$(else) $(log x) $( log");
    row("%Y", "%Y"); // names are for $(timestamp) only
}

void LineShaperTest::outFormats()
{
    QFETCH(QByteArray, format);
    QFETCH(QByteArray, expected);
    LocalFile file = source("syslog");
    file.outFormat = format.toStdString();
    Problems problems;
    auto shaper = LineShaper::make(file, problems, {"desk", "192.0.2.9"});
    QVERIFY(shaper && problems.empty());
    std::string_view line = "a\"b\\";
    QVERIFY(shaper->shape(line, {"/var/log/f", kNow, "df"}) == LineShaper::Verdict::Keep);
    QCOMPARE(std::string(line), expected.toStdString());
}

void LineShaperTest::whatIsNotSupportedIsReported_data()
{
    QTest::addColumn<QByteArray>("format");
    QTest::addColumn<QByteArray>("option"); // set to something; empty: none
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<bool>("isLeftOut");
    for (const char* format : {"eventlog", "eventchannel", "macos"})
        QTest::newRow(format) << QByteArray(format) << QByteArray() << QByteArray("not available") << true;
    for (const char* option : {"target", "query", "reconnect_time", "label", "multiline_regex", "filter"})
        QTest::newRow(option) << QByteArray("syslog") << QByteArray(option)
                              << QByteArray("<") + option + "> is not supported" << false;
}

void LineShaperTest::whatIsNotSupportedIsReported()
{
    QFETCH(QByteArray, format);
    QFETCH(QByteArray, option);
    QFETCH(QByteArray, message);
    QFETCH(bool, isLeftOut);
    LocalFile file = source(format.constData());
    if (option == "target")
        file.targets = {"x"};
    else if (option == "query")
        file.query = "x";
    else if (option == "reconnect_time")
        file.reconnectTime = "5s";
    else if (option == "label")
        file.labels = {{"a", "b"}};
    else if (option == "multiline_regex")
        file.multiline = MultilineRegex{"x"};
    else if (option == "filter")
        file.filters = {{"A", "b", false}};
    Problems problems;
    QCOMPARE(LineShaper::make(file, problems).has_value(), !isLeftOut);
    QCOMPARE(problems.size(), std::size_t{1});
    QVERIFY2(QByteArray::fromStdString(problems.front().message).contains(message),
             problems.front().message.c_str());
    QCOMPARE(problems.front().file, std::string("bartizan.conf"));
    QCOMPARE(problems.front().line, 7);
    QVERIFY(!problems.front().cure.empty());
}

void LineShaperTest::onlyObjectsAreJson_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("isObject");
    const auto row = [](const char* text, bool isObject) {
        QTest::newRow(*text == '\0' ? "(nothing)" : text) << QByteArray(text) << isObject;
    };
    row("{}", true);
    row(" {\"a\": [1, -0.5e+10, true, false, null, {\"b\": \"\\u00e9\\n\"}]} ", true);
    row("", false);
    row("[]", false);
    row("{} {}", false);
    row("{\"a\":01}", false);
    row("{\"a\":1,}", false);
    row("{\"a\" 1}", false);
    row("{\"a\":\"\\x\"}", false);
    row("{\"a\":\"\\u00g0\"}", false);
    row("{\"a\":\"b", false);
    row("{\"a\":\"b\\", false);
    row("{\"a\":+1}", false);
    row("{\"a\":nul}", false);
    const auto nested = [](int depth) {
        return QByteArray("{\"a\":") + QByteArray(depth, '[') + QByteArray(depth, ']') + "}";
    };
    QTest::newRow("128 deep") << nested(127) << true;
    QTest::newRow("129 deep") << nested(128) << false;
    QTest::newRow("100,000 deep") << nested(100'000) << false;
}

void LineShaperTest::onlyObjectsAreJson()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, isObject);
    QCOMPARE(isJsonObject(text.toStdString()), isObject);
}

QTEST_GUILESS_MAIN(LineShaperTest)
#include "tst_line_shaper.moc"
