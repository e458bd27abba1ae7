// The offline commands in a folder of their own: as a person or a script calls them.
#pragma once

#include "engine/ctl/offline/offline.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include <memory>
#include <sstream>

namespace bartizan::test {

inline const char* const kRules = R"(<group name="base,">
<rule id="1" level="0" noalert="1"><category>syslog</category><description>s</description></rule>
<rule id="100" level="5"><match>fail</match><description>failed $(srcip)</description></rule>
<rule id="101" level="10" frequency="3" timeframe="60"><if_matched_sid>100</if_matched_sid><same_srcip />
<description>many</description></rule>
</group>)";

inline const char* const kDecoders = R"(<decoder name="app"><program_name>^app</program_name>
<regex>from (\S+)</regex><order>srcip</order></decoder>)";

struct Ran
{
    int code;
    QString out;
    QString problems;

    [[nodiscard]] QJsonObject json() const { return QJsonDocument::fromJson(out.toUtf8()).object(); }
    [[nodiscard]] QList<QJsonObject> lines() const
    {
        QList<QJsonObject> objects;
        for (const auto& line : out.split(QLatin1Char('\n'), Qt::SkipEmptyParts))
            objects.append(QJsonDocument::fromJson(line.toUtf8()).object());
        return objects;
    }
};

class OfflineBench
{
public:
    using Command = int (*)(offline::Environment&, const std::vector<std::string>&);

    // A new folder, with the rules and decoders above in "set".
    void reset()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        builtin.clear();
        makeResponder = nullptr;
        write(QStringLiteral("set/rules/a.xml"), kRules);
        write(QStringLiteral("set/decoders/a.xml"), kDecoders);
    }

    Ran run(Command command, std::vector<std::string> arguments, const std::string& input = {})
    {
        std::istringstream in(input);
        std::ostringstream out;
        std::ostringstream problems;
        offline::Environment environment{.in = in, .out = out, .problems = problems};
        environment.defaultConfig = path(QStringLiteral("nothing-here"));
        environment.builtinFolder = builtin;
        environment.hostName = "desk";
        environment.makeResponder = makeResponder;
        const int code = command(environment, arguments);
        return {code, QString::fromStdString(out.str()), QString::fromStdString(problems.str())};
    }

    void write(const QString& name, const QByteArray& bytes)
    {
        const QString full = m_folder->filePath(name);
        QVERIFY(QDir().mkpath(QFileInfo(full).path()));
        QFile file(full);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    }
    [[nodiscard]] std::string path(const QString& name) const
    {
        return m_folder->filePath(name).toStdString();
    }

    std::string builtin;
    std::function<offline::Responder(const Configuration&, Problems&)> makeResponder;

private:
    std::unique_ptr<QTemporaryDir> m_folder;
};

} // namespace bartizan::test
