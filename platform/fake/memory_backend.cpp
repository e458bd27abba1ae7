#include "platform/fake/memory_backend.h"

#include "engine/platform/firewall_entries.h"

#include <algorithm>

namespace bartizan {

Result<void> MemoryBackend::ensureReady()
{
    m_ready = true;
    return {};
}

Result<void> MemoryBackend::setAllowed(std::span<const Cidr> addresses)
{
    if (auto ready = requireReady(); !ready)
        return ready;
    m_allowed = withoutCovered(addresses);
    return {};
}

Result<void> MemoryBackend::add(std::span<const FirewallEntry> entries)
{
    if (auto ready = requireReady(); !ready)
        return ready;
    for (const FirewallEntry& entry : entries) {
        if (auto valid = checkBlockable(entry.address); !valid)
            return valid;
    }
    for (const FirewallEntry& entry : entries) {
        std::optional<EpochMs> until;
        if (entry.remaining)
            until = m_clock.now() + std::max<EpochMs>(entry.remaining->count(), 1);
        m_blocks.insert_or_assign(entry.address, until);
    }
    return {};
}

Result<void> MemoryBackend::remove(std::span<const Cidr> addresses)
{
    if (auto ready = requireReady(); !ready)
        return ready;
    for (const Cidr& address : addresses)
        m_blocks.erase(address);
    return {};
}

Result<std::optional<FirewallEntry>> MemoryBackend::find(const Cidr& address)
{
    dropExpired();
    const auto found = m_blocks.find(address);
    if (!m_ready || found == m_blocks.end())
        return std::nullopt;
    return entryFor(found->first, found->second);
}

Result<std::vector<FirewallEntry>> MemoryBackend::list()
{
    if (auto ready = requireReady(); !ready)
        return std::unexpected(ready.error());
    dropExpired();
    std::vector<FirewallEntry> entries;
    entries.reserve(m_blocks.size());
    for (const auto& [address, until] : m_blocks)
        entries.push_back(entryFor(address, until));
    return entries;
}

Result<std::vector<Cidr>> MemoryBackend::listAllowed()
{
    if (auto ready = requireReady(); !ready)
        return std::unexpected(ready.error());
    return m_allowed;
}

Result<void> MemoryBackend::teardown()
{
    loseEverything();
    return {};
}

void MemoryBackend::loseEverything()
{
    m_ready = false;
    m_blocks.clear();
    m_allowed.clear();
}

Result<void> MemoryBackend::requireReady() const
{
    if (!m_ready)
        return fail(ErrorCode::NotFound, "the firewall table is not set up");
    return {};
}

FirewallEntry MemoryBackend::entryFor(const Cidr& address, std::optional<EpochMs> until) const
{
    if (!until)
        return {address, std::nullopt};
    return {address, std::chrono::milliseconds(*until - m_clock.now())};
}

void MemoryBackend::dropExpired()
{
    const EpochMs now = m_clock.now();
    std::erase_if(m_blocks, [now](const auto& block) { return block.second && *block.second <= now; });
}

} // namespace bartizan
