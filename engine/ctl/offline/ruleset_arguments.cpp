#include "engine/ctl/offline/ruleset_arguments.h"

#include "engine/base/strings.h"
#include "engine/base/utf8.h"
#include "engine/config/configuration_reader.h"
#include "engine/config/ruleset_files.h"

#include <algorithm>
#include <filesystem>
#include <ostream>

namespace bartizan::offline {

namespace {

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
            if (onlyFiles || !word.starts_with("--")) {
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
        if (name == "--json" || name == "--explain") {
            if (m_inlineValue)
                return wrongUse(name + " takes no value");
            (name == "--json" ? arguments.json : arguments.explain) = true;
            return {};
        }
        auto value = takeValue(name);
        if (!value)
            return std::unexpected(value.error());
        if (name == "--config")
            arguments.config = std::move(*value);
        else if (name == "--ruleset")
            arguments.ruleset = std::move(*value);
        else if (name == "--as" && (*value == "tester" || *value == "daemon"))
            arguments.mode = *value == "tester" ? AnalysisMode::Tester : AnalysisMode::Daemon;
        else if (name == "--input" && (*value == "lines" || *value == "ndjson"))
            arguments.input = *value == "lines" ? InputFormat::Lines : InputFormat::Ndjson;
        else
            return wrongUse(name + " can't be " + *value);
        return {};
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

Result<Loaded> loadConfigured(const Environment& environment, const std::optional<std::string>& named,
                              Problems& problems)
{
    const std::string folder = named.value_or(environment.defaultConfig);
    std::error_code unreadable;
    if (named && !std::filesystem::is_directory(folder, unreadable))
        return fail(ErrorCode::NotFound, "There is no folder " + folder, "Check the path behind --config.");
    Loaded loaded;
    auto configuration = readConfigurationFile(folder + "/bartizan.conf", problems);
    if (configuration)
        loaded.configuration = std::move(*configuration);
    else if (configuration.error().code != ErrorCode::NotFound)
        return std::unexpected(configuration.error());
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

Result<Loaded> loadSources(const Environment& environment, const Arguments& arguments, Problems& problems)
{
    if (!arguments.ruleset)
        return loadConfigured(environment, arguments.config, problems);
    auto source = readRulesetFolder(*arguments.ruleset, problems);
    if (!source)
        return std::unexpected(source.error());
    return Loaded{{}, std::move(*source)};
}

AnalysisOptions analysisOptions(const Environment& environment, const Configuration& configuration,
                                AnalysisMode mode)
{
    AnalysisOptions options;
    options.mode = mode;
    options.logAlertLevel = configuration.logAlertLevel;
    options.memorySize = configuration.memorySize;
    options.dropIncompleteFirewallEvents = configuration.dropIncompleteFirewallEvents;
    options.hostName = environment.hostName;
    return options;
}

void print(const Environment& environment, const Problems& problems, Notes notes)
{
    static constexpr std::size_t kLongest = 2000;
    for (const auto& problem : problems) {
        if (problem.severity == Severity::Note && notes == Notes::Hide)
            continue;
        const std::string_view word = problem.severity == Severity::Error     ? "error"
                                      : problem.severity == Severity::Warning ? "warning"
                                                                              : "note";
        environment.problems << word << ": " << forDisplay(describe(problem), kLongest) << '\n';
    }
    environment.problems.flush();
}

int failure(const Environment& environment, const Error& error)
{
    environment.problems << "error: " << forDisplay(error.message, 2000);
    if (!error.cure.empty())
        environment.problems << " (" << error.cure << ')';
    environment.problems << std::endl;
    return kFailed;
}

int usage(const Environment& environment, const Error& error, std::string_view howTo)
{
    environment.problems << "bartizanctl: " << error.message << "\nusage: bartizanctl " << howTo << std::endl;
    return kUsage;
}

} // namespace bartizan::offline
