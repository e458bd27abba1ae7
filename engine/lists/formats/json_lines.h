// A JSON object a line: {"cidr":"192.0.2.0/24","sblid":"…"}.
#pragma once

#include "engine/lists/formats/lines.h"
#include "engine/lists/formats/reading.h"

#include <string_view>

namespace bartizan::formats {

// The whole list: the members' names are found once.
void readJsonLines(std::string_view bytes, Reading& reading);

} // namespace bartizan::formats
