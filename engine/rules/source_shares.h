// Who holds how much of the correlation memory, and whose event is the next to go when it is full.
//
// A share belongs to the network a source is in: /24 of IPv4 and /48 of IPv6, which is about what one owner
// gets: who has a network full of addresses has one share. Events without a source address share one. The
// share that holds the most loses its oldest event; shares count as equal up to a power of two, and all small
// ones do, so that a few failures of one attacker are not the first to go in a flood from everywhere. Among
// equals it is the one that has been quiet for the longest. All is done in constant time.
#pragma once

#include "engine/base/keyed_hash.h"
#include "engine/rules/intrusive.h"
#include "engine/rules/stored_event.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bartizan {

struct SourceShare
{
    std::uint64_t key = 0; // of the network, see SourceShares::keyOf()
    SourceShare* next = nullptr;
    SourceShare* before = nullptr; // among its equals, the quietest first
    SourceShare* behind = nullptr;
    IntrusiveList<StoredEvent, &StoredEvent::shareBefore, &StoredEvent::shareBehind> events; // oldest first
    std::uint64_t bytes = 0;
};

class SourceShares
{
public:
    explicit SourceShares(const KeyedHash& keyed)
        : m_keyed(keyed)
    {
    }
    ~SourceShares();
    SourceShares(const SourceShares&) = delete;
    SourceShares& operator=(const SourceShares&) = delete;

    // Of the network of the address in `source`; a text that is no address is like none.
    [[nodiscard]] std::uint64_t keyOf(std::optional<std::string_view> source) const;

    // The event's `share` is set, and its place in it.
    void add(StoredEvent& event, std::uint64_t key);
    void remove(StoredEvent& event);
    // nullptr if there is none.
    [[nodiscard]] StoredEvent* nextToGo() const;

    [[nodiscard]] std::size_t bytes() const
    {
        return m_table.bytes() + m_table.count() * (sizeof(SourceShare) + kAllocatorBytes);
    }

private:
    static constexpr std::size_t kAllocatorBytes = 8; // beside a share
    static constexpr std::uint64_t kSmall = 8192;     // bytes; some 20 events
    static constexpr std::size_t kRanks = 52;         // up to 2⁶⁴ bytes

    [[nodiscard]] static std::size_t rankOf(std::uint64_t bytes);
    void rank(SourceShare& share);
    void unrank(SourceShare& share);

    KeyedHash m_keyed;
    IntrusiveTable<SourceShare> m_table;
    std::array<IntrusiveList<SourceShare, &SourceShare::before, &SourceShare::behind>, kRanks> m_ranks;
    std::uint64_t m_occupied = 0; // a bit for each rank that has one
};

} // namespace bartizan
