#include "engine/lists/label_table.h"

#include <algorithm>

namespace bartizan {

LabelTable::LabelTable()
    : m_entries(1)
    , m_numbers{{{}, 0}}
{
}

LabelTable::Combination LabelTable::toggled(Combination combination, std::uint16_t list)
{
    const auto [place, isNew] =
        m_toggled.try_emplace(std::uint64_t{combination} << 16 | list, Combination{0});
    if (!isNew)
        return place->second;
    auto lists = m_entries[combination].lists;
    const auto at = std::ranges::lower_bound(lists, list);
    if (at != lists.end() && *at == list)
        lists.erase(at);
    else
        lists.insert(at, list);
    const auto [number, isUnknown] = m_numbers.try_emplace(lists, static_cast<Combination>(m_entries.size()));
    if (isUnknown)
        m_entries.push_back({std::move(lists), 0});
    return place->second = number->second;
}

std::optional<AddressLabel> LabelTable::labelOf(Combination combination)
{
    Entry& entry = m_entries[combination];
    if (entry.label == 0 && combination != 0 && m_labelled.size() < kLastAddressLabel) {
        m_labelled.push_back(combination);
        entry.label = static_cast<AddressLabel>(m_labelled.size());
    }
    return entry.label == 0 ? std::nullopt : std::optional(entry.label);
}

const std::vector<std::uint16_t>& LabelTable::lists(AddressLabel label) const
{
    return m_entries[m_labelled[label - 1U]].lists;
}

} // namespace bartizan
