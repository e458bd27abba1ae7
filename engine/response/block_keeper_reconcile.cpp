// The part of the block keeper that makes the kernel equal to the store.
#include "engine/response/block_keeper.h"
#include "engine/store/store.h"

#include <algorithm>
#include <cstdlib>
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
    if (!m_ready && !makeReady())
        return false;
    auto standing = m_backend->list();
    if (!standing) {
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

bool BlockKeeper::standsAsWanted(const BlockRecord& record, const FirewallEntry& entry) const
{
    const auto wanted = entryFor(record).remaining;
    return entry.remaining.has_value() == wanted.has_value() &&
           (!wanted || std::llabs((*wanted - *entry.remaining).count()) < kTimeoutTolerance);
}

bool BlockKeeper::restoreLocked(const std::vector<FirewallEntry>& standing, Changes& changes)
{
    std::vector<BlockRecord*> right; // in the kernel as wanted
    right.reserve(standing.size());
    std::vector<Cidr> unwanted;
    for (const auto& entry : standing) {
        auto found = m_wanted.find(entry.address);
        if (found == m_wanted.end() && m_adoptStanding) {
            adopt(entry);
            found = m_wanted.find(entry.address);
        }
        if (found == m_wanted.end())
            unwanted.push_back(entry.address);
        else if (standsAsWanted(found->second, entry))
            right.push_back(&found->second);
    }
    m_adoptStanding = false;
    std::ranges::sort(right);
    std::vector<BlockRecord*> wrong;
    for (auto& [address, record] : m_wanted) {
        if (!std::ranges::binary_search(right, &record))
            wrong.push_back(&record);
    }
    Result<void> removed;
    if (!unwanted.empty())
        removed = m_backend->remove(unwanted);
    std::vector<BlockRecord> changed = putBack(wrong);
    for (BlockRecord* record : right) {
        if (record->state == BlockState::Active)
            continue;
        record->state = BlockState::Active; // written down otherwise, but there
        record->error.clear();
        changed.push_back(*record);
    }
    if (!changed.empty())
        (void)m_store.save(changed);
    for (auto& record : changed)
        changes.push_back({BlockChangeKind::Restored, std::move(record), {}});
    const bool good = removed && std::ranges::all_of(wrong, [](const BlockRecord* record) {
                          return record->state == BlockState::Active;
                      });
    m_verifiedAt = m_clock.now();
    if (good)
        reportFirewall(std::nullopt);
    else if (!removed)
        reportFirewall(removed.error());
    return good;
}

std::vector<BlockRecord> BlockKeeper::putBack(const std::vector<BlockRecord*>& records)
{
    if (records.empty())
        return {};
    std::vector<BlockState> before;
    before.reserve(records.size());
    for (const BlockRecord* record : records)
        before.push_back(record->state);
    enforce(records);
    std::vector<BlockRecord> changed;
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (records[i]->state != before[i])
            changed.push_back(*records[i]);
    }
    return changed;
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
