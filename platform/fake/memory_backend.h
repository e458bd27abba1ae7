// A firewall that blocks nothing: it keeps what a kernel would, timeouts included. For tests, and for running
// the engine where nothing may be blocked.
#pragma once

#include "engine/base/clock.h"
#include "engine/platform/firewall_backend.h"
#include "engine/platform/firewall_list.h"

#include <map>
#include <set>

namespace bartizan {

class MemoryBackend final : public FirewallBackend
{
public:
    // `clock` must outlive the backend; timeouts end by it, as a kernel's would.
    explicit MemoryBackend(const Clock& clock)
        : m_clock(clock)
    {
    }

    [[nodiscard]] std::string_view name() const override { return "memory"; }
    Result<void> ensureReady() override;
    Result<void> setAllowed(std::span<const Cidr> addresses) override;
    Result<void> add(std::span<const FirewallEntry> entries) override;
    Result<void> remove(std::span<const Cidr> addresses) override;
    [[nodiscard]] Result<std::optional<FirewallEntry>> find(const Cidr& address) override;
    [[nodiscard]] Result<std::vector<FirewallEntry>> list() override;
    [[nodiscard]] Result<std::vector<Cidr>> listAllowed() override;
    [[nodiscard]] Result<std::unique_ptr<ListLoad>> beginList(std::string name, std::vector<Cidr> entries,
                                                              ListTraffic traffic) override;
    [[nodiscard]] Result<std::vector<std::string>> lists() override;
    [[nodiscard]] Result<std::vector<std::string>> listsHolding(const IpAddress& address) override;
    Result<void> teardown() override;

    // Whose connections a list in force forbids.
    [[nodiscard]] std::optional<ListTraffic> trafficOf(const std::string& list) const;

    // What `nft flush ruleset` by another program does: all is gone, and the backend does not know it.
    void loseEverything();

private:
    class Load;
    [[nodiscard]] Result<void> requireReady() const;
    [[nodiscard]] FirewallEntry entryFor(const Cidr& address, std::optional<EpochMs> until) const;
    void dropExpired();

    const Clock& m_clock;
    bool m_ready = false;
    std::map<Cidr, std::optional<EpochMs>> m_blocks; // until when; nothing = permanent
    std::vector<Cidr> m_allowed;
    struct List
    {
        FirewallList content;
        ListTraffic traffic;
    };
    std::map<std::string, List> m_lists;
    std::set<std::string> m_loading;
    int m_losses = 0;
};

} // namespace bartizan
