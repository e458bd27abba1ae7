// A firewall around another one: derive from it to change or watch a part of what is asked.
#pragma once

#include "engine/platform/firewall_backend.h"

namespace bartizan {

class ForwardingBackend : public FirewallBackend
{
public:
    // `inner` must outlive this one.
    explicit ForwardingBackend(FirewallBackend& inner)
        : m_inner(inner)
    {
    }

    [[nodiscard]] std::string_view name() const override { return m_inner.name(); }
    Result<void> ensureReady() override { return m_inner.ensureReady(); }
    Result<void> setAllowed(std::span<const Cidr> addresses) override
    {
        return m_inner.setAllowed(addresses);
    }
    Result<void> add(std::span<const FirewallEntry> entries) override { return m_inner.add(entries); }
    Result<void> remove(std::span<const Cidr> addresses) override { return m_inner.remove(addresses); }
    [[nodiscard]] Result<std::optional<FirewallEntry>> find(const Cidr& address) override
    {
        return m_inner.find(address);
    }
    [[nodiscard]] Result<std::vector<FirewallEntry>> list() override { return m_inner.list(); }
    [[nodiscard]] Result<std::vector<Cidr>> listAllowed() override { return m_inner.listAllowed(); }
    [[nodiscard]] Result<std::unique_ptr<ListLoad>> beginList(std::string listName, std::vector<Cidr> entries,
                                                              ListTraffic traffic) override
    {
        return m_inner.beginList(std::move(listName), std::move(entries), traffic);
    }
    [[nodiscard]] Result<std::vector<std::string>> lists() override { return m_inner.lists(); }
    [[nodiscard]] Result<std::vector<std::string>> listsHolding(const IpAddress& address) override
    {
        return m_inner.listsHolding(address);
    }
    Result<void> teardown() override { return m_inner.teardown(); }

protected:
    FirewallBackend& m_inner;
};

} // namespace bartizan
