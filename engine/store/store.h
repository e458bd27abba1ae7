// The history on disk: alerts, blocks (desired state), allow entries, source positions, audit. SQLite in WAL
// mode. SQL is spoken here and nowhere else.
//
// Threads: every function may be called from any thread. One writer thread owns everything that changes the
// database; blocks, allow entries and meta go before queued alerts. A thread with a file of its own fills the
// search index behind it. Queries run on reader threads of the store, the caller waits. Callbacks in Options
// come from the store's threads and must not call the store, but for problems().
//
// Failure: a database that is locked, a full disk or an I/O error loses nothing that can be kept. Writing is
// retried, the problem stands in problems() until it is over, and blocking and analysing go on meanwhile (see
// save(), writeBatch()). A damaged database is moved aside to FILE.damaged-TIME, at open or while running,
// and a new one is started with the blocks, allow entries and positions that can still be read.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/learned_fact.h"
#include "engine/base/problem.h"
#include "engine/base/result.h"
#include "engine/store/records.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

struct AlertQuery
{
    std::size_t limit = 100;            // 1…1000
    std::optional<AlertId> before = {}; // only older rows than this one
    // Anywhere in description, logs, address, host, program, location; ASCII letters in any case. Texts of
    // three characters or more are looked up in the search index, and found in the whole history: among the
    // 100,000 newest rows that hold all its runs of three characters (each is looked at), and among the
    // 100,000 newest of those that are not in the index yet. Shorter ones: in the newest 50,000 rows.
    std::string search = {};
    std::optional<int> minLevel = {};
    std::optional<Cidr> address = {}; // source address is in it
    std::optional<std::uint32_t> ruleId = {};
    // Of a rule that is in this group, and has a source address; looked for in the newest 200,000 rows.
    std::string group = {};
};

struct BlockQuery
{
    std::size_t limit = 100; // 1…1000
    std::optional<BlockId> before = {};
    bool activeOnly = true;           // Pending and Active
    std::optional<Cidr> address = {}; // overlaps it
};

// Newest first.
template<class Record> struct Page
{
    std::vector<Record> items;
    bool more = false; // ask again with `before` = the last item's id
};

struct StoreCounters
{
    std::int64_t alerts = 0; // rows
    std::int64_t blocks = 0;
    std::int64_t activeBlocks = 0;
    std::int64_t refusedBlocks = 0;
    std::int64_t failedBlocks = 0;
};

// How far the history is behind.
struct StoreLoad
{
    std::int64_t waitingAlerts = 0;   // rows not written yet
    std::int64_t notIndexed = 0;      // rows that wait for the search index
    std::int64_t condensedAlerts = 0; // since the start: kept without their source address, see assignId()
    std::int64_t droppedAlerts = 0;   // since the start: not kept
};

// What has to survive.
enum class Durability {
    ProcessCrash, // kill -9: committed to the file, the system writes it out in its own time
    PowerLoss,    // waits for the disk
};

class Store
{
public:
    struct Options
    {
        std::chrono::days maxAge{90};
        // Of the database file; oldest alerts go first. The search index beside it follows.
        std::int64_t maxBytes = 512LL * 1024 * 1024;
        std::size_t queuedAlerts = 32'768;          // rows; see writeBatch()
        std::size_t queuedBytes = 32 * 1024 * 1024; // of their text
        std::chrono::milliseconds busyTimeout{200}; // for another process's lock, for each try
        std::chrono::milliseconds retryInterval{500};
        // The rows of a batch as they now stand (count, first and last line), after its commit. Writer
        // thread.
        std::function<void(const std::vector<AlertRecord>&)> written;
        // problems() has changed. Any of the store's threads.
        std::function<void()> problemsChanged;
        // For crash tests: called before and after each step of persistence. Steps: "block-begun",
        // "block-rows-written", "block-committed", "batch-begun", "batch-rows-written", "batch-committed",
        // "retention-step". Writer thread.
        std::function<void(std::string_view step)> afterStep;
    };

    // Opens or creates the file (mode 0600) and migrates it. Errors: PermissionDenied, Unavailable (no such
    // folder, read-only), Exhausted, Busy (locked for good), Unsupported (made by a newer version). `clock`
    // outlives the store.
    [[nodiscard]] static Result<std::unique_ptr<Store>> open(const std::string& path, const Clock& clock,
                                                             Options options);
    // A store that forgets everything at its end: for an engine whose file can't be had, and for tests.
    [[nodiscard]] static Result<std::unique_ptr<Store>> openInMemory(const Clock& clock, Options options);

    // Writes what is queued (for at most 5 s when writing fails) and closes the file.
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    // Blocks: the intent. Inserts those with id 0 and gives them their ids, updates the others; one
    // transaction for all, committed when it returns. On an Error (Busy, Exhausted, Unavailable) the ids are
    // given all the same, the records are kept in memory and written as soon as that is possible: the caller
    // carries on.
    Result<void> save(std::span<BlockRecord> blocks, Durability durability = Durability::ProcessCrash);
    Result<void> save(BlockRecord& block, Durability durability = Durability::ProcessCrash);

    // Folding. Gives the alert its id, at once: that of the row of its minute if there is one, else a new
    // one. False when it was folded into a row that exists. Makes sourceAddress canonical. Hand the alert to
    // writeBatch() afterwards, on the same thread and in the same order.
    // While the queue is half full, alerts come faster than rows can be written: then those of a rule and
    // location share one row for the minute, with their count and without a source address.
    bool assignId(AlertRecord& alert);

    // Queues alerts (with ids), positions and what rules learned; they are committed in order, each batch in
    // one transaction. Never waits: a full queue is folded together, and beyond the bound the oldest alerts
    // are dropped (never positions, never in silence: problems() and load() say how many).
    void writeBatch(std::vector<AlertRecord> alerts, std::vector<SourcePosition> positions,
                    std::vector<LearnedFact> learned = {});

    // Waits until everything queued so far is committed. Busy when that takes longer.
    Result<void> flush(std::chrono::milliseconds timeout = std::chrono::seconds(5));

    // On disk when it returns without an Error. add replaces an entry for the same address; remove: NotFound.
    Result<void> addAllow(const AllowRecord& entry);
    Result<void> removeAllow(const Cidr& address);
    Result<void> setMeta(const std::string& key, const std::string& value);

    // Queued, returns at once.
    void audit(AuditRecord entry);

    // Removes what is over maxAge, in small steps behind all other work. Size is watched by itself.
    void retain();

    [[nodiscard]] Result<std::vector<BlockRecord>> activeBlocks(); // Pending and Active, newest first
    [[nodiscard]] Result<Page<BlockRecord>> blocks(const BlockQuery& query);
    [[nodiscard]] Result<Page<AlertRecord>> alerts(const AlertQuery& query);
    [[nodiscard]] Result<AlertRecord> alert(AlertId id); // NotFound
    [[nodiscard]] Result<BlockRecord> block(BlockId id); // NotFound
    [[nodiscard]] Result<std::vector<AllowRecord>> allowEntries();
    [[nodiscard]] Result<std::vector<SourcePosition>> positions();
    // Oldest first; the newest 100,000.
    [[nodiscard]] Result<std::vector<LearnedFact>> learnedFacts();
    [[nodiscard]] Result<std::vector<AuditRecord>> auditEntries(std::size_t limit = 100); // newest first
    [[nodiscard]] Result<std::optional<std::string>> meta(const std::string& key);
    [[nodiscard]] Result<StoreCounters> counters();
    [[nodiscard]] StoreLoad load() const;

    // Bytes on disk, the write-ahead log and the search index included; 0 in memory.
    [[nodiscard]] std::int64_t sizeInBytes() const;
    [[nodiscard]] const std::string& path() const; // empty in memory
    // What is wrong now: component "store", the file, the message and the cure.
    [[nodiscard]] Problems problems() const;

private:
    class Implementation;
    explicit Store(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> m_implementation;
};

} // namespace bartizan
