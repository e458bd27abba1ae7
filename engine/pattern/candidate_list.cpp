#include "engine/pattern/candidate_list.h"

#include <algorithm>
#include <bit>
#include <map>

namespace bartizan {

namespace {

std::size_t firstSlot(std::uint32_t key, std::size_t slots)
{
    return (key * 0x9E3779B1U >> 7) & (slots - 1);
}

} // namespace

CandidateList::CandidateList(std::span<const std::uint32_t> keys)
{
    std::map<std::uint32_t, std::vector<std::uint32_t>> places;
    for (std::uint32_t i = 0; i < keys.size(); ++i) {
        if (keys[i] == LiteralIndex::kAlways)
            m_always.push_back(i);
        else
            places[keys[i]].push_back(i);
    }
    m_slots.resize(std::bit_ceil(places.size() * 2 + 1));
    for (const auto& [key, ofKey] : places) {
        std::size_t at = firstSlot(key, m_slots.size());
        while (m_slots[at].key != LiteralIndex::kAlways)
            at = (at + 1) & (m_slots.size() - 1);
        m_slots[at] = {key, static_cast<std::uint32_t>(m_places.size()),
                       static_cast<std::uint32_t>(ofKey.size())};
        m_places.insert(m_places.end(), ofKey.begin(), ofKey.end());
    }
}

const CandidateList::Slot* CandidateList::slotOf(std::uint32_t key) const
{
    for (std::size_t at = firstSlot(key, m_slots.size());; at = (at + 1) & (m_slots.size() - 1)) {
        if (m_slots[at].key == key)
            return &m_slots[at];
        if (m_slots[at].key == LiteralIndex::kAlways)
            return nullptr;
    }
}

void CandidateList::insert(std::uint32_t key, std::vector<std::uint32_t>& places, std::size_t from) const
{
    const Slot* slot = slotOf(key);
    if (slot == nullptr)
        return;
    const std::span ofKey(m_places.data() + slot->first, slot->count);
    const auto begin = places.begin() + static_cast<std::ptrdiff_t>(from);
    if (begin == places.end() || places.back() < ofKey.front()) {
        places.insert(places.end(), ofKey.begin(), ofKey.end());
        return;
    }
    for (const auto place : ofKey)
        places.insert(
            std::upper_bound(places.begin() + static_cast<std::ptrdiff_t>(from), places.end(), place), place);
}

void CandidateList::find(std::span<const std::uint32_t> met, std::uint32_t otherKey,
                         std::vector<std::uint32_t>& places) const
{
    const std::size_t from = places.size();
    places.insert(places.end(), m_always.begin(), m_always.end());
    insert(otherKey, places, from);
    for (const auto requirement : met)
        insert(requirement, places, from);
}

} // namespace bartizan
