// STIX 2.1 bundles: their indicators. What is revoked, and what is no indicator, is left out.
#pragma once

#include "engine/lists/formats/reading.h"

#include <string_view>

namespace bartizan::formats {

void readStix(std::string_view bytes, Reading& reading);

enum class StixLikeness { No, ListOfObjects, Bundle };
// Of a JSON text that may be cut off.
[[nodiscard]] StixLikeness looksLikeStix(std::string_view bytes, const ListLimits& limits);

} // namespace bartizan::formats
