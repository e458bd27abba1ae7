// Pre-decoding (spec §4): the header of a log line, recognised by the positions of its punctuation.
#pragma once

#include "engine/decode/event.h"

#include <optional>
#include <string_view>

namespace bartizan {

// A record's location, "[007] (web7) 192.0.2.7->/var/log/x" where an agent sent it, else as it is.
struct LocationParts
{
    std::string_view agent = "000";
    std::optional<std::string_view> host; // the agent's name
    std::string_view address;             // empty: not said
    std::string_view seen;                // by rules: without the agent's id
    std::string_view path;                // by people: the log alone
};
[[nodiscard]] LocationParts locationParts(std::string_view location);

// From event.fullLog and event.location: sets log, programName, hostname, timestamp, agent, and takes the
// agent's id out of the location. All views are into the two texts.
void predecode(Event& event);

// The host name as an alert's predecoder block shows it (spec §4, last paragraph): read anew from the full
// log, so it can differ from event.hostname, which is the one that rules see.
[[nodiscard]] std::optional<std::string_view> shownHostname(std::string_view fullLog);

} // namespace bartizan
