// A rule as it is written: plain data with positions, nothing resolved or compiled (spec §6).
#pragma once

#include "engine/base/origin_requirement.h"
#include "engine/pattern/pattern.h"
#include "engine/xml/xml_reader.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

// What a text condition is compared with.
enum class RuleTextSource : std::uint8_t {
    ProgramName,
    Id,
    SystemName,
    Protocol,
    Action,
    Url,
    Location,
    SrcPort,
    DstPort,
    User,
    SrcGeoIp,
    DstGeoIp,
    Data,
    ExtraData,
    Hostname,
    Status,
    Match,
    Regex,
};
inline constexpr std::size_t kRuleTextSourceCount = 18;
[[nodiscard]] std::string_view ruleTextSourceName(RuleTextSource source); // the element's name

struct PlacedString
{
    std::string text;
    xml::Position position;
};

// Repeated elements are concatenated; the last `type` and `negate` count.
struct PatternText
{
    std::string text;
    std::optional<PatternType> type;
    bool negate = false;
    xml::Position position;
};

struct FieldText
{
    std::string name;
    PatternText pattern;
};

struct AddressesText
{
    std::vector<PlacedString> addresses; // ORed
    bool negate = false;
};

struct ListText
{
    std::string path;
    std::string field;
    std::string lookup;
    std::string checkValue;
    bool hasCheckValue = false;
    bool networks = false; // ours: keys may be networks
    xml::Position position;
};

enum class RelationKind : std::uint8_t { Same, Different };

// same_*, different_* and their like (spec §8.3).
struct RelationText
{
    RelationKind kind = RelationKind::Same;
    std::string field;      // "srcip", "location", … or a dynamic field's name
    bool isDynamic = false; // same_field, different_field
};

struct RuleText
{
    std::string file;
    xml::Position position;

    std::uint32_t id = 0;
    int level = 0;
    int minimumSize = 0; // maxsize
    std::optional<OriginRequirement> origin;
    std::optional<int> frequency; // as written
    int timeframe = 360;          // seconds
    int ignore = 0;               // seconds
    bool overwrite = false;
    bool noAlert = false;
    bool accurate = true;

    std::array<std::optional<PatternText>, kRuleTextSourceCount> texts;
    std::optional<PlacedString> decodedAs;
    std::optional<PlacedString> category;
    std::vector<FieldText> fields;
    AddressesText srcIp;
    AddressesText dstIp;
    std::optional<PlacedString> time;
    std::optional<PlacedString> weekday;
    std::optional<PlacedString> compiledRule;
    std::vector<ListText> lists;
    bool checkDiff = false;
    bool ifFirstTimeSeen = false;

    std::optional<PlacedString> ifSid;
    std::optional<PlacedString> ifGroup;
    std::optional<PlacedString> ifLevel;
    std::optional<PlacedString> ifMatchedSid;
    std::optional<PlacedString> ifMatchedGroup;
    std::optional<PatternText> ifMatchedRegex;
    std::vector<RelationText> relations;
    bool globalFrequency = false;

    std::string description;
    std::string groups; // the raw string of spec §6.5
    std::vector<std::string> mitreIds;
    std::string info;
    std::string cve;
    std::optional<bool> mail; // alert_by_email, no_email_alert
    bool logAlways = false;
    bool logNever = false;
    bool noActiveResponse = false;
    bool noFullLog = false;
    bool noCounter = false;

    [[nodiscard]] bool counts() const { return ifMatchedSid || ifMatchedGroup || ifMatchedRegex; }
};

} // namespace bartizan
