#include "tests/rules/builtin_rules.h"

#include "engine/config/configuration_reader.h"
#include "engine/config/ruleset_files.h"

#include <algorithm>
#include <iterator>

namespace bartizan::test {

namespace {

void append(std::vector<SourceFile>& files, const std::vector<SourceFile>& more)
{
    std::ranges::copy(more, std::back_inserter(files));
}

} // namespace

BuiltinRules::BuiltinRules(const RulesetSource& extra, std::string_view extraConfiguration)
    : m_analyser(makeAnalyser({}))
{
    const std::string resources = std::string(BARTIZAN_SOURCE_DIR) + "/resources";
    auto source = readRulesetFolder(resources + "/ruleset", problems);
    if (!source) {
        problems.push_back({Severity::Error, "rules", {}, 0, 0, source.error().message, {}});
        return;
    }
    append(source->decoders, extra.decoders);
    append(source->rules, extra.rules);
    append(source->lists, extra.lists);
    if (auto loaded = m_analyser->load(*source))
        std::ranges::copy(*loaded, std::back_inserter(problems));
    else
        problems.push_back({Severity::Error, "rules", {}, 0, 0, loaded.error().message, {}});

    auto configuration = extraConfiguration.empty()
                             ? readConfigurationFile(resources + "/defaults/bartizan.conf", problems)
                             : readConfiguration(extraConfiguration, "bartizan.conf", problems);
    if (configuration)
        m_policy = std::make_unique<ResponsePolicy>(*configuration, problems);
    else
        problems.push_back({Severity::Error, "configuration", {}, 0, 0, configuration.error().message, {}});
}

Outcome BuiltinRules::feed(std::string_view line, std::uint32_t session, int seconds,
                           const RecordOrigin& origin)
{
    m_now += seconds * EpochMs{1000};
    RecordBatch batch;
    batch.add(line, batch.locationIndex("test"), m_now, session, batch.originIndex(origin));
    Verdicts verdicts;
    Outcome outcome;
    if (!m_analyser->analyse(batch, VerdictDetail::Everything, verdicts) || verdicts.size() != 1)
        return outcome;
    outcome.verdict = std::move(verdicts.front());
    if (m_policy && outcome.verdict.respond) {
        for (const auto& order : m_policy->ordersFor(outcome.verdict, origin))
            if (order.doubt.empty())
                outcome.blocked.push_back(order.address.toString());
    }
    return outcome;
}

std::string fieldOf(const Verdict& verdict, std::string_view name)
{
    const auto found = std::ranges::find(verdict.fields, name, &Field::name);
    return found == verdict.fields.end() ? std::string() : found->value;
}

QString describe(const Outcome& outcome)
{
    const auto& verdict = outcome.verdict;
    QString text = verdict.rule ? QStringLiteral("%1 level %2").arg(verdict.rule->id).arg(verdict.rule->level)
                                : QStringLiteral("no rule");
    text += QStringLiteral(", decoder '%1'").arg(QString::fromStdString(verdict.decoderName));
    for (const auto& field : verdict.fields)
        text += QStringLiteral(", %1='%2'")
                    .arg(QString::fromStdString(field.name), QString::fromStdString(field.value));
    for (const auto& address : outcome.blocked)
        text += QStringLiteral(", blocks %1").arg(QString::fromStdString(address));
    return text;
}

} // namespace bartizan::test
