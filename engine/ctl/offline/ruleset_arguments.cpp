#include "engine/ctl/offline/ruleset_arguments.h"

#include "engine/base/json_writer.h"
#include "engine/base/utf8.h"
#include "engine/config/configuration_reader.h"
#include "engine/config/ruleset_files.h"
#include "engine/protocol/errors.h"

#include <algorithm>
#include <filesystem>
#include <ostream>

namespace bartizan::offline {

namespace {

constexpr std::size_t kLongestShown = 2000;

void writeError(std::ostream& out, std::string_view code, std::string_view message, std::string_view cure)
{
    JsonWriter json;
    json.beginObject().key("error").beginObject();
    json.key("code").string(code);
    json.key("message").string(message);
    json.key("cure").string(cure);
    json.endObject().endObject();
    out << json.take() << std::endl;
}

std::unexpected<Error> wrongUse(std::string message)
{
    return fail(ErrorCode::InvalidArgument, std::move(message));
}

class ArgumentParser
{
public:
    ArgumentParser(const std::vector<std::string>& words, std::initializer_list<std::string_view> extra)
        : m_words(words)
        , m_extra(extra)
    {
    }

    Result<void> parse(Arguments& arguments)
    {
        bool onlyFiles = false;
        while (m_at < m_words.size()) {
            const std::string& word = m_words[m_at++];
            if (onlyFiles || !word.starts_with('-') || word == "-") {
                arguments.files.push_back(word);
            } else if (word == "--") {
                onlyFiles = true;
            } else if (const auto read = option(word, arguments); !read) {
                return read;
            }
        }
        if (arguments.config && arguments.ruleset)
            return wrongUse("--config and --ruleset exclude each other");
        return {};
    }

private:
    Result<void> option(const std::string& word, Arguments& arguments)
    {
        const auto equals = word.find('=');
        const std::string name = word.substr(0, equals);
        m_inlineValue = equals == std::string::npos ? std::nullopt : std::optional(word.substr(equals + 1));
        const bool known = name == "--json" || name == "--config" || name == "--ruleset" ||
                           std::ranges::find(m_extra, name) != m_extra.end();
        if (!known)
            return wrongUse("there is no option " + name);
        if (bool* const flag = flagOf(name, arguments)) {
            if (m_inlineValue)
                return wrongUse(name + " takes no value");
            *flag = true;
            return {};
        }
        auto value = takeValue(name);
        if (!value)
            return std::unexpected(value.error());
        if (name == "--config")
            arguments.config = std::move(*value);
        else if (name == "--ruleset")
            arguments.ruleset = std::move(*value);
        else if (name == "--format")
            arguments.format = std::move(*value);
        else if (name == "--column")
            arguments.column = std::move(*value);
        else if (name == "--as" && (*value == "tester" || *value == "daemon"))
            arguments.mode = *value == "tester" ? AnalysisMode::Tester : AnalysisMode::Daemon;
        else if (name == "--threads" && (*value == "1" || *value == "2"))
            arguments.twoThreads = *value == "2";
        else if (name == "--input" && (*value == "lines" || *value == "ndjson"))
            arguments.input = *value == "lines" ? InputFormat::Lines : InputFormat::Ndjson;
        else
            return wrongUse(name + " can't be " + *value);
        return {};
    }

    static bool* flagOf(const std::string& name, Arguments& arguments)
    {
        return name == "--json"               ? &arguments.json
               : name == "--explain"          ? &arguments.explain
               : name == "--dry-run"          ? &arguments.dryRun
               : name == "--replace"          ? &arguments.replace
               : name == "--with-stock-rules" ? &arguments.withStockRules
                                              : nullptr;
    }

    Result<std::string> takeValue(const std::string& name)
    {
        if (m_inlineValue)
            return *m_inlineValue;
        if (m_at == m_words.size())
            return wrongUse(name + " needs a value");
        return m_words[m_at++];
    }

    const std::vector<std::string>& m_words;
    const std::vector<std::string_view> m_extra;
    std::size_t m_at = 0;
    std::optional<std::string> m_inlineValue;
};

std::string configurationFile(const Environment& environment, const std::string& folder,
                              const std::optional<std::string>& named, Purpose purpose)
{
    std::string file = folder + "/bartizan.conf";
    std::error_code error;
    if (purpose == Purpose::Replay && !named && !std::filesystem::exists(file, error) && !error) {
        if (auto shipped = findDefaultConfiguration(environment.builtinFolder); !shipped.empty())
            return shipped;
    }
    return file;
}

Result<Loaded> loadConfigured(const Environment& environment, const std::optional<std::string>& named,
                              Purpose purpose, Problems& problems)
{
    const std::string folder = named.value_or(environment.defaultConfig);
    std::error_code unreadable;
    if (named && !std::filesystem::is_directory(folder, unreadable))
        return fail(ErrorCode::NotFound, "There is no folder " + folder, "Check the path behind --config.");
    Loaded loaded;
    const std::string file = configurationFile(environment, folder, named, purpose);
    const std::size_t before = problems.size();
    auto configuration = readConfigurationFile(file, problems);
    if (configuration) {
        loaded.configuration = std::move(*configuration);
    } else if (configuration.error().code != ErrorCode::NotFound) {
        if (purpose != Purpose::Check)
            return std::unexpected(configuration.error());
        // Broken text is among the problems already.
        if (problems.size() == before)
            problems.push_back({Severity::Error, "configuration", file, 0, 0, configuration.error().message,
                                configuration.error().cure});
    }
    loaded.source = readConfiguredRuleset(folder, environment.builtinFolder, loaded.configuration, problems);
    return loaded;
}

} // namespace

Result<Arguments> parseArguments(const Environment& environment, const std::vector<std::string>& words,
                                 std::initializer_list<std::string_view> extra)
{
    Arguments arguments;
    arguments.json = environment.json;
    if (const auto parsed = ArgumentParser(words, extra).parse(arguments); !parsed)
        return std::unexpected(parsed.error());
    return arguments;
}

Result<Loaded> loadSources(const Environment& environment, const Arguments& arguments, Purpose purpose,
                           Problems& problems)
{
    if (!arguments.ruleset)
        return loadConfigured(environment, arguments.config, purpose, problems);
    auto source = readRulesetFolder(*arguments.ruleset, problems);
    if (!source)
        return std::unexpected(source.error());
    return Loaded{{}, std::move(*source)};
}

AnalysisOptions analysisOptions(const Environment& environment, const Configuration& configuration,
                                AnalysisMode mode, Problems& problems)
{
    AnalysisOptions options;
    options.mode = mode;
    options.logAlertLevel = configuration.logAlertLevel;
    options.mailLevel = configuration.mailLevel;
    options.geoLocator = openGeoDatabase(configuration, environment.openGeoDatabase, problems);
    options.memorySize = configuration.memorySize;
    options.correlationBytes = configuration.correlationMemory;
    options.dropIncompleteFirewallEvents = configuration.dropIncompleteFirewallEvents;
    options.hostName = environment.hostName;
    return options;
}

void print(const Environment& environment, const Problems& problems, Notes notes)
{
    for (const auto& problem : problems) {
        if (problem.severity == Severity::Note && notes == Notes::Hide)
            continue;
        const std::string_view word = problem.severity == Severity::Error     ? "error"
                                      : problem.severity == Severity::Warning ? "warning"
                                                                              : "note";
        environment.problems << word << ": " << forDisplay(describe(problem), kLongestShown) << '\n';
    }
    environment.problems.flush();
}

ErrorForm errorForm(const Environment& environment, const std::vector<std::string>& words)
{
    const auto end = std::ranges::find(words, "--");
    return environment.json || std::find(words.begin(), end, "--json") != end ? ErrorForm::Json
                                                                              : ErrorForm::Text;
}

int failure(const Environment& environment, const Error& error, ErrorForm form)
{
    if (form == ErrorForm::Json) {
        writeError(environment.out, protocol::errorName(error.code), error.message, error.cure);
        return kFailed;
    }
    environment.problems << "error: " << forDisplay(error.message, kLongestShown);
    if (!error.cure.empty())
        environment.problems << " (" << forDisplay(error.cure, kLongestShown) << ')';
    environment.problems << std::endl;
    return kFailed;
}

int usage(const Environment& environment, const Error& error, std::string_view howTo, ErrorForm form)
{
    if (form == ErrorForm::Json) {
        writeError(environment.out, "usage", error.message, howTo);
        return kUsage;
    }
    environment.problems << "bartizanctl: " << forDisplay(error.message, kLongestShown)
                         << "\nusage: bartizanctl " << howTo << std::endl;
    return kUsage;
}

} // namespace bartizan::offline
