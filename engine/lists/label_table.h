// Combinations of lists, and labels for those that occur.
#pragma once

#include "engine/lists/address_table_layout.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace bartizan {

class LabelTable
{
public:
    // A number for each combination; 0 is the empty one.
    using Combination = std::uint32_t;

    LabelTable();

    // `combination` with `list` put in, or taken out if it is in.
    [[nodiscard]] Combination toggled(Combination combination, std::uint16_t list);
    // Given at the first call. Nothing when there are no labels left, and for the empty combination.
    [[nodiscard]] std::optional<AddressLabel> labelOf(Combination combination);

    // Of label 1, 2, …; ascending each.
    [[nodiscard]] std::size_t labels() const { return m_labelled.size(); }
    [[nodiscard]] const std::vector<std::uint16_t>& lists(AddressLabel label) const;

private:
    struct Entry
    {
        std::vector<std::uint16_t> lists;
        AddressLabel label = 0;
    };

    std::vector<Entry> m_entries;
    std::map<std::vector<std::uint16_t>, Combination> m_numbers;
    std::unordered_map<std::uint64_t, Combination> m_toggled; // combination << 16 | list
    std::vector<Combination> m_labelled;
};

} // namespace bartizan
