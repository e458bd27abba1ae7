// What a rule's <list> looks into: a CDB list, or a published list in its compiled form. Immutable; safe to
// read from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace bartizan {

class CdbList;
class CompiledList;

// What the keys of an address look-up are: texts, as in the reference, or networks besides.
enum class AddressKeys : std::uint8_t { Texts, Networks };

class LookupList
{
public:
    LookupList() = default;
    LookupList(const LookupList&) = delete;
    LookupList& operator=(const LookupList&) = delete;
    virtual ~LookupList() = default;

    // The value of a key, or nothing where the list doesn't hold it. Values live as long as the list.
    [[nodiscard]] virtual std::optional<std::string_view> find(std::string_view key) const = 0;
    [[nodiscard]] virtual std::optional<std::string_view> findAddress(std::string_view text,
                                                                      AddressKeys keys) const = 0;
    [[nodiscard]] virtual std::uint64_t size() const = 0;
};

// Keys and values as in spec §9.
[[nodiscard]] std::shared_ptr<const LookupList> makeLookupList(CdbList list);
// Addresses are found in any spelling and by the networks that hold them, whatever AddressKeys says; a key is
// an address, a file hash in hexadecimal or a domain, the latter two whatever their case. Values are empty.
// `image` keeps alive what `list` is a view of.
[[nodiscard]] std::shared_ptr<const LookupList> makeLookupList(const CompiledList& list,
                                                               std::shared_ptr<const void> image);

// Where rules find a list: what is in it changes between two records, while the rules stay. Belongs to the
// thread that analyses.
struct ListSlot
{
    std::shared_ptr<const LookupList> list; // never nullptr
};

// By the path below lists/.
using ListSlots = std::unordered_map<std::string, std::shared_ptr<ListSlot>>;

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
[[nodiscard]] bool listMatches(const LookupList& list, ListLookup lookup, AddressKeys keys,
                               std::string_view value, ValueTest&& valueFits)
{
    switch (lookup) {
    case ListLookup::MatchKey:
        return list.find(value).has_value();
    case ListLookup::NotMatchKey:
        return !list.find(value).has_value();
    case ListLookup::AddressMatchKey:
        return list.findAddress(value, keys).has_value();
    case ListLookup::NotAddressMatchKey:
        return !list.findAddress(value, keys).has_value();
    case ListLookup::MatchKeyValue: {
        const auto found = list.find(value);
        return found && valueFits(*found);
    }
    case ListLookup::AddressMatchKeyValue: {
        const auto found = list.findAddress(value, keys);
        return !found || !valueFits(*found);
    }
    }
    return false;
}

} // namespace bartizan
