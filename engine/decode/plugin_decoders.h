// The small built-in decoders beside JSON_Decoder (spec §5.1). Their result is described only by the log
// formats and by the rules that read the fields.
#pragma once

#include "engine/decode/event.h"

#include <string_view>

namespace bartizan {

// pf: "rule 4/(match) block in on em0: 192.0.2.7.40112 > 192.0.2.1.22: S …": action, both ends, protocol.
void decodePacketFilter(Event& event, std::string_view text);

// Symantec Web Security: "20070717,73559,1=5,11=192.0.2.7,10=user,3=2,2=1": srcip (11), dstuser (10), and as
// id the event's kind from "3=" or "2=" on.
void decodeSymantecWeb(Event& event, std::string_view text);

// SonicWall: key=value pairs: src, dst, proto, msg as action, pri as status.
void decodeSonicWall(Event& event, std::string_view text);

} // namespace bartizan
