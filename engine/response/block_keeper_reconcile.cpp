// The part of the block keeper that makes the kernel equal to the store.
#include "engine/response/block_keeper.h"
#include "engine/store/store.h"

#include <algorithm>
#include <cstdlib>
#include <unordered_map>
#include <utility>

namespace bartizan {

namespace {

// The kernel counts in its own ticks; a difference below this is none.
constexpr EpochMs kTimeoutTolerance = 2000;

} // namespace

bool BlockKeeper::reconcile()
{
    Changes changes;
    bool good = false;
    {
        const std::lock_guard lock(m_mutex);
        good = reconcileLocked(changes);
    }
    notify(changes);
    return good;
}

bool BlockKeeper::makeReady()
{
    auto ready = m_backend->ensureReady();
    if (ready)
        ready = m_backend->setAllowed(m_guard->kernelAllowSet());
    m_ready = ready.has_value();
    m_wasReady = m_wasReady || m_ready;
    reportFirewall(ready ? std::nullopt : std::optional(ready.error()));
    return m_ready;
}

bool BlockKeeper::reconcileLocked(Changes& changes)
{
    if (m_mode == Mode::Observe || m_backend == nullptr)
        return true;
    followClock();
    auto standing = m_backend->list();
    if (!m_ready || !standing) {
        if (!makeReady())
            return false;
        standing = m_backend->list();
    }
    const auto allowed = m_backend->listAllowed();
    if (!allowed || *allowed != m_guard->kernelAllowSet()) {
        if (!makeReady())
            return false;
    }
    if (!standing) {
        reportFirewall(standing.error());
        return false;
    }
    return restoreLocked(*standing, changes);
}

bool BlockKeeper::restoreLocked(const std::vector<FirewallEntry>& standing, Changes& changes)
{
    std::unordered_map<Cidr, FirewallEntry, CidrHash> inKernel;
    std::vector<Cidr> unwanted;
    for (const auto& entry : standing) {
        inKernel.emplace(entry.address, entry);
        if (m_wanted.contains(entry.address))
            continue;
        if (m_adoptStanding)
            adopt(entry);
        else
            unwanted.push_back(entry.address);
    }
    m_adoptStanding = false;
    std::vector<BlockRecord> missing;
    std::vector<BlockRecord> seen; // written down as not active, but there
    for (auto& [address, record] : m_wanted) {
        const auto found = inKernel.find(address);
        const auto want = entryFor(record).remaining;
        const bool equal =
            found != inKernel.end() && found->second.remaining.has_value() == want.has_value() &&
            (!want || std::llabs((*want - *found->second.remaining).count()) < kTimeoutTolerance);
        if (!equal)
            missing.push_back(record);
        else if (record.state != BlockState::Active)
            seen.push_back(record);
    }
    Result<void> removed;
    if (!unwanted.empty())
        removed = m_backend->remove(unwanted);
    if (!missing.empty())
        enforce(missing);
    for (auto& record : seen) {
        record.state = BlockState::Active;
        record.error.clear();
    }
    missing.insert(missing.end(), seen.begin(), seen.end());
    bool good = removed.has_value();
    for (const auto& record : missing) {
        const auto& before = m_wanted.at(record.address);
        good = good && record.state == BlockState::Active;
        if (before.state == record.state && record.state == BlockState::Failed)
            continue;
        changes.push_back({BlockChangeKind::Restored, record, {}});
        want(record);
    }
    if (!missing.empty())
        (void)m_store.save(missing);
    m_verifiedAt = m_clock.now();
    if (good)
        reportFirewall(std::nullopt);
    else if (!removed)
        reportFirewall(removed.error());
    return good;
}

void BlockKeeper::adopt(const FirewallEntry& entry)
{
    BlockRequest found;
    found.address = entry.address;
    found.reason = "found in the firewall while the history could not be read";
    found.requestedBy = "bartizan";
    auto record = newRecord(found, m_clock.now());
    if (entry.remaining)
        record.expiresAt = m_clock.now() + entry.remaining->count();
    record.state = BlockState::Active;
    (void)m_store.save(record);
    want(record);
}

} // namespace bartizan
