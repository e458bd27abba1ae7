// The pieces that our sets, chains and rules are made of, as netlink messages. Below nftables_objects.h and
// nftables_lists.h.
#pragma once

#include "platform/linux/nftables_netlink.h"

#include <libnftnl/chain.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>

#include <memory>
#include <span>
#include <string>

namespace bartizan::nft {

template<auto free> struct Deleter
{
    template<class T> void operator()(T* object) const { free(object); }
};
using Table = std::unique_ptr<nftnl_table, Deleter<nftnl_table_free>>;
using Set = std::unique_ptr<nftnl_set, Deleter<nftnl_set_free>>;
using Chain = std::unique_ptr<nftnl_chain, Deleter<nftnl_chain_free>>;
using Rule = std::unique_ptr<nftnl_rule, Deleter<nftnl_rule_free>>;

[[nodiscard]] std::uint32_t keySize(IpFamily family);
[[nodiscard]] unsigned bitCount(IpFamily family);

// What a set is made for.
struct SetTraits
{
    std::uint32_t flags = 0;
    std::uint32_t keyType = 0;
    std::uint32_t keySize = 0;
    bool operator==(const SetTraits&) const = default;
};

[[nodiscard]] SetTraits traitsFor(IpFamily family, std::uint32_t flags);
void createSet(Transaction& transaction, const std::string& table, const std::string& name,
               const SetTraits& traits);
void deleteSet(Transaction& transaction, const std::string& table, const std::string& name);

// A base chain.
struct ChainPlace
{
    const char* name;
    std::uint32_t hook; // NF_INET_…
    std::int32_t priority;
};

void createChain(Transaction& transaction, const std::string& table, const ChainPlace& chain);
// With its rules.
void deleteChain(Transaction& transaction, const std::string& table, const ChainPlace& chain);
// Whether it is there, and whether it hooks in where it should. 0 or an errno; an absent chain is no error.
[[nodiscard]] int readChain(Connection& connection, const std::string& table, const ChainPlace& chain,
                            bool& present, bool& right);

enum class AddressEnd { Source, Destination };

[[nodiscard]] Rule newRule(const std::string& table, const ChainPlace& chain);
// Conditions and actions, in order. All work on one register.
void appendMetaIs(nftnl_rule* rule, std::uint32_t key, std::span<const std::uint8_t> value);
void appendAddress(nftnl_rule* rule, IpFamily family, AddressEnd end);
void appendMask(nftnl_rule* rule, std::span<const std::uint8_t> mask);
void appendCompare(nftnl_rule* rule, std::uint32_t operation, std::span<const std::uint8_t> value);
void appendRange(nftnl_rule* rule, const Key& first, const Key& last);
void appendLookup(nftnl_rule* rule, const std::string& set);
void appendCounter(nftnl_rule* rule);
void appendVerdict(nftnl_rule* rule, std::uint32_t verdict);
void appendIsTcp(nftnl_rule* rule);
// Tells the sender: a reset, for TCP only; or "administratively prohibited".
void appendReset(nftnl_rule* rule);
void appendProhibited(nftnl_rule* rule);

// What is never cut off: loopback, and the addresses in a set.
[[nodiscard]] Rule acceptLoopback(const std::string& table, const ChainPlace& chain,
                                  AddressEnd end = AddressEnd::Source);
[[nodiscard]] Rule acceptAddresses(const std::string& table, const ChainPlace& chain, IpFamily family,
                                   AddressEnd end, std::string_view set);
// Packets that begin no connection: of flows that connection tracking knows, and TCP's without SYN or with
// ACK, since a flow that is older than the tracking looks new to it.
[[nodiscard]] Rule acceptKnownFlows(const std::string& table, const ChainPlace& chain);
[[nodiscard]] Rule acceptTcpWithoutOpening(const std::string& table, const ChainPlace& chain);

void createRule(Transaction& transaction, nftnl_rule* rule);
// A rule as text, without what changes by itself: the same for one that we build and one that the kernel
// tells of.
[[nodiscard]] std::string fingerprint(const nftnl_rule* rule);
// The fingerprints of a chain's rules, in order; an absent chain is no error.
[[nodiscard]] int readRules(Connection& connection, const std::string& table, const ChainPlace& chain,
                            std::vector<std::string>& rules);

} // namespace bartizan::nft
