#include "engine/rules/rule.h"

#include <algorithm>
#include <array>

namespace bartizan {

namespace {

constexpr std::array<std::pair<std::string_view, BuiltinTest>, 5> kBuiltinTests{{
    {"comp_srcuser_dstuser", BuiltinTest::UsersEqualOrUnset},
    {"check_id_size", BuiltinTest::LongId},
    {"comp_mswin_targetuser_calleruser_diff", BuiltinTest::WindowsUsersDiffer},
    {"is_simple_http_request", BuiltinTest::SimpleHttpRequest},
    {"is_valid_crawler", BuiltinTest::ValidCrawler},
}};

// The value behind "LABEL…:", up to a tab or two blanks.
std::optional<std::string_view> labelledValue(std::string_view log, std::string_view label)
{
    auto at = log.find(label);
    at = at == std::string_view::npos ? at : log.find(':', at);
    if (at == std::string_view::npos)
        return std::nullopt;
    auto value = log.substr(at + 1);
    while (value.starts_with(' ') || value.starts_with('\t'))
        value.remove_prefix(1);
    return value.substr(0, std::min(value.find('\t'), value.find("  ")));
}

bool windowsUsersDiffer(std::string_view log)
{
    const auto target = labelledValue(log, "Target Account Name");
    const auto caller = labelledValue(log, "Caller User Name");
    return target && caller && *target != *caller;
}

bool isValidCrawler(std::string_view log)
{
    for (const std::string_view network :
         {"66.249.", "72.14.", "209.85.", "65.55.", "207.46.", "74.6.", "72.30.", "67.195."}) {
        if (log.starts_with(network))
            return true;
    }
    return false;
}

std::string quoted(std::string_view text)
{
    return " \"" + std::string(text) + "\"";
}

struct Describer
{
    std::string operator()(const DecodedAsCondition& c) const { return "decoded_as" + quoted(c.name); }
    std::string operator()(const OriginCondition& c) const { return "origin" + quoted(c.requirement.text()); }
    std::string operator()(const SizeCondition& c) const { return "maxsize " + std::to_string(c.atLeast); }
    std::string operator()(const TextCondition& c) const
    {
        return std::string(c.negate ? "not " : "") + std::string(ruleTextSourceName(c.source)) +
               quoted(c.pattern ? c.pattern->text() : c.exact);
    }
    std::string operator()(const FieldCondition& c) const
    {
        return std::string(c.negate ? "not " : "") + "field " + c.name + quoted(c.pattern->text());
    }
    std::string operator()(const AddressCondition& c) const
    {
        return std::string(c.negate ? "not " : "") + std::string(staticFieldName(c.field)) + quoted(c.text);
    }
    std::string operator()(const BuiltinCondition& c) const { return "compiled_rule" + quoted(c.name); }
    std::string operator()(const TimeCondition& c) const { return "time" + quoted(c.text()); }
    std::string operator()(const WeekdayCondition& c) const { return "weekday" + quoted(c.text()); }
    std::string operator()(const CheckDiffCondition&) const { return "check_diff"; }
    std::string operator()(const FirstSeenCondition&) const { return "if_fts"; }
    std::string operator()(const ListCondition& c) const
    {
        return "list " + c.listName + " for field " + c.fieldName;
    }
};

} // namespace

std::optional<BuiltinTest> builtinTestFromName(std::string_view name)
{
    for (const auto& [known, test] : kBuiltinTests) {
        if (known == name)
            return test;
    }
    return std::nullopt;
}

bool builtinTestHolds(BuiltinTest test, const Event& event)
{
    switch (test) {
    case BuiltinTest::UsersEqualOrUnset: {
        const auto source = event.field(StaticField::SrcUser);
        const auto target = event.field(StaticField::DstUser);
        return !source || !target || *source == *target;
    }
    case BuiltinTest::LongId: {
        const auto id = event.field(StaticField::Id);
        return id && id->size() >= 10;
    }
    case BuiltinTest::WindowsUsersDiffer:
        return windowsUsersDiffer(event.log);
    case BuiltinTest::SimpleHttpRequest: {
        const auto url = event.field(StaticField::Url);
        return url && url->find('?') == std::string_view::npos;
    }
    case BuiltinTest::ValidCrawler:
        return isValidCrawler(event.log);
    }
    return false;
}

std::string describe(const Condition& condition)
{
    return std::visit(Describer{}, condition);
}

} // namespace bartizan
