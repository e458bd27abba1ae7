#include "engine/ctl/offline/import_report.h"

#include "engine/base/utf8.h"
#include "engine/ctl/offline/check.h"

#include <algorithm>
#include <ostream>

namespace bartizan::offline {

namespace {

using State = ImportTarget::State;

constexpr std::size_t kLongestShown = 300;

std::string shown(std::string_view text)
{
    return forDisplay(text, kLongestShown);
}

std::string counted(std::size_t number, std::string_view one, std::string_view many)
{
    return std::to_string(number) + " " + std::string(number == 1 ? one : many);
}

std::string_view kindName(ImportKind kind)
{
    switch (kind) {
    case ImportKind::Configuration:
        return "configuration";
    case ImportKind::Rules:
        return "rules";
    case ImportKind::Decoders:
        return "decoders";
    case ImportKind::List:
        return "list";
    case ImportKind::Response:
        break;
    }
    return "response";
}

std::string countOf(const TakenFile& file)
{
    if (!file.count)
        return {};
    switch (file.kind) {
    case ImportKind::Configuration:
        return " (" + counted(*file.count, "block", "blocks") + ")";
    case ImportKind::Rules:
        return " (" + counted(*file.count, "rule", "rules") + ")";
    case ImportKind::Decoders:
        return " (" + counted(*file.count, "decoder", "decoders") + ")";
    case ImportKind::List:
    case ImportKind::Response:
        break;
    }
    return " (" + counted(*file.count, "entry", "entries") + ")";
}

std::string_view stateOf(State state)
{
    switch (state) {
    case State::Same:
        return ", already there";
    case State::Default:
        return ", in place of the default";
    case State::Differs:
        return ", in place of the one that is there";
    case State::Free:
    case State::Blocked:
        break;
    }
    return {};
}

std::string conflictReason(const ImportTarget& target)
{
    return target.state == State::Blocked ? target.reason : "another file is there";
}

std::string whatNext(const Environment& environment, const ImportReport& report)
{
    const std::size_t conflicts = report.conflicts();
    const bool isBlocked = std::ranges::any_of(
        report.targets, [](const ImportTarget& target) { return target.state == State::Blocked; });
    if (report.plan.taken.empty())
        return "There is nothing to take.";
    if (conflicts > 0 && isBlocked)
        return "Nothing was installed: move what is in the way, then import again.";
    if (conflicts > 0)
        return "Nothing was installed. Move the files that are in the way, or let --replace put these in "
               "their place; the old ones are kept as NAME.before-import.";
    if (report.isDryRun)
        return "Nothing was written. Without --dry-run, this is installed.";
    const bool isUsual = report.configFolder == environment.defaultConfig;
    return "Installed. Next: bartizanctl reload, or start the engine" +
           (isUsual ? std::string(".") : " with --config " + shown(report.configFolder) + ".");
}

} // namespace

bool ImportReport::isConflict(std::size_t i) const
{
    return targets[i].state == State::Blocked || (targets[i].state == State::Differs && !isReplacing);
}

std::size_t ImportReport::conflicts() const
{
    std::size_t count = 0;
    for (std::size_t i = 0; i < targets.size(); ++i)
        count += isConflict(i) ? 1 : 0;
    return count;
}

void writeText(const Environment& environment, const ImportReport& report)
{
    std::ostream& out = environment.out;
    out << "From " << shown(report.installation) << " into " << shown(report.configFolder) << ":\n";
    for (std::size_t i = 0; i < report.plan.taken.size(); ++i) {
        const TakenFile& file = report.plan.taken[i];
        if (report.isConflict(i))
            out << "conflict  " << shown(file.from) << " → " << shown(file.to) << ": "
                << shown(conflictReason(report.targets[i])) << '\n';
        else
            out << "take      " << shown(file.from) << " → " << shown(file.to) << countOf(file)
                << stateOf(report.targets[i].state) << '\n';
    }
    for (const LeftPart& part : report.plan.left) {
        out << "leave     " << shown(part.file);
        if (part.line > 0)
            out << ':' << part.line;
        if (!part.what.empty())
            out << ' ' << shown(part.what);
        out << ": " << shown(part.reason) << '\n';
    }
    for (const std::string& copy : report.copies)
        out << "kept      " << shown(copy) << '\n';
    out.flush();
    print(environment, report.problems, Notes::Show);
    const auto bad = static_cast<std::size_t>(std::ranges::count_if(
        report.problems, [](const Problem& problem) { return problem.severity != Severity::Note; }));
    if (bad > 0)
        out << counted(bad, "problem", "problems")
            << (report.isInstalled ? "; bartizanctl check shows them again" : "") << ". ";
    out << whatNext(environment, report) << std::endl;
}

void writeJson(const Environment& environment, const ImportReport& report)
{
    JsonWriter json;
    json.beginObject().key("taken").beginArray();
    for (const TakenFile& file : report.plan.taken) {
        json.beginObject();
        json.key("from").string(file.from);
        json.key("to").string(file.to);
        json.key("kind").string(kindName(file.kind));
        if (file.count)
            json.key("count").number(static_cast<std::int64_t>(*file.count));
        json.endObject();
    }
    json.endArray().key("left").beginArray();
    for (const LeftPart& part : report.plan.left) {
        json.beginObject();
        json.key("file").string(part.file);
        json.key("line").number(part.line);
        json.key("what").string(part.what);
        json.key("reason").string(part.reason);
        json.endObject();
    }
    json.endArray().key("conflicts").beginArray();
    for (std::size_t i = 0; i < report.targets.size(); ++i) {
        if (!report.isConflict(i))
            continue;
        json.beginObject();
        json.key("file").string(report.plan.taken[i].to);
        json.key("reason").string(conflictReason(report.targets[i]));
        json.endObject();
    }
    json.endArray();
    writeProblems(json, report.problems);
    json.key("kept").beginArray();
    for (const std::string& copy : report.copies)
        json.string(copy);
    json.endArray();
    json.key("installed").boolean(report.isInstalled);
    json.endObject();
    environment.out << json.take() << std::endl;
}

} // namespace bartizan::offline
