// Each action is an event of its own that runs through the rules, as the lines of the reference's
// active-responses.log do (spec §10.7): rules 651 (blocked), 652 (released) and a user's rules on them work.
#pragma once

#include "engine/base/clock.h"

#include <span>
#include <string>
#include <string_view>

namespace bartizan {

// The location of these records. A verdict from here never leads to a further response.
inline constexpr std::string_view kResponseEventLocation = "active-responses";

enum class ResponseAction { Add, Delete, Refused, Failed };

struct ResponseEvent
{
    ResponseAction action = ResponseAction::Add;
    std::string program;   // "firewall-drop"
    std::string alertJson; // the alert that led to it, as JSON (spec §13)
    std::string reason;    // for Refused and Failed
    std::span<const std::string> extraArguments;
};

// `2026/11/24 08:08:09 active-response/bin/firewall-drop: {"version":1,…}`
[[nodiscard]] std::string responseEventLine(const ResponseEvent& event, EpochMs time);

} // namespace bartizan
