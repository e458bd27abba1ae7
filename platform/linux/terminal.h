#pragma once

#include <cstdio>

namespace bartizan {

[[nodiscard]] bool isTerminal(std::FILE* file);

} // namespace bartizan
