// What a PCRE2 pattern can't do without, read from its text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

// Literals of which every match holds one, in any ASCII case. Empty where that can't be told: alternatives
// without literals, or syntax that is left to PCRE2.
[[nodiscard]] std::vector<std::string> requiredLiterals(std::string_view pcre2Pattern);

} // namespace bartizan
