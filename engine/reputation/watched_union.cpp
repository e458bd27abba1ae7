#include "engine/reputation/watched_union.h"

#include "engine/lists/address_table_builder.h"

#include <cstddef>

namespace bartizan {

Result<std::shared_ptr<const WatchedLists>>
mergeWatched(const std::vector<std::pair<WatchedList, SharedList>>& lists)
{
    if (lists.empty())
        return nullptr;
    AddressTableBuilder builder;
    std::vector<WatchedList> named;
    for (const auto& [watched, list] : lists) {
        builder.add(static_cast<std::uint16_t>(named.size()), list->list.addresses());
        named.push_back(watched);
    }
    auto built = std::move(builder).build();
    if (!built)
        return std::unexpected(std::move(built.error()));
    auto image = std::make_shared<const std::vector<std::byte>>(std::move(*built));
    const auto table = AddressTable::open(*image);
    if (!table)
        return std::unexpected(table.error());
    return std::make_shared<const WatchedLists>(*table, image, std::move(named));
}

} // namespace bartizan
