#include "engine/response/block_keeper.h"

#include "engine/store/store.h"

#include <algorithm>
#include <cstdlib>
#include <unordered_set>
#include <utility>

namespace bartizan {

namespace {

using std::chrono::milliseconds;

// A refusal of the same address is written down once in this time: an attacker who is guarded can't fill the
// history.
constexpr EpochMs kRecordAgainAfter = 10LL * 60 * 1000;
constexpr std::size_t kRecordedLimit = 4096;
// A clock that is adjusted by less has not been set.
constexpr EpochMs kClockTolerance = 2000;

BlockChangeKind kindOf(BlockState state)
{
    switch (state) {
    case BlockState::Active:
        return BlockChangeKind::Blocked;
    case BlockState::Refused:
        return BlockChangeKind::Refused;
    case BlockState::Observed:
        return BlockChangeKind::Observed;
    case BlockState::Released:
        return BlockChangeKind::Released;
    case BlockState::Expired:
        return BlockChangeKind::Expired;
    case BlockState::Pending:
    case BlockState::Failed:
        break;
    }
    return BlockChangeKind::Failed;
}

} // namespace

BlockKeeper::BlockKeeper(Store& store, FirewallBackend* backend, const Clock& clock, HealthBoard& health,
                         Mode mode, Listener listener)
    : m_store(store)
    , m_backend(backend)
    , m_clock(clock)
    , m_health(health)
    , m_mode(mode)
    , m_listener(std::move(listener))
{
}

void BlockKeeper::start(std::shared_ptr<const Guard> guard, History history)
{
    Changes changes;
    {
        const std::lock_guard lock(m_mutex);
        m_guard = std::move(guard);
        const EpochMs now = m_clock.now();
        m_clockOffset = now - m_clock.steadyNow();
        auto known = m_store.activeBlocks();
        m_adoptStanding = history == History::Unavailable || !known;
        std::vector<BlockRecord> wanted = std::move(known).value_or(std::vector<BlockRecord>{});
        BlockQuery failedToo;
        failedToo.limit = 1000;
        failedToo.activeOnly = false;
        if (auto page = m_store.blocks(failedToo)) {
            std::ranges::copy_if(page->items, std::back_inserter(wanted), [](const BlockRecord& record) {
                return record.state == BlockState::Failed;
            });
        }
        std::vector<BlockRecord> over = wantAll(std::move(wanted), now);
        reconcileLocked(changes);
        close(std::move(over), BlockState::Expired, {}, changes);
    }
    notify(changes);
}

std::vector<BlockRecord> BlockKeeper::wantAll(std::vector<BlockRecord> records, EpochMs now)
{
    std::vector<BlockRecord> over;
    std::vector<std::pair<EpochMs, Cidr>> expiries;
    m_wanted.reserve(records.size());
    for (auto& record : records) {
        const Cidr address = record.address;
        if (m_wanted.contains(address) || (record.expiresAt && *record.expiresAt <= now)) {
            over.push_back(std::move(record));
            continue;
        }
        if (record.expiresAt)
            expiries.emplace_back(*record.expiresAt, address);
        if (!address.isSingle())
            m_networks.insert(address);
        m_wanted.emplace(address, std::move(record));
    }
    std::ranges::sort(expiries);
    m_expiries = {expiries.begin(), expiries.end()}; // sorted, each goes to the end without a search
    return over;
}

void BlockKeeper::followClock()
{
    const EpochMs offset = m_clock.now() - m_clock.steadyNow();
    const EpochMs jump = offset - std::exchange(m_clockOffset, offset);
    if (std::llabs(jump) < kClockTolerance)
        return;
    std::vector<BlockRecord> moved;
    for (const auto& [address, record] : m_wanted) {
        if (record.expiresAt)
            moved.push_back(record);
    }
    for (auto& record : moved) {
        *record.expiresAt += jump;
        want(record);
    }
    (void)m_store.save(moved);
}

bool BlockKeeper::observing() const
{
    return m_mode == Mode::Observe || m_backend == nullptr || !m_ready;
}

std::vector<BlockRecord> BlockKeeper::block(std::span<const BlockRequest> requests)
{
    std::vector<BlockRecord> results;
    Changes changes;
    {
        const std::lock_guard lock(m_mutex);
        blockLocked(requests, results, changes);
    }
    notify(changes);
    return results;
}

void BlockKeeper::blockLocked(std::span<const BlockRequest> requests, std::vector<BlockRecord>& results,
                              Changes& changes)
{
    followClock();
    results.resize(requests.size());
    std::vector<BlockRecord> fresh;
    std::vector<std::size_t> freshRequest; // which request each of them answers
    std::vector<std::pair<std::size_t, std::size_t>>
        twins; // a request, and the fresh record that answers it too
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const auto twin = std::ranges::find(fresh, requests[i].address, &BlockRecord::address);
        if (twin != fresh.end()) {
            const auto end = newRecord(requests[i], m_clock.now()).expiresAt;
            if (twin->expiresAt && (!end || *end > *twin->expiresAt)) {
                twin->expiresAt = end;
                want(*twin);
            }
            twins.emplace_back(i, static_cast<std::size_t>(twin - fresh.begin()));
            continue;
        }
        if (answered(requests[i], results[i], changes))
            continue;
        BlockRequest asked = requests[i];
        if (asked.origin == BlockOrigin::Rule && asked.duration)
            asked.duration = m_ladder.next(asked.address, *asked.duration);
        fresh.push_back(newRecord(asked, m_clock.now()));
        freshRequest.push_back(i);
        want(fresh.back());
    }
    if (fresh.empty())
        return;
    // An error is in the store's own problems; protecting goes on.
    (void)m_store.save(fresh);
    enforce(fresh);
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        want(fresh[i]);
        ++(fresh[i].state == BlockState::Active ? m_blocked : m_failed);
        results[freshRequest[i]] = fresh[i];
        changes.push_back({kindOf(fresh[i].state), fresh[i], requests[freshRequest[i]].alertJson});
    }
    (void)m_store.save(fresh);
    for (const auto& [request, at] : twins)
        results[request] = fresh[at];
}

bool BlockKeeper::answered(const BlockRequest& request, BlockRecord& record, Changes& changes)
{
    const EpochMs now = m_clock.now();
    record = newRecord(request, now);
    if (const auto refusal = m_guard->check(request.address)) {
        record.guard = guardName(refusal->kind);
        record.error = refusal->text;
        ++m_refused;
        recordWithoutBlocking(request, record, BlockState::Refused, changes);
        return true;
    }
    if (!request.doubt.empty()) {
        record.guard = "origin";
        record.error = request.doubt;
        ++m_refused;
        recordWithoutBlocking(request, record, BlockState::Refused, changes);
        return true;
    }
    const bool paused = m_pausedUntil && *m_pausedUntil > now && request.origin == BlockOrigin::Rule;
    // A firewall that worked and fails for the moment is no reason to merely watch: it is failed, and tried
    // again.
    if (paused || (observing() && !m_wasReady)) {
        record.error = paused ? "protection is paused" : m_error;
        recordWithoutBlocking(request, record, BlockState::Observed, changes);
        return true;
    }
    return extended(request, record, changes);
}

void BlockKeeper::recordWithoutBlocking(const BlockRequest& request, BlockRecord& record, BlockState state,
                                        Changes& changes)
{
    record.state = state;
    const EpochMs now = m_clock.now();
    if (m_recorded.size() >= kRecordedLimit) {
        std::erase_if(m_recorded, [now](const auto& item) { return now - item.second >= kRecordAgainAfter; });
        if (m_recorded.size() >= kRecordedLimit)
            m_recorded.clear();
    }
    auto& last = m_recorded[{request.address, state}];
    if (request.origin == BlockOrigin::Rule && last != 0 && now - last < kRecordAgainAfter)
        return;
    last = now;
    (void)m_store.save(record);
    changes.push_back({kindOf(state), record, request.alertJson});
}

bool BlockKeeper::extended(const BlockRequest& request, BlockRecord& record, Changes& changes)
{
    const EpochMs now = m_clock.now();
    const auto wantedEnd = record.expiresAt;
    const auto outlasts = [&](const BlockRecord& standing) {
        return !standing.expiresAt || (wantedEnd && *standing.expiresAt >= *wantedEnd);
    };
    for (const auto& network : m_networks) {
        const auto& standing = m_wanted.at(network);
        if (network != request.address && network.contains(request.address) && outlasts(standing)) {
            record = standing;
            return true;
        }
    }
    const auto found = m_wanted.find(request.address);
    if (found == m_wanted.end())
        return false;
    BlockRecord standing = found->second;
    if (request.origin == BlockOrigin::Rule) {
        // An attack that goes on asks again and again; a tenth of the time must have passed before it costs
        // anything.
        const bool stillFresh = standing.expiresAt && wantedEnd && request.duration &&
                                *standing.expiresAt - now > milliseconds(*request.duration).count() / 10 * 9;
        if (outlasts(standing) || stillFresh) {
            record = standing;
            return true;
        }
    } else {
        standing.origin = BlockOrigin::Person;
        standing.reason = request.reason;
        standing.requestedBy = request.requestedBy;
    }
    standing.expiresAt = wantedEnd;
    standing.state = BlockState::Pending;
    std::vector<BlockRecord> one{standing};
    want(standing);
    (void)m_store.save(one);
    enforce(one);
    want(one.front());
    (void)m_store.save(one);
    record = one.front();
    changes.push_back(
        {record.state == BlockState::Active ? BlockChangeKind::Extended : BlockChangeKind::Failed, record,
         request.alertJson});
    return true;
}

BlockRecord BlockKeeper::newRecord(const BlockRequest& request, EpochMs now) const
{
    BlockRecord record;
    record.address = request.address;
    record.origin = request.origin;
    record.ruleId = request.ruleId;
    record.ruleLevel = request.ruleLevel;
    record.ruleDescription = request.ruleDescription;
    record.alertId = request.alertId;
    record.command = request.command;
    record.reason = request.reason;
    record.requestedBy = request.requestedBy;
    record.createdAt = now;
    if (request.duration)
        record.expiresAt = now + milliseconds(*request.duration).count();
    record.backend = m_backend != nullptr ? m_backend->name() : "none";
    return record;
}

FirewallEntry BlockKeeper::entryFor(const BlockRecord& record) const
{
    if (!record.expiresAt)
        return {record.address, std::nullopt};
    return {record.address, milliseconds(std::max<EpochMs>(*record.expiresAt - m_clock.now(), 1))};
}

void BlockKeeper::enforce(std::span<BlockRecord* const> records)
{
    std::vector<FirewallEntry> entries;
    entries.reserve(records.size());
    for (const BlockRecord* record : records)
        entries.push_back(entryFor(*record));
    auto added = m_backend->add(entries);
    if (!added) {
        // Our table may have been flushed a moment ago: put everything back once, then try again.
        m_ready = false;
        if (makeReady())
            added = m_backend->add(entries);
        if (!added)
            reportFirewall(added.error());
    }
    if (added) {
        verify(records);
    } else {
        // All or none went in; alone, an entry shows whether it was the one at fault.
        for (std::size_t i = 0; i < records.size(); ++i) {
            const auto alone = records.size() == 1 ? added : m_backend->add(std::span(&entries[i], 1));
            if (alone) {
                verify(records.subspan(i, 1));
            } else {
                records[i]->state = BlockState::Failed;
                records[i]->error = alone.error().message;
            }
        }
    }
    m_verifiedAt = m_clock.now();
}

void BlockKeeper::enforce(std::vector<BlockRecord>& records)
{
    std::vector<BlockRecord*> all;
    all.reserve(records.size());
    for (auto& record : records)
        all.push_back(&record);
    enforce(all);
}

void BlockKeeper::verify(std::span<BlockRecord* const> records)
{
    std::vector<Cidr> addresses;
    addresses.reserve(records.size());
    for (const BlockRecord* record : records)
        addresses.push_back(record->address);
    const auto missing = m_backend->missing(addresses);
    std::unordered_set<Cidr, CidrHash> absent;
    if (missing)
        absent.insert(missing->begin(), missing->end());
    for (BlockRecord* record : records) {
        if (missing && !absent.contains(record->address)) {
            record->state = BlockState::Active;
            record->error.clear();
            continue;
        }
        record->state = BlockState::Failed;
        record->error =
            missing ? "the firewall said yes, but the block is not there" : missing.error().message;
        reportFirewall(Error{ErrorCode::Unavailable, record->address.toString() + ": " + record->error,
                             "see whether another program manages the firewall; it is tried again"});
    }
}

std::vector<BlockRecord> BlockKeeper::release(std::span<const Cidr> addresses, const std::string& by)
{
    std::vector<BlockRecord> closing;
    Changes changes;
    {
        const std::lock_guard lock(m_mutex);
        std::unordered_set<Cidr, CidrHash> seen;
        for (const auto& address : addresses) {
            const auto found = m_wanted.find(address);
            if (found != m_wanted.end() && seen.insert(address).second)
                closing.push_back(found->second);
        }
        close(closing, BlockState::Released, by, changes);
    }
    notify(changes);
    std::vector<BlockRecord> released;
    for (const auto& change : changes)
        released.push_back(change.block);
    return released;
}

std::vector<BlockRecord> BlockKeeper::releaseAll(const std::string& by)
{
    std::vector<Cidr> all;
    for (const auto& record : standing())
        all.push_back(record.address);
    return release(all, by);
}

void BlockKeeper::close(std::vector<BlockRecord> closing, BlockState state, const std::string& by,
                        Changes& changes)
{
    if (closing.empty())
        return;
    std::vector<Cidr> leaving;
    for (auto& record : closing) {
        record.state = state;
        record.error.clear();
        record.releasedAt = m_clock.now();
        record.releasedBy = by;
        const auto found = m_wanted.find(record.address);
        // A row that a newer block of the same address has overtaken takes nothing out of the kernel.
        if (found != m_wanted.end() && found->second.id != record.id)
            continue;
        forget(record.address);
        leaving.push_back(record.address);
    }
    (void)m_store.save(closing);
    if (m_backend != nullptr && m_ready && m_mode == Mode::Respond) {
        auto removed = m_backend->remove(leaving);
        for (const auto& address : leaving) {
            if (!removed)
                break;
            if (const auto found = m_backend->find(address); found && *found)
                removed = fail(ErrorCode::Unavailable,
                               address.toString() + " is still in the firewall after its release");
        }
        if (!removed)
            reportFirewall(removed.error());
    }
    for (const auto& record : closing)
        changes.push_back({kindOf(state), record, {}});
}

void BlockKeeper::expireDue()
{
    Changes changes;
    {
        const std::lock_guard lock(m_mutex);
        followClock();
        std::vector<BlockRecord> due;
        const EpochMs now = m_clock.now();
        for (const auto& [when, address] : m_expiries) {
            if (when > now)
                break;
            due.push_back(m_wanted.at(address));
        }
        close(std::move(due), BlockState::Expired, {}, changes);
    }
    notify(changes);
}

std::optional<EpochMs> BlockKeeper::nextExpiry() const
{
    const std::lock_guard lock(m_mutex);
    return m_expiries.empty() ? std::nullopt : std::optional(m_expiries.begin()->first);
}

void BlockKeeper::setGuard(std::shared_ptr<const Guard> guard)
{
    Changes changes;
    {
        const std::lock_guard lock(m_mutex);
        m_guard = std::move(guard);
        if (m_backend != nullptr && m_ready && m_mode == Mode::Respond) {
            if (const auto set = m_backend->setAllowed(m_guard->kernelAllowSet()); !set)
                reportFirewall(set.error());
        }
        std::vector<BlockRecord> lifted;
        for (const auto& [address, record] : m_wanted) {
            if (m_guard->check(address))
                lifted.push_back(record);
        }
        close(std::move(lifted), BlockState::Released, "guard", changes);
    }
    notify(changes);
}

std::shared_ptr<const Guard> BlockKeeper::guard() const
{
    const std::lock_guard lock(m_mutex);
    return m_guard;
}

void BlockKeeper::reportFirewall(const std::optional<Error>& error)
{
    m_error = error ? error->message : "";
    m_health.report("firewall",
                    error ? Problems{{Severity::Error, "firewall", {}, 0, 0, error->message, error->cure}}
                          : Problems{});
}

void BlockKeeper::want(BlockRecord record)
{
    const Cidr address = record.address;
    const auto [found, isNew] = m_wanted.try_emplace(address);
    if (!isNew && found->second.expiresAt && found->second.expiresAt != record.expiresAt)
        m_expiries.erase({*found->second.expiresAt, address});
    if (record.expiresAt && (isNew || found->second.expiresAt != record.expiresAt))
        m_expiries.emplace(*record.expiresAt, address);
    if (isNew && !address.isSingle())
        m_networks.insert(address);
    found->second = std::move(record);
}

void BlockKeeper::forget(const Cidr& address)
{
    const auto found = m_wanted.find(address);
    if (found == m_wanted.end())
        return;
    if (found->second.expiresAt)
        m_expiries.erase({*found->second.expiresAt, address});
    m_networks.erase(address);
    m_wanted.erase(found);
}

void BlockKeeper::notify(const Changes& changes) const
{
    if (!changes.empty() && m_listener)
        m_listener(changes);
}

void BlockKeeper::setRepeatedOffenders(std::vector<std::chrono::minutes> ladder)
{
    const std::lock_guard lock(m_mutex);
    m_ladder.setLadder(std::move(ladder));
}

void BlockKeeper::pauseUntil(std::optional<EpochMs> until)
{
    const std::lock_guard lock(m_mutex);
    m_pausedUntil = until;
}

std::optional<EpochMs> BlockKeeper::pausedUntil() const
{
    const std::lock_guard lock(m_mutex);
    return m_pausedUntil && *m_pausedUntil > m_clock.now() ? m_pausedUntil : std::nullopt;
}

std::vector<BlockRecord> BlockKeeper::standing() const
{
    std::vector<BlockRecord> records;
    {
        const std::lock_guard lock(m_mutex);
        for (const auto& [address, record] : m_wanted)
            records.push_back(record);
    }
    std::ranges::sort(records, std::ranges::greater{}, &BlockRecord::id);
    return records;
}

std::optional<BlockRecord> BlockKeeper::covering(const Cidr& address) const
{
    const std::lock_guard lock(m_mutex);
    if (const auto found = m_wanted.find(address); found != m_wanted.end())
        return found->second;
    std::optional<BlockRecord> narrowest;
    for (const auto& network : m_networks) {
        if (network.contains(address) && (!narrowest || network.prefix() > narrowest->address.prefix()))
            narrowest = m_wanted.at(network);
    }
    return narrowest;
}

BlockKeeper::Status BlockKeeper::status() const
{
    const std::lock_guard lock(m_mutex);
    Status status;
    status.backend = m_backend != nullptr ? m_backend->name() : "none";
    status.ready = m_ready;
    status.observing = observing();
    status.error = m_error;
    status.verifiedAt = m_verifiedAt;
    status.standing = m_wanted.size();
    status.blocked = m_blocked;
    status.refused = m_refused;
    status.failed = m_failed;
    return status;
}

} // namespace bartizan
