// What a list looks like, before anything of it is kept: its format is found by reading its beginning as each
// of them.
#pragma once

#include "engine/lists/formats/list_reader.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

struct ListDetection
{
    std::optional<ListFormat> format;
    double confidence = 0; // 0 to 1: the share of the lines looked at that the format understands
    std::string reason;    // one sentence; why none was found where there is no format
    std::string cure;      // what to do where there is no format
};

// Reads at most the first 256 KiB.
[[nodiscard]] ListDetection detectListFormat(std::string_view bytes);

struct ListPreview
{
    struct Entry
    {
        std::uint64_t line = 0;
        std::string kind; // "network", "md5", "sha256", "domain"
        std::string text; // canonical
        std::string note; // hostile text
    };
    ListDetection detection; // confidence 1 and "as asked for" where the caller named the format
    ListReading reading;     // of all of it; where no format was found, one error
    std::vector<Entry> first;
};

// `options.format` counts where `format` is Named.
enum class PreviewFormat { Detected, Named };
[[nodiscard]] ListPreview previewList(std::string_view bytes, ListOptions options, PreviewFormat format,
                                      std::size_t mostEntries);

// "192.0.2.0/24", the hexadecimal digits of a hash, "*.example.org" for a domain with all below it.
[[nodiscard]] std::string describe(const ListEntry& entry);
// "network", "md5", "sha256", "domain".
[[nodiscard]] std::string_view kindOf(const ListEntry& entry);

} // namespace bartizan
