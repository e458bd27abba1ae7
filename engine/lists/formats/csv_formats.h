// CSV with one column that counts, and what MISP exports.
#pragma once

#include "engine/lists/formats/reading.h"

#include <string_view>

namespace bartizan::formats {

void readCsv(std::string_view bytes, Reading& reading);

// "type" says what "value" is; attributes that MISP marks as not for detection (to_ids 0), and types other
// than addresses, domains, MD5 and SHA-256, are left out.
void readMispCsv(std::string_view bytes, Reading& reading);

} // namespace bartizan::formats
