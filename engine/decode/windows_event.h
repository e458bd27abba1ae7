// Windows event-channel records (spec §14): an event as XML, alone or in the collector's JSON form
// {"Message":"rendered text","Event":"<Event …>"}. Pure.
#pragma once

#include "engine/decode/event.h"

#include <string_view>

namespace bartizan {

// The decoder name that rules ask for with decoded_as.
inline constexpr std::string_view kWindowsEventDecoder = "windows_eventchannel";

// Such records come from the location "EventChannel", an agent's header before it or not.
[[nodiscard]] bool isWindowsEvent(const Event& event);

// Sets the win.… fields, all dynamic; log and fullLog become the JSON text {"win":{…}} that rules and alerts
// see. False, and nothing set, where the record is neither of the two forms.
[[nodiscard]] bool decodeWindowsEvent(Event& event);

} // namespace bartizan
