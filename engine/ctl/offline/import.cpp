#include "engine/config/configuration_reader.h"
#include "engine/config/ruleset_files.h"
#include "engine/ctl/offline/check.h"
#include "engine/ctl/offline/import_report.h"

#include <algorithm>
#include <filesystem>

namespace bartizan::offline {

namespace {

constexpr std::string_view kUsageText =
    "import DIR [--config DIR] [--dry-run] [--replace] [--with-stock-rules] [--json]";

std::string below(const std::string& folder, const std::string& name)
{
    return (std::filesystem::path(folder) / name).string();
}

// In place of what is on the disk, or beside it.
void overlay(std::vector<SourceFile>& files, SourceFile file)
{
    const auto there = std::ranges::find_if(
        files, [&](const SourceFile& other) { return other.path == file.path || other.name == file.name; });
    if (there != files.end())
        *there = std::move(file);
    else
        files.push_back(std::move(file));
}

// The configuration folder as it will be.
Loaded loadResult(const Environment& environment, const std::string& folder, const ImportPlan& plan,
                  Problems& problems)
{
    Loaded loaded;
    const std::string file = below(folder, "bartizan.conf");
    const TakenFile* const taken = plan.findTarget("bartizan.conf");
    auto configuration = taken != nullptr ? readConfiguration(taken->bytes, file, problems)
                                          : readConfigurationFile(file, problems);
    if (configuration)
        loaded.configuration = std::move(*configuration);
    else if (problems.empty() && configuration.error().code != ErrorCode::NotFound)
        problems.push_back({Severity::Error, "configuration", file, 0, 0, configuration.error().message,
                            configuration.error().cure});
    loaded.source = readConfiguredRuleset(folder, environment.builtinFolder, loaded.configuration, problems);
    constexpr std::string_view kLists = "lists/";
    for (const TakenFile& added : plan.taken) {
        const std::string path = below(folder, added.to);
        if (added.kind == ImportKind::Rules)
            overlay(loaded.source.rules, {path, added.bytes, path});
        else if (added.kind == ImportKind::Decoders)
            overlay(loaded.source.decoders, {path, added.bytes, path});
        else if (added.kind == ImportKind::List)
            overlay(loaded.source.lists, {added.to.substr(kLists.size()), added.bytes, path});
    }
    return loaded;
}

void note(Problems& problems, const std::string& file, std::string message, std::string cure)
{
    problems.push_back({Severity::Note, "configuration", file, 0, 0, std::move(message), std::move(cure)});
}

// What a person should know before this comes into force.
void addAdvice(const Configuration& configuration, const std::string& folder, const ImportPlan& plan,
               Problems& problems)
{
    const std::string file = below(folder, "bartizan.conf");
    const auto runs = std::ranges::count_if(configuration.localFiles, [](const LocalFile& source) {
        return source.format == "command" || source.format == "full_command";
    });
    const bool takesConfiguration = plan.findTarget("bartizan.conf") != nullptr;
    if (takesConfiguration && runs > 0)
        note(problems, file,
             "The engine will run " + std::to_string(runs) + (runs == 1 ? " command" : " commands") +
                 " of the configuration.",
             "Look at its <localfile> blocks first.");
    if (takesConfiguration && std::ranges::all_of(configuration.activeResponses, &ActiveResponse::disabled))
        note(problems, file, "No <active-response> is on: nobody will be blocked.",
             "Add one, or see the default configuration for an example.");
    const auto readsFrom = [&](const std::vector<RulesetFolder>& folders, std::string_view usual) {
        return folders.empty() || std::ranges::any_of(folders, [&](const RulesetFolder& named) {
                   return std::filesystem::path(named.path).filename() == usual;
               });
    };
    const auto takes = [&](ImportKind kind) {
        return std::ranges::find(plan.taken, kind, &TakenFile::kind) != plan.taken.end();
    };
    for (const auto& [kind, folders, usual] :
         {std::tuple{ImportKind::Rules, &configuration.ruleset.ruleFolders, "rules"},
          std::tuple{ImportKind::Decoders, &configuration.ruleset.decoderFolders, "decoders"}}) {
        if (takes(kind) && !readsFrom(*folders, usual))
            problems.push_back({Severity::Warning, "configuration", file, 0, 0,
                                "The configuration does not read the folder " + std::string(usual) +
                                    ": what is imported there has no effect.",
                                "Name the folder in <ruleset>."});
    }
}

// While nothing is installed, places are those in the installation.
void showOriginals(Problems& problems, const std::string& folder, const std::string& installation,
                   const ImportPlan& plan)
{
    for (Problem& problem : problems) {
        const auto taken = std::ranges::find_if(
            plan.taken, [&](const TakenFile& file) { return below(folder, file.to) == problem.file; });
        if (taken == plan.taken.end())
            continue;
        if (taken->kind == ImportKind::Configuration) {
            const int line = plan.configuration.originalLine(problem.line);
            if (line == 0)
                continue;
            problem.line = line;
        }
        problem.file = below(installation, taken->from);
    }
}

} // namespace

int runImport(Environment& environment, const std::vector<std::string>& words)
{
    const ErrorForm form = errorForm(environment, words);
    const auto wrongUse = [&](std::string message) {
        return usage(environment, {ErrorCode::InvalidArgument, std::move(message), {}}, kUsageText, form);
    };
    const auto arguments =
        parseArguments(environment, words, {"--dry-run", "--replace", "--with-stock-rules"});
    if (!arguments)
        return usage(environment, arguments.error(), kUsageText, form);
    if (arguments->ruleset)
        return wrongUse("import takes no --ruleset");
    if (arguments->files.size() != 1)
        return wrongUse("name the folder of one installation");

    const std::string& installation = arguments->files.front();
    if (!environment.openFolder)
        return failure(environment, {ErrorCode::Unsupported, "import is not available here.", {}}, form);
    const auto folder = environment.openFolder(installation);
    if (!folder)
        return failure(environment, folder.error(), form);
    auto plan = planImport(**folder, arguments->withStockRules ? StockRules::Take : StockRules::Leave);
    if (!plan) {
        Error error = plan.error();
        error.message = installation + ": " + error.message;
        return failure(environment, error, form);
    }

    const std::string configFolder = arguments->config.value_or(environment.defaultConfig);
    const auto targets =
        lookAtTargets(*plan, configFolder, findDefaultConfiguration(environment.builtinFolder));
    ImportReport report{.installation = installation,
                        .configFolder = configFolder,
                        .plan = *plan,
                        .targets = targets,
                        .problems = {},
                        .copies = {},
                        .isReplacing = arguments->replace,
                        .isDryRun = arguments->dryRun};
    const Loaded loaded = loadResult(environment, configFolder, *plan, report.problems);
    (void)checkLoaded(environment, loaded, report.problems);
    addAdvice(loaded.configuration, configFolder, *plan, report.problems);

    const bool isBlocked = report.conflicts() > 0;
    if (!isBlocked && !report.isDryRun && !plan->taken.empty()) {
        auto copies = installImport(*plan, targets, configFolder);
        if (!copies)
            return failure(environment, copies.error(), form);
        report.copies = std::move(*copies);
        report.isInstalled = true;
    }
    if (!report.isInstalled)
        showOriginals(report.problems, configFolder, installation, *plan);
    if (arguments->json)
        writeJson(environment, report);
    else
        writeText(environment, report);
    return isBlocked ? kFailed : kDone;
}

} // namespace bartizan::offline
