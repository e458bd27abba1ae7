#include "engine/base/strings.h"
#include "engine/config/reader_support.h"
#include "engine/pattern/pattern.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace bartizan::config {

namespace {

// Formats that read a file; the others name a channel, a command or nothing as their location.
constexpr std::array<std::string_view, 17> kFileFormats{
    "syslog",     "generic",      "json",        "snort-full", "snort-fast",      "apache",
    "iis",        "squid",        "nmapg",       "mysql_log",  "postgresql_log",  "mssql_log",
    "ossecalert", "djb-multilog", "syslog-pipe", "audit",      "multi-line-regex"};
constexpr std::array<std::string_view, 6> kOtherFormats{"command",      "full_command", "eventlog",
                                                        "eventchannel", "macos",        "journald"};

bool isFileFormat(std::string_view format)
{
    return std::ranges::find(kFileFormats, format) != kFileFormats.end() || format.starts_with("multi-line:");
}

// N of "multi-line:N".
std::optional<int> lineCount(std::string_view format)
{
    constexpr int kMostLines = 1000;
    const auto count = parseNumber<int>(trim(format.substr(format.find(':') + 1)));
    return count && *count >= 2 && *count <= kMostLines ? count : std::nullopt;
}

class LocalFileBlock
{
public:
    LocalFileBlock(const xml::Element& block, ProblemSink& problems)
        : m_block(block)
        , m_problems(problems)
    {
        m_file.place = problems.place(block);
        m_file.formatPlace = m_file.place;
        for (const xml::Element& element : block.children)
            readElement(element);
    }

    [[nodiscard]] std::optional<LocalFile> result()
    {
        const std::string& format = m_file.format;
        if (format.empty())
            return refuse("The log source has no log_format.", "Add <log_format>syslog</log_format>.");
        const bool isFile = isFileFormat(format);
        if (format == "multi-line-regex" && !m_file.multiline)
            return refuse("The log source has no multiline_regex.",
                          "Add <multiline_regex> with the pattern of an event's first line.");
        if (format.starts_with("multi-line:") && !lineCount(format))
            return refuse("The log_format " + inQuotes(format) + " is unknown.",
                          "Write multi-line:N with N from 2 to 1000.");
        if (!isFile && std::ranges::find(kOtherFormats, format) == kOtherFormats.end())
            return refuse("The log_format " + inQuotes(format) + " is unknown.",
                          "For a text log write syslog.");
        if (format == "command" || format == "full_command") {
            if (m_file.command.empty())
                return refuse("The log source has no command.", "Add <command>, or another log_format.");
        } else if (isFile && m_file.location.empty()) {
            return refuse("The log source has no location.", "Add <location> with the path of the log.");
        } else if (isFile && !std::filesystem::path(m_file.location).is_absolute() &&
                   !m_file.location.starts_with('%')) {
            return refuse("The location " + inQuotes(m_file.location) + " is not an absolute path.",
                          "Write the whole path of the log.");
        }
        return std::move(m_file);
    }

private:
    void readElement(const xml::Element& element);
    bool readCommon(const xml::Element& element);
    bool readRare(const xml::Element& element);
    void readFilter(const xml::Element& element, std::vector<LineFilter>& filters);
    void readJournalFilter(const xml::Element& element);
    void readMultiline(const xml::Element& element);
    void readOutFormat(const xml::Element& element);
    void readAge(const xml::Element& element);
    std::optional<LocalFile> refuse(std::string message, std::string cure)
    {
        m_problems.error(m_block, std::move(message) + " It is left out.", std::move(cure));
        return std::nullopt;
    }

    const xml::Element& m_block;
    ProblemSink& m_problems;
    LocalFile m_file;
};

void LocalFileBlock::readElement(const xml::Element& element)
{
    if (!readCommon(element) && !readRare(element))
        m_problems.unknownElement(m_block, element);
}

bool LocalFileBlock::readCommon(const xml::Element& element)
{
    const std::string& name = element.name;
    const std::string text(value(element));
    if (name == "log_format") {
        m_problems.expectPlain(element);
        m_file.format = text;
        m_file.formatPlace = m_problems.place(element);
    } else if (name == "location") {
        m_problems.expectPlain(element);
        m_file.location = text;
    } else if (name == "command") {
        m_file.command = text;
    } else if (name == "alias") {
        m_file.alias = text;
    } else if (name == "frequency") {
        m_file.frequency = text;
    } else if (name == "only-future-events") {
        m_problems.expectPlain(element, {"max-size"});
        if (element.attribute("max-size") != nullptr)
            m_problems.note(element, "max-size has no effect: nothing is left out for its size.",
                            "Remove it.");
        m_file.onlyFutureEvents = yesNo(element, m_problems).value_or(true);
    } else if (name == "label") {
        m_problems.expectPlain(element, {"key"});
        const xml::Attribute* key = element.attribute("key");
        if (key == nullptr || key->value.empty())
            m_problems.error(element, "A label has no key; it is left out.",
                             "Write <label key=\"name\">value</label>.");
        else
            m_file.labels.emplace_back(key->value, text);
    } else if (name == "ignore") {
        readFilter(element, m_file.ignore);
    } else if (name == "restrict") {
        readFilter(element, m_file.restrict);
    } else if (name == "exclude") {
        m_problems.expectPlain(element);
        m_file.exclude.push_back(text);
    } else {
        return false;
    }
    return true;
}

// Kept as text: the log source says which of them it can follow.
bool LocalFileBlock::readRare(const xml::Element& element)
{
    const std::string& name = element.name;
    const std::string text(value(element));
    if (name == "target")
        m_file.targets.push_back(text);
    else if (name == "out_format")
        readOutFormat(element);
    else if (name == "age")
        readAge(element);
    else if (name == "query")
        m_file.query = text;
    else if (name == "multiline_regex")
        readMultiline(element);
    else if (name == "filter")
        readJournalFilter(element);
    else if (name == "reconnect_time")
        m_file.reconnectTime = text;
    else if (name == "ignore_binaries")
        m_file.ignoreBinaries = yesNo(element, m_problems).value_or(false);
    else
        return false;
    return true;
}

void LocalFileBlock::readFilter(const xml::Element& element, std::vector<LineFilter>& filters)
{
    m_problems.expectPlain(element, {"type"});
    LineFilter filter{element.content};
    if (const xml::Attribute* type = element.attribute("type"))
        filter.type = type->value;
    const auto type = patternTypeFromName(filter.type);
    if (!type) {
        m_problems.error(element, "The pattern type " + inQuotes(filter.type) + " is unknown.",
                         "Write osregex, osmatch or pcre2.");
    } else if (const auto pattern = compilePattern(*type, filter.text); !pattern) {
        m_problems.error(element, tag(element.name) + " is no valid pattern: " + pattern.error().message,
                         "It is left out until it is corrected.");
    } else {
        filters.push_back(std::move(filter));
    }
}

// "30s", "10m", "2h", "1d", "1w"; a bare number is seconds.
void LocalFileBlock::readAge(const xml::Element& element)
{
    m_problems.expectPlain(element);
    std::string_view text = trim(value(element));
    std::int64_t unit = 1;
    static constexpr std::array<std::pair<char, std::int64_t>, 5> kUnits{
        {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}}};
    for (const auto& [letter, seconds] : kUnits) {
        if (text.ends_with(letter)) {
            unit = seconds;
            text.remove_suffix(1);
            break;
        }
    }
    constexpr std::int64_t kMost = 100'000;
    const auto count = parseNumber<std::int64_t>(text);
    if (count && *count > 0 && *count <= kMost)
        m_file.age = std::chrono::seconds(*count * unit);
    else
        m_problems.error(element, "The age " + inQuotes(value(element)) + " is no time; it has no effect.",
                         "Write 1d, 2h or 30m.");
}

void LocalFileBlock::readOutFormat(const xml::Element& element)
{
    m_problems.expectPlain(element, {"target"});
    const xml::Attribute* target = element.attribute("target");
    if (target != nullptr && target->value != "agent")
        m_problems.note(element, "This out_format is for the socket " + inQuotes(target->value) +
                                     " and has no effect here.");
    else
        m_file.outFormat = element.content;
}

void LocalFileBlock::readMultiline(const xml::Element& element)
{
    m_problems.expectPlain(element, {"match", "replace", "timeout"});
    MultilineRegex regex;
    regex.pattern = element.content;
    const auto oneOf = [&](const char* name, const auto& choices, auto& target) {
        const xml::Attribute* attribute = element.attribute(name);
        if (attribute == nullptr)
            return;
        const auto found =
            std::ranges::find(choices, attribute->value, [](const auto& c) { return c.first; });
        if (found != choices.end())
            target = found->second;
        else
            m_problems.warning(element, std::string(name) + "=" + inQuotes(attribute->value) + " is unknown.",
                               "It is taken as if it were not written.");
    };
    using Match = MultilineRegex::Match;
    using Replace = MultilineRegex::Replace;
    oneOf("match",
          std::array<std::pair<std::string_view, Match>, 3>{
              {{"start", Match::Start}, {"end", Match::End}, {"all", Match::All}}},
          regex.match);
    oneOf("replace",
          std::array<std::pair<std::string_view, Replace>, 4>{{{"no-replace", Replace::Nothing},
                                                               {"none", Replace::None},
                                                               {"wspace", Replace::Blank},
                                                               {"tab", Replace::Tab}}},
          regex.replace);
    constexpr int kLongestTimeout = 120;
    if (const xml::Attribute* timeout = element.attribute("timeout")) {
        const auto seconds = parseNumber<int>(timeout->value);
        if (seconds && *seconds >= 1 && *seconds <= kLongestTimeout)
            regex.timeout = *seconds;
        else
            m_problems.warning(element,
                               "timeout=" + inQuotes(timeout->value) + " is not from 1 to 120 seconds.",
                               "Five seconds are taken.");
    }
    if (const auto pattern = compilePattern(PatternType::Pcre2, regex.pattern); !pattern)
        m_problems.error(element, tag(element.name) + " is no valid pattern: " + pattern.error().message,
                         "Correct it; until then the source is left out.");
    else
        m_file.multiline = std::move(regex);
}

void LocalFileBlock::readJournalFilter(const xml::Element& element)
{
    m_problems.expectPlain(element, {"field", "ignore_if_missing"});
    const xml::Attribute* field = element.attribute("field");
    if (field == nullptr || field->value.empty()) {
        m_problems.error(element, "A filter has no field; it is left out.",
                         "Write <filter field=\"_SYSTEMD_UNIT\">^ssh\\.service$</filter>.");
        return;
    }
    JournalFilter filter{field->value, element.content, false};
    if (const xml::Attribute* missing = element.attribute("ignore_if_missing"))
        filter.ignoreIfMissing = missing->value == "yes";
    if (const auto pattern = compilePattern(PatternType::Pcre2, filter.pattern); !pattern)
        m_problems.error(element, "The filter is no valid pattern: " + pattern.error().message,
                         "It is left out until it is corrected.");
    else
        m_file.filters.push_back(std::move(filter));
}

} // namespace

void readLocalFile(const xml::Element& block, Configuration& configuration, ProblemSink& problems)
{
    if (auto file = LocalFileBlock(block, problems).result())
        configuration.localFiles.push_back(std::move(*file));
}

} // namespace bartizan::config
