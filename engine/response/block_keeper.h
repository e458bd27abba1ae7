// Keeps what should be blocked (the store) and what is blocked (the kernel) equal, over a block's whole life:
// asked → guarded → written down → in the kernel → read back → extended, released or expired.
//
// The intent is committed to the store before the kernel is touched, for blocks and for releases alike;
// whatever a crash leaves half done, start() finishes. Thread-safe: the analysis thread blocks, the main
// thread releases.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/fair_mutex.h"
#include "engine/base/health_board.h"
#include "engine/base/offender_ladder.h"
#include "engine/platform/firewall_backend.h"
#include "engine/response/guard.h"
#include "engine/store/records.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

namespace bartizan {

class Store;

struct BlockRequest
{
    Cidr address;
    std::optional<std::chrono::seconds> duration; // nothing = permanent
    BlockOrigin origin = BlockOrigin::Person;
    std::uint32_t ruleId = 0;
    int ruleLevel = 0;
    std::string ruleDescription;
    std::int64_t alertId = 0;
    std::string command;     // program: "firewall-drop"
    std::string reason;      // the deciding log line, or a person's words
    std::string requestedBy; // a person's name, empty for a rule
    std::string alertJson;   // handed on in the response event
    std::string doubt;       // who wrote the line is not certain: refused for this reason (guard "origin")
};

enum class BlockChangeKind { Blocked, Extended, Refused, Failed, Observed, Released, Expired, Restored };

struct BlockChange
{
    BlockChangeKind kind;
    BlockRecord block;
    std::string alertJson; // of the request, where there was one
};

class BlockKeeper
{
public:
    enum class Mode {
        Respond,
        Observe, // shows what would be blocked; the kernel is left alone
    };
    enum class History {
        Available,
        Unavailable, // `store` starts empty though there were blocks: what stands in the kernel is kept and
                     // adopted
    };
    // Called without a lock held, on the thread that caused the change.
    using Listener = std::function<void(const std::vector<BlockChange>&)>;

    // All references outlive the keeper. `backend` may be nullptr only in Mode::Observe.
    BlockKeeper(Store& store, FirewallBackend* backend, const Clock& clock, HealthBoard& health, Mode mode,
                Listener listener);

    // Loads the wanted blocks and makes the kernel equal to them; blocks that ended meanwhile are closed. A
    // firewall that can't be had is reported to the health board and makes the keeper observe.
    void start(std::shared_ptr<const Guard> guard, History history = History::Available);

    // One transaction in the store and one in the kernel for all of them. Returns one record per request, in
    // order: active, failed (with the error), refused (with the guard) or observed. An address that is
    // blocked already is extended, never shortened by a rule.
    std::vector<BlockRecord> block(std::span<const BlockRequest> requests);

    // Returns what was released; an address that was not blocked is missing in it.
    std::vector<BlockRecord> release(std::span<const Cidr> addresses, const std::string& by);
    std::vector<BlockRecord> releaseAll(const std::string& by);

    // Closes blocks whose time is over. nextExpiry() tells when to call it.
    void expireDue();
    [[nodiscard]] std::optional<EpochMs> nextExpiry() const;

    // Puts the new guard in force, in the kernel too, and lifts blocks that it refuses.
    void setGuard(std::shared_ptr<const Guard> guard);
    [[nodiscard]] std::shared_ptr<const Guard> guard() const;

    // Compares the kernel with what is wanted and mends it. False when something still is not as wanted.
    bool reconcile();

    // Puts a reputation list in force, or takes it away when there are no entries (see FirewallBackend::
    // beginList()). Works on the calling thread until the kernel has it, in steps of a few milliseconds
    // between which blocks go ahead; asked to stop, it leaves what stood before. Unavailable: nothing is
    // blocked here.
    Result<void> loadList(const std::string& name, std::vector<Cidr> entries,
                          ListTraffic traffic = ListTraffic::Inbound, const std::stop_token& stop = {});
    // The names of the lists in force, sorted. After reconcile() whatever is missing has to be loaded again:
    // lists that are lost with our table, or of which a set is, come back by nobody else. NotFound: something
    // of ours is damaged; reconcile() first. Unavailable: nothing is blocked here.
    [[nodiscard]] Result<std::vector<std::string>> listsInForce();
    // The names of those that hold the address, sorted; read from the kernel.
    [[nodiscard]] Result<std::vector<std::string>> listsHolding(const IpAddress& address);

    // How long a rule's timed block lasts when the address was blocked before; see OffenderLadder. Counted
    // until the engine ends.
    void setRepeatedOffenders(std::vector<std::chrono::minutes> ladder);

    // Until then rules block nothing (people still can). Nothing = not paused.
    void pauseUntil(std::optional<EpochMs> until);
    [[nodiscard]] std::optional<EpochMs> pausedUntil() const;

    // Every block that stands or should stand, newest first.
    [[nodiscard]] std::vector<BlockRecord> standing() const;
    // The narrowest one that covers this address or network.
    [[nodiscard]] std::optional<BlockRecord> covering(const Cidr& address) const;

    struct Status
    {
        std::string backend = "none";
        bool ready = false;
        bool observing = false;
        std::string error;
        std::optional<EpochMs> verifiedAt;
        std::size_t standing = 0;
        std::uint64_t blocked = 0;
        std::uint64_t refused = 0;
        std::uint64_t failed = 0;
    };
    [[nodiscard]] Status status() const;

private:
    using Changes = std::vector<BlockChange>;

    // For start(). Newest first: an older row for the same address has been overtaken. Returns those that are
    // over.
    std::vector<BlockRecord> wantAll(std::vector<BlockRecord> records, EpochMs now);
    // Moves the ends of timed blocks along when the wall clock was set, since the kernel's timeouts are not.
    void followClock();
    [[nodiscard]] bool observing() const;
    [[nodiscard]] BlockRecord newRecord(const BlockRequest& request, EpochMs now) const;
    void blockLocked(std::span<const BlockRequest> requests, std::vector<BlockRecord>& results,
                     Changes& changes);
    // True when no new block is needed: refused, observed, or covered by one that stands. `record` is the
    // answer.
    bool answered(const BlockRequest& request, BlockRecord& record, Changes& changes);
    bool extended(const BlockRequest& request, BlockRecord& record, Changes& changes);
    void recordWithoutBlocking(const BlockRequest& request, BlockRecord& record, BlockState state,
                               Changes& changes);
    // Puts the records into the kernel and reads each back: Active or Failed.
    void enforce(std::span<BlockRecord* const> records);
    void enforce(std::vector<BlockRecord>& records);
    void verify(std::span<BlockRecord* const> records);
    void close(std::vector<BlockRecord> closing, BlockState state, const std::string& by, Changes& changes);
    bool reconcileLocked(Changes& changes);
    bool restoreLocked(const std::vector<FirewallEntry>& standing, Changes& changes);
    [[nodiscard]] bool standsAsWanted(const BlockRecord& record, const FirewallEntry& entry) const;
    // Blocks that the kernel has not as wanted. Returns those that are recorded otherwise now.
    std::vector<BlockRecord> putBack(const std::vector<BlockRecord*>& records);
    void adopt(const FirewallEntry& entry);
    bool makeReady();
    // `what` blocks nothing: why.
    [[nodiscard]] Error unavailable(const std::string& what) const;
    void reportFirewall(const std::optional<Error>& error);
    void want(BlockRecord record);
    void forget(const Cidr& address);
    [[nodiscard]] FirewallEntry entryFor(const BlockRecord& record) const;
    void notify(const Changes& changes) const;

    Store& m_store;
    FirewallBackend* const m_backend;
    const Clock& m_clock;
    HealthBoard& m_health;
    const Mode m_mode;
    const Listener m_listener;

    mutable FairMutex m_mutex; // a list being loaded must not overtake a block that waits
    std::shared_ptr<const Guard> m_guard = std::make_shared<Guard>();
    std::unordered_map<Cidr, BlockRecord, CidrHash> m_wanted;
    std::set<Cidr> m_networks; // those of m_wanted that are more than one address
    std::set<std::pair<EpochMs, Cidr>> m_expiries;
    std::map<std::pair<Cidr, BlockState>, EpochMs>
        m_recorded;                          // refused and observed ones, when last written down
    OffenderLadder<Cidr, CidrHash> m_ladder; // blocks by rules so far
    std::optional<EpochMs> m_pausedUntil;
    EpochMs m_clockOffset = 0; // wall clock less steady clock, as last seen
    bool m_ready = false;
    bool m_wasReady = false; // at least once
    bool m_adoptStanding = false;
    std::string m_error;
    std::optional<EpochMs> m_verifiedAt;
    std::uint64_t m_blocked = 0;
    std::uint64_t m_refused = 0;
    std::uint64_t m_failed = 0;
};

} // namespace bartizan
