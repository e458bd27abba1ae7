// Bytes that are no list at all: an error page, a packed file, binary data.
#pragma once

#include "engine/lists/formats/reading.h"

#include <optional>
#include <string_view>

namespace bartizan::formats {

// What it is instead, and what to do; nothing for text that may be a list.
[[nodiscard]] std::optional<Complaint> recogniseForeign(std::string_view bytes);

[[nodiscard]] std::string_view withoutByteOrderMark(std::string_view bytes);

} // namespace bartizan::formats
