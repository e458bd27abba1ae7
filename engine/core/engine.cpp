#include "engine/core/engine.h"

#include "engine/config/configuration_reader.h"
#include "engine/core/engine_log.h"
#include "engine/core/handlers.h"
#include "engine/core/json_objects.h"

#include <QJsonDocument>
#include <QRandomGenerator>

#include <algorithm>
#include <span>

namespace bartizan {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kKeptEvents = 1000; // by the server, docs/ipc.md
// Batches of up to 256 KiB each between reader and analysis.
constexpr std::size_t kQueuedBatches = 16;
constexpr milliseconds kReconcileDelay{100};
constexpr milliseconds kStatusDelay{50};
constexpr milliseconds kLongestReconcilePause{60'000};
// A timer can't wait longer than about 24 days, and a clock may be set.
constexpr EpochMs kLongestExpiryPause = 3'600'000;

} // namespace

Engine::Engine(EngineOptions options, EnginePlatform platform, const Clock& clock)
    : m_options(std::move(options))
    , m_platform(std::move(platform))
    , m_clock(clock)
    , m_health([this] { onMainThread([this] { publishStatusSoon(); }); })
    , m_queue(kQueuedBatches)
{
    m_expiryTimer.setSingleShot(true);
    m_expiryTimer.setTimerType(Qt::PreciseTimer);
    connect(&m_expiryTimer, &QTimer::timeout, this, [this] {
        m_keeper->expireDue();
        armExpiry();
    });
    m_reconcileTimer.setSingleShot(true);
    connect(&m_reconcileTimer, &QTimer::timeout, this, &Engine::reconcile);
    m_statusTimer.setSingleShot(true);
    connect(&m_statusTimer, &QTimer::timeout, this, [this] {
        if (m_server && m_server->connectionCount() > 0)
            m_server->publish("status", statusJson(*this));
    });
    m_listExpiryTimer.setSingleShot(true);
    connect(&m_listExpiryTimer, &QTimer::timeout, this, &Engine::expireListEntries);
    m_retentionTimer.setInterval(std::chrono::hours(1));
    connect(&m_retentionTimer, &QTimer::timeout, this, [this] { m_store->retain(); });
}

Engine::~Engine()
{
    stop();
}

Result<void> Engine::start()
{
    m_startedAt = m_clock.now();
    // First, so that a second engine ends here, before it touches the firewall of the first. Nobody is
    // answered before the event loop runs, when everything stands.
    if (auto listening = startControl(); !listening)
        return listening;
    m_running = true;
    auto problems = readConfiguration();
    const auto geoLocator = openGeoDatabase(m_configuration, m_platform.openGeoDatabase, problems);
    logProblems(problems);
    m_health.report("configuration", std::move(problems));
    openStore();

    const auto mode =
        m_options.observe || !m_platform.firewall ? BlockKeeper::Mode::Observe : BlockKeeper::Mode::Respond;
    if (!m_platform.firewallProblem.empty())
        m_health.report("firewall-choice", {{Severity::Error,
                                             "firewall",
                                             {},
                                             0,
                                             0,
                                             m_platform.firewallProblem,
                                             "start the engine with --firewall auto"}});
    m_keeper = std::make_unique<BlockKeeper>(*m_store, m_platform.firewall.get(), m_clock, m_health, mode,
                                             [this](const auto& changes) { blocksChanged(changes); });
    AnalysisOptions analysis;
    analysis.logAlertLevel = m_configuration.logAlertLevel;
    analysis.mailLevel = m_configuration.mailLevel;
    analysis.geoLocator = geoLocator;
    analysis.learns = true;
    analysis.memorySize = m_configuration.memorySize;
    analysis.correlationBytes = m_configuration.correlationMemory;
    analysis.secret = QRandomGenerator::system()->generate64();
    analysis.hostName = m_platform.hostInfo->hostName();
    analysis.dropIncompleteFirewallEvents = m_configuration.dropIncompleteFirewallEvents;
    auto analyser = makeAnalyser(analysis);
    analyser->recall(m_store->learnedFacts().value_or(std::vector<LearnedFact>{}));
    m_pipeline = std::make_unique<Pipeline>(std::move(analyser), m_queue, *m_store, *m_keeper, m_clock,
                                            m_health, m_platform.hostInfo->hostName());
    m_keeper->setRepeatedOffenders(m_configuration.repeatedOffenders);
    // Watched before it is set up, so that nothing is missed.
    watchFirewall();
    m_platform.hostInfo->watch([this] { onMainThread([this] { refreshGuard(); }); });
    m_keeper->start(makeGuard(),
                    m_historyLost ? BlockKeeper::History::Unavailable : BlockKeeper::History::Available);
    retryIfFailing();
    m_pipeline->start();
    prepareLists();
    loadRuleset({});
    startLists();
    startSources();
    armExpiry();
    m_retentionTimer.start();
    m_store->retain();
    return {};
}

void Engine::stop()
{
    if (!std::exchange(m_running, false))
        return;
    m_firewallWatch.reset();
    m_platform.hostInfo->unwatch();
    m_expiryTimer.stop();
    m_reconcileTimer.stop();
    stopSources();
    stopLists();
    m_queue.close();
    m_pipeline->stop();
    joinLoader();
    (void)m_store->flush();
    // Last, because the socket's lock keeps a second engine away from store and firewall.
    m_server->stop();
    m_server.reset();
    // Blocks stay in the kernel: protection goes on without us, and ends there by itself.
}

HostIdentity Engine::hostIdentity() const
{
    Problems ignored; // the guard reports them
    HostIdentity host{m_platform.hostInfo->hostName(), {}};
    for (const IpAddress& address : m_platform.hostInfo->read(ignored).own) {
        const std::string text = address.toString();
        if (!text.starts_with("127.") && text != "::1" && !text.starts_with("fe80:")) {
            host.address = text;
            break;
        }
    }
    return host;
}

void Engine::startSources()
{
    EncodedPositions positions;
    for (auto& stored : m_store->positions().value_or(std::vector<SourcePosition>{}))
        positions.insert_or_assign(stored.path, std::move(stored.position));
    // The pipeline knows better than a store that can't be written for the moment.
    for (const auto& [path, position] : m_pipeline->positions())
        positions.insert_or_assign(path, position);
    LogSourcePlatform platform{*m_platform.logFiles, *m_platform.fileWatch, m_platform.journal.get(), {}};
    if (m_platform.makeCommandRunner)
        platform.commands = m_platform.makeCommandRunner();
    m_sources = std::make_unique<LogSources>(std::move(platform), m_clock, m_queue, [this] {
        onMainThread([this] {
            Problems problems;
            for (const auto& source : sources()) {
                if (source.status != SourceStatus::Reading && !source.detail.empty())
                    problems.push_back(
                        {source.status == SourceStatus::Missing ? Severity::Warning : Severity::Error,
                         "source", source.path, 0, 0, source.detail, source.cure});
            }
            m_health.report("sources", std::move(problems));
            publishStatusSoon();
        });
    });
    auto problems = m_sources->start(m_configuration.localFiles, positions, hostIdentity());
    m_pipeline->setJournalAlertListener([sources = m_sources.get()] { sources->stayAwake(); });
    logProblems(problems);
    m_health.report("source-formats", std::move(problems));
}

void Engine::stopSources()
{
    if (!m_sources)
        return;
    m_sources->stop();
    m_pipeline->setJournalAlertListener({});
    m_sources.reset();
    // What was read is dealt with before its positions are asked for again.
    if (m_running) {
        m_pipeline->drain();
        (void)m_store->flush();
    }
}

std::vector<SourceState> Engine::sources() const
{
    return m_sources ? m_sources->states() : std::vector<SourceState>{};
}

Result<void> Engine::startControl()
{
    m_server = std::make_unique<ipc::Server>(*m_platform.listener, *m_platform.authoriser, m_clock,
                                             QString::fromUtf8(BARTIZAN_VERSION));
    registerStatusHandlers(*m_server, *this);
    registerHistoryHandlers(*m_server, *this);
    registerBlockHandlers(*m_server, *this);
    registerAllowHandlers(*m_server, *this);
    registerListHandlers(*m_server, *this);
    registerOwnListHandlers(*m_server, *this);
    m_server->setAudit([this](const ipc::AuditEntry& entry) {
        AuditRecord record;
        record.time = entry.time;
        record.userId = entry.peer.userId;
        record.userName = entry.peer.userName;
        record.processId = entry.peer.processId;
        record.method = entry.method.toStdString();
        record.paramsJson =
            QJsonDocument(entry.params).toJson(QJsonDocument::Compact).left(4096).toStdString();
        record.granted = entry.decision == Permission::Granted;
        record.error = entry.error;
        m_store->audit(std::move(record));
    });
    auto started = m_server->start();
    if (!started)
        m_server.reset();
    return started;
}

void Engine::watchFirewall()
{
    if (!m_platform.watchFirewall || m_options.observe)
        return;
    auto watch = m_platform.watchFirewall([this] {
        onMainThread([this] {
            if (!m_reconcileTimer.isActive() || m_reconcileTimer.remainingTimeAsDuration() > kReconcileDelay)
                m_reconcileTimer.start(kReconcileDelay);
        });
    });
    if (watch)
        m_firewallWatch = std::move(*watch);
    else
        m_health.report("firewall-watch", {problemOf(watch.error(), "firewall")});
}

void Engine::reconcile()
{
    if (m_keeper->reconcile()) {
        m_reconcileFailures = 0;
    } else {
        const auto pause = std::chrono::seconds(1) * (1 << std::min(m_reconcileFailures++, 6));
        m_reconcileTimer.start(std::min<milliseconds>(pause, kLongestReconcilePause));
    }
    // One block that can't be had does not keep lists from coming back.
    if (m_listKeeper)
        m_listKeeper->checkFirewall();
    armExpiry();
    publishStatusSoon();
}

void Engine::retryIfFailing()
{
    if (!m_keeper->status().error.empty() && !m_reconcileTimer.isActive())
        m_reconcileTimer.start(std::chrono::seconds(1));
}

void Engine::armExpiry()
{
    const auto next = m_keeper->nextExpiry();
    if (!next || !m_running) {
        m_expiryTimer.stop();
        return;
    }
    const EpochMs wait = std::clamp<EpochMs>(*next - m_clock.now(), 0, kLongestExpiryPause);
    m_expiryTimer.start(milliseconds(wait));
}

void Engine::pause(std::optional<EpochMs> until)
{
    m_keeper->pauseUntil(until);
    if (until)
        QTimer::singleShot(milliseconds(*until - m_clock.now() + 50), this, [this] { publishStatusSoon(); });
    publishStatusSoon();
}

void Engine::blocksChanged(const std::vector<BlockChange>& changes)
{
    for (const auto& change : changes) {
        if (change.kind == BlockChangeKind::Failed)
            qCCritical(lcEngine).noquote()
                << jsonText(change.block.address.toString() + ": not blocked: " + change.block.error);
    }
    m_pipeline->recordChanges(changes);
    onMainThread([this, changes] {
        armExpiry();
        retryIfFailing();
        for (const auto& change : changes)
            m_server->publish("block", toJson(change.block, m_clock.now()));
    });
}

void Engine::publishAlerts(const std::vector<AlertRecord>& alerts)
{
    // Numbered and kept though nobody may listen: a client that comes back asks for what it missed.
    // More than are kept need not be made.
    const std::size_t kept =
        m_server->connectionCount() > 0 ? alerts.size() : std::min(alerts.size(), kKeptEvents);
    for (const auto& alert : std::span(alerts).last(kept))
        m_server->publish("alert", toJson(alert));
}

void Engine::publishStatusSoon()
{
    if (!m_statusTimer.isActive())
        m_statusTimer.start(kStatusDelay);
}

void Engine::onMainThread(std::function<void()> work)
{
    // Only the nudge goes through Qt: the work itself changes hands under a lock that the thread sanitizer
    // sees.
    bool isFirst = false;
    {
        const std::lock_guard lock(m_workMutex);
        isFirst = m_work.empty();
        m_work.push_back(std::move(work));
    }
    if (isFirst)
        QMetaObject::invokeMethod(this, [this] { doMainThreadWork(); }, Qt::QueuedConnection);
}

void Engine::doMainThreadWork()
{
    std::vector<std::function<void()>> tasks;
    {
        const std::lock_guard lock(m_workMutex);
        tasks.swap(m_work);
    }
    for (const auto& task : tasks) {
        if (m_running)
            task();
    }
}

} // namespace bartizan
