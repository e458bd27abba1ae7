// Which entries of a long list are worth a try for a text: those whose literals it holds, found without a
// look at the others. The cost does not grow with the list.
#pragma once

#include "engine/pattern/literal_index.h"

#include <cstdint>
#include <span>
#include <vector>

namespace bartizan {

class CandidateList
{
public:
    // A key that is none of a literal index: entries under it are candidates where find() is given it.
    [[nodiscard]] static constexpr std::uint32_t otherKey(std::uint32_t number) { return kOther | number; }

    CandidateList() = default;
    // The key of each entry, in the list's order: a requirement of a LiteralIndex (kAlways: always a
    // candidate) or otherKey().
    explicit CandidateList(std::span<const std::uint32_t> keys);

    // Appends the places of the candidates in the list's order: those under the requirements that are `met`
    // and under `otherKey`.
    void find(std::span<const std::uint32_t> met, std::uint32_t otherKey,
              std::vector<std::uint32_t>& places) const;

private:
    static constexpr std::uint32_t kOther = 1U << 31;
    struct Slot
    {
        std::uint32_t key = LiteralIndex::kAlways; // which means: a free one
        std::uint32_t first = 0;
        std::uint32_t count = 0;
    };

    [[nodiscard]] const Slot* slotOf(std::uint32_t key) const;
    void insert(std::uint32_t key, std::vector<std::uint32_t>& places, std::size_t from) const;

    std::vector<std::uint32_t> m_always;
    std::vector<std::uint32_t> m_places;              // by key
    std::vector<Slot> m_slots = std::vector<Slot>(1); // open addressing, never full
};

} // namespace bartizan
