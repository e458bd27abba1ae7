// How much memory the program has from operator new at this moment, with what the allocator needs.
#pragma once

#include <cstddef>

namespace bartizan::test {

[[nodiscard]] std::size_t allocatedBytes();

} // namespace bartizan::test
