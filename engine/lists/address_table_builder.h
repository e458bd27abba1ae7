// Makes the image of an AddressTable from networks and ranges: in any order, repeated, overlapping.
#pragma once

#include "engine/base/result.h"
#include "engine/lists/address_table.h"
#include "engine/net/cidr.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bartizan {

struct Ipv6Range
{
    Ipv6Key first;
    Ipv6Key last;

    auto operator<=>(const Ipv6Range&) const = default;
};

class AddressTableBuilder
{
public:
    // Lists are numbers that the caller chooses, from 0 without large gaps.
    void add(std::uint16_t list, const Cidr& network);
    // False, and nothing is added, unless both are of one family and `last` is not below `first`.
    [[nodiscard]] bool add(std::uint16_t list, const AddressRange& range);
    // All that is in another table, whichever of its lists holds it.
    void add(std::uint16_t list, const AddressTable& table);

    // The builder is used up. Exhausted when the lists overlap in more than 32,767 different combinations:
    // put them into two tables then.
    [[nodiscard]] Result<std::vector<std::byte>> build() &&;

private:
    void addV4(std::uint16_t list, std::uint32_t first, std::uint32_t last);
    void addV6(std::uint16_t list, Ipv6Key first, Ipv6Key last);

    // For each list; an IPv4 range is first << 32 | last.
    std::vector<std::vector<std::uint64_t>> m_v4;
    std::vector<std::vector<Ipv6Range>> m_v6;
};

} // namespace bartizan
