// Blocks in nf_tables, over netlink, without a helper program. What stands in the kernel: nftables_objects.h.
#pragma once

#include "engine/platform/firewall_backend.h"

#include <cstdint>
#include <memory>
#include <set>
#include <string>

namespace bartizan {

namespace nft {
class Connection;
class Transaction;
struct BlockPart;
struct Lists;
struct ListSet;
struct Standing;
using ListSets = std::set<ListSet>;
} // namespace nft

// A change is one transaction up to 4096 addresses; a larger one is several, and undone if one of them fails.
// Works in the network namespace of the thread that makes the first call.
class NftablesBackend final : public FirewallBackend
{
public:
    explicit NftablesBackend(std::string table = "bartizan");
    ~NftablesBackend() override;

    [[nodiscard]] std::string_view name() const override { return "nftables"; }
    // Keeps the blocks that stand whatever else is damaged, unless a set of ours has been replaced by one of
    // another make.
    Result<void> ensureReady() override;
    Result<void> setAllowed(std::span<const Cidr> addresses) override;
    Result<void> add(std::span<const FirewallEntry> entries) override;
    Result<void> remove(std::span<const Cidr> addresses) override;
    [[nodiscard]] Result<std::optional<FirewallEntry>> find(const Cidr& address) override;
    [[nodiscard]] Result<std::vector<Cidr>> missing(std::span<const Cidr> addresses) override;
    [[nodiscard]] Result<std::vector<FirewallEntry>> list() override;
    [[nodiscard]] Result<std::vector<Cidr>> listAllowed() override;
    [[nodiscard]] Result<std::unique_ptr<ListLoad>> beginList(std::string name, std::vector<Cidr> entries,
                                                              ListTraffic traffic) override;
    [[nodiscard]] Result<std::vector<std::string>> lists() override;
    [[nodiscard]] Result<std::vector<std::string>> listsHolding(const IpAddress& address) override;
    Result<void> teardown() override;

    // Calls back when another program changes our table (one call for many changes). Start it before
    // ensureReady(), and nothing is missed.
    [[nodiscard]] Result<std::unique_ptr<FirewallWatch>> watch(std::function<void()> changed);

private:
    friend class NftablesListLoad;
    Result<void> connect();
    int commit(nft::Transaction& transaction);
    // Looks at the kernel again only if somebody else changed a rule set since the last time.
    Result<bool> verify();
    Result<void> requireComplete();
    int rebuild(const nft::Standing& found);
    int recreate();
    // One transaction; 0 or an errno.
    int put(std::span<const nft::BlockPart> parts);
    int take(std::span<const nft::BlockPart> parts);
    void undo(std::span<const FirewallEntry> entries, std::span<const FirewallEntry> before);

    // In nftables_list_load.cpp.
    void learnLists();
    void removeUnusedLists(const nft::ListSets& sets);
    void removeLeftOverLists();
    [[nodiscard]] nft::ListSets listsToKeep(const nft::Standing& found) const;
    void setListsInForce(nft::ListSets sets);

    const std::string m_table;
    std::unique_ptr<nft::Connection> m_connection;
    std::unique_ptr<nft::Transaction> m_transaction;
    std::unique_ptr<nft::Standing> m_standing; // as last read
    std::unique_ptr<nft::Lists> m_lists;
    std::uint32_t m_generation = 0; // of the rule set as last read, plus our own changes since
};

} // namespace bartizan
