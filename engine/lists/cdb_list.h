// A CDB list (spec §9): keys with values, compiled from the text of its file and then only read. Thread-safe
// to read.
#pragma once

#include "engine/base/problem.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

class CdbList
{
public:
    CdbList() = default;

    // Lines that can't be used are reported as warnings (component "lists"), the first few one by one; the
    // rest of the list works.
    [[nodiscard]] static CdbList compile(std::string_view text, std::string_view fileName,
                                         Problems& problems);

    // The value of a key, bytewise equal.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view key) const;

    // The address walk: the whole text, then what is left at each '.' from the right ("10.1.2.", "10.1.",
    // "10.").
    [[nodiscard]] std::optional<std::string_view> findAddress(std::string_view text) const;

    [[nodiscard]] std::size_t size() const { return m_entries.size(); }

private:
    struct Entry
    {
        std::uint32_t offset; // of the key in m_bytes; the value follows it
        std::uint32_t keySize;
        std::uint32_t valueSize;
    };

    enum class Added { Yes, Repeated };
    Added add(std::string_view key, std::string_view value);
    void grow();
    [[nodiscard]] std::size_t slotOf(std::string_view key) const;
    [[nodiscard]] std::string_view keyOf(const Entry& entry) const
    {
        return std::string_view(m_bytes).substr(entry.offset, entry.keySize);
    }

    std::string m_bytes;
    std::vector<Entry> m_entries;
    std::vector<std::uint32_t> m_slots; // open addressing; 0 = free, else index into m_entries + 1
    std::size_t m_longestKey = 0;
};

// The six look-ups of spec §9.2.
enum class ListLookup : std::uint8_t {
    MatchKey,
    NotMatchKey,
    MatchKeyValue,
    AddressMatchKey,
    NotAddressMatchKey,
    AddressMatchKeyValue, // inverted in the reference, and so here: true when no key or no fitting value is
                          // found
};

[[nodiscard]] std::optional<ListLookup> listLookupFromName(std::string_view name);

// `valueFits` tells whether a list value satisfies check_value; it is asked by the two …KeyValue look-ups
// only.
template<class ValueTest>
[[nodiscard]] bool listMatches(const CdbList& list, ListLookup lookup, std::string_view value,
                               ValueTest&& valueFits)
{
    switch (lookup) {
    case ListLookup::MatchKey:
        return list.find(value).has_value();
    case ListLookup::NotMatchKey:
        return !list.find(value).has_value();
    case ListLookup::AddressMatchKey:
        return list.findAddress(value).has_value();
    case ListLookup::NotAddressMatchKey:
        return !list.findAddress(value).has_value();
    case ListLookup::MatchKeyValue: {
        const auto found = list.find(value);
        return found && valueFits(*found);
    }
    case ListLookup::AddressMatchKeyValue: {
        const auto found = list.findAddress(value);
        return !found || !valueFits(*found);
    }
    }
    return false;
}

} // namespace bartizan
