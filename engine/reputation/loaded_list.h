// A compiled list together with the bytes that it looks into: shared by rules, firewall and look-ups for as
// long as one of them needs it.
#pragma once

#include "engine/base/result.h"
#include "engine/lists/compiled_list.h"
#include "engine/platform/list_fetcher.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace bartizan {

struct LoadedList
{
    std::shared_ptr<ListImage> image;
    CompiledList list;

    // Reads and checks all of it, see CompiledList::open().
    [[nodiscard]] static Result<std::shared_ptr<const LoadedList>> open(std::shared_ptr<ListImage> image)
    {
        auto list = CompiledList::open(image->bytes());
        if (!list)
            return std::unexpected(std::move(list.error()));
        return std::make_shared<const LoadedList>(std::move(image), *list);
    }

    LoadedList(std::shared_ptr<ListImage> bytes, const CompiledList& compiled)
        : image(std::move(bytes))
        , list(compiled)
    {
    }
};

using SharedList = std::shared_ptr<const LoadedList>;

// SHA-256 in hexadecimal.
[[nodiscard]] std::string checksumOf(std::span<const std::byte> bytes);

} // namespace bartizan
