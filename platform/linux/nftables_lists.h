// What stands in the kernel for reputation lists, beside what nftables_objects.h names:
//
//   table inet bartizan
//     list4_NAME_VERSION         the list's single addresses: a hash set
//     list4_NAME_VERSION_FIRST   its networks from the address FIRST (hexadecimal) on, up to where the next
//     of
//                                these sets begins: intervals, so many sets that each stays small
//     list6_...                  the same for IPv6
//     list4_NAME_VERSION_out_…   of a list that is asked about destinations; "_both": about both ends
//     chain lists                prerouting, behind connection tracking, so behind the chain guard
//       iif lo accept; known flows accept; tcp without opening accept; saddr @allow4/6 accept
//       saddr @list… counter drop                                      one for each set
//     chain lists_out            output: connections from this machine
//     chain lists_through        forward: those of others
//       oif lo accept; known flows accept; tcp without opening accept; daddr @allow4/6 accept
//       daddr @list… tcp counter reject with reset                     both for each set
//       daddr @list… counter reject with "administratively prohibited"
//
// A chain is there only while it has a list. A new version is filled in sets that no rule names, then all
// rules of the chains are replaced at once.
#pragma once

#include "platform/linux/nftables_rules.h"

#include "engine/platform/firewall_backend.h"

#include <array>
#include <linux/netfilter.h>
#include <map>
#include <set>

namespace bartizan::nft {

// Where lists are asked, and about which end of a connection.
struct ListChain
{
    ChainPlace place;
    AddressEnd end;
};
inline constexpr std::array kListChains{
    ListChain{{"lists", NF_INET_PRE_ROUTING, -190}, AddressEnd::Source},
    ListChain{{"lists_out", NF_INET_LOCAL_OUT, -190}, AddressEnd::Destination},
    ListChain{{"lists_through", NF_INET_FORWARD, -190}, AddressEnd::Destination},
};
// For each of them, whether there is one of its name.
using ListChainsPresent = std::array<bool, kListChains.size()>;

// Of one set. A larger one holds up everybody else when it is changed, or freed after its deletion.
inline constexpr std::size_t kElementsPerSet = 65536;

enum class ListPart { Hosts, Networks }; // a network takes two elements

struct ListSet
{
    std::string list;
    std::uint32_t version = 0;
    ListTraffic traffic = ListTraffic::Inbound;
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
// The chains anew, with the rules for each of `sets`, or away where there are none. `present`: those there
// now.
void replaceListChains(Transaction& transaction, const std::string& table, const ListChainsPresent& present,
                       const ListSets& sets);
[[nodiscard]] ListChainsPresent chainsFor(const ListSets& sets);

struct ListStanding
{
    ListChainsPresent chains{};
    bool right = true; // chains and rules are as replaceListChains() makes them for `inForce`
    ListSets present;  // well made ones, in force or not
    ListSets inForce;  // whole versions that have all their rules
    std::vector<std::string> misshapen; // of our name, but otherwise made
};

// `sets`: all of the table's. 0 or an errno.
[[nodiscard]] int readLists(Connection& connection, const std::string& table,
                            const std::map<std::string, SetTraits>& sets, ListStanding& standing);

} // namespace bartizan::nft
