#include "engine/config/configuration_reader.h"

#include <QTest>

#include <algorithm>

using namespace bartizan;

namespace {

const char* kCommands = "<command><name>firewall-drop</name><executable>firewall-drop</executable>"
                        "<timeout_allowed>yes</timeout_allowed></command>"
                        "<command><name>forever</name><executable>forever.sh</executable></command>";

struct Reading
{
    Configuration configuration;
    Problems problems;

    explicit Reading(const std::string& text)
    {
        auto result = readConfiguration(text, "bartizan.conf", problems);
        if (result)
            configuration = std::move(*result);
        else
            qWarning("%s", result.error().message.c_str());
    }
    [[nodiscard]] QString told() const
    {
        QStringList texts;
        for (const Problem& problem : problems)
            texts << QString::fromStdString(describe(problem));
        return texts.join(QLatin1Char('\n'));
    }
};

} // namespace

class ConfigurationReaderTest : public QObject
{
    Q_OBJECT

private slots:
    void readsTheSeedExampleAsAFragment();
    void addsUpRootsAndRepeatedBlocks();
    void readsGlobalSettings();
    void readsWhiteListEntries_data();
    void readsWhiteListEntries();
    void readsActiveResponses_data();
    void readsActiveResponses();
    void takesRepeatedOffendersFromTheFirstBlock();
    void aDisabledBlockSwitchesOffOnlyItself();
    void readsLocalFiles();
    void readsLocalFileOptions();
    void readsAges_data();
    void readsAges();
    void readsRulesetSettings();
    void reportsBadInputWithItsPlace_data();
    void reportsBadInputWithItsPlace();
    void brokenXmlIsAnError();
    void aMissingFileIsNotFound();
};

void ConfigurationReaderTest::readsTheSeedExampleAsAFragment()
{
    const Reading reading(R"(
<command>
  <name>firewall-drop</name>
  <executable>firewall-drop</executable>
  <timeout_allowed>yes</timeout_allowed>
</command>
<command>
  <name>win_route-null</name>
  <executable>route-null.exe</executable>
  <timeout_allowed>yes</timeout_allowed>
</command>
<active-response>
  <command>firewall-drop</command>
  <location>local</location>
  <rules_id>100100</rules_id>
  <timeout>60</timeout>
</active-response>
)");
    QVERIFY2(reading.problems.empty(), qPrintable(reading.told()));
    QCOMPARE(reading.configuration.commands.size(), std::size_t{2});
    const Command* command = reading.configuration.findCommand("win_route-null");
    QVERIFY(command != nullptr && command->executable == "route-null.exe" && command->timeoutAllowed);
    QCOMPARE(reading.configuration.activeResponses.size(), std::size_t{1});
    const ActiveResponse& response = reading.configuration.activeResponses.front();
    QCOMPARE(response.name(), std::string("firewall-drop60"));
    QVERIFY(response.ruleIds == std::vector<std::uint32_t>{100100});
    QVERIFY(response.location == ResponseLocation::Here);
    QVERIFY(!response.disabled && !response.level && response.rulesGroup.empty());
    QCOMPARE(response.place.line, 12);
    QCOMPARE(reading.configuration.logAlertLevel, 3);
}

void ConfigurationReaderTest::addsUpRootsAndRepeatedBlocks()
{
    const Reading reading(
        "<ossec_config><global><white_list>192.0.2.1</white_list></global>"
        "<active-response><command>firewall-drop</command><location>local</location>"
        "<level>6</level></active-response></ossec_config>\n"
        "<bartizan_config><global><white_list>192.0.2.2</white_list></global></bartizan_config>\n" +
        std::string(kCommands));
    QVERIFY2(reading.problems.empty(), qPrintable(reading.told()));
    QCOMPARE(reading.configuration.whiteList.size(), std::size_t{2});
    QCOMPARE(reading.configuration.activeResponses.size(), std::size_t{1}); // its command stands behind it
}

void ConfigurationReaderTest::readsGlobalSettings()
{
    const Reading reading("<global><memory_size>4096</memory_size><log_fw>no</log_fw>"
                          "<correlation_memory>128M</correlation_memory>"
                          "<store><max_age>2w</max_age><max_size>2G</max_size></store></global>"
                          "<alerts><log_alert_level> 5 </log_alert_level></alerts>"
                          "<lists><allow_private_urls>yes</allow_private_urls>"
                          "<authorities>/etc/bartizan/office.pem</authorities></lists>");
    QVERIFY2(reading.problems.empty(), qPrintable(reading.told()));
    QVERIFY(reading.configuration.memorySize == std::size_t{4096});
    QCOMPARE(reading.configuration.correlationMemory, std::uint64_t{128} << 20);
    const Reading empty("<global></global>");
    QVERIFY(!empty.configuration.memorySize);
    QCOMPARE(empty.configuration.correlationMemory, std::uint64_t{64} << 20);
    QVERIFY(!reading.configuration.dropIncompleteFirewallEvents);
    QVERIFY(reading.configuration.store.maxAge == std::chrono::hours(14 * 24));
    QCOMPARE(reading.configuration.store.maxBytes, std::uint64_t{2} << 30);
    QCOMPARE(reading.configuration.logAlertLevel, 5);
    QVERIFY(reading.configuration.listSources.allowPrivate);
    QCOMPARE(reading.configuration.listSources.authorities, std::string("/etc/bartizan/office.pem"));
    QVERIFY(!empty.configuration.listSources.allowPrivate);
}

void ConfigurationReaderTest::readsWhiteListEntries_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("network"); // empty: a pattern; "-": refused
    const auto row = [](const char* text, const char* network) {
        QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(network);
    };
    row("127.0.0.1", "127.0.0.1");
    row("10.1.2.3/8", "10.0.0.0/8");
    row("10.1.2.3/255.255.0.0", "10.1.0.0/16");
    row("10.1.2.3/255.255.255.255", "10.1.2.3");
    row("10.1.2.3/0.0.0.0", "0.0.0.0/0");
    row("2001:db8::/32", "2001:db8::/32");
    row("^localhost.localdomain$", "");
    row("192.168.", "");
    row("10.0.0.0/255.0.255.0", "-");
    row("10.0.0.0/33", "-");
    row("", "-");
}

void ConfigurationReaderTest::readsWhiteListEntries()
{
    QFETCH(QString, text);
    QFETCH(QString, network);
    const Reading reading("<global><white_list>" + text.toStdString() + "</white_list></global>");
    const auto& entries = reading.configuration.whiteList;
    if (network == QStringLiteral("-")) {
        QVERIFY(entries.empty());
        QCOMPARE(reading.problems.size(), std::size_t{1});
        QVERIFY(!reading.problems.front().cure.empty());
        return;
    }
    QVERIFY2(reading.problems.empty(), qPrintable(reading.told()));
    QCOMPARE(entries.size(), std::size_t{1});
    QCOMPARE(entries.front().network ? QString::fromStdString(entries.front().network->toString())
                                     : QString(),
             network.isEmpty() ? QString() : network);
    QCOMPARE(QString::fromStdString(entries.front().pattern), network.isEmpty() ? text : QString());
}

void ConfigurationReaderTest::readsActiveResponses_data()
{
    QTest::addColumn<QString>("block");    // what stands in <active-response>
    QTest::addColumn<QString>("expected"); // name and criteria; "-": left out
    QTest::addColumn<QString>("problem");  // part of the first problem's text
    const auto row = [](const char* name, const char* block, const char* expected, const char* problem) {
        QTest::newRow(name) << QString::fromLatin1(block) << QString::fromLatin1(expected)
                            << QString::fromLatin1(problem);
    };
#define DROP "<command>firewall-drop</command>"
#define HERE "<location>local</location>"
    row("ids", DROP HERE "<rules_id>5712, 5763</rules_id>", "firewall-drop0 ids 5712 5763", "");
    row("level and group", DROP HERE "<level>6</level><rules_group>a|b,</rules_group><timeout>5</timeout>",
        "firewall-drop5 level 6 group a|b,", "");
    row("blanks around values",
        "<command> firewall-drop\n</command><location> local </location><level> 0 </level>",
        "firewall-drop0 level 0", "");
    row("on the manager", DROP "<location>AS</location><level>1</level>", "firewall-drop0 level 1", "");
    row("server", DROP "<location>server</location><level>1</level>", "firewall-drop0 level 1", "");
    row("everywhere", DROP "<location>ALL</location><level>1</level>", "firewall-drop0 level 1", "");
    row("several places",
        DROP "<location>local,defined-agent</location><agent_id>1</agent_id><level>1</level>",
        "firewall-drop0 level 1", "");
    row("another machine", DROP "<location>defined-agent</location><agent_id>001</agent_id><level>1</level>",
        "firewall-drop0 elsewhere level 1", "another machine");
    row("no agent", DROP "<location>defined-agent</location><level>1</level>", "-", "agent_id");
    row("agent 0", DROP "<location>defined-agent</location><agent_id>000</agent_id><level>1</level>", "-",
        "agent_id");
    row("unknown place", DROP "<location>here</location><level>1</level>", "-", "location \"here\"");
    row("no place", DROP "<level>1</level>", "-", "no location");
    row("no command", HERE "<level>1</level>", "-", "no command");
    row("unknown command", "<command>nope</command>" HERE "<level>1</level>", "-", "\"nope\" does not exist");
    row("no timeout allowed", "<command>forever</command>" HERE "<level>1</level><timeout>60</timeout>",
        "forever0 level 1", "allows no timeout");
    row("no criterion", DROP HERE, "firewall-drop0", "never runs");
    row("bad level", DROP HERE "<level>21</level><rules_id>1</rules_id>", "-", "<level>");
    row("bad timeout", DROP HERE "<level>1</level><timeout>10m</timeout>", "-", "<timeout>");
    row("negative timeout", DROP HERE "<level>1</level><timeout>-1</timeout>", "-", "<timeout>");
    row("bad group", DROP HERE "<level>1</level><rules_group>(a</rules_group>", "-", "<rules_group>");
    row("some bad ids", DROP HERE "<rules_id>1,x,2</rules_id>", "firewall-drop0 ids 1 2", "\"x\"");
    row("only bad ids", DROP HERE "<level>1</level><rules_id>x</rules_id>", "-", "\"x\"");
    row("unknown element", DROP HERE "<level>1</level><lvel>3</lvel>", "-", "<lvel>");
    row("disabled", DROP HERE "<level>1</level><disabled>yes</disabled>", "firewall-drop0 disabled level 1",
        "");
    row("disabled, unreadable", DROP HERE "<level>1</level><disabled>maybe</disabled>",
        "firewall-drop0 disabled level 1", "yes or no");
    row("only repeated offenders", "<repeated_offenders>30,60</repeated_offenders>", "-", "");
#undef DROP
#undef HERE
}

void ConfigurationReaderTest::readsActiveResponses()
{
    QFETCH(QString, block);
    QFETCH(QString, expected);
    QFETCH(QString, problem);
    const Reading reading(kCommands + ("\n<active-response>" + block.toStdString() + "</active-response>"));
    QStringList found;
    for (const ActiveResponse& response : reading.configuration.activeResponses) {
        QStringList parts{QString::fromStdString(response.name())};
        if (response.location == ResponseLocation::Elsewhere)
            parts << QStringLiteral("elsewhere");
        if (response.disabled)
            parts << QStringLiteral("disabled");
        if (response.level)
            parts << QStringLiteral("level %1").arg(*response.level);
        if (!response.rulesGroup.empty())
            parts << QStringLiteral("group ") + QString::fromStdString(response.rulesGroup);
        if (!response.ruleIds.empty())
            parts << QStringLiteral("ids");
        for (const std::uint32_t id : response.ruleIds)
            parts << QString::number(id);
        found << parts.join(QLatin1Char(' '));
    }
    QCOMPARE(found, expected == QStringLiteral("-") ? QStringList() : QStringList{expected});
    if (problem.isEmpty()) {
        QVERIFY2(reading.problems.empty(), qPrintable(reading.told()));
    } else {
        QVERIFY(!reading.problems.empty());
        QVERIFY2(QString::fromStdString(describe(reading.problems.front())).contains(problem),
                 qPrintable(reading.told()));
        QCOMPARE(reading.problems.front().line, 2);
        QVERIFY(reading.problems.front().column > 0);
    }
}

void ConfigurationReaderTest::takesRepeatedOffendersFromTheFirstBlock()
{
    const Reading reading(
        "<active-response><repeated_offenders>30, 60,120</repeated_offenders></active-response>"
        "<active-response><repeated_offenders>5</repeated_offenders></active-response>");
    QVERIFY2(reading.problems.empty(), qPrintable(reading.told()));
    using std::chrono::minutes;
    QVERIFY((reading.configuration.repeatedOffenders == std::vector{minutes(30), minutes(60), minutes(120)}));
}

void ConfigurationReaderTest::aDisabledBlockSwitchesOffOnlyItself()
{
    const std::string block = "<active-response><command>firewall-drop</command><location>local</location>"
                              "<level>6</level>";
    const Reading reading(kCommands + block + "</active-response>" + block +
                          "<disabled>yes</disabled></active-response>");
    QCOMPARE(reading.configuration.activeResponses.size(), std::size_t{2});
    QVERIFY(!reading.configuration.activeResponses[0].disabled);
    QVERIFY(reading.configuration.activeResponses[1].disabled);
}

void ConfigurationReaderTest::readsLocalFiles()
{
    const Reading reading(R"(<localfile>
  <log_format>json</log_format>
  <location>/var/log/*.json</location>
  <only-future-events>no</only-future-events>
  <label key="@source">web "1"</label>
  <ignore>^debug</ignore>
  <restrict type="osregex">\d+</restrict>
  <exclude>/var/log/x*</exclude>
</localfile>
<localfile><log_format>journald</log_format><location>journald</location></localfile>
<localfile><log_format>command</log_format><command>df -P</command><frequency>360</frequency></localfile>
<localfile><log_format>multi-line:3</log_format><location>/var/log/m</location></localfile>
<localfile><log_format>syslog</log_format><location>/var/log/app-%Y.log</location></localfile>)");
    QVERIFY2(reading.problems.empty(), qPrintable(reading.told()));
    QCOMPARE(reading.configuration.localFiles.size(), std::size_t{5});
    const LocalFile& json = reading.configuration.localFiles.front();
    QCOMPARE(json.format, std::string("json"));
    QCOMPARE(json.location, std::string("/var/log/*.json"));
    QVERIFY(!json.onlyFutureEvents);
    QVERIFY(json.labels == (std::vector<std::pair<std::string, std::string>>{{"@source", "web \"1\""}}));
    QCOMPARE(json.ignore.front().type, std::string("pcre2"));
    QCOMPARE(json.restrict.front().type, std::string("osregex"));
    QCOMPARE(json.exclude.front(), std::string("/var/log/x*"));
    QCOMPARE(json.formatPlace.line, 2);
    QCOMPARE(reading.configuration.localFiles[2].command, std::string("df -P"));
}

void ConfigurationReaderTest::readsLocalFileOptions()
{
    const Reading reading(R"(<localfile>
  <log_format>multi-line-regex</log_format>
  <location>/var/log/app.log</location>
  <multiline_regex match="end" replace="wspace" timeout="12">;$</multiline_regex>
  <out_format target="agent">$(hostname): $(log)</out_format>
  <age>2h</age>
  <ignore_binaries>yes</ignore_binaries>
</localfile>
<localfile><log_format>multi-line-regex</log_format><location>/a</location>
  <multiline_regex>^a</multiline_regex></localfile>
<localfile><log_format>full_command</log_format><command>df -P</command><alias>disks</alias>
  <frequency>hourly</frequency></localfile>)");
    QVERIFY2(reading.problems.empty(), qPrintable(reading.told()));
    QCOMPARE(reading.configuration.localFiles.size(), std::size_t{3});
    const LocalFile& whole = reading.configuration.localFiles[0];
    QVERIFY(whole.multiline.has_value());
    QCOMPARE(whole.multiline->pattern, std::string(";$"));
    QVERIFY(whole.multiline->match == MultilineRegex::Match::End);
    QVERIFY(whole.multiline->replace == MultilineRegex::Replace::Blank);
    QCOMPARE(whole.multiline->timeout, 12);
    QCOMPARE(whole.outFormat.value_or(""), std::string("$(hostname): $(log)"));
    QVERIFY(whole.age == std::chrono::hours(2));
    QVERIFY(whole.ignoreBinaries);
    const LocalFile& bare = reading.configuration.localFiles[1];
    QVERIFY(bare.multiline->match == MultilineRegex::Match::Start);
    QVERIFY(bare.multiline->replace == MultilineRegex::Replace::Nothing);
    QCOMPARE(bare.multiline->timeout, 5);
    QVERIFY(!bare.ignoreBinaries && !bare.age && !bare.outFormat);
    const LocalFile& command = reading.configuration.localFiles[2];
    QCOMPARE(command.alias, std::string("disks"));
    QCOMPARE(command.frequency, std::string("hourly"));
    QCOMPARE(command.place.line, 11);
}

void ConfigurationReaderTest::readsAges_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("seconds"); // 0: no time, and said so
    for (const auto& [text, seconds] : {std::pair{"30", 30},
                                        {"30s", 30},
                                        {"10m", 600},
                                        {"2h", 7200},
                                        {"1d", 86400},
                                        {"1w", 604800},
                                        {"0d", 0},
                                        {"-1d", 0},
                                        {"d", 0},
                                        {"1y", 0},
                                        {"99999999999999999999", 0}})
        QTest::newRow(text) << QString::fromLatin1(text) << qint64{seconds};
}

void ConfigurationReaderTest::readsAges()
{
    QFETCH(QString, text);
    QFETCH(qint64, seconds);
    const Reading reading("<localfile><log_format>syslog</log_format><location>/a</location>\n<age>" +
                          text.toStdString() + "</age></localfile>");
    QCOMPARE(reading.configuration.localFiles.size(), std::size_t{1});
    const auto age = reading.configuration.localFiles.front().age;
    QCOMPARE(static_cast<qint64>(age.value_or(std::chrono::seconds(0)).count()), seconds);
    QCOMPARE(reading.problems.size(), std::size_t{seconds == 0 ? 1U : 0U});
    if (seconds == 0)
        QCOMPARE(reading.problems.front().line, 2);
}

void ConfigurationReaderTest::readsRulesetSettings()
{
    const Reading reading(R"(<ruleset builtin="no">
  <decoder_dir>etc/decoders</decoder_dir>
  <rule_dir pattern="_rules.xml$">etc/rules</rule_dir>
  <rule_exclude>0215-policy_rules.xml</rule_exclude>
  <rule_include>extra.xml</rule_include>
  <list>etc/lists/audit-keys</list>
</ruleset>)");
    QVERIFY2(reading.problems.empty(), qPrintable(reading.told()));
    const RulesetSettings& ruleset = reading.configuration.ruleset;
    QVERIFY(ruleset.builtin == BuiltinRuleset::Leave);
    QCOMPARE(ruleset.decoderFolders.front().pattern, std::string(".xml$"));
    QCOMPARE(ruleset.ruleFolders.front().pattern, std::string("_rules.xml$"));
    QCOMPARE(ruleset.ruleExcludes.front().text, std::string("0215-policy_rules.xml"));
    QCOMPARE(ruleset.ruleIncludes.size(), std::size_t{1});
    QCOMPARE(ruleset.lists.front().place.line, 6);
}

void ConfigurationReaderTest::reportsBadInputWithItsPlace_data()
{
    QTest::addColumn<QString>("text"); // the culprit stands in line 2, column 1
    QTest::addColumn<QString>("message");
    QTest::addColumn<int>("severity");
    const auto row = [](const char* name, const char* text, const char* message, Severity severity) {
        QTest::newRow(name) << QString::fromLatin1(text) << QString::fromLatin1(message)
                            << static_cast<int>(severity);
    };
    constexpr auto kError = Severity::Error;
    constexpr auto kWarning = Severity::Warning;
    constexpr auto kNote = Severity::Note;
    row("syscheck", "<ossec_config>\n<syscheck><directories>/etc</directories></syscheck></ossec_config>",
        "<syscheck> is not supported", kWarning);
    row("switched off", "<ossec_config>\n<cluster><disabled>yes</disabled></cluster></ossec_config>",
        "switched off anyway", kNote);
    row("unknown block", "\n<sysheck></sysheck>", "Unknown block <sysheck>", kError);
    row("a rule", "\n<group name=\"x,\"><rule id=\"1\" level=\"3\"></rule></group>", "A rule does not belong",
        kError);
    row("a decoder", "\n<decoder name=\"x\"></decoder>", "A decoder does not belong", kError);
    row("unknown global", "<global>\n<white_lst>10.0.0.1</white_lst></global>", "Unknown element <white_lst>",
        kError);
    row("foreign global", "<global>\n<alerts_log>yes</alerts_log></global>", "<alerts_log>", kNote);
    row("memory too small", "<global>\n<memory_size>100</memory_size></global>", "<memory_size> is \"100\"",
        kError);
    row("correlation memory too small", "<global>\n<correlation_memory>64</correlation_memory></global>",
        "<correlation_memory> is \"64\"", kError);
    row("no correlation memory", "<global>\n<correlation_memory>much</correlation_memory></global>",
        "<correlation_memory> is \"much\"", kError);
    row("unclear permission", "<lists>\n<allow_private_urls>maybe</allow_private_urls></lists>",
        "<allow_private_urls>", kError);
    row("bad age", "<global><store>\n<max_age>ten days</max_age></store></global>", "<max_age>", kError);
    row("huge size", "<global><store>\n<max_size>99999999999999999G</max_size></store></global>",
        "<max_size>", kError);
    row("bad level", "<alerts>\n<log_alert_level>high</log_alert_level></alerts>", "<log_alert_level>",
        kError);
    row("child of a value", "<global><white_list>\n<ip>10.0.0.1</ip>10.0.0.1</white_list></global>",
        "Unknown element <ip>", kError);
    row("no log_format", "\n<localfile><location>/a</location></localfile>", "no log_format", kError);
    row("unknown log_format",
        "\n<localfile><log_format>sylog</log_format><location>/a</location></localfile>",
        "\"sylog\" is unknown", kError);
    row("no location", "\n<localfile><log_format>syslog</log_format></localfile>", "no location", kError);
    row("relative location",
        "\n<localfile><log_format>syslog</log_format><location>logs/a</location></localfile>",
        "absolute path", kError);
    row("bad filter",
        "<localfile><log_format>syslog</log_format><location>/a</location>\n<ignore>(</ignore></localfile>",
        "<ignore> is no valid pattern", kError);
    row("label without key",
        "<localfile><log_format>json</log_format><location>/a</location>\n<label>x</label></localfile>",
        "no key", kError);
#define GROUPED                                                                                              \
    "<localfile><log_format>multi-line-regex</log_format><location>/a</location>\n<multiline_regex "
    row("bad match", GROUPED "match=\"middle\">x</multiline_regex></localfile>", "match=\"middle\"",
        kWarning);
    row("bad replace", GROUPED "replace=\"dash\">x</multiline_regex></localfile>", "replace=\"dash\"",
        kWarning);
    row("bad timeout", GROUPED "timeout=\"121\">x</multiline_regex></localfile>", "1 to 120 seconds",
        kWarning);
#undef GROUPED
    row("multi-line-regex without a pattern",
        "\n<localfile><log_format>multi-line-regex</log_format><location>/a</location></localfile>",
        "no multiline_regex", kError);
    row("multi-line:1",
        "\n<localfile><log_format>multi-line:1</log_format><location>/a</location></localfile>", "unknown",
        kError);
    row("multi-line:x",
        "\n<localfile><log_format>multi-line:x</log_format><location>/a</location></localfile>", "unknown",
        kError);
    row("command without one", "\n<localfile><log_format>command</log_format></localfile>", "no command",
        kError);
    row("no command name", "\n<command><executable>a</executable></command>", "no name", kError);
    row("command named !", "\n<command><name>!a</name><executable>a</executable></command>", "\"!\"", kError);
    row("no executable", "\n<command><name>a</name></command>", "no executable", kError);
    row("executable with path", "\n<command><name>a</name><executable>/bin/sh</executable></command>",
        "names a path", kError);
    row("executable that climbs", "\n<command><name>a</name><executable>../sh</executable></command>",
        "names a path", kError);
    row("command twice",
        "<command><name>a</name><executable>a</executable></command>\n<command><name>a</name><executable>b</"
        "executable></command>",
        "there already", kWarning);
    row("bad folder pattern", "<ruleset>\n<rule_dir\npattern=\"(\">x</rule_dir></ruleset>", "not valid",
        kError);
    row("empty folder", "<ruleset>\n<rule_dir></rule_dir></ruleset>", "<rule_dir> is empty", kError);
}

void ConfigurationReaderTest::reportsBadInputWithItsPlace()
{
    QFETCH(QString, text);
    QFETCH(QString, message);
    QFETCH(int, severity);
    const Reading reading(text.toStdString());
    QVERIFY2(!reading.problems.empty(), "nothing was reported");
    const Problem& problem = reading.problems.front();
    QVERIFY2(QString::fromStdString(problem.message).contains(message), qPrintable(reading.told()));
    QCOMPARE(static_cast<int>(problem.severity), severity);
    QCOMPARE(problem.component, std::string("configuration"));
    QCOMPARE(problem.file, std::string("bartizan.conf"));
    QVERIFY(problem.line == 2 || problem.line == 3);
    QCOMPARE(problem.column, 1);
    QVERIFY(problem.severity == Severity::Note || !problem.cure.empty());
}

void ConfigurationReaderTest::brokenXmlIsAnError()
{
    Problems problems;
    const auto result =
        readConfiguration("<global>\n<white_list>10.0.0.1</global>", "bartizan.conf", problems);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::InvalidArgument);
    QVERIFY(!problems.empty());
    QCOMPARE(problems.front().component, std::string("configuration"));
    QVERIFY(problems.front().line > 0);
}

void ConfigurationReaderTest::aMissingFileIsNotFound()
{
    Problems problems;
    const auto result = readConfigurationFile("/nonexistent/bartizan.conf", problems);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::NotFound);
}

QTEST_GUILESS_MAIN(ConfigurationReaderTest)
#include "tst_configuration_reader.moc"
