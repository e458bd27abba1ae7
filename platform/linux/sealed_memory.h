// Memory that one process fills, seals and hands to another: a memfd that nobody can change any more.
#pragma once

#include "engine/base/result.h"
#include "engine/platform/list_fetcher.h"
#include "platform/linux/file_descriptor.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace bartizan {

// A copy of `bytes`, sealed against writing, growing, shrinking and other seals.
[[nodiscard]] Result<FileDescriptor> sealedCopy(std::span<const std::byte> bytes);

// Maps what another process handed over, which may be anything. Corrupt unless it is memory that carries all
// four seals, has no holes (their pages would be asked for when they are read, and reading ends with a signal
// where there are none) and takes from one to `mostBytes` bytes. The descriptor is not needed any more
// afterwards.
[[nodiscard]] Result<std::shared_ptr<ListImage>> mapSealed(int descriptor, std::uint64_t mostBytes);

} // namespace bartizan
