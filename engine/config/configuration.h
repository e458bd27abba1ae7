// A configuration as plain data (spec §2, §10.1, §11). Everything in it is valid by itself: what was wrong in
// the text is in the problems of the reader.
#pragma once

#include "engine/base/local_file.h"
#include "engine/base/origin_requirement.h"
#include "engine/net/cidr.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

struct PlacedText
{
    std::string text;
    ConfigPlace place;
};

struct RulesetFolder
{
    std::string path;
    std::string pattern = ".xml$"; // OS_Regex on the file name; compiles
    ConfigPlace place;
};

enum class BuiltinRuleset {
    Default, // used unless a folder of the configuration's own is named
    Use,
    Leave,
};

struct RulesetSettings
{
    BuiltinRuleset builtin = BuiltinRuleset::Default;
    std::vector<RulesetFolder> decoderFolders;
    std::vector<RulesetFolder> ruleFolders;
    std::vector<PlacedText> decoderIncludes; // files, named one by one
    std::vector<PlacedText> ruleIncludes;
    std::vector<PlacedText> decoderExcludes; // files, by path or base name
    std::vector<PlacedText> ruleExcludes;
    std::vector<PlacedText> lists;
};

struct Command
{
    std::string name;
    std::string executable; // a relative name without ".."
    bool timeoutAllowed = false;
    std::vector<std::string> extraArguments;
    std::string expect; // OSSEC; no effect
    ConfigPlace place;
};

enum class ResponseLocation {
    Here,      // local, server, analysis-server, all, any
    Elsewhere, // defined-agent: carried out by a machine that is not this one
};

// Valid by itself and against the commands: `command` names one, and `timeout` is 0 where that does not allow
// any.
struct ActiveResponse
{
    std::string command;
    bool disabled = false;
    ResponseLocation location = ResponseLocation::Here;
    std::string agentId; // of defined-agent
    std::optional<int> level;
    std::string rulesGroup; // OS_Regex on a rule's raw group string; compiles; empty = not given
    std::vector<std::uint32_t> ruleIds;
    std::chrono::seconds timeout{0};         // 0 = permanent
    std::optional<OriginRequirement> origin; // nothing: as doubtAbout() says
    ConfigPlace place;

    // Command name + timeout: "firewall-drop60". Two blocks with the same pair share it.
    [[nodiscard]] std::string name() const { return command + std::to_string(timeout.count()); }
};

struct WhiteListEntry
{
    std::optional<Cidr> network;
    std::string pattern; // OS_Match against the address text; set where `network` is not
    ConfigPlace place;
};

struct StoreLimits
{
    std::chrono::seconds maxAge = std::chrono::hours(24 * 90);
    std::uint64_t maxBytes = 512ULL * 1024 * 1024;
};

// <lists>: what root allows where lists are downloaded.
struct ListSources
{
    bool allowPrivate = false; // http, and addresses of private networks and of this machine
    std::string authorities;   // a file of certificates that are trusted besides the system's; empty: none

    bool operator==(const ListSources&) const = default;
};

struct Configuration
{
    RulesetSettings ruleset;
    std::vector<LocalFile> localFiles;
    std::vector<Command> commands;
    std::vector<ActiveResponse> activeResponses; // in the order written
    // The waits of a repeated offender, from the first block that has them (spec §10.4).
    std::vector<std::chrono::minutes> repeatedOffenders;
    std::vector<WhiteListEntry> whiteList;
    int logAlertLevel = 3;
    int mailLevel = 12;            // <email_alert_level>: what alerts call worth a mail
    bool writesAlertsFile = false; // <jsonout_output>: alerts/alerts.json in the state folder
    std::string geoDatabase;       // <geoip_db_path>: a MaxMind database; empty = none
    ConfigPlace geoDatabasePlace;
    std::optional<std::size_t> memorySize;                 // <memory_size>: events remembered for correlation
    std::uint64_t correlationMemory = 64ULL * 1024 * 1024; // bytes
    bool dropIncompleteFirewallEvents = true;              // log_fw (spec §7.3)
    StoreLimits store;
    ListSources listSources;

    // nullptr if there is none of that name.
    [[nodiscard]] const Command* findCommand(std::string_view name) const;
};

} // namespace bartizan
