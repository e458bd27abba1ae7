// A compiled set of addresses, of one reputation list or of many: "which lists hold this address?" is one
// look-up, however many lists there are and however large they are. The table is one block of bytes without
// pointers, made by AddressTableBuilder, that processes may share (a mapped file, a sealed memfd). Layout and
// reasons: docs/adr/0009-address-tables.md.
#pragma once

#include "engine/base/result.h"
#include "engine/lists/ipv4_tree.h"
#include "engine/lists/ipv6_ranges.h"
#include "engine/net/address_range.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace bartizan {

// A view: the image has to outlive it and its copies. Safe to read from any thread.
class AddressTable
{
public:
    // A combination of lists; equal combinations have equal labels within one table.
    using Label = AddressLabel;
    static constexpr Label kNotListed = 0;

    // The image may come from anyone: all of it is read once and refused (Corrupt; Unsupported for another
    // version) unless magic, checksum, counts, bounds and order are right. Whoever has a mapping that others
    // can write to still risks wrong answers when they do, but nothing outside the image is ever read. The
    // image starts at a multiple of 8.
    [[nodiscard]] static Result<AddressTable> open(std::span<const std::byte> image);

    [[nodiscard]] Label find(const IpAddress& address) const noexcept;
    // The same for many addresses, for less: their cache misses overlap. `labels` is as long as `addresses`.
    void find(std::span<const IpAddress> addresses, std::span<Label> labels) const noexcept;
    [[nodiscard]] bool contains(const IpAddress& address) const noexcept
    {
        return find(address) != kNotListed;
    }

    // The numbers of the lists in ascending order, as given to the builder; none for kNotListed. A part of
    // the image.
    [[nodiscard]] std::span<const std::uint16_t> lists(Label label) const noexcept;

    // Every range with its label: IPv4 before IPv6, ascending, none overlaps another, as long as can be.
    void forEachRange(const std::function<void(const AddressRange& range, Label label)>& visit) const;
    [[nodiscard]] std::uint64_t rangeCount(IpFamily family) const noexcept
    {
        return family == IpFamily::V4 ? m_v4Ranges : m_v6.size();
    }

private:
    AddressTable() = default;

    Ipv4Tree m_v4;
    Ipv6Ranges m_v6;
    std::uint64_t m_v4Ranges = 0;
    AddressTableSection<std::uint32_t> m_labelEnds;
    AddressTableSection<std::uint16_t> m_labelLists;
};

} // namespace bartizan
