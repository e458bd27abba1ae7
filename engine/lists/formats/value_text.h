// File hashes and domains as people write them, and texts that may be either or an address.
#pragma once

#include "engine/lists/formats/reading.h"

#include <optional>
#include <string>
#include <string_view>

namespace bartizan::formats {

// 32 (MD5) or 64 (SHA-256) hexadecimal digits.
[[nodiscard]] std::optional<FileHash> readHash(std::string_view text);
[[nodiscard]] Complaint explainHash(std::string_view text);

// At least two labels of letters, digits, '-' and '_', the last not of digits alone; "*." or "." in front
// means all below it as well. The result lives in `storage`.
[[nodiscard]] std::optional<DomainName> readDomain(std::string_view text, std::string& storage);
[[nodiscard]] Complaint explainDomain(std::string_view text);

// An address, network, range, hash or domain.
[[nodiscard]] std::optional<Value> readAny(std::string_view text, std::string& storage);
[[nodiscard]] Complaint explainAny(std::string_view text);

// Reads, and takes or complains.
void takeAny(Reading& reading, std::uint64_t line, std::string_view text, std::string_view note);

} // namespace bartizan::formats
