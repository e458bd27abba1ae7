// A small rule set and an analyser in a few words, for tests.
#pragma once

#include "engine/analysis/analyser.h"

#include <string>
#include <utility>
#include <vector>

namespace bartizan::test {

inline const std::string kCategories = R"(<group name="base,">
<rule id="1" level="0" noalert="1"><category>syslog</category><description>syslog</description></rule>
<rule id="2" level="0" noalert="1"><category>firewall</category><description>firewall</description></rule>
<rule id="4" level="0" noalert="1"><category>web-log</category><description>web</description></rule>
</group>)";

// "t key=value key=value": ip, to (dstip), user, by (srcuser), id, url, act, and the dynamic ones d and e.
inline const std::string kDecoders = R"(
<decoder name="t"><prematch>^t </prematch></decoder>
<decoder name="t-f"><parent>t</parent><regex>ip=(\S+)</regex><order>srcip</order></decoder>
<decoder name="t-f"><parent>t</parent><regex>to=(\S+)</regex><order>dstip</order></decoder>
<decoder name="t-f"><parent>t</parent><regex>user=(\S+)</regex><order>dstuser</order></decoder>
<decoder name="t-f"><parent>t</parent><regex>by=(\S+)</regex><order>srcuser</order></decoder>
<decoder name="t-f"><parent>t</parent><regex>id=(\S+)</regex><order>id</order></decoder>
<decoder name="t-f"><parent>t</parent><regex>url=(\S+)</regex><order>url</order></decoder>
<decoder name="t-f"><parent>t</parent><regex>act=(\S+)</regex><order>action</order></decoder>
<decoder name="t-f"><parent>t</parent><regex>d=(\S+)</regex><order>d</order></decoder>
<decoder name="t-f"><parent>t</parent><regex>e=(\S+)</regex><order>e.f</order></decoder>
<decoder name="fw"><type>firewall</type><prematch>^fw </prematch></decoder>
<decoder name="p"><program_name>^prog</program_name></decoder>
)";

inline std::string group(const std::string& rules)
{
    return "<group name=\"g,\">" + rules + "</group>";
}

class AnalysisBench
{
public:
    explicit AnalysisBench(AnalysisOptions options = {})
        : m_analyser(options)
    {
    }

    // `rules` are the contents of one group.
    Problems load(const std::string& rules, std::vector<SourceFile> lists = {})
    {
        return loadFiles({{"0001-base.xml", kCategories}, {"0002-test.xml", group(rules)}}, std::move(lists));
    }
    Problems loadFiles(std::vector<SourceFile> rules, std::vector<SourceFile> lists = {})
    {
        auto problems =
            m_analyser.load({{{"0001-decoders.xml", kDecoders}}, std::move(rules), std::move(lists)});
        return problems ? *problems
                        : Problems{{Severity::Error, "load", {}, 0, 0, problems.error().message, {}}};
    }

    Verdict feed(const std::string& line, const std::string& location = "test", std::uint32_t session = 0,
                 const RecordOrigin& origin = {})
    {
        RecordBatch batch;
        batch.add(line, batch.locationIndex(location), now, session, batch.originIndex(origin));
        Verdicts verdicts;
        (void)m_analyser.analyse(batch, VerdictDetail::Everything, verdicts);
        return verdicts.empty() ? Verdict{} : std::move(verdicts.front());
    }
    // The rule's id, 0 for none.
    std::uint32_t rule(const std::string& line)
    {
        const auto verdict = feed(line);
        return verdict.rule ? verdict.rule->id : 0;
    }
    // The rules of many lines, as text: "100 100 101".
    std::string rules(const std::vector<std::string>& lines)
    {
        std::string text;
        for (const auto& line : lines)
            text += (text.empty() ? "" : " ") + std::to_string(rule(line));
        return text;
    }
    void pass(int seconds) { now += seconds * 1000LL; }

    [[nodiscard]] Analyser& analyser() { return m_analyser; }

    EpochMs now = 1'700'000'000'000;

private:
    Analyser m_analyser;
};

} // namespace bartizan::test
