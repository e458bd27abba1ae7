#include "engine/core/pipeline.h"

#include "engine/core/alert_builder.h"
#include "engine/response/response_event.h"
#include "engine/store/store.h"

#include <utility>

namespace bartizan {

namespace {

std::optional<ResponseAction> actionOf(BlockChangeKind kind)
{
    switch (kind) {
    case BlockChangeKind::Blocked:
        return ResponseAction::Add;
    case BlockChangeKind::Released:
    case BlockChangeKind::Expired:
        return ResponseAction::Delete;
    case BlockChangeKind::Refused:
        return ResponseAction::Refused;
    case BlockChangeKind::Failed:
        return ResponseAction::Failed;
    case BlockChangeKind::Extended:
    case BlockChangeKind::Observed:
    case BlockChangeKind::Restored:
        break;
    }
    return std::nullopt;
}

} // namespace

Pipeline::Pipeline(std::unique_ptr<AnalysisPort> analysis, BoundedQueue<SourceBatch>& queue, Store& store,
                   BlockKeeper& keeper, const Clock& clock, HealthBoard& health, std::string hostName)
    : m_analysis(std::move(analysis))
    , m_queue(queue)
    , m_store(store)
    , m_keeper(keeper)
    , m_clock(clock)
    , m_health(health)
    , m_hostName(std::move(hostName))
    , m_lineNumber(clock.now())
{
}

Pipeline::~Pipeline()
{
    stop();
}

void Pipeline::start()
{
    m_thread = std::thread([this] { run(); });
}

void Pipeline::stop()
{
    if (m_thread.joinable())
        m_thread.join();
}

std::future<Result<Problems>> Pipeline::load(RulesetSource source,
                                             std::unique_ptr<const ResponsePolicy> policy,
                                             std::unique_ptr<AlertsFile> alertsFile)
{
    LoadJob job{std::move(source), std::move(policy), std::move(alertsFile), {}};
    auto done = job.done.get_future();
    {
        const std::lock_guard lock(m_mutex);
        m_loadJobs.push_back(std::move(job));
    }
    m_queue.pushUrgent({});
    return done;
}

std::future<ReplacedLists> Pipeline::changeLists(ListChanges changes)
{
    ListJob job{std::move(changes), {}};
    auto done = job.done.get_future();
    {
        const std::lock_guard lock(m_mutex);
        if (m_ended)
            job.done.set_value({});
        else
            m_listJobs.push_back(std::move(job));
    }
    m_queue.pushUrgent({});
    return done;
}

void Pipeline::drain()
{
    std::future<void> done;
    {
        const std::lock_guard lock(m_mutex);
        done = m_drains.emplace_back().get_future();
    }
    m_queue.pushUrgent({});
    done.wait();
}

void Pipeline::finishDrains()
{
    if (m_queue.size() > 0)
        return;
    const std::lock_guard lock(m_mutex);
    for (auto& drain : m_drains)
        drain.set_value();
    m_drains.clear();
}

void Pipeline::recordChanges(const std::vector<BlockChange>& changes)
{
    {
        const std::lock_guard lock(m_mutex);
        const auto location = m_ownRecords.locationIndex(kResponseEventLocation);
        for (const auto& change : changes) {
            const auto action = actionOf(change.kind);
            if (!action)
                continue;
            const auto& block = change.block;
            const ResponseEvent event{*action,
                                      block.command.empty() ? "firewall-drop" : block.command,
                                      change.alertJson.empty() ? briefAlertJson(block) : change.alertJson,
                                      block.error,
                                      {}};
            const EpochMs now = m_clock.now();
            m_ownRecords.add(responseEventLine(event, now), location, now);
        }
        if (m_ownRecords.empty())
            return;
    }
    // The pipeline's own blocks are picked up behind the batch that caused them; anybody else's need the
    // nudge.
    if (std::this_thread::get_id() != m_thread.get_id())
        m_queue.pushUrgent({});
}

void Pipeline::setJournalAlertListener(std::function<void()> listener)
{
    const std::lock_guard lock(m_listenerMutex);
    m_journalAlerted = std::move(listener);
}

void Pipeline::noticeJournalAlert()
{
    const std::lock_guard lock(m_listenerMutex);
    if (m_journalAlerted)
        m_journalAlerted();
}

RulesetSummary Pipeline::rulesetSummary() const
{
    const std::lock_guard lock(m_mutex);
    return m_summary;
}

CorrelationUsage Pipeline::correlation() const
{
    const std::lock_guard lock(m_mutex);
    return m_correlation;
}

EncodedPositions Pipeline::positions() const
{
    const std::lock_guard lock(m_mutex);
    return m_positions;
}

RecordBatch Pipeline::takeOwnRecords()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_ownRecords, {});
}

void Pipeline::run()
{
    while (const auto batch = m_queue.pop()) {
        runJobs();
        processBatch(*batch);
        finishDrains();
    }
    {
        const std::lock_guard lock(m_mutex);
        m_ended = true;
    }
    runJobs();
    finishDrains();
}

void Pipeline::runJobs()
{
    std::vector<ListJob> listJobs;
    std::vector<LoadJob> loadJobs;
    {
        const std::lock_guard lock(m_mutex);
        listJobs.swap(m_listJobs);
        loadJobs.swap(m_loadJobs);
    }
    runListJobs(std::move(listJobs));
    runLoadJobs(std::move(loadJobs));
}

void Pipeline::noteSummary()
{
    auto summary = m_analysis->summary();
    const std::lock_guard lock(m_mutex);
    m_summary = summary;
}

void Pipeline::runListJobs(std::vector<ListJob> jobs)
{
    for (auto& job : jobs) {
        auto replaced = m_analysis->changeLists(std::move(job.changes));
        noteSummary();
        job.done.set_value(std::move(replaced));
    }
}

void Pipeline::runLoadJobs(std::vector<LoadJob> jobs)
{
    for (auto& job : jobs) {
        auto problems = m_analysis->load(job.source);
        if (problems) {
            m_policy = std::move(job.policy);
            m_alertsFile = std::move(job.alertsFile);
            m_health.report("alerts-file", {});
        }
        noteSummary();
        noteCorrelation();
        m_loadTried = true;
        job.done.set_value(std::move(problems));
    }
}

void Pipeline::noteCorrelation()
{
    const auto usage = m_analysis->correlation();
    const std::lock_guard lock(m_mutex);
    m_correlation = usage;
}

void Pipeline::processBatch(const SourceBatch& batch)
{
    std::vector<AlertRecord> alerts;
    m_lines += batch.records.records().size();
    processRecords(batch.records, alerts);
    // Releases that came due while the engine was down wait for the rules.
    while (m_loadTried) {
        const auto own = takeOwnRecords();
        if (own.empty())
            break;
        processRecords(own, alerts);
    }

    noteCorrelation();
    std::vector<SourcePosition> positions;
    if (const EncodedPositions read = encodedPositions(batch); !read.empty()) {
        for (const auto& [path, position] : read)
            positions.push_back({path, position});
        const std::lock_guard lock(m_mutex);
        for (const auto& [path, position] : read)
            m_positions.insert_or_assign(path, position);
    }
    m_store.writeBatch(std::move(alerts), std::move(positions), m_analysis->takeLearned());
}

void Pipeline::processRecords(const RecordBatch& records, std::vector<AlertRecord>& alerts)
{
    if (records.empty())
        return;
    m_verdicts.clear();
    const auto analysed = m_analysis->analyse(records, VerdictDetail::AlertsOnly, m_verdicts);
    m_health.report(
        "analysis",
        analysed
            ? m_analysis->findings()
            : Problems{
                  {Severity::Error, "analysis", {}, 0, 0, analysed.error().message, analysed.error().cure}});
    recordSightings(records);
    m_alertIds.assign(m_verdicts.size(), 0);
    bool fromJournal = false;
    for (std::size_t i = 0; i < m_verdicts.size(); ++i) {
        if (!m_verdicts[i].alert || !m_verdicts[i].rule)
            continue;
        fromJournal |=
            records.origin(records.records()[m_verdicts[i].record]).kind == RecordOrigin::Kind::Journal;
        auto alert = alertRecord(m_verdicts[i], records);
        m_store.assignId(alert);
        m_alertIds[i] = alert.id;
        alerts.push_back(std::move(alert));
        ++m_alerts;
    }
    respond(records);
    if (fromJournal)
        noticeJournalAlert();
    if (m_alertsFile)
        writeAlertsFile(records);
}

void Pipeline::recordSightings(const RecordBatch& records)
{
    const auto sightings = m_analysis->takeSightings();
    if (sightings.found.empty())
        return;
    const std::lock_guard lock(m_mutex);
    m_sightings.add(sightings, records, m_clock.now(), m_clock.steadyNow(), m_ownRecords);
}

void Pipeline::writeAlertsFile(const RecordBatch& records)
{
    std::string lines;
    for (std::size_t i = 0; i < m_verdicts.size(); ++i) {
        if (m_alertIds[i] != 0)
            lines += alertLine(m_verdicts[i], records, ++m_lineNumber, m_hostName) + '\n';
    }
    if (lines.empty())
        return;
    const auto written = m_alertsFile->append(lines);
    m_health.report("alerts-file", written ? Problems{}
                                           : Problems{{Severity::Error, "store", m_alertsFile->path(), 0, 0,
                                                       written.error().message, written.error().cure}});
}

void Pipeline::respond(const RecordBatch& records)
{
    if (!m_policy)
        return;
    std::vector<BlockRequest> requests;
    for (std::size_t i = 0; i < m_verdicts.size(); ++i) {
        const auto& verdict = m_verdicts[i];
        // What a response did never leads to another one: that could go round for ever.
        if (records.location(records.records()[verdict.record]) == kResponseEventLocation)
            continue;
        for (const auto& order :
             m_policy->ordersFor(verdict, records.origin(records.records()[verdict.record])))
            requests.push_back(blockRequest(order, verdict, records, m_alertIds[i], m_hostName));
    }
    if (!requests.empty())
        m_keeper.block(requests);
}

} // namespace bartizan
