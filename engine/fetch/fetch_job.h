// What the engine tells bartizan-fetch to do, as JSON: a FetchRequest, and whether the list comes with it.
#pragma once

#include "engine/platform/list_fetcher.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace bartizan {

struct FetchJob
{
    FetchRequest request;
    // The list's bytes are in the memory that came with the job; nothing is downloaded.
    bool isHere = false;
};

// Longer ones are refused by both sides.
inline constexpr std::size_t kLongestFetchJob = std::size_t{64} * 1024;

[[nodiscard]] std::string writeFetchJob(const FetchJob& job);
[[nodiscard]] Result<FetchJob> readFetchJob(std::string_view json);

// No compiled list within these limits is larger.
[[nodiscard]] std::uint64_t mostImageBytes(const FetchLimits& limits);

} // namespace bartizan
