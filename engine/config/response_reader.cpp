#include "engine/base/strings.h"
#include "engine/config/reader_support.h"
#include "engine/pattern/pattern.h"

#include <algorithm>

namespace bartizan::config {

namespace {

constexpr std::uint64_t kLongestTimeout = 10ULL * 365 * 86400;

bool containsIgnoreCase(std::string_view text, std::string_view part)
{
    const auto same = [](char a, char b) { return lowerAscii(a) == lowerAscii(b); };
    return !std::ranges::search(text, part, same).empty();
}

bool isPlainExecutable(std::string_view text)
{
    return text.front() != '/' && text.front() != '\\' && text.find("..") == std::string_view::npos &&
           text.find(':') == std::string_view::npos;
}

// A value that can't be read drops the block: leaving out one criterion would make a response act on more
// than its author wanted, and a bad timeout must not become a permanent block.
class ResponseBlock
{
public:
    ResponseBlock(const xml::Element& block, ProblemSink& problems)
        : m_block(block)
        , m_problems(problems)
    {
        m_response.place = problems.place(block);
        readOrigin();
        for (const xml::Element& element : block.children)
            readElement(element);
    }

    // Nothing where the block is broken, or holds nothing but the waits of repeated offenders.
    [[nodiscard]] std::optional<ActiveResponse> response()
    {
        if (!m_usable)
            return std::nullopt;
        if (m_response.command.empty() && !m_hasLocation && m_elements == 0)
            return std::nullopt;
        if (m_response.command.empty()) {
            m_problems.error(m_block, "The active response names no command; it is left out.",
                             "Add <command> with the name of a command.");
            return std::nullopt;
        }
        if (!m_hasLocation) {
            m_problems.error(m_block, "The active response names no location; it is left out.",
                             "Add <location>local</location>.");
            return std::nullopt;
        }
        if (!readLocation())
            return std::nullopt;
        if (!m_response.level && m_response.rulesGroup.empty() && m_response.ruleIds.empty()) {
            m_problems.warning(m_block, "The active response names no rule; it never runs.",
                               "Add <rules_id>, <rules_group> or <level>.");
        }
        return std::move(m_response);
    }

    [[nodiscard]] const std::vector<std::chrono::minutes>& repeatedOffenders() const
    {
        return m_repeatedOffenders;
    }

private:
    void readElement(const xml::Element& element);
    void readOrigin();
    bool readLocation();
    void readRuleIds(const xml::Element& element);
    void readRulesGroup(const xml::Element& element);
    void readRepeatedOffenders(const xml::Element& element);

    const xml::Element& m_block;
    ProblemSink& m_problems;
    ActiveResponse m_response;
    std::vector<std::chrono::minutes> m_repeatedOffenders;
    std::string m_locationText;
    bool m_hasLocation = false;
    bool m_usable = true;
    int m_elements = 0; // besides repeated_offenders
};

void ResponseBlock::readOrigin()
{
    const xml::Attribute* attribute = m_block.attribute("origin");
    if (attribute == nullptr)
        return;
    if (auto origin = OriginRequirement::parse(attribute->value)) {
        m_response.origin = std::move(*origin);
    } else {
        m_problems.error(m_block, origin.error().message + "; the active response is left out.",
                         origin.error().cure);
        m_usable = false;
    }
}

void ResponseBlock::readElement(const xml::Element& element)
{
    const std::string& name = element.name;
    m_problems.expectPlain(element);
    if (name == "repeated_offenders") {
        readRepeatedOffenders(element);
        return;
    }
    ++m_elements;
    if (name == "command") {
        m_response.command = value(element);
    } else if (name == "location") {
        m_locationText = value(element);
        m_hasLocation = true;
    } else if (name == "agent_id") {
        m_response.agentId = value(element);
    } else if (name == "rules_id") {
        readRuleIds(element);
    } else if (name == "rules_group") {
        readRulesGroup(element);
    } else if (name == "level") {
        const auto level = number(element, 0, 20, m_problems);
        m_usable = m_usable && level.has_value();
        m_response.level = static_cast<int>(level.value_or(0));
    } else if (name == "timeout") {
        const auto seconds = number(element, 0, kLongestTimeout, m_problems);
        m_usable = m_usable && seconds.has_value();
        m_response.timeout = std::chrono::seconds(seconds.value_or(0));
    } else if (name == "disabled") {
        // An unreadable value keeps the response off: acting by mistake is worse than not acting.
        m_response.disabled = yesNo(element, m_problems).value_or(true);
    } else if (name == "ca_store" || name == "ca_verification") {
        m_problems.note(element, tag(name) + " concerns agent upgrades and has no effect here.");
        --m_elements;
    } else {
        m_problems.unknownElement(m_block, element);
        m_usable = false;
    }
}

// The reference tests with unanchored, case-blind patterns of literals; so does this.
bool ResponseBlock::readLocation()
{
    const auto says = [this](std::string_view part) { return containsIgnoreCase(m_locationText, part); };
    const bool here = says("as") || says("analysisd") || says("analysis-server") || says("server") ||
                      says("local") || says("all") || says("any");
    const bool agent = says("defined-agent");
    if (!here && !agent) {
        m_problems.error(
            m_block, "The location " + inQuotes(m_locationText) + " is unknown; the response is left out.",
            "Write local.");
        return false;
    }
    if (agent &&
        (m_response.agentId.empty() || m_response.agentId.find_first_not_of('0') == std::string::npos)) {
        m_problems.error(
            m_block, "The location defined-agent needs an <agent_id> other than 0; the response is left out.",
            "Write <location>local</location> to act on this machine.");
        return false;
    }
    m_response.location = here ? ResponseLocation::Here : ResponseLocation::Elsewhere;
    if (!here) {
        m_problems.note(m_block,
                        "The response belongs to another machine (defined-agent); it does not run here.",
                        "Write <location>local</location> to act on this machine.");
    }
    return true;
}

void ResponseBlock::readRuleIds(const xml::Element& element)
{
    std::size_t given = 0;
    for (const std::string_view text : splitAny(element.content, ", \t\r\n")) {
        ++given;
        if (const auto id = parseNumber<std::uint32_t>(text)) {
            m_response.ruleIds.push_back(*id);
        } else {
            m_problems.error(element, inQuotes(text) + " is not a rule id; it is left out.",
                             "Write numbers separated by commas.");
        }
    }
    if (given == 0)
        m_problems.error(element, "<rules_id> is empty.", "Write numbers separated by commas.");
    m_usable = m_usable && !m_response.ruleIds.empty();
}

void ResponseBlock::readRulesGroup(const xml::Element& element)
{
    // Not trimmed: a blank is part of the pattern.
    m_response.rulesGroup = element.content;
    if (m_response.rulesGroup.empty()) {
        m_problems.error(element, "<rules_group> is empty; the response is left out.",
                         "Name a group of rules.");
        m_usable = false;
    } else if (const auto pattern = compilePattern(PatternType::OsRegex, m_response.rulesGroup); !pattern) {
        m_problems.error(element, "<rules_group> is no valid pattern: " + pattern.error().message,
                         "The response is left out until it is corrected.");
        m_usable = false;
    }
}

void ResponseBlock::readRepeatedOffenders(const xml::Element& element)
{
    constexpr std::uint32_t kMost = 10 * 365 * 24 * 60;
    for (const std::string_view text : splitAny(element.content, ", \t\r\n")) {
        const auto minutes = parseNumber<std::uint32_t>(text);
        if (minutes && *minutes > 0 && *minutes <= kMost) {
            m_repeatedOffenders.emplace_back(*minutes);
        } else {
            m_problems.error(element, inQuotes(text) + " is no number of minutes; it is left out.",
                             "Write minutes separated by commas, e.g. 30,60,120.");
        }
    }
}

} // namespace

void readCommand(const xml::Element& block, Configuration& configuration, ProblemSink& problems)
{
    Command command;
    command.place = problems.place(block);
    for (const xml::Element& element : block.children) {
        problems.expectPlain(element);
        if (element.name == "name") {
            command.name = value(element);
        } else if (element.name == "executable") {
            command.executable = value(element);
        } else if (element.name == "timeout_allowed") {
            command.timeoutAllowed = yesNo(element, problems).value_or(false);
        } else if (element.name == "extra_args") {
            for (const std::string_view argument : splitAny(element.content, " \t\r\n"))
                command.extraArguments.emplace_back(argument);
        } else if (element.name == "expect") {
            command.expect = value(element);
        } else {
            problems.unknownElement(block, element);
        }
    }
    if (command.name.empty() || command.name.front() == '!') {
        problems.error(block,
                       command.name.empty() ? "The command has no name; it is left out."
                                            : "A command's name can't begin with \"!\"; it is left out.",
                       "Give it a <name>.");
    } else if (command.executable.empty() || !isPlainExecutable(command.executable)) {
        problems.error(block,
                       "The command " + inQuotes(command.name) +
                           (command.executable.empty() ? " has no executable; it is left out."
                                                       : " names a path; it is left out."),
                       "Give it an <executable>: a program's name in the folder responses/, without a path.");
    } else if (configuration.findCommand(command.name) != nullptr) {
        problems.warning(block,
                         "The command " + inQuotes(command.name) + " is there already; the first one counts.",
                         "Remove one of them, or rename it.");
    } else {
        configuration.commands.push_back(std::move(command));
    }
}

void readActiveResponse(const xml::Element& block, Configuration& configuration, ProblemSink& problems)
{
    ResponseBlock reader(block, problems);
    if (configuration.repeatedOffenders.empty())
        configuration.repeatedOffenders = reader.repeatedOffenders();
    if (auto response = reader.response())
        configuration.activeResponses.push_back(std::move(*response));
}

void checkResponses(Configuration& configuration, Problems& problems)
{
    const auto report = [&](Severity severity, const ActiveResponse& response, std::string message,
                            std::string cure) {
        problems.push_back({severity, "configuration", response.place.file, response.place.line,
                            response.place.column, std::move(message), std::move(cure)});
    };
    std::erase_if(configuration.activeResponses, [&](ActiveResponse& response) {
        const Command* command = configuration.findCommand(response.command);
        if (command == nullptr) {
            report(Severity::Error, response,
                   "The command " + inQuotes(response.command) + " does not exist; the response is left out.",
                   "Add a <command> with that name.");
            return true;
        }
        if (response.timeout.count() > 0 && !command->timeoutAllowed) {
            report(Severity::Warning, response,
                   "The command " + inQuotes(response.command) +
                       " allows no timeout; what it does is permanent.",
                   "Add <timeout_allowed>yes</timeout_allowed> to the command.");
            response.timeout = std::chrono::seconds(0);
        }
        return false;
    });
}

} // namespace bartizan::config
