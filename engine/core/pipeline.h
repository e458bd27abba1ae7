// The way of the data: batches of log records → analysis → alerts with their ids → responses → store. One
// thread of its own; what it does to a batch is finished, positions included, before it takes the next.
#pragma once

#include "engine/analysis/analysis_port.h"
#include "engine/base/bounded_queue.h"
#include "engine/core/alerts_file.h"
#include "engine/core/sighting_records.h"
#include "engine/logsource/log_sources.h"
#include "engine/response/block_keeper.h"
#include "engine/response/response_policy.h"

#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace bartizan {

class Store;

class Pipeline
{
public:
    struct Counters
    {
        std::uint64_t lines = 0;
        std::uint64_t alerts = 0;
    };

    // All references outlive the pipeline. `hostName` goes into alerts.
    Pipeline(std::unique_ptr<AnalysisPort> analysis, BoundedQueue<SourceBatch>& queue, Store& store,
             BlockKeeper& keeper, const Clock& clock, HealthBoard& health, std::string hostName);
    ~Pipeline();

    void start();
    // Finishes what is in the queue (its owner has closed it) and ends the thread.
    void stop();

    // Compiles and swaps in on the pipeline's thread, between two batches; the future holds what was found.
    // The policy and the alerts file (nullptr: none is written) belong to the same configuration and are
    // swapped at the same moment.
    std::future<Result<Problems>> load(RulesetSource source, std::unique_ptr<const ResponsePolicy> policy,
                                       std::unique_ptr<AlertsFile> alertsFile = nullptr);

    // Between two batches, or at once where no line comes in. What was replaced is in the future: whoever
    // holds that frees it. Thread-safe.
    std::future<ReplacedLists> changeLists(ListChanges changes);

    // Returns when the queue is empty and its last batch dealt with. Nobody pushes meanwhile.
    void drain();

    // Blocks and releases, by whomever, become records that run through the rules. Thread-safe.
    void recordChanges(const std::vector<BlockChange>& changes);

    // Called on the pipeline's thread whenever a line of the journal raised an alert; empty: nobody. Returns
    // when a call under way is over. Thread-safe.
    void setJournalAlertListener(std::function<void()> listener);

    [[nodiscard]] RulesetSummary rulesetSummary() const;
    // How far each log has been dealt with since the start, whether or not it could be stored.
    [[nodiscard]] EncodedPositions positions() const;
    // As of the last batch.
    [[nodiscard]] CorrelationUsage correlation() const;
    [[nodiscard]] Counters counters() const { return {m_lines.load(), m_alerts.load()}; }

private:
    struct LoadJob
    {
        RulesetSource source;
        std::unique_ptr<const ResponsePolicy> policy;
        std::unique_ptr<AlertsFile> alertsFile;
        std::promise<Result<Problems>> done;
    };

    struct ListJob
    {
        ListChanges changes;
        std::promise<ReplacedLists> done;
    };

    void run();
    void runJobs();
    void runListJobs(std::vector<ListJob> jobs);
    void runLoadJobs(std::vector<LoadJob> jobs);
    void noteSummary();
    void finishDrains();
    void noteCorrelation();
    void processBatch(const SourceBatch& batch);
    void processRecords(const RecordBatch& records, std::vector<AlertRecord>& alerts);
    void respond(const RecordBatch& records);
    void writeAlertsFile(const RecordBatch& records);
    void noticeJournalAlert();
    void recordSightings(const RecordBatch& records);
    // The response events that came up since the last call, as records.
    [[nodiscard]] RecordBatch takeOwnRecords();

    std::unique_ptr<AnalysisPort> m_analysis;
    BoundedQueue<SourceBatch>& m_queue;
    Store& m_store;
    BlockKeeper& m_keeper;
    const Clock& m_clock;
    HealthBoard& m_health;
    const std::string m_hostName;
    std::unique_ptr<const ResponsePolicy> m_policy;
    std::unique_ptr<AlertsFile> m_alertsFile;

    // Used by the pipeline's thread only, kept to spare allocations.
    Verdicts m_verdicts;
    std::vector<std::int64_t> m_alertIds; // of each verdict, 0 for none
    SightingRecords m_sightings;
    // Equal alerts share an id in the history and are lines of their own in the file: numbered from the time
    // of the start, so that no number comes again.
    std::int64_t m_lineNumber;
    bool m_loadTried = false;

    mutable std::mutex m_mutex; // guards the eight below
    RecordBatch m_ownRecords;
    std::vector<LoadJob> m_loadJobs;
    std::vector<ListJob> m_listJobs;
    bool m_ended = false; // nobody takes jobs any more
    std::vector<std::promise<void>> m_drains;
    RulesetSummary m_summary;
    CorrelationUsage m_correlation;
    EncodedPositions m_positions;
    std::mutex m_listenerMutex;
    std::function<void()> m_journalAlerted; // guarded by m_listenerMutex

    std::atomic<std::uint64_t> m_lines = 0;
    std::atomic<std::uint64_t> m_alerts = 0;
    std::thread m_thread;
};

} // namespace bartizan
