#include "engine/decode/plugin_decoders.h"

#include "engine/base/strings.h"

#include <algorithm>

namespace bartizan {

namespace {

constexpr auto npos = std::string_view::npos;

// "192.0.2.7.40112": the port stands behind the last dot of five parts, or of an IPv6 address.
void setEnd(Event& event, std::string_view end, StaticField address, StaticField port)
{
    const bool isV6 = end.find(':') != npos;
    const auto dots = std::ranges::count(end, '.');
    const auto last = end.rfind('.');
    const bool hasPort = isV6 ? dots == 1 : dots == 4;
    event.setField(address, hasPort ? end.substr(0, last) : end);
    if (hasPort)
        event.setField(port, end.substr(last + 1));
}

// The value behind `key`, which stands at the start or behind a blank.
std::string_view valueOf(std::string_view text, std::string_view key)
{
    for (auto at = text.find(key); at != npos; at = text.find(key, at + 1)) {
        if (at > 0 && text[at - 1] != ' ')
            continue;
        auto value = text.substr(at + key.size());
        if (value.starts_with('"')) {
            value.remove_prefix(1);
            return value.substr(0, value.find('"'));
        }
        return value.substr(0, value.find(' '));
    }
    return {};
}

// "192.0.2.7:40112:WAN"
void setSonicWallEnd(Event& event, std::string_view end, StaticField address, StaticField port)
{
    const auto parts = split(end, ':');
    if (!parts[0].empty())
        event.setField(address, parts[0]);
    if (!parts[0].empty() && parts.size() > 1 && !parts[1].empty())
        event.setField(port, parts[1]);
}

void setIfAny(Event& event, StaticField field, std::string_view value)
{
    if (!value.empty())
        event.setField(field, value);
}

} // namespace

void decodePacketFilter(Event& event, std::string_view text)
{
    const auto rule = text.find("rule ");
    const auto close = text.find(") ", rule == npos ? text.size() : rule);
    if (close == npos)
        return;
    const auto words = splitAny(text.substr(close + 2), " ");
    const auto arrow = std::ranges::find(words, ">");
    // ACTION in|out on INTERFACE: SOURCE > DESTINATION: REST
    if (arrow - words.begin() != 5 || words.size() < 8 || !words[6].ends_with(':'))
        return;
    event.setField(StaticField::Action, words[0]);
    setEnd(event, words[4], StaticField::SrcIp, StaticField::SrcPort);
    setEnd(event, words[6].substr(0, words[6].size() - 1), StaticField::DstIp, StaticField::DstPort);
    const bool named = words[7] == "udp" || words[7].starts_with("icmp");
    event.setField(StaticField::Protocol, named ? words[7].substr(0, words[7].find_first_of(":,")) : "tcp");
}

void decodeSymantecWeb(Event& event, std::string_view text)
{
    for (auto rest = text; !rest.empty();) {
        const auto item = rest.substr(0, rest.find(','));
        if (item.starts_with("3=") || item.starts_with("2=")) {
            event.setField(StaticField::Id, rest);
            return;
        }
        if (item.starts_with("11="))
            event.setField(StaticField::SrcIp, item.substr(3));
        else if (item.starts_with("10="))
            event.setField(StaticField::DstUser, item.substr(3));
        rest.remove_prefix(std::min(item.size() + 1, rest.size()));
    }
}

void decodeSonicWall(Event& event, std::string_view text)
{
    setSonicWallEnd(event, valueOf(text, "src="), StaticField::SrcIp, StaticField::SrcPort);
    setSonicWallEnd(event, valueOf(text, "dst="), StaticField::DstIp, StaticField::DstPort);
    setIfAny(event, StaticField::Protocol, valueOf(text, "proto="));
    setIfAny(event, StaticField::Action, valueOf(text, "msg="));
    setIfAny(event, StaticField::Status, valueOf(text, "pri="));
}

} // namespace bartizan
