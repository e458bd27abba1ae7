// Replaces operator new and delete of the whole program.
#include "tests/unit/rules/counted_allocations.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

constexpr std::size_t kHeader = 8; // before each block of the C library

std::atomic<std::size_t> allocated = 0;
std::atomic<std::size_t> calls = 0;

} // namespace

std::size_t bartizan::test::allocatedBytes()
{
    return allocated;
}

std::size_t bartizan::test::allocationCount()
{
    return calls;
}

void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    ++calls;
    void* const block = std::malloc(size);
    if (block != nullptr)
        allocated += malloc_usable_size(block) + kHeader;
    return block;
}

void* operator new(std::size_t size)
{
    void* const block = operator new(size, std::nothrow);
    if (block == nullptr)
        throw std::bad_alloc();
    return block;
}

void operator delete(void* block) noexcept
{
    if (block != nullptr)
        allocated -= malloc_usable_size(block) + kHeader;
    std::free(block);
}

void operator delete(void* block, std::size_t) noexcept
{
    operator delete(block);
}
