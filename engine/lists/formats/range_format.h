// Range lists as firewalls for file sharing read them: "name:first-last" (P2P), "first - last , level , text"
// with zero-padded octets (DAT), "first-last".
#pragma once

#include "engine/lists/formats/lines.h"
#include "engine/lists/formats/reading.h"

namespace bartizan::formats {

void readRangeLine(Reading& reading, const Line& line);

} // namespace bartizan::formats
