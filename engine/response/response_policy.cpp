#include "engine/response/response_policy.h"

#include "engine/base/origin_requirement.h"
#include "engine/base/strings.h"
#include "engine/config/response_programs.h"

#include <algorithm>

namespace bartizan {

namespace {

// "firewall-drop.sh" is what OSSEC calls it.
std::string programName(std::string_view executable)
{
    if (executable.ends_with(".sh"))
        executable.remove_suffix(3);
    return std::string(executable);
}

const std::string* fieldValue(const Verdict& verdict, std::string_view name)
{
    const auto found = std::ranges::find(verdict.fields, name, &Field::name);
    return found != verdict.fields.end() ? &found->value : nullptr;
}

bool consistsOf(std::string_view text, std::string_view marks)
{
    return std::ranges::all_of(text, [marks](char c) {
        return isDigit(c) || (lowerAscii(c) >= 'a' && lowerAscii(c) <= 'z') ||
               marks.find(c) != std::string_view::npos;
    });
}

bool looksCrafted(const Verdict& verdict)
{
    const auto* user = fieldValue(verdict, "dstuser");
    const auto* address = fieldValue(verdict, "srcip");
    return (user != nullptr && !consistsOf(*user, "._@?-")) ||
           (address != nullptr && !consistsOf(*address, ".:_-"));
}

std::string doubtOf(const ActiveResponse& response, const Verdict& verdict, const RecordOrigin& origin)
{
    if (response.origin && response.origin->isAny())
        return {};
    if (response.origin && !response.origin->fits(origin))
        return "the line was not written by " + response.origin->text();
    auto doubt = response.origin ? std::string() : doubtAbout(origin, verdict.programName);
    if (doubt.empty() && verdict.countedDoubted)
        doubt = "an earlier line that was counted may have been written by anybody";
    return doubt;
}

// Without a doubt before with one, then the longer one.
bool isBetter(const ResponseOrder& order, const ResponseOrder& than)
{
    if (order.doubt.empty() != than.doubt.empty())
        return order.doubt.empty();
    return than.duration && (!order.duration || *order.duration > *than.duration);
}

Problem warning(const ConfigPlace& place, std::string message, std::string cure)
{
    return {Severity::Warning, "configuration",    place.file,     place.line,
            place.column,      std::move(message), std::move(cure)};
}

} // namespace

ResponsePolicy::ResponsePolicy(const Configuration& configuration, Problems& problems)
{
    for (const auto& response : configuration.activeResponses) {
        if (response.disabled)
            continue;
        if (response.location == ResponseLocation::Elsewhere) {
            problems.push_back(warning(response.place,
                                       "this response is for another machine (defined-agent): left out",
                                       "use <location>local</location> to have it here"));
            continue;
        }
        const auto* command = configuration.findCommand(response.command);
        if (command == nullptr)
            continue; // reported by the reader
        if (responseProgram(command->executable) != ResponseProgram::Block) {
            problems.push_back(warning(response.place,
                                       "the response program \"" + command->executable +
                                           "\" is not available here: this response does nothing",
                                       "firewall-drop blocks the address"));
            continue;
        }
        std::unique_ptr<const Pattern> groups;
        if (!response.rulesGroup.empty()) {
            auto compiled = compilePattern(PatternType::OsRegex, response.rulesGroup);
            if (!compiled)
                continue; // reported by the reader
            groups = std::move(*compiled);
        }
        m_commands.push_back(std::make_unique<const Command>(*command));
        m_bindings.push_back({response, m_commands.back().get(), std::move(groups)});
    }
}

bool ResponsePolicy::applies(const Binding& binding, const RuleInfo& rule)
{
    const auto& response = binding.response;
    if (std::ranges::find(response.ruleIds, rule.id) != response.ruleIds.end())
        return true;
    if (!response.level && binding.groups == nullptr)
        return false;
    return (!response.level || rule.level >= *response.level) &&
           (binding.groups == nullptr || binding.groups->matches(rule.facts->rawGroups));
}

std::optional<IpAddress> ResponsePolicy::target(const Verdict& verdict)
{
    for (const std::string_view name : {"win.eventdata.ipAddress", "win.eventdata.destinationIp", "srcip"}) {
        if (const auto* value = fieldValue(verdict, name))
            return IpAddress::parse(*value);
    }
    return std::nullopt;
}

std::vector<ResponseOrder> ResponsePolicy::ordersFor(const Verdict& verdict, const RecordOrigin& origin) const
{
    std::vector<ResponseOrder> orders;
    if (!verdict.respond || !verdict.rule || verdict.rule->noActiveResponse)
        return orders;
    std::optional<IpAddress> address;
    for (const auto& binding : m_bindings) {
        if (!applies(binding, *verdict.rule))
            continue;
        if (!address) {
            address = target(verdict);
            if (!address || looksCrafted(verdict))
                return orders;
        }
        const auto seconds = binding.response.timeout;
        const auto duration = seconds.count() > 0 ? std::optional(seconds) : std::nullopt;
        ResponseOrder order{*address, duration, programName(binding.command->executable), binding.command,
                            doubtOf(binding.response, verdict, origin)};
        if (orders.empty())
            orders.push_back(std::move(order));
        else if (isBetter(order, orders.front()))
            orders.front() = std::move(order);
    }
    return orders;
}

} // namespace bartizan
