#include "tests/plain/plain_conditions.h"

#include <algorithm>

namespace bartizan::plain {

namespace {

// What stands behind "LABEL…:" in the log, without the blanks before it.
std::optional<std::string_view> labelled(std::string_view log, std::string_view label)
{
    const auto at = log.find(label);
    const auto colon = at == std::string_view::npos ? at : log.find(':', at);
    if (colon == std::string_view::npos)
        return std::nullopt;
    auto value = log.substr(colon + 1);
    while (value.starts_with(' ') || value.starts_with('\t'))
        value.remove_prefix(1);
    return value.substr(0, std::min(value.find('\t'), value.find("  ")));
}

std::optional<std::string_view> addressWalk(const CdbList& list, std::string_view text)
{
    auto found = list.find(text);
    while (!found && !text.empty()) {
        text.remove_suffix(1);
        if (text.ends_with('.'))
            found = list.find(text);
    }
    return found;
}

} // namespace

bool addressHolds(const std::vector<AddressPattern>& patterns, bool negate,
                  std::optional<std::string_view> text)
{
    if (patterns.empty())
        return true;
    if (!text)
        return false;
    const auto value = AddressPattern::valueOf(*text);
    const bool inside = value && std::ranges::any_of(patterns, [&](const AddressPattern& pattern) {
                            return pattern.matches(*value);
                        });
    return inside != negate;
}

bool builtinHolds(std::string_view test, const Event& event)
{
    if (test == "comp_srcuser_dstuser") {
        const auto source = event.field(StaticField::SrcUser);
        const auto target = event.field(StaticField::DstUser);
        return !source || !target || *source == *target;
    }
    if (test == "check_id_size")
        return event.field(StaticField::Id).value_or("").size() >= 10;
    if (test == "is_simple_http_request") {
        const auto url = event.field(StaticField::Url);
        return url && !url->contains('?');
    }
    if (test == "comp_mswin_targetuser_calleruser_diff") {
        const auto target = labelled(event.log, "Target Account Name");
        const auto caller = labelled(event.log, "Caller User Name");
        return target && caller && *target != *caller;
    }
    for (const auto* crawler :
         {"66.249.", "72.14.", "209.85.", "65.55.", "207.46.", "74.6.", "72.30.", "67.195."}) {
        if (event.log.starts_with(crawler))
            return true;
    }
    return false;
}

bool lookupHolds(const CdbList& list, ListLookup lookup, std::string_view value,
                 const PlainPattern* checkValue)
{
    const auto fits = [&](std::optional<std::string_view> found) {
        return found && (checkValue == nullptr || checkValue->matches(*found));
    };
    switch (lookup) {
    case ListLookup::MatchKey:
        return list.find(value).has_value();
    case ListLookup::NotMatchKey:
        return !list.find(value);
    case ListLookup::MatchKeyValue:
        return fits(list.find(value));
    case ListLookup::AddressMatchKey:
        return addressWalk(list, value).has_value();
    case ListLookup::NotAddressMatchKey:
        return !addressWalk(list, value);
    case ListLookup::AddressMatchKeyValue:
        return !fits(addressWalk(list, value));
    }
    return false;
}

} // namespace bartizan::plain
