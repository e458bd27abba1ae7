// Whom the engine protects: the guard, made of this machine's addresses, the configuration and what people
// allow.
#include "engine/core/engine.h"
#include "engine/core/engine_log.h"

namespace bartizan {

std::shared_ptr<const Guard> Engine::makeGuard()
{
    Problems problems;
    auto host = m_platform.hostInfo->read(problems);
    m_health.report("host", std::move(problems));
    std::vector<AllowlistEntry> allowlist;
    for (const auto& entry : m_configuration.whiteList) {
        if (entry.network)
            allowlist.push_back({*entry.network, "configuration"});
    }
    // A history that can't be read for the moment takes nobody off the allowlist.
    if (auto entries = m_store->allowEntries()) {
        m_allowEntries = std::move(*entries);
        m_health.report("allowlist", {});
    } else {
        m_health.report("allowlist", {problemOf(entries.error(), "store", m_store->path())});
    }
    for (const auto& entry : m_allowEntries)
        allowlist.push_back({entry.address, entry.reason});
    return std::make_shared<const Guard>(std::move(host), std::move(allowlist), m_allowPatterns);
}

void Engine::refreshGuard()
{
    m_keeper->setGuard(makeGuard());
    retryIfFailing();
    armExpiry();
}

Result<std::vector<Cidr>> Engine::allow(const Cidr& address, const std::string& reason, const std::string& by)
{
    AllowRecord entry;
    entry.address = address;
    entry.reason = reason;
    entry.createdAt = m_clock.now();
    entry.createdBy = by;
    if (auto added = m_store->addAllow(entry); !added)
        return std::unexpected(std::move(added.error()));
    std::vector<Cidr> covered;
    for (const auto& block : m_keeper->standing()) {
        if (address.overlaps(block.address))
            covered.push_back(block.address);
    }
    refreshGuard();
    return covered;
}

Result<void> Engine::disallow(const Cidr& address)
{
    if (auto removed = m_store->removeAllow(address); !removed)
        return removed;
    refreshGuard();
    return {};
}

} // namespace bartizan
