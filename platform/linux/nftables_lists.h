// What stands in the kernel for reputation lists, beside what nftables_objects.h names:
//
//   table inet bartizan
//     list4_NAME_VERSION         the list's single addresses: a hash set
//     list4_NAME_VERSION_FIRST   its networks from the address FIRST (hexadecimal) on, up to where the next
//     of
//                                these sets begins: intervals, so many sets that each stays small
//     list6_...                  the same for IPv6
//     chain lists                prerouting, behind connection tracking, so behind the chain guard; there
//     only
//                                while a list is in force
//       iif lo accept; known flows accept; tcp without opening accept; saddr @allow4/6 accept
//       saddr @list… counter drop                                      one for each set
//
// A new version is filled in sets that no rule names, then all rules of the chain are replaced at once.
#pragma once

#include "platform/linux/nftables_rules.h"

#include <map>
#include <set>

namespace bartizan::nft {

inline constexpr ChainPlace kListChain{"lists", -190};

// Of one set. A larger one holds up everybody else when it is changed, or freed after its deletion.
inline constexpr std::size_t kElementsPerSet = 65536;

enum class ListPart { Hosts, Networks }; // a network takes two elements

struct ListSet
{
    std::string list;
    std::uint32_t version = 0;
    IpFamily family = IpFamily::V4;
    ListPart part = ListPart::Hosts;
    Key first;
    auto operator<=>(const ListSet&) const = default;
};
// Sorted: the sets of a version's part stand together, in the order of their addresses.
using ListSets = std::set<ListSet>;

[[nodiscard]] std::string listSetName(const ListSet& set);
[[nodiscard]] std::optional<ListSet> parseListSetName(std::string_view name);

// The first address of a family.
[[nodiscard]] Key firstKey(IpFamily family);
// The last address that belongs into a set, whose neighbours are in `sets` too.
[[nodiscard]] Key lastOf(const ListSets& sets, const ListSet& set);
// The set in which an address belongs, of the same list, version and part as `like`; nothing without any.
[[nodiscard]] std::optional<ListSet> setFor(const ListSets& sets, const ListSet& like, const Key& address);

void createListSet(Transaction& transaction, const std::string& table, const ListSet& set);
void deleteListSet(Transaction& transaction, const std::string& table, const ListSet& set);
// The chain anew, with a rule for each of `sets`, or away when there are none. `present`: it is there now.
void replaceListChain(Transaction& transaction, const std::string& table, bool present, const ListSets& sets);

struct ListStanding
{
    bool chain = false;                 // there is one of our name
    bool right = true;                  // chain and rules are as replaceListChain() makes them for `inForce`
    ListSets present;                   // well made ones, in force or not
    ListSets inForce;                   // whole versions that all have their rules
    std::vector<std::string> misshapen; // of our name, but otherwise made
};

// `sets`: all of the table's. 0 or an errno.
[[nodiscard]] int readLists(Connection& connection, const std::string& table,
                            const std::map<std::string, SetTraits>& sets, ListStanding& standing);

} // namespace bartizan::nft
