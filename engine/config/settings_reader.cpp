// <global>, <alerts> and <ruleset>.
#include "engine/base/strings.h"
#include "engine/config/reader_support.h"
#include "engine/pattern/pattern.h"

#include <algorithm>
#include <array>
#include <bit>

namespace bartizan::config {

namespace {

// Settings of the reference's <global> that concern parts which do not exist here.
constexpr std::array<std::string_view, 29> kForeignGlobals{"alerts_log",
                                                           "logall",
                                                           "logall_json",
                                                           "email_notification",
                                                           "smtp_server",
                                                           "email_from",
                                                           "email_to",
                                                           "email_reply_to",
                                                           "email_maxperhour",
                                                           "email_log_source",
                                                           "email_idsname",
                                                           "helo_server",
                                                           "agents_disconnection_time",
                                                           "agents_disconnection_alert_time",
                                                           "limits",
                                                           "update_check",
                                                           "queue_size",
                                                           "stats",
                                                           "host_information",
                                                           "prelude_output",
                                                           "prelude_profile",
                                                           "prelude_log_level",
                                                           "zeromq_output",
                                                           "zeromq_uri",
                                                           "rotate_interval",
                                                           "max_output_size",
                                                           "integrity_checking",
                                                           "rootkit_detection",
                                                           "custom_alert_output"};

// "10.0.0.0/255.0.0.0"; nothing where the mask is no mask.
std::optional<Cidr> parseNetMask(std::string_view text)
{
    const auto slash = text.find('/');
    if (slash == std::string_view::npos)
        return std::nullopt;
    const auto address = IpAddress::parse(text.substr(0, slash));
    const auto mask = IpAddress::parse(text.substr(slash + 1));
    if (!address || !mask || !address->isV4() || !mask->isV4())
        return std::nullopt;
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 4; ++i)
        bits = bits << 8 | mask->bytes()[i];
    const auto length = static_cast<unsigned>(std::countl_one(bits));
    if (length < 32 && bits << length != 0)
        return std::nullopt;
    return Cidr(*address, length);
}

void readWhiteList(const xml::Element& element, Configuration& configuration, ProblemSink& problems)
{
    problems.expectPlain(element);
    const auto text = requiredText(element, problems);
    if (!text)
        return;
    WhiteListEntry entry;
    entry.place = problems.place(element);
    entry.network = Cidr::parse(*text);
    if (!entry.network)
        entry.network = parseNetMask(*text);
    if (!entry.network) {
        entry.pattern = *text;
        // A pattern is legal here, but something with a slash was surely meant as a network.
        if (text->find('/') != std::string::npos || !compilePattern(PatternType::OsMatch, *text)) {
            problems.error(element,
                           inQuotes(*text) + " is neither an address nor a network; it protects nobody.",
                           "Write e.g. 192.0.2.7 or 192.0.2.0/24.");
            return;
        }
    }
    configuration.whiteList.push_back(std::move(entry));
}

void readStore(const xml::Element& block, Configuration& configuration, ProblemSink& problems)
{
    for (const xml::Element& element : block.children) {
        problems.expectPlain(element);
        if (element.name == "max_age")
            configuration.store.maxAge = duration(element, problems).value_or(configuration.store.maxAge);
        else if (element.name == "max_size")
            configuration.store.maxBytes = byteSize(element, problems).value_or(configuration.store.maxBytes);
        else
            problems.unknownElement(block, element);
    }
}

void readCorrelationMemory(const xml::Element& element, Configuration& configuration, ProblemSink& problems)
{
    constexpr std::uint64_t kLeast = std::uint64_t{1} << 20U;
    constexpr std::uint64_t kMost = std::uint64_t{4} << 30U;
    problems.expectPlain(element);
    const auto bytes = byteSize(element, problems);
    if (bytes && (*bytes < kLeast || *bytes > kMost))
        problems.error(element, tag(element.name) + " is " + inQuotes(value(element)) + ".",
                       "Write a size from 1M to 4G.");
    else
        configuration.correlationMemory = bytes.value_or(configuration.correlationMemory);
}

bool readShared(const xml::Element& element, Configuration& configuration, ProblemSink& problems)
{
    if (element.name != "log_alert_level" && element.name != "email_alert_level")
        return false;
    problems.expectPlain(element);
    if (const auto level = number(element, 1, 16, problems))
        (element.name == "log_alert_level" ? configuration.logAlertLevel : configuration.mailLevel) =
            static_cast<int>(*level);
    return true;
}

void readFolder(const xml::Element& element, std::vector<RulesetFolder>& folders, ProblemSink& problems)
{
    problems.expectPlain(element, {"pattern"});
    const auto path = requiredText(element, problems);
    if (!path)
        return;
    RulesetFolder folder;
    folder.path = *path;
    folder.place = problems.place(element);
    if (const xml::Attribute* pattern = element.attribute("pattern")) {
        if (const auto compiled = compilePattern(PatternType::OsRegex, pattern->value)) {
            folder.pattern = pattern->value;
        } else {
            problems.report(Severity::Error, pattern->position,
                            "The pattern " + inQuotes(pattern->value) +
                                " is not valid: " + compiled.error().message,
                            "Correct it; until then .xml$ is used.");
        }
    }
    folders.push_back(std::move(folder));
}

void readName(const xml::Element& element, std::vector<PlacedText>& names, ProblemSink& problems)
{
    problems.expectPlain(element);
    if (auto name = requiredText(element, problems))
        names.push_back({std::move(*name), problems.place(element)});
}

} // namespace

void readGlobal(const xml::Element& block, Configuration& configuration, ProblemSink& problems)
{
    for (const xml::Element& element : block.children) {
        if (readShared(element, configuration, problems)) {
            continue;
        } else if (element.name == "white_list") {
            readWhiteList(element, configuration, problems);
        } else if (element.name == "memory_size") {
            if (const auto size = number(element, 2048, 5'000'000, problems))
                configuration.memorySize = size;
        } else if (element.name == "correlation_memory") {
            readCorrelationMemory(element, configuration, problems);
        } else if (element.name == "log_fw" || element.name == "logfw") {
            configuration.dropIncompleteFirewallEvents =
                yesNo(element, problems).value_or(configuration.dropIncompleteFirewallEvents);
        } else if (element.name == "jsonout_output") {
            problems.expectPlain(element);
            configuration.writesAlertsFile =
                yesNo(element, problems).value_or(configuration.writesAlertsFile);
        } else if (element.name == "geoip_db_path" || element.name == "geoipdb") {
            problems.expectPlain(element);
            configuration.geoDatabase = requiredText(element, problems).value_or("");
            configuration.geoDatabasePlace = problems.place(element);
        } else if (element.name == "store") {
            readStore(element, configuration, problems);
        } else if (std::ranges::find(kForeignGlobals, element.name) != kForeignGlobals.end()) {
            problems.note(element, tag(element.name) + " is not supported; it has no effect.", "Remove it.");
        } else {
            problems.unknownElement(block, element);
        }
    }
}

void readAlerts(const xml::Element& block, Configuration& configuration, ProblemSink& problems)
{
    for (const xml::Element& element : block.children) {
        if (readShared(element, configuration, problems))
            continue;
        if (element.name == "use_geoip")
            problems.note(element, tag(element.name) + " is not supported; it has no effect.", "Remove it.");
        else
            problems.unknownElement(block, element);
    }
}

void readLists(const xml::Element& block, Configuration& configuration, ProblemSink& problems)
{
    for (const xml::Element& element : block.children) {
        problems.expectPlain(element);
        if (element.name == "allow_private_urls")
            configuration.listSources.allowPrivate =
                yesNo(element, problems).value_or(configuration.listSources.allowPrivate);
        else if (element.name == "authorities")
            configuration.listSources.authorities = requiredText(element, problems).value_or("");
        else
            problems.unknownElement(block, element);
    }
}

void readRuleset(const xml::Element& block, Configuration& configuration, ProblemSink& problems)
{
    RulesetSettings& ruleset = configuration.ruleset;
    for (const xml::Attribute& attribute : block.attributes) {
        if (attribute.name == "builtin" && (attribute.value == "yes" || attribute.value == "no")) {
            ruleset.builtin = attribute.value == "yes" ? BuiltinRuleset::Use : BuiltinRuleset::Leave;
        } else if (attribute.name == "builtin") {
            problems.report(Severity::Error, attribute.position,
                            "builtin is " + inQuotes(attribute.value) + ".", "Write yes or no.");
        } else {
            problems.report(Severity::Warning, attribute.position,
                            "Unknown attribute " + inQuotes(attribute.name) + " of <ruleset>.",
                            "It has no effect; remove it.");
        }
    }
    for (const xml::Element& element : block.children) {
        if (element.name == "decoder_dir")
            readFolder(element, ruleset.decoderFolders, problems);
        else if (element.name == "rule_dir")
            readFolder(element, ruleset.ruleFolders, problems);
        else if (element.name == "decoder_include")
            readName(element, ruleset.decoderIncludes, problems);
        else if (element.name == "decoder_exclude")
            readName(element, ruleset.decoderExcludes, problems);
        else if (element.name == "rule_include")
            readName(element, ruleset.ruleIncludes, problems);
        else if (element.name == "rule_exclude")
            readName(element, ruleset.ruleExcludes, problems);
        else if (element.name == "list")
            readName(element, ruleset.lists, problems);
        else
            problems.unknownElement(block, element);
    }
}

} // namespace bartizan::config
