// How much memory the program has from operator new at this moment, with what the allocator needs.
#pragma once

#include <cstddef>

namespace bartizan::test {

[[nodiscard]] std::size_t allocatedBytes();
// How often operator new was called so far.
[[nodiscard]] std::size_t allocationCount();

} // namespace bartizan::test
