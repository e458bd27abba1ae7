// Texts written against a pattern: as many starts, near misses and open runs as fit in.
#pragma once

#include "engine/pattern/pattern.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::test {

// `size` is that of each text in bytes.
[[nodiscard]] std::vector<std::string> hostileTexts(PatternType type, std::string_view pattern,
                                                    std::size_t size);

// The one of them that takes the pattern most steps; empty where the pattern has no text to start from.
[[nodiscard]] std::string dearestText(const Pattern& pattern, std::size_t size);

// `head`, then `piece` again and again.
[[nodiscard]] std::string filled(std::string head, std::string_view piece, std::size_t size);

} // namespace bartizan::test
