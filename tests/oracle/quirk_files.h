// The rule sets of the reference's corner cases.
#pragma once

#include "engine/base/ruleset_source.h"

#include <QJsonObject>

namespace bartizan::test {

// The reference ran these cases behind a file of top-level rules like this one.
inline constexpr const char* kCategories = R"(<group name="categories,">
<rule id="1" level="0" noalert="1"><category>syslog</category><description>syslog</description></rule>
<rule id="2" level="0" noalert="1"><category>firewall</category><description>firewall</description></rule>
<rule id="3" level="0" noalert="1"><category>ids</category><description>ids</description></rule>
<rule id="4" level="0" noalert="1"><category>web-log</category><description>web</description></rule>
<rule id="5" level="0" noalert="1"><category>squid</category><description>squid</description></rule>
<rule id="6" level="0" noalert="1"><category>windows</category><description>windows</description></rule>
<rule id="7" level="0" noalert="1"><category>ossec</category><description>ossec</description></rule>
</group>)";

inline std::vector<SourceFile> sources(const QJsonValue& value, const char* name)
{
    if (value.isString())
        return {{name, value.toString().toStdString()}};
    std::vector<SourceFile> files;
    const auto object = value.toObject();
    for (auto file = object.begin(); file != object.end(); ++file)
        files.push_back({file.key().toStdString(), file.value().toString().toStdString()});
    return files;
}

// The case's own files.
inline RulesetSource quirkSource(const QJsonObject& row)
{
    return {sources(row[QStringLiteral("decoders")], "1000-case.xml"),
            sources(row[QStringLiteral("rules")], "1000-case.xml"),
            sources(row[QStringLiteral("lists")].toObject(), "")};
}

} // namespace bartizan::test
