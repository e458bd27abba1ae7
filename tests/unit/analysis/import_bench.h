// Installations of our own making in a temporary folder, and commands on them.
#pragma once

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

namespace bartizan::test {

using namespace Qt::StringLiterals;

inline const char* const kBuiltinRules = R"(<group name="base,">
<rule id="1" level="0" noalert="1"><category>syslog</category><description>any</description></rule>
<rule id="20" level="5"><if_sid>1</if_sid><match>knock</match><description>knock</description></rule>
</group>)";

inline const char* const kBuiltinDecoders = R"(<decoder name="door"><program_name>^door</program_name>
<regex>from (\S+)</regex><order>srcip</order></decoder>)";

inline const char* const kLocalRules = R"(<group name="local,">
  <rule id="100100" level="9"><if_sid>20</if_sid><list field="srcip">etc/lists/bad</list>
    <description>a bad one knocks</description></rule>
  <rule id="100101" level="3"><decoded_as>gate</decoded_as><description>gate</description></rule>
</group>)";

inline const char* const kLocalDecoders =
    R"(<decoder name="gate"><program_name>^gate</program_name></decoder>)";

inline const char* const kWazuhConfiguration = R"(<!-- one of two roots -->
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

inline const char* const kOssecConfiguration = R"(<ossec_config>
  <rules>
    <include>first_rules.xml</include>
    <include>door_rules.xml</include>
    <include>local_rules.xml</include>
    <list>lists/bad</list>
  </rules>
  <localfile><log_format>syslog</log_format><location>/var/log/door.log</location></localfile>
</ossec_config>)";

inline const std::string kBadLine = "Nov 24 07:08:09 host door[1]: knock from 192.0.2.66\n";

struct Ran
{
    int code;
    QString out;
    QString problems;

    [[nodiscard]] QJsonObject json() const { return QJsonDocument::fromJson(out.toUtf8()).object(); }
};

// "FROM > TO", sorted.
inline QStringList takenOf(const QJsonObject& report)
{
    QStringList taken;
    for (const auto& file : report[u"taken"_s].toArray())
        taken += file[u"from"_s].toString() + u" > "_s + file[u"to"_s].toString();
    taken.sort();
    return taken;
}

inline QString reasonOf(const QJsonObject& report, const QString& file, const QString& what = {})
{
    for (const auto& part : report[u"left"_s].toArray()) {
        if (part[u"file"_s] == file && (what.isEmpty() || part[u"what"_s] == what))
            return QString::number(part[u"line"_s].toInt()) + u": "_s + part[u"reason"_s].toString();
    }
    return {};
}

class ImportBench
{
protected:
    void prepare();
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

inline void ImportBench::prepare()
{
    m_folder = std::make_unique<QTemporaryDir>();
    write(u"share/ruleset/rules/0010-base.xml"_s, kBuiltinRules);
    write(u"share/ruleset/decoders/0010-base.xml"_s, kBuiltinDecoders);
    write(u"share/defaults/bartizan.conf"_s, "<bartizan_config></bartizan_config>");
}

inline void ImportBench::write(const QString& name, const QByteArray& bytes)
{
    const QString full = m_folder->filePath(name);
    QVERIFY(QDir().mkpath(QFileInfo(full).path()));
    QFile file(full);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
}

inline void ImportBench::link(const QString& target, const QString& name)
{
    const QString full = m_folder->filePath(name);
    QVERIFY(QDir().mkpath(QFileInfo(full).path()));
    QVERIFY(QFile::link(target, full));
}

inline void ImportBench::writeWazuh()
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

inline void ImportBench::writeOssec()
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

inline QByteArray ImportBench::read(const QString& name) const
{
    QFile file(m_folder->filePath(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("not there");
}

inline QStringList ImportBench::filesBelow(const QString& name) const
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

inline Ran ImportBench::run(Command command, std::vector<std::string> arguments, const std::string& input)
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

inline Ran ImportBench::import(std::vector<std::string> more, const QString& installation)
{
    more.insert(more.end(), {path(installation), "--config", path(u"conf"_s), "--json"});
    return run(offline::runImport, more);
}

inline QString ImportBench::ruleFor(const std::string& line)
{
    const auto ran = run(offline::runLogtest, {"--json", "--config", path(u"conf"_s)}, line);
    return ran.json()[u"rule"_s][u"id"_s].toString();
}

} // namespace bartizan::test
