// A rule as it runs: patterns compiled, names resolved (spec §6–§8). Immutable; owned by its RulePlan.
#pragma once

#include "engine/base/origin_requirement.h"
#include "engine/decode/event.h"
#include "engine/lists/lookup_list.h"
#include "engine/pattern/pattern.h"
#include "engine/rules/address_condition.h"
#include "engine/rules/description.h"
#include "engine/rules/rule_facts.h"
#include "engine/rules/rule_text.h"
#include "engine/rules/time_condition.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace bartizan {

struct DecodedAsCondition
{
    int decoderId;
    std::string name;
};

struct TextCondition
{
    RuleTextSource source;
    bool negate;
    std::unique_ptr<const Pattern> pattern; // nullptr: equal to `exact` (<action> without a type)
    std::string exact;
};

struct FieldCondition
{
    std::string name;
    bool negate;
    std::unique_ptr<const Pattern> pattern;
};

struct AddressCondition
{
    StaticField field;
    bool negate;
    std::vector<AddressPattern> patterns;
    std::string text; // the patterns as written
};

// The tests behind <compiled_rule> (spec §6.4).
enum class BuiltinTest : std::uint8_t {
    UsersEqualOrUnset,  // comp_srcuser_dstuser
    LongId,             // check_id_size
    WindowsUsersDiffer, // comp_mswin_targetuser_calleruser_diff
    SimpleHttpRequest,  // is_simple_http_request
    ValidCrawler,       // is_valid_crawler
};
[[nodiscard]] std::optional<BuiltinTest> builtinTestFromName(std::string_view name);
[[nodiscard]] bool builtinTestHolds(BuiltinTest test, const Event& event);

struct BuiltinCondition
{
    BuiltinTest test;
    std::string name;
};

struct OriginCondition
{
    OriginRequirement requirement;
};

struct SizeCondition
{
    std::size_t atLeast;
};

// The stateful ones come last and in this order (spec §7.2): check_diff, first time seen, lists, correlation.
struct CheckDiffCondition
{
};
struct FirstSeenCondition
{
};

struct ListCondition
{
    // The field: a static one, program name or host name, or a dynamic one. `user` is srcuser, else dstuser.
    enum class Source : std::uint8_t { Static, User, ProgramName, Hostname, Dynamic };
    Source source;
    StaticField field;
    std::string fieldName;
    ListLookup lookup;
    AddressKeys keys = AddressKeys::Texts;
    std::shared_ptr<const ListSlot> list;
    std::string listName;
    std::unique_ptr<const Pattern> checkValue; // nullptr: every value fits
};

using Condition = std::variant<DecodedAsCondition, OriginCondition, SizeCondition, TextCondition,
                               FieldCondition, AddressCondition, BuiltinCondition, TimeCondition,
                               WeekdayCondition, CheckDiffCondition, FirstSeenCondition, ListCondition>;

// For a person: `match "Failed password"`.
[[nodiscard]] std::string describe(const Condition& condition);

// How a composite counts earlier events (spec §8.2). Values to compare are numbered over the whole plan, see
// ComparedValue.
struct Correlation
{
    int earlier = 0;           // suitable events needed besides the deciding one: frequency − 2
    std::int64_t timeframe;    // seconds
    bool anyAgent = false;     // global_frequency
    bool sameType = false;     // if_matched_regex: only events of the same decoder type
    bool needsDynamic = false; // different_field: fails where neither event has a dynamic field
    std::vector<std::uint16_t> same;
    std::vector<std::uint16_t> different;
    std::uint32_t stream = 0; // where the events are, see CorrelationMemory
};

struct Rule
{
    std::uint32_t id = 0;
    std::uint32_t index = 0; // in the plan
    int level = 0;
    int frequency = 0;       // of a composite, as shown in an alert
    std::int64_t ignore = 0; // seconds
    bool noAlert = false;
    bool accurate = true;
    std::optional<bool> mail; // alert_by_email, no_email_alert
    bool logAlways = false;
    bool logNever = false;
    bool noActiveResponse = false;
    bool noFullLog = false;
    bool noCounter = false;

    std::vector<Condition> conditions; // in the order of evaluation
    std::optional<Correlation> correlation;

    Description description;
    SharedRuleFacts facts = noRuleFacts();

    std::string file; // where it is written
    int line = 0;
};

} // namespace bartizan
