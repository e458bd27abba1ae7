// import as a person or a script calls it, with installations of our own making.
#include "engine/ctl/offline/import_install.h"
#include "engine/ctl/offline/offline.h"
#include "platform/linux/folder_reader_linux.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include <sstream>
#include <sys/stat.h>

using namespace bartizan;
using namespace Qt::StringLiterals;

namespace {

const char* const kBuiltinRules = R"(<group name="base,">
<rule id="1" level="0" noalert="1"><category>syslog</category><description>any</description></rule>
<rule id="20" level="5"><if_sid>1</if_sid><match>knock</match><description>knock</description></rule>
</group>)";

const char* const kBuiltinDecoders = R"(<decoder name="door"><program_name>^door</program_name>
<regex>from (\S+)</regex><order>srcip</order></decoder>)";

const char* const kLocalRules = R"(<group name="local,">
  <rule id="100100" level="9"><if_sid>20</if_sid><list field="srcip">etc/lists/bad</list>
    <description>a bad one knocks</description></rule>
  <rule id="100101" level="3"><decoded_as>gate</decoded_as><description>gate</description></rule>
</group>)";

const char* const kLocalDecoders = R"(<decoder name="gate"><program_name>^gate</program_name></decoder>)";

const char* const kWazuhConfiguration = R"(<!-- one of two roots -->
<ossec_config>
  <global>
    <email_to>x@example.org</email_to>
    <white_list>192.0.2.200</white_list>
  </global>
  <remote><port>1514</port></remote>
  <ruleset>
    <decoder_dir>ruleset/decoders</decoder_dir>
    <rule_dir>ruleset/rules</rule_dir>
    <list>etc/lists/bad</list>
    <decoder_dir>etc/decoders</decoder_dir>
    <rule_dir>etc/rules</rule_dir>
  </ruleset>
</ossec_config>

<ossec_config>
  <localfile>
    <log_format>syslog</log_format>
    <location>/var/log/door.log</location>
  </localfile>
  <command><name>shut</name><executable>firewall-drop</executable><timeout_allowed>yes</timeout_allowed></command>
  <command><name>bell</name><executable>ring.sh</executable></command>
  <active-response><command>shut</command><location>local</location><level>9</level></active-response>
  <made-up/>
</ossec_config>
)";

const char* const kOssecConfiguration = R"(<ossec_config>
  <rules>
    <include>first_rules.xml</include>
    <include>door_rules.xml</include>
    <include>local_rules.xml</include>
    <list>lists/bad</list>
  </rules>
  <localfile><log_format>syslog</log_format><location>/var/log/door.log</location></localfile>
</ossec_config>)";

const std::string kBadLine = "Nov 24 07:08:09 host door[1]: knock from 192.0.2.66\n";

struct Ran
{
    int code;
    QString out;
    QString problems;

    [[nodiscard]] QJsonObject json() const { return QJsonDocument::fromJson(out.toUtf8()).object(); }
};

// "FROM > TO", sorted.
QStringList takenOf(const QJsonObject& report)
{
    QStringList taken;
    for (const auto& file : report[u"taken"_s].toArray())
        taken += file[u"from"_s].toString() + u" > "_s + file[u"to"_s].toString();
    taken.sort();
    return taken;
}

QString reasonOf(const QJsonObject& report, const QString& file, const QString& what = {})
{
    for (const auto& part : report[u"left"_s].toArray()) {
        if (part[u"file"_s] == file && (what.isEmpty() || part[u"what"_s] == what))
            return QString::number(part[u"line"_s].toInt()) + u": "_s + part[u"reason"_s].toString();
    }
    return {};
}

} // namespace

class TestImport : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void takesAWazuhInstallation();
    void takesAnOssecInstallation();
    void stockRulesComeOnlyWhenAskedFor();
    void stockRulesOfOssecKeepTheirOrder();
    void anAgentHasNoRuleset();
    void onlyOwnFoldersMeanOnlyOwnRules();
    void aDryRunWritesNothing();
    void whatDiffersIsAConflict();
    void replaceKeepsACopy();
    void theShippedConfigurationIsNobodysWork();
    void aFolderInTheWayIsNeverReplaced();
    void aSecondImportFindsAllThere();
    void nothingOutsideIsRead();
    void unfitFilesAreLeft();
    void programsAreTakenByPlainNamesOnly();
    void brokenRulesDoNotForbidIt();
    void aBrokenConfigurationDoes();
    void settingsWithoutMeaningAreLeftOut();
    void variablesComeAlong();
    void hostileTextIsHarmless();
    void wrongUseIsTold_data();
    void wrongUseIsTold();
    void textForPeople();
    void aFailureIsUndone();
    void theFolderReaderStaysInside();

private:
    using Command = int (*)(offline::Environment&, const std::vector<std::string>&);
    Ran run(Command command, std::vector<std::string> arguments, const std::string& input = {});
    // import DIR --config conf --json
    Ran import(std::vector<std::string> more = {}, const QString& installation = u"old"_s);
    QString ruleFor(const std::string& line);
    void write(const QString& path, const QByteArray& bytes);
    void link(const QString& target, const QString& path);
    void writeWazuh();
    void writeOssec();
    [[nodiscard]] QByteArray read(const QString& path) const;
    [[nodiscard]] QStringList filesBelow(const QString& path) const;
    [[nodiscard]] std::string path(const QString& name) const
    {
        return m_folder->filePath(name).toStdString();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestImport::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    write(u"share/ruleset/rules/0010-base.xml"_s, kBuiltinRules);
    write(u"share/ruleset/decoders/0010-base.xml"_s, kBuiltinDecoders);
    write(u"share/defaults/bartizan.conf"_s, "<bartizan_config></bartizan_config>");
}

void TestImport::write(const QString& name, const QByteArray& bytes)
{
    const QString full = m_folder->filePath(name);
    QVERIFY(QDir().mkpath(QFileInfo(full).path()));
    QFile file(full);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
}

void TestImport::link(const QString& target, const QString& name)
{
    const QString full = m_folder->filePath(name);
    QVERIFY(QDir().mkpath(QFileInfo(full).path()));
    QVERIFY(QFile::link(target, full));
}

void TestImport::writeWazuh()
{
    write(u"old/etc/ossec.conf"_s, kWazuhConfiguration);
    write(u"old/etc/rules/local_rules.xml"_s, kLocalRules);
    write(u"old/etc/decoders/local_decoder.xml"_s, kLocalDecoders);
    write(u"old/etc/lists/bad"_s, "192.0.2.66:\n");
    write(u"old/etc/lists/bad.cdb"_s, "compiled");
    write(u"old/etc/lists/more/hosts"_s, "a:1\nb:2\n");
    write(u"old/etc/rules/.local_rules.xml.swp"_s, "editor");
    write(u"old/active-response/bin/ring.sh"_s, "#!/bin/sh\n");
    write(u"old/active-response/bin/unnamed.sh"_s, "#!/bin/sh\n");
    write(u"old/ruleset/rules/0010-stock.xml"_s, kBuiltinRules);
    write(u"old/ruleset/decoders/0010-stock.xml"_s, kBuiltinDecoders);
}

void TestImport::writeOssec()
{
    write(u"old/etc/ossec.conf"_s, kOssecConfiguration);
    write(u"old/etc/decoder.xml"_s, kBuiltinDecoders);
    write(u"old/etc/local_decoder.xml"_s, kLocalDecoders);
    write(u"old/rules/local_rules.xml"_s, kLocalRules);
    // By name the child would come first.
    write(
        u"old/rules/first_rules.xml"_s,
        R"(<group name="base,"><rule id="1" level="0" noalert="1"><category>syslog</category><description>any</description>
          </rule></group>)");
    write(u"old/rules/door_rules.xml"_s,
          R"(<group name="base,"><rule id="20" level="5"><if_sid>1</if_sid><match>knock</match>
          <description>knock</description></rule></group>)");
    write(u"old/lists/bad"_s, "192.0.2.66:\n");
}

QByteArray TestImport::read(const QString& name) const
{
    QFile file(m_folder->filePath(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("not there");
}

QStringList TestImport::filesBelow(const QString& name) const
{
    const QDir top(m_folder->filePath(name));
    QStringList names;
    QDirIterator files(top.path(), QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot,
                       QDirIterator::Subdirectories);
    while (files.hasNext()) {
        files.next();
        if (!files.fileInfo().isDir())
            names += top.relativeFilePath(files.filePath());
    }
    names.sort();
    return names;
}

Ran TestImport::run(Command command, std::vector<std::string> arguments, const std::string& input)
{
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream problems;
    offline::Environment environment{.in = in, .out = out, .problems = problems};
    environment.defaultConfig = path(u"default"_s);
    environment.builtinFolder = path(u"share/ruleset"_s);
    environment.openFolder = openFolderReader;
    const int code = command(environment, arguments);
    return {code, QString::fromStdString(out.str()), QString::fromStdString(problems.str())};
}

Ran TestImport::import(std::vector<std::string> more, const QString& installation)
{
    more.insert(more.end(), {path(installation), "--config", path(u"conf"_s), "--json"});
    return run(offline::runImport, more);
}

QString TestImport::ruleFor(const std::string& line)
{
    const auto ran = run(offline::runLogtest, {"--json", "--config", path(u"conf"_s)}, line);
    return ran.json()[u"rule"_s][u"id"_s].toString();
}

void TestImport::takesAWazuhInstallation()
{
    writeWazuh();
    const auto ran = import();
    QCOMPARE(ran.code, 0);
    QVERIFY2(ran.problems.isEmpty(), qPrintable(ran.problems));
    const auto report = ran.json();
    QVERIFY(report[u"installed"_s].toBool());
    QCOMPARE(takenOf(report),
             (QStringList{u"active-response/bin/ring.sh > responses/ring.sh"_s,
                          u"etc/decoders/local_decoder.xml > decoders/local_decoder.xml"_s,
                          u"etc/lists/bad > lists/bad"_s, u"etc/lists/more/hosts > lists/more/hosts"_s,
                          u"etc/ossec.conf > bartizan.conf"_s,
                          u"etc/rules/local_rules.xml > rules/local_rules.xml"_s}));
    const QStringList installed{u"bartizan.conf"_s,     u"decoders/local_decoder.xml"_s,
                                u"lists/bad"_s,         u"lists/more/hosts"_s,
                                u"responses/ring.sh"_s, u"rules/local_rules.xml"_s};
    QCOMPARE(filesBelow(u"conf"_s), installed);
    for (const QString& name : installed) {
        struct stat status{};
        QCOMPARE(::stat(path(u"conf/"_s + name).c_str(), &status), 0);
        QCOMPARE(status.st_mode & 07777U, name.endsWith(u".sh"_s) ? 0755U : 0644U);
        QCOMPARE(::stat(QFileInfo(m_folder->filePath(u"conf/"_s + name)).path().toUtf8(), &status), 0);
        QCOMPARE(status.st_mode & 07777U, 0755U);
    }
    QCOMPARE(report[u"taken"_s][0][u"kind"_s].toString(), u"configuration"_s);
    QCOMPARE(report[u"taken"_s][1][u"count"_s].toInt(), 2); // rules

    const QByteArray configuration = read(u"conf/bartizan.conf"_s);
    QVERIFY(configuration.contains("\n  <localfile>\n    <log_format>syslog</log_format>\n"
                                   "    <location>/var/log/door.log</location>\n  </localfile>\n"));
    QVERIFY(configuration.contains("192.0.2.200"));
    for (const char* part : {"remote", "made-up", "email_to", "rule_dir"})
        QVERIFY2(!configuration.contains(part), part);
    QVERIFY(reasonOf(report, u"etc/ossec.conf"_s, u"<remote>"_s).startsWith(u"7: there are no managers"_s));
    QVERIFY(reasonOf(report, u"etc/ossec.conf"_s, u"<made-up>"_s).startsWith(u"25: no block"_s));
    QVERIFY(reasonOf(report, u"ruleset/rules"_s).contains(u"--with-stock-rules"_s));

    QCOMPARE(ruleFor(kBadLine), u"100100"_s);
    QCOMPARE(ruleFor("Nov 24 07:08:09 host door[1]: knock from 192.0.2.1\n"), u"20"_s); // built in
    QCOMPARE(ruleFor("Nov 24 07:08:09 host gate[1]: creaks\n"), u"100101"_s);
    const auto checked = run(offline::runCheck, {"--config", path(u"conf"_s)});
    QVERIFY2(checked.code == 0, qPrintable(checked.problems));
    QVERIFY(checked.out.startsWith(u"4 rules, 2 decoders, 2 lists with 3 entries"_s));
}

void TestImport::takesAnOssecInstallation()
{
    writeOssec();
    write(u"old/rules/forgotten_rules.xml"_s, kLocalRules);
    const auto ran = import();
    QCOMPARE(ran.code, 0);
    const auto report = ran.json();
    QCOMPARE(takenOf(report), (QStringList{u"etc/local_decoder.xml > decoders/local_decoder.xml"_s,
                                           u"etc/ossec.conf > bartizan.conf"_s, u"lists/bad > lists/bad"_s,
                                           u"rules/local_rules.xml > rules/local_rules.xml"_s}));
    QVERIFY(reasonOf(report, u"rules"_s, u"2 files"_s).contains(u"--with-stock-rules"_s));
    QVERIFY(reasonOf(report, u"etc/decoder.xml"_s).contains(u"--with-stock-rules"_s));
    QVERIFY(reasonOf(report, u"rules/forgotten_rules.xml"_s).contains(u"not in use"_s));
    QCOMPARE(ruleFor(kBadLine), u"100100"_s);
    QCOMPARE(run(offline::runCheck, {"--config", path(u"conf"_s)}).code, 0);

    // Nothing but rules is an installation as well.
    write(u"bare/rules/local_rules.xml"_s, kLocalRules);
    write(u"bare/rules/mine.xml"_s, QByteArray(kLocalRules).replace("1001", "1002"));
    QCOMPARE(takenOf(import({"--dry-run"}, u"bare"_s).json()),
             (QStringList{u"rules/local_rules.xml > rules/local_rules.xml"_s,
                          u"rules/mine.xml > rules/mine.xml"_s}));
}

void TestImport::stockRulesComeOnlyWhenAskedFor()
{
    writeWazuh();
    write(u"old/ruleset/rules/0020-silent.xml"_s,
          R"(<group name="x,"><rule id="30" level="2"><match>silent</match><description>s</description></rule>
          </group>)");
    const auto report = import({"--with-stock-rules"}).json();
    QVERIFY(takenOf(report).contains(u"ruleset/rules/0020-silent.xml > rules/0020-silent.xml"_s));
    QVERIFY(takenOf(report).contains(u"ruleset/decoders/0010-stock.xml > decoders/0010-stock.xml"_s));
    QVERIFY(read(u"conf/bartizan.conf"_s).contains("<ruleset builtin=\"no\">"));
    const auto checked = run(offline::runCheck, {"--config", path(u"conf"_s)});
    QVERIFY2(checked.code == 0, qPrintable(checked.problems));
    QVERIFY(checked.out.startsWith(u"5 rules, 2 decoders"_s)); // ours are not on top
    QCOMPARE(ruleFor(kBadLine), u"100100"_s);
}

void TestImport::stockRulesOfOssecKeepTheirOrder()
{
    writeOssec();
    const auto report = import({"--with-stock-rules"}).json();
    const auto taken = takenOf(report);
    QVERIFY2(taken.contains(u"rules/first_rules.xml > rules/0000-first_rules.xml"_s),
             qPrintable(taken.join(u'\n')));
    QVERIFY(taken.contains(u"rules/door_rules.xml > rules/0010-door_rules.xml"_s));
    QVERIFY(taken.contains(u"etc/decoder.xml > decoders/decoder.xml"_s));
    QVERIFY(report[u"problems"_s].toArray().size() == 1); // the note that nobody will be blocked
    QCOMPARE(ruleFor(kBadLine), u"100100"_s);
}

void TestImport::anAgentHasNoRuleset()
{
    write(u"old/etc/ossec.conf"_s,
          "<ossec_config><client><server/></client><active-response><disabled>no</disabled>"
          "<ca_verification>yes</ca_verification></active-response>\n<localfile><log_format>syslog"
          "</log_format><location>/var/log/a</location></localfile></ossec_config>");
    write(u"old/etc/shared/agent.conf"_s, "<agent_config></agent_config>");
    const auto ran = import();
    QCOMPARE(ran.code, 0);
    QVERIFY(reasonOf(ran.json(), u"etc/ossec.conf"_s, u"<active-response>"_s).contains(u"agent"_s));
    QVERIFY(!reasonOf(ran.json(), u"etc/shared/agent.conf"_s).isEmpty());
    QVERIFY(!read(u"conf/bartizan.conf"_s).contains("ruleset"));
    QVERIFY(ran.out.contains(u"nobody will be blocked"_s));
    QCOMPARE(ruleFor("Nov 24 07:08:09 host door[1]: knock\n"), u"20"_s);
    QCOMPARE(run(offline::runCheck, {"--config", path(u"conf"_s)}).code, 0);
}

void TestImport::onlyOwnFoldersMeanOnlyOwnRules()
{
    write(
        u"old/etc/ossec.conf"_s,
        "<ossec_config><ruleset><rule_dir pattern=\"_rules.xml$\">/var/ossec/etc/mine</rule_dir>"
        "<decoder_dir>etc/decoders</decoder_dir><rule_dir>/srv/elsewhere</rule_dir>"
        "<rule_include>../outside.xml</rule_include><rule_exclude>old_rules.xml</rule_exclude>"
        "<rule_include>etc/extra/more.rules</rule_include><list>etc/net/bad</list></ruleset></ossec_config>");
    write(u"old/etc/extra/more.rules"_s,
          "<group name=\"b,\"><rule id=\"100201\" level=\"0\"><if_sid>1</if_sid>"
          "<match>x</match><description>d</description></rule></group>");
    write(u"old/etc/mine/a_rules.xml"_s,
          R"(<group name="a,"><rule id="1" level="0" noalert="1"><category>syslog</category>
          <description>any</description></rule><rule id="100200" level="4"><list field="srcip">etc/net/bad</list>
          <description>d</description></rule></group>)");
    write(u"old/etc/mine/old_rules.xml"_s, kLocalRules);
    write(u"old/etc/mine/note.xml"_s, kLocalRules);
    write(u"old/etc/rules/unused.xml"_s, kLocalRules);
    write(u"old/etc/net/bad"_s, "192.0.2.66:\n");
    write(u"old/etc/decoders/d.xml"_s, kBuiltinDecoders);
    const auto report = import().json();
    QCOMPARE(takenOf(report),
             (QStringList{u"etc/decoders/d.xml > decoders/d.xml"_s,
                          u"etc/extra/more.rules > rules/more.rules.xml"_s,
                          u"etc/mine/a_rules.xml > rules/a_rules.xml"_s, u"etc/net/bad > lists/net/bad"_s,
                          u"etc/ossec.conf > bartizan.conf"_s}));
    for (const char* file : {"etc/mine/old_rules.xml", "etc/mine/note.xml", "etc/rules"})
        QVERIFY2(!reasonOf(report, QString::fromLatin1(file)).isEmpty(), file);
    for (const char* what : {"/srv/elsewhere", "../outside.xml"})
        QVERIFY2(reasonOf(report, u"etc/ossec.conf"_s, QString::fromLatin1(what)).startsWith(u"1: "_s), what);
    QCOMPARE(ruleFor(kBadLine), u"100200"_s);
    QVERIFY(run(offline::runCheck, {"--config", path(u"conf"_s)}).out.startsWith(u"3 rules, 1 decoders"_s));
}

void TestImport::aDryRunWritesNothing()
{
    writeWazuh();
    const auto ran = import({"--dry-run"});
    QCOMPARE(ran.code, 0);
    QCOMPARE(takenOf(ran.json()).size(), 6);
    QVERIFY(!ran.json()[u"installed"_s].toBool());
    QVERIFY(!QFile::exists(m_folder->filePath(u"conf"_s)));

    // Problems are told where they stand now.
    write(u"old/etc/rules/local_rules.xml"_s, "<group name=\"x,\">\n<rule id=\"100100\" level=\"99\">\n");
    write(u"old/etc/ossec.conf"_s, "<ossec_config>\n<client/>\n\n<active-response><command>none</command>"
                                   "<location>local</location></active-response>\n<global>\n  <logall>no"
                                   "</logall>\n  <stats>\n 4\n</stats>\n  <white_list>x/y</white_list>\n"
                                   "</global>\n</ossec_config>");
    const auto text = run(offline::runImport, {"--dry-run", path(u"old"_s), "--config", path(u"conf"_s)});
    QVERIFY2(
        text.problems.contains(QRegularExpression(u"error: \\S+/old/etc/rules/local_rules\\.xml:2:\\d+: "_s)),
        qPrintable(text.problems));
    for (const char* place : {"4:1", "10:3"})
        QVERIFY2(text.problems.contains(QRegularExpression(
                     u"error: \\S+/old/etc/ossec\\.conf:%1: "_s.arg(QLatin1String(place)))),
                 qPrintable(text.problems));
    QVERIFY(!QFile::exists(m_folder->filePath(u"conf"_s)));
}

void TestImport::whatDiffersIsAConflict()
{
    writeWazuh();
    write(u"conf/rules/local_rules.xml"_s, "<group name=\"mine,\"></group>");
    write(u"conf/lists/bad"_s, "192.0.2.66:\n");
    const auto ran = import();
    QCOMPARE(ran.code, 1);
    const auto report = ran.json();
    QVERIFY(!report[u"installed"_s].toBool());
    QCOMPARE(report[u"conflicts"_s].toArray().size(), 1);
    QCOMPARE(report[u"conflicts"_s][0][u"file"_s].toString(), u"rules/local_rules.xml"_s);
    QCOMPARE(filesBelow(u"conf"_s), (QStringList{u"lists/bad"_s, u"rules/local_rules.xml"_s}));
    QCOMPARE(read(u"conf/rules/local_rules.xml"_s), QByteArray("<group name=\"mine,\"></group>"));
    QCOMPARE(import({"--dry-run"}).code, 1);

    // A configuration of one's own is a file like any other.
    QVERIFY(QFile::remove(m_folder->filePath(u"conf/rules/local_rules.xml"_s)));
    write(u"conf/bartizan.conf"_s, "<bartizan_config><global></global></bartizan_config>");
    QCOMPARE(import().json()[u"conflicts"_s][0][u"file"_s].toString(), u"bartizan.conf"_s);
}

void TestImport::replaceKeepsACopy()
{
    writeWazuh();
    for (const char* name : {"rules/local_rules.xml", "bartizan.conf", "lists/bad"})
        write(u"conf/"_s + QString::fromLatin1(name), "mine");
    write(u"conf/rules/local_rules.xml.before-import"_s, "older");
    write(u"conf/rules/untouched.xml"_s, "<group name=\"x,\"></group>");
    const auto ran = import({"--replace"});
    QCOMPARE(ran.code, 0);
    QVERIFY(ran.json()[u"conflicts"_s].toArray().isEmpty());
    QCOMPARE(ran.json()[u"kept"_s].toArray(),
             (QJsonArray{u"bartizan.conf.before-import"_s, u"rules/local_rules.xml.2.before-import"_s,
                         u"lists/bad.before-import"_s}));
    QCOMPARE(read(u"conf/rules/local_rules.xml"_s), QByteArray(kLocalRules));
    QCOMPARE(read(u"conf/rules/local_rules.xml.before-import"_s), QByteArray("older"));
    for (const char* name :
         {"bartizan.conf.before-import", "rules/local_rules.xml.2.before-import", "lists/bad.before-import"})
        QCOMPARE(read(u"conf/"_s + QString::fromLatin1(name)), QByteArray("mine"));
    QCOMPARE(read(u"conf/rules/untouched.xml"_s), QByteArray("<group name=\"x,\"></group>"));
    QCOMPARE(ruleFor(kBadLine), u"100100"_s);
    // A copy is not a list.
    QVERIFY(run(offline::runCheck, {"--config", path(u"conf"_s)}).out.contains(u"2 lists with 3 entries"_s));
}

void TestImport::theShippedConfigurationIsNobodysWork()
{
    writeWazuh();
    write(u"conf/bartizan.conf"_s, read(u"share/defaults/bartizan.conf"_s));
    const auto ran = import();
    QCOMPARE(ran.code, 0);
    QVERIFY(ran.json()[u"kept"_s].toArray().isEmpty());
    QVERIFY(read(u"conf/bartizan.conf"_s).contains("door.log"));
}

void TestImport::aFolderInTheWayIsNeverReplaced()
{
    writeWazuh();
    QVERIFY(QDir().mkpath(m_folder->filePath(u"conf/rules/local_rules.xml"_s)));
    write(u"conf/lists"_s, "a file");
    const auto ran = import({"--replace"});
    QCOMPARE(ran.code, 1);
    QCOMPARE(ran.json()[u"conflicts"_s].toArray().size(), 3);
    QCOMPARE(filesBelow(u"conf"_s), QStringList{u"lists"_s});

    // A link is replaced, not what it leads to.
    QVERIFY(QDir(m_folder->filePath(u"conf"_s)).removeRecursively());
    write(u"precious"_s, "precious");
    link(m_folder->filePath(u"precious"_s), u"conf/rules/local_rules.xml"_s);
    QCOMPARE(import().code, 1);
    QCOMPARE(import({"--replace"}).code, 0);
    QCOMPARE(read(u"precious"_s), QByteArray("precious"));
    QCOMPARE(read(u"conf/rules/local_rules.xml"_s), QByteArray(kLocalRules));
}

void TestImport::aSecondImportFindsAllThere()
{
    writeWazuh();
    QCOMPARE(import().code, 0);
    const auto before = filesBelow(u"conf"_s);
    const auto ran = run(offline::runImport, {path(u"old"_s), "--config", path(u"conf"_s)});
    QCOMPARE(ran.code, 0);
    QCOMPARE(ran.out.count(u"already there"_s), 6);
    QCOMPARE(filesBelow(u"conf"_s), before);
}

void TestImport::nothingOutsideIsRead()
{
    writeWazuh();
    write(u"secret/local.xml"_s, kLocalRules);
    write(u"secret/key"_s, "k:v\n");
    link(m_folder->filePath(u"secret/local.xml"_s), u"old/etc/rules/linked.xml"_s);
    link(m_folder->filePath(u"secret"_s), u"old/etc/lists/folder"_s);
    link(m_folder->filePath(u"secret/key"_s), u"old/etc/lists/key"_s);
    QVERIFY(QFile::remove(m_folder->filePath(u"old/active-response/bin/ring.sh"_s)));
    link(m_folder->filePath(u"secret/key"_s), u"old/active-response/bin/ring.sh"_s);
    const auto report = import().json();
    for (const char* file : {"etc/rules/linked.xml", "etc/lists/folder", "etc/lists/key"})
        QVERIFY2(reasonOf(report, QString::fromLatin1(file)).contains(u"link"_s), file);
    QVERIFY(reasonOf(report, u"etc/ossec.conf"_s, u"ring.sh"_s).contains(u"link"_s));
    for (const QString& file : filesBelow(u"conf"_s)) {
        QVERIFY(!read(u"conf/"_s + file).contains("k:v"));
        QVERIFY(!file.contains(u"linked"_s));
    }

    // Whole folders that lead elsewhere.
    QVERIFY(QDir().mkpath(m_folder->filePath(u"trap"_s)));
    link(m_folder->filePath(u"old/etc"_s), u"trap/etc"_s);
    QCOMPARE(import({}, u"trap"_s).code, 1);
    QVERIFY(QDir().mkpath(m_folder->filePath(u"trap2/etc"_s)));
    link(m_folder->filePath(u"old/etc/ossec.conf"_s), u"trap2/etc/ossec.conf"_s);
    link(m_folder->filePath(u"old/etc/rules"_s), u"trap2/etc/rules"_s);
    const auto trapped = import({}, u"trap2"_s).json();
    QVERIFY(takenOf(trapped).isEmpty());
    QVERIFY(!trapped[u"installed"_s].toBool());
    QVERIFY(reasonOf(trapped, u"etc/ossec.conf"_s).contains(u"link"_s));
    QVERIFY(reasonOf(trapped, u"etc/rules"_s).contains(u"link"_s));
}

void TestImport::unfitFilesAreLeft()
{
    writeWazuh();
    write(u"old/etc/rules/large.xml"_s, QByteArray(17 * 1024 * 1024, ' '));
    write(u"old/etc/rules/note.txt"_s, "no rules");
    write(u"old/etc/rules/a\x1b[31m.xml"_s, kLocalRules);
    QVERIFY(QDir().mkpath(m_folder->filePath(u"old/etc/rules/folder.xml"_s)));
    QCOMPARE(::mkfifo(path(u"old/etc/rules/pipe.xml"_s).c_str(), 0600), 0);
    const auto report = import().json();
    QVERIFY(reasonOf(report, u"etc/rules/large.xml"_s).contains(u"16 MiB"_s));
    QVERIFY(reasonOf(report, u"etc/rules/pipe.xml"_s).contains(u"not a regular file"_s));
    for (const char* file : {"etc/rules/note.txt", "etc/rules/a\x1b[31m.xml", "etc/rules/folder.xml"})
        QVERIFY2(!reasonOf(report, QString::fromLatin1(file)).isEmpty(), file);
    QCOMPARE(filesBelow(u"conf/rules"_s), QStringList{u"local_rules.xml"_s});
}

void TestImport::programsAreTakenByPlainNamesOnly()
{
    const auto command = [](const char* name, const char* executable) {
        return QByteArray("<command><name>") + name + "</name><executable>" + executable +
               "</executable></command>\n";
    };
    write(u"old/etc/ossec.conf"_s, "<ossec_config>\n" + command("a", "own.py") + command("b", "host-deny") +
                                       command("c", "firewall-drop.sh") + command("d", "../../own.py") +
                                       command("e", "sub/own.py") + command("f", "/bin/own.py") +
                                       command("g", ".hidden") + command("h", "missing") + "</ossec_config>");
    for (const char* file : {"bin/own.py", "bin/host-deny", "bin/firewall-drop.sh", "bin/sub/own.py",
                             "bin/.hidden", "../own.py"})
        write(u"old/active-response/"_s + QString::fromLatin1(file), "#!/bin/sh\n");
    const auto report = import().json();
    QCOMPARE(takenOf(report), (QStringList{u"active-response/bin/own.py > responses/own.py"_s,
                                           u"etc/ossec.conf > bartizan.conf"_s}));
    const QString file = u"etc/ossec.conf"_s;
    QVERIFY(reasonOf(report, file, u"host-deny"_s).startsWith(u"3: this program is not available"_s));
    QVERIFY(reasonOf(report, file, u"missing"_s).contains(u"active-response/bin/missing is not there"_s));
    QVERIFY(reasonOf(report, file, u"<command> sub/own.py"_s).startsWith(u"6: "_s));
    QVERIFY(reasonOf(report, file, u"<command> .hidden"_s).startsWith(u"8: "_s));
    const QByteArray configuration = read(u"conf/bartizan.conf"_s);
    for (const char* refused : {"../own.py", "sub/own.py", "/bin/own.py", ".hidden"})
        QVERIFY2(!configuration.contains(refused), refused);
    QCOMPARE(run(offline::runCheck, {"--config", path(u"conf"_s)}).code, 0);
}

void TestImport::brokenRulesDoNotForbidIt()
{
    writeWazuh();
    write(u"old/etc/rules/broken.xml"_s, "<group name=\"x,\">\n<rule id=\"100300\"\n");
    write(u"old/etc/rules/orphan.xml"_s,
          "<group name=\"x,\">\n<rule id=\"100301\" level=\"3\"><if_sid>87001</if_sid>"
          "<description>d</description></rule></group>");
    const auto ran = import();
    QCOMPARE(ran.code, 0);
    QVERIFY(ran.json()[u"installed"_s].toBool());
    QStringList places;
    for (const auto& problem : ran.json()[u"problems"_s].toArray()) {
        if (problem[u"severity"_s] != u"note"_s)
            places += QFileInfo(problem[u"file"_s].toString()).fileName() + u':' +
                      QString::number(problem[u"line"_s].toInt());
    }
    QCOMPARE(places, (QStringList{u"broken.xml:2"_s, u"orphan.xml:2"_s}));
    QCOMPARE(ruleFor(kBadLine), u"100100"_s);
}

void TestImport::aBrokenConfigurationDoes()
{
    writeWazuh();
    write(u"old/etc/ossec.conf"_s, "<ossec_config>\n  <global>\n</ossec_config>\n");
    const auto ran = import();
    QCOMPARE(ran.code, 1);
    const auto error = ran.json()[u"error"_s].toObject();
    QVERIFY2(error[u"message"_s].toString().contains(u"etc/ossec.conf:3:1"_s), qPrintable(ran.out));
    QVERIFY(!error[u"cure"_s].toString().isEmpty());
    QVERIFY(!QFile::exists(m_folder->filePath(u"conf"_s)));
}

void TestImport::settingsWithoutMeaningAreLeftOut()
{
    write(u"old/etc/ossec.conf"_s,
          "<ossec_config>\n"
          "<global><logall>no</logall><white_list>192.0.2.1</white_list><stats>4</stats><white_list>::2"
          "</white_list></global>\n"
          "<alerts><use_geoip>no</use_geoip></alerts>\n"
          "<localfile><log_format>eventchannel</log_format><location>System</location></localfile>\n"
          "<localfile><location>/var/log/a</location></localfile>\n"
          "<localfile><log_format>syslog</log_format><location>/var/ossec/logs/active-responses.log"
          "</location></localfile>\n"
          "</ossec_config>");
    const auto report = import().json();
    const QByteArray configuration = read(u"conf/bartizan.conf"_s);
    QVERIFY2(configuration.contains(
                 "<global><white_list>192.0.2.1</white_list><white_list>::2</white_list></global>"),
             configuration.constData());
    QVERIFY(!configuration.contains("alerts") && !configuration.contains("localfile"));
    const QString file = u"etc/ossec.conf"_s;
    for (const char* what : {"<logall>", "<stats>", "<use_geoip>", "<localfile> System",
                             "<localfile> /var/log/a", "<localfile> /var/ossec/logs/active-responses.log"})
        QVERIFY2(!reasonOf(report, file, QString::fromLatin1(what)).isEmpty(), what);
    QCOMPARE(report[u"left"_s].toArray().size(), 6);
    QVERIFY(run(offline::runCheck, {"--config", path(u"conf"_s)}).problems.isEmpty());
}

void TestImport::variablesComeAlong()
{
    write(u"old/etc/ossec.conf"_s, "<var name=\"LOGS\">/var/log/door</var>\n<ossec_config><localfile>"
                                   "<log_format>syslog</log_format><location>$LOGS.log</location>"
                                   "</localfile></ossec_config>");
    QCOMPARE(import().code, 0);
    const QByteArray configuration = read(u"conf/bartizan.conf"_s);
    QVERIFY(configuration.contains("<var name=\"LOGS\">") && configuration.contains("$LOGS.log"));
    QCOMPARE(run(offline::runCheck, {"--config", path(u"conf"_s)}).code, 0);
}

void TestImport::hostileTextIsHarmless()
{
    write(u"old/etc/ossec.conf"_s,
          "<ossec_config>\n<bad\x1b[2J\xff/>\n<command><name>x\x1b]0;t</name><executable>"
          "a\x1b[31m/b</executable></command><localfile><log_format>x\x1b[1m"
          "</log_format><location>/a\x1b[1m</location></localfile></ossec_config>");
    write(u"old/etc/rules/a\x1b[31m.xml"_s, kLocalRules);
    const auto text = run(offline::runImport, {path(u"old"_s), "--config", path(u"conf"_s)});
    QCOMPARE(text.code, 0);
    QVERIFY2(!text.out.contains(QChar(0x1b)) && !text.problems.contains(QChar(0x1b)), qPrintable(text.out));
    QCOMPARE(import().json()[u"left"_s].toArray().size(), 4);
}

void TestImport::wrongUseIsTold_data()
{
    QTest::addColumn<QByteArray>("arguments");
    QTest::addColumn<int>("code");
    const auto row = [](const char* arguments, int code) {
        QTest::newRow(arguments) << QByteArray(arguments) << code;
    };
    row("", 2);
    row("one two", 2);
    row("--config", 2);
    row("--explain x", 2);
    row("--ruleset a x", 2);
    row("--dry-run=yes x", 2);
    row("/nowhere/at/all", 1);
    row("/dev/null", 1);
    row("/dev", 1); // no installation
}

void TestImport::wrongUseIsTold()
{
    QFETCH(QByteArray, arguments);
    QFETCH(int, code);
    std::vector<std::string> words;
    for (const auto& word : arguments.split(' ')) {
        if (!word.isEmpty())
            words.push_back(word.toStdString());
    }
    const auto ran = run(offline::runImport, words);
    QCOMPARE(ran.code, code);
    QVERIFY(ran.out.isEmpty() && !ran.problems.isEmpty());
    words.insert(words.begin(), "--json");
    const auto json = run(offline::runImport, words);
    QCOMPARE(json.code, code);
    const auto error = json.json()[u"error"_s].toObject();
    QVERIFY(!error[u"message"_s].toString().isEmpty() && !error[u"cure"_s].toString().isEmpty());
    QVERIFY(!QFile::exists(m_folder->filePath(u"default"_s)));
}

void TestImport::textForPeople()
{
    writeWazuh();
    const std::vector<std::string> words{path(u"old"_s), "--config", path(u"conf"_s)};
    const auto ran = run(offline::runImport, words);
    for (const char* part :
         {"take      etc/rules/local_rules.xml → rules/local_rules.xml (2 rules)\n",
          "take      etc/lists/more/hosts → lists/more/hosts (2 entries)\n",
          "leave     etc/ossec.conf:7 <remote>: there are no managers", "Installed.", "bartizanctl reload"})
        QVERIFY2(ran.out.contains(QString::fromUtf8(part)), qPrintable(QString::fromUtf8(part) + ran.out));
    write(u"conf/rules/local_rules.xml"_s, "<group name=\"mine,\"></group>");
    const auto conflict = run(offline::runImport, words);
    QVERIFY(conflict.out.contains(u"conflict  etc/rules/local_rules.xml → rules/local_rules.xml: "_s));
    QVERIFY(conflict.out.contains(u"--replace"_s));
    QVERIFY(run(offline::runImport, {"/dev"}).problems.contains(u"/var/ossec"_s));
}

void TestImport::aFailureIsUndone()
{
    using offline::ImportKind;
    using State = offline::ImportTarget::State;
    write(u"conf/rules/a.xml"_s, "mine");
    write(u"conf/lists/in/the/way"_s, "x");
    offline::ImportPlan plan;
    plan.taken = {{ImportKind::Rules, "a", "rules/a.xml", "new", {}},
                  {ImportKind::Decoders, "b", "decoders/b.xml", "new", {}},
                  {ImportKind::List, "c", "lists/in", "new", {}}}; // a folder: renaming fails
    const auto done = offline::installImport(
        plan, {{State::Differs, {}}, {State::Free, {}}, {State::Free, {}}}, path(u"conf"_s));
    QVERIFY(!done);
    QVERIFY(done.error().message.find("lists/in") != std::string::npos && !done.error().cure.empty());
    QCOMPARE(filesBelow(u"conf"_s), (QStringList{u"lists/in/the/way"_s, u"rules/a.xml"_s}));
    QCOMPARE(read(u"conf/rules/a.xml"_s), QByteArray("mine"));
    QVERIFY(!QFile::exists(m_folder->filePath(u"conf/decoders"_s)));

    // Nowhere to write to.
    write(u"file"_s, "x");
    QVERIFY(!offline::installImport(plan, {{}, {}, {}}, path(u"file/conf"_s)));
    QVERIFY(!offline::installImport(plan, {{}, {}, {}}, "/proc/conf"));
}

void TestImport::theFolderReaderStaysInside()
{
    write(u"top/in/file"_s, "inside");
    write(u"out"_s, "outside");
    link(m_folder->filePath(u"top/in"_s), u"top/loop"_s);
    const auto top = openFolderReader(path(u"top"_s));
    QVERIFY(top.has_value());
    QCOMPARE((*top)->read("in/file", 6).value_or(""), std::string("inside"));
    const auto codeOf = [&](const std::string& name, std::size_t limit = 100) {
        const auto bytes = (*top)->read(name, limit);
        return bytes ? ErrorCode::Internal : bytes.error().code;
    };
    QCOMPARE(codeOf("in/file", 5), ErrorCode::Exhausted);
    QCOMPARE(codeOf("../out"), ErrorCode::Refused);
    QCOMPARE(codeOf("in/../in/file"), ErrorCode::Refused);
    QCOMPARE(codeOf("/etc/passwd"), ErrorCode::Refused);
    QCOMPARE(codeOf("loop/file"), ErrorCode::Refused);
    QCOMPARE(codeOf("loop"), ErrorCode::Refused);
    QCOMPARE(codeOf("in"), ErrorCode::Unsupported);
    QCOMPARE(codeOf("in/file/more"), ErrorCode::NotFound);
    QCOMPARE(codeOf("none"), ErrorCode::NotFound);
    const auto entries = (*top)->list("");
    QVERIFY(entries.has_value());
    QCOMPARE(entries->size(), 2U);
    QCOMPARE((*entries)[1].name, std::string("loop"));
    QVERIFY((*entries)[1].kind == FolderEntry::Kind::Link);
    QVERIFY(!(*top)->list("loop").has_value() && !(*top)->list("in/file").has_value());
}

QTEST_GUILESS_MAIN(TestImport)
#include "tst_import.moc"
