// How far a log file has been read, precisely enough to find the place again after rotation, restart or both.
#pragma once

#include "engine/platform/log_file.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bartizan {

// At most so many bytes at the beginning of a file, and before the offset, are hashed.
inline constexpr std::size_t kFingerprintSize = 256;

struct FilePosition
{
    std::string path;         // the log's name, which may be carried by a successor by now
    FileIdentity identity;    // of the file read last
    std::uint64_t offset = 0; // of the first byte not taken yet
    std::uint32_t headSize =
        0; // the first bytes of the file, as many as were known (at most 256), and their hash
    std::uint64_t headHash = 0;
    std::uint32_t tailSize = 0; // the bytes right before `offset`, and their hash
    std::uint64_t tailHash = 0;

    bool operator==(const FilePosition&) const = default;
};

// One line of text without the path, for a store that need not know what is in it, and back.
[[nodiscard]] std::string encodePosition(const FilePosition& position);
[[nodiscard]] std::optional<FilePosition> decodePosition(std::string_view path, std::string_view text);

// FNV-1a, 64 bits.
[[nodiscard]] std::uint64_t fingerprint(std::string_view bytes);

} // namespace bartizan
