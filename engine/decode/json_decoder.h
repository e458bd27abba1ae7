// JSON_Decoder (spec §5.5): a JSON object in a log becomes fields.
#pragma once

#include "engine/decode/decoder.h"

#include <string_view>

namespace bartizan {

// Nested objects are flattened to a.b.c. What stands behind the object is ignored; text that is not an object
// sets no field. Limits against hostile text: nesting 1,000, names 1,024 bytes, 256 dynamic fields; what
// exceeds the last two is left out.
void decodeJson(Event& event, std::string_view text, JsonNull nulls, JsonArray arrays);

} // namespace bartizan
