#include "engine/ctl/offline/check.h"

#include "engine/analysis/ruleset.h"
#include "engine/config/configuration_reader.h"
#include "engine/logsource/line_shaper.h"

#include <algorithm>
#include <array>
#include <ostream>

namespace bartizan::offline {

namespace {

constexpr std::string_view kUsageText = "check [--config DIR | --ruleset DIR] [--json]";

std::string_view severityName(Severity severity)
{
    static constexpr std::array<std::string_view, 3> kNames{"note", "warning", "error"};
    return kNames[static_cast<std::size_t>(severity)];
}

std::string asJson(const Problems& problems, const RulesetSummary& summary)
{
    JsonWriter json;
    json.beginObject();
    writeProblems(json, problems);
    json.key("rules").number(static_cast<std::int64_t>(summary.rules));
    json.key("decoders").number(static_cast<std::int64_t>(summary.decoders));
    json.key("lists").number(static_cast<std::int64_t>(summary.lists));
    json.key("list_entries").number(static_cast<std::int64_t>(summary.listEntries));
    json.endObject();
    return json.take();
}

} // namespace

RulesetSummary checkLoaded(const Environment& environment, const Loaded& loaded, Problems& problems)
{
    for (const auto& source : loaded.configuration.localFiles)
        (void)LineShaper::make(source, problems);
    // The responses of a configuration are bound to nothing here, but what is wrong with them shows.
    if (environment.makeResponder)
        environment.makeResponder(loaded.configuration, problems);
    const auto ruleset = Ruleset::compile(loaded.source, problems);
    if (!openGeoDatabase(loaded.configuration, environment.openGeoDatabase, problems))
        noteRulesThatNeedLocations(*ruleset, problems);
    return ruleset->summary;
}

void writeProblems(JsonWriter& json, const Problems& problems)
{
    json.key("problems").beginArray();
    for (const auto& problem : problems) {
        json.beginObject();
        json.key("severity").string(severityName(problem.severity));
        json.key("component").string(problem.component);
        json.key("file").string(problem.file);
        json.key("line").number(problem.line);
        json.key("column").number(problem.column);
        json.key("message").string(problem.message);
        json.key("cure").string(problem.cure);
        json.endObject();
    }
    json.endArray();
}

int runCheck(Environment& environment, const std::vector<std::string>& words)
{
    const ErrorForm form = errorForm(environment, words);
    const auto arguments = parseArguments(environment, words, {});
    if (!arguments)
        return usage(environment, arguments.error(), kUsageText, form);
    if (!arguments->files.empty())
        return usage(environment,
                     {ErrorCode::InvalidArgument, "check takes no file: " + arguments->files.front(), {}},
                     kUsageText, form);
    Problems problems;
    const auto loaded = loadSources(environment, *arguments, Purpose::Check, problems);
    if (!loaded)
        return failure(environment, loaded.error(), form);
    const auto summary = checkLoaded(environment, *loaded, problems);
    const auto bad =
        std::ranges::count_if(problems, [](const Problem& p) { return p.severity != Severity::Note; });
    if (arguments->json) {
        environment.out << asJson(problems, summary) << std::endl;
    } else {
        print(environment, problems, Notes::Show);
        environment.out << summary.rules << " rules, " << summary.decoders << " decoders, " << summary.lists
                        << " lists with " << summary.listEntries << " entries; "
                        << (bad == 0 ? std::string("no problems")
                                     : std::to_string(bad) + (bad == 1 ? " problem" : " problems"))
                        << std::endl;
    }
    return bad == 0 ? kDone : kFailed;
}

} // namespace bartizan::offline
