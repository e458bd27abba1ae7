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

// An interval set's elements are two for each network; insertion into a full one stays below a microsecond.
inline constexpr std::size_t kRangesPerShard = 32768;

struct ListSet
{
    std::string list;
    std::uint32_t version = 0;
    IpFamily family = IpFamily::V4;
    std::optional<Key> first; // of a set of networks; nothing: single addresses
    auto operator<=>(const ListSet&) const = default;
};
// Sorted: the sets of a version stand together, those of networks in the order of their addresses.
using ListSets = std::set<ListSet>;

[[nodiscard]] std::string listSetName(const ListSet& set);
[[nodiscard]] std::optional<ListSet> parseListSetName(std::string_view name);

// The last address that belongs into a set of networks, whose sets before and behind are in `sets` too.
[[nodiscard]] Key lastOfShard(const ListSets& sets, const ListSet& shard);
// The set of networks of that list, version and family in which an address belongs; nothing without any.
[[nodiscard]] std::optional<ListSet> shardOf(const ListSets& sets, const ListSet& like, const Key& address);

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
