// What stands in the kernel for us: one table, one base chain, its rules and sets. Built as netlink messages,
// and read back to compare.
//
//   table inet bartizan
//     allow4, allow6            intervals: what may never be cut off
//     block4, block6            single addresses, with timeout
//     block4_24, block6_64, ... networks of one length each, with timeout; made when first needed. One set
//     per length,
//                               because the kernel's interval sets take no network inside another.
//     chain guard               prerouting, before connection tracking and before every other table: what is
//     dropped
//                               here reaches neither this machine nor one it forwards to, established flows
//                               included
//       iif lo accept
//       saddr @allow4/6 accept
//       saddr @block… counter drop
//     lists of addresses: nftables_lists.h
#pragma once

#include "platform/linux/nftables_lists.h"

#include <set>

namespace bartizan::nft {

// Before fragments are rare enough to care, after defragmentation (-400), before raw (-300) and conntrack
// (-200).
inline constexpr ChainPlace kGuardChain{"guard", NF_INET_PRE_ROUTING, -310};

// Of one block set: the length is the family's for single addresses.
struct BlockKind
{
    IpFamily family = IpFamily::V4;
    unsigned prefix = 32;

    explicit BlockKind(const Cidr& network)
        : family(network.family())
        , prefix(network.prefix())
    {
    }
    BlockKind(IpFamily ofFamily, unsigned ofPrefix)
        : family(ofFamily)
        , prefix(ofPrefix)
    {
    }
    auto operator<=>(const BlockKind&) const = default;
};

[[nodiscard]] std::string_view allowSetName(IpFamily family);
[[nodiscard]] std::string blockSetName(const BlockKind& kind);
[[nodiscard]] std::optional<BlockKind> parseBlockSetName(std::string_view name);

// Messages for a transaction.
void createTable(Transaction& transaction, const std::string& table);
void deleteTable(Transaction& transaction, const std::string& table);
// Allow sets, single-address sets and the loopback and allow rules; `kinds` must hold the single-address
// ones.
void createSets(Transaction& transaction, const std::string& table, const std::set<BlockKind>& kinds);
void createChainAndRules(Transaction& transaction, const std::string& table,
                         const std::set<BlockKind>& kinds);
// A further block set and its rule, behind the others.
void createBlockKind(Transaction& transaction, const std::string& table, const BlockKind& kind);

// What is there. Read without a lock: ask for the generation before, and compare it after.
struct Standing
{
    bool table = false;
    bool dormant = false;      // the table is switched off
    bool chain = false;        // there is one of our name
    bool complete = false;     // all of it as createSets() and createChainAndRules() make it
    std::set<BlockKind> kinds; // the block sets that are there and well made
    bool foreignSets = false;  // one of our names, but otherwise made
    ListStanding lists;
};

// 0 or an errno; an absent table is no error.
[[nodiscard]] int readStanding(Connection& connection, const std::string& table, Standing& standing);

} // namespace bartizan::nft
