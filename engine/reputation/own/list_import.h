// What is imported into a list of one's own, read and made to fit. Pure but for Qt's calendar.
#pragma once

#include "engine/base/result.h"
#include "engine/reputation/own/own_list_types.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::own {

struct ReadImport
{
    struct Entry
    {
        std::string key;
        std::string note;
        std::optional<EpochMs> expiresAt{};
    };
    std::vector<Entry> entries; // keys may repeat
    ListFormat format = ListFormat::Addresses;
    std::string detection;
    ListCounts counts;
    std::uint64_t expired = 0;
    Problems problems;
};

// Without a format it is detected. In the CDB form keys may be anything, as they may in the list itself.
// InvalidArgument where the whole can't be read.
[[nodiscard]] Result<ReadImport> readImport(std::string_view bytes, std::optional<ListFormat> format,
                                            std::string_view column, EpochMs now);

} // namespace bartizan::own
