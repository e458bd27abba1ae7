#include "engine/logsource/file_position.h"

#include "engine/base/strings.h"

#include <array>

namespace bartizan {

namespace {

constexpr std::string_view kVersion = "1";

} // namespace

std::uint64_t fingerprint(std::string_view bytes)
{
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : bytes) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3ULL;
    }
    return hash;
}

std::string encodePosition(const FilePosition& position)
{
    std::string text(kVersion);
    for (const std::uint64_t number : {position.identity.device, position.identity.inode, position.offset,
                                       std::uint64_t{position.headSize}, position.headHash,
                                       std::uint64_t{position.tailSize}, position.tailHash}) {
        text += ' ';
        text += std::to_string(number);
    }
    return text;
}

std::optional<FilePosition> decodePosition(std::string_view path, std::string_view text)
{
    const std::vector<std::string_view> parts = split(text, ' ');
    std::array<std::uint64_t, 7> numbers{};
    if (parts.size() != numbers.size() + 1 || parts.front() != kVersion)
        return std::nullopt;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto number = parseNumber<std::uint64_t>(parts[i + 1]);
        if (!number)
            return std::nullopt;
        numbers[i] = *number;
    }
    const auto [device, inode, offset, headSize, headHash, tailSize, tailHash] = numbers;
    if (headSize > kFingerprintSize || tailSize > kFingerprintSize || headSize > offset || tailSize > offset)
        return std::nullopt;
    return FilePosition{std::string(path),
                        {device, inode},
                        offset,
                        static_cast<std::uint32_t>(headSize),
                        headHash,
                        static_cast<std::uint32_t>(tailSize),
                        tailHash};
}

} // namespace bartizan
