// A firewall that says yes and does something else, around a real one: proves that what is shown as blocked
// was read back, not believed.
#pragma once

#include "engine/platform/firewall_backend.h"

namespace bartizan {

class LyingBackend final : public FirewallBackend
{
public:
    enum class Lie {
        AddsNothing,  // add() succeeds, nothing is there
        KeepsBlocks,  // remove() succeeds, all is still there
        RemovesLater, // a block is there when it is read back the first time, and gone ever after
    };

    // `inner` must outlive the liar.
    LyingBackend(FirewallBackend& inner, Lie lie)
        : m_inner(inner)
        , m_lie(lie)
    {
    }

    [[nodiscard]] std::string_view name() const override { return m_inner.name(); }
    Result<void> ensureReady() override { return m_inner.ensureReady(); }
    Result<void> setAllowed(std::span<const Cidr> addresses) override
    {
        return m_inner.setAllowed(addresses);
    }
    Result<void> add(std::span<const FirewallEntry> entries) override;
    Result<void> remove(std::span<const Cidr> addresses) override;
    [[nodiscard]] Result<std::optional<FirewallEntry>> find(const Cidr& address) override;
    [[nodiscard]] Result<std::vector<FirewallEntry>> list() override { return m_inner.list(); }
    [[nodiscard]] Result<std::vector<Cidr>> listAllowed() override { return m_inner.listAllowed(); }
    [[nodiscard]] Result<std::unique_ptr<ListLoad>> beginList(std::string name,
                                                              std::vector<Cidr> entries) override
    {
        return m_inner.beginList(std::move(name), std::move(entries));
    }
    [[nodiscard]] Result<std::vector<std::string>> lists() override { return m_inner.lists(); }
    [[nodiscard]] Result<std::vector<std::string>> listsHolding(const IpAddress& address) override
    {
        return m_inner.listsHolding(address);
    }
    Result<void> teardown() override { return m_inner.teardown(); }

private:
    FirewallBackend& m_inner;
    Lie m_lie;
};

} // namespace bartizan
