// Whether a line of a JSON source is what it promises to be (spec §11).
#pragma once

#include <string_view>

namespace bartizan {

// RFC 8259, nesting up to 128; an object and nothing but blanks around it.
[[nodiscard]] bool isJsonObject(std::string_view text);

} // namespace bartizan
