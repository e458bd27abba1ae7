// What bartizan-fetch answers, as JSON: a FetchReport, or the error. Who reads it trusts nobody.
#pragma once

#include "engine/platform/list_fetcher.h"

#include <string>
#include <string_view>

namespace bartizan {

inline constexpr std::size_t kLongestFetchReport = std::size_t{1024} * 1024;

// Texts that readFetchReport() would find too long are cut; what of first entries and problems has no room is
// left out.
[[nodiscard]] std::string writeFetchReport(const FetchReport& report);
[[nodiscard]] std::string writeFetchError(const Error& error);

// Without the image. An error that the fetcher reports is returned as one, its texts fit for people's eyes.
// Corrupt for what writeFetchReport() could not have written: members unknown, missing or repeated, texts too
// long, control characters in what goes back to servers.
[[nodiscard]] Result<FetchReport> readFetchReport(std::string_view json);

} // namespace bartizan
