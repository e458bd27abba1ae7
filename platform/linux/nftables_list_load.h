// A reputation list on its way into the kernel. What stands where: nftables_lists.h.
#pragma once

#include "engine/platform/firewall_list.h"
#include "platform/linux/nftables_backend.h"
#include "platform/linux/nftables_lists.h"

#include <deque>
#include <map>
#include <set>

namespace bartizan {

namespace nft {

// What the backend knows of the lists in force.
struct Lists
{
    bool known = false; // read from the kernel at least once
    ListSets inForce;
    // Of those that were loaded here: what is in them, to compare the next version with.
    std::map<std::string, std::shared_ptr<const FirewallList>> contents;
    std::set<std::string> loading;
    std::uint32_t nextVersion = 1;
    // How often others changed a rule set: what was put into a set before may not be in it any more.
    std::uint64_t changesByOthers = 0;
};

// A change of one set: first what goes, then what comes.
struct ListChange
{
    ListSet set;
    std::vector<Element> removed;
    std::vector<Element> added;
};

} // namespace nft

class NftablesListLoad final : public ListLoad
{
public:
    NftablesListLoad(NftablesBackend& backend, std::string name, std::vector<Cidr> entries,
                     ListTraffic traffic);
    ~NftablesListLoad() override;

    void prepare() override;
    Result<bool> step() override;
    [[nodiscard]] std::chrono::milliseconds pause() const override;

private:
    enum class Phase { Prepare, Unchanged, Change, Begin, Fill, Swap, CleanUp, Done };
    // Elements that go into one set, and how far they have got.
    struct Part
    {
        nft::ListSet set;
        std::span<const IpAddress> addresses;
        std::span<const AddressRange> ranges;
    };

    void planParts();
    void planChanges();
    [[nodiscard]] int carryOut();
    int begin();
    int change();
    int fill();
    int swap();
    int cleanUp();
    [[nodiscard]] Result<void> requireTable();
    [[nodiscard]] bool isUntouched() const;
    template<class Item> void planPart(nft::ListSet set, std::span<const Item> items);
    [[nodiscard]] bool planChangesOf(IpFamily family);
    [[nodiscard]] nft::ListSets setsInForce() const;

    NftablesBackend& m_backend;
    const std::string m_name;
    const ListTraffic m_traffic;
    Phase m_phase = Phase::Prepare;
    std::optional<Error> m_failure;               // then nothing more is done
    std::vector<Cidr> m_entries;                  // until prepared
    std::shared_ptr<const FirewallList> m_before; // in force for this traffic, where known
    std::shared_ptr<const FirewallList> m_content;
    std::uint32_t m_version = 0;
    std::uint64_t m_changesByOthers = 0; // when this was begun
    std::deque<nft::ListChange> m_changes;
    std::deque<Part> m_parts;
    nft::ListSets m_made;
    nft::ListSets m_leaving;
};

} // namespace bartizan
