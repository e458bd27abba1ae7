// The engine: owns every part, starts them in order and stops them in reverse. What it does on request is in
// handlers/; what it does with log lines is in the pipeline; with blocks, in the block keeper.
#pragma once

#include "engine/base/bounded_queue.h"
#include "engine/base/clock.h"
#include "engine/base/health_board.h"
#include "engine/config/configuration.h"
#include "engine/core/list_files.h"
#include "engine/core/pipeline.h"
#include "engine/ipc/server.h"
#include "engine/logsource/log_sources.h"
#include "engine/platform/file_watch.h"
#include "engine/platform/firewall_backend.h"
#include "engine/platform/host_info.h"
#include "engine/platform/list_fetcher.h"
#include "engine/platform/log_file.h"
#include "engine/reputation/catalogue/list_catalogue.h"
#include "engine/reputation/list_keeper.h"
#include "engine/reputation/own/own_lists.h"
#include "engine/response/block_keeper.h"
#include "engine/store/store.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace bartizan {

struct EngineOptions
{
    std::string configFolder;
    std::string stateFolder;
    std::string builtinRuleset; // holds decoders/ rules/ lists/; empty: there is none
    std::string rulesetFolder;  // --ruleset: replaces everything else; empty: not given
    std::string catalogueFile;  // of free lists; empty: there is none
    bool observe = false;
    std::function<void(std::string_view)> afterStoreStep; // for crash tests, see Store::Options::afterStep
};

// What the composition root brings in. `firewall` may be null: then the engine observes, for
// `firewallProblem`.
struct EnginePlatform
{
    std::unique_ptr<FirewallBackend> firewall;
    std::string firewallProblem;
    // Calls back from any thread when someone else changed our part of the firewall. May be empty.
    std::function<Result<std::unique_ptr<FirewallWatch>>(std::function<void()>)> watchFirewall;
    std::unique_ptr<LogFileSystem> logFiles;
    std::unique_ptr<FileWatch> fileWatch;     // for logs
    std::unique_ptr<FileWatch> listWatch;     // for list files; may be null: they are read on reload only
    std::unique_ptr<ListFetcher> listFetcher; // may be null: nothing is subscribed to
    std::unique_ptr<JournalReader> journal;   // may be null: this system has none
    std::function<std::unique_ptr<CommandRunner>()> makeCommandRunner; // the same
    GeoDatabaseOpener openGeoDatabase;                                 // may be empty
    std::unique_ptr<HostInfo> hostInfo;
    std::unique_ptr<ipc::Listener> listener;
    std::unique_ptr<Authoriser> authoriser;
};

// Lives on the Qt main thread.
class Engine final : public QObject
{
public:
    Engine(EngineOptions options, EnginePlatform platform, const Clock& clock);
    ~Engine() override; // stops

    // Only what makes running pointless is an Error (another engine on the socket, no state folder); all else
    // is reported in status and the rest runs.
    [[nodiscard]] Result<void> start();
    void stop();

    // Configuration, rules, decoders and lists afresh. What is broken is reported and what ran goes on. The
    // answer comes on the main thread.
    void reload(std::function<void(const Problems&)> done);

    // Allow entries made by people, and what they lift.
    [[nodiscard]] Result<std::vector<Cidr>> allow(const Cidr& address, const std::string& reason,
                                                  const std::string& by);
    [[nodiscard]] Result<void> disallow(const Cidr& address);

    // Rules block nothing until then; nothing = now again.
    void pause(std::optional<EpochMs> until);
    // To be called after a block was made or released on the main thread.
    void armExpiry();

    [[nodiscard]] BlockKeeper& keeper() { return *m_keeper; }
    [[nodiscard]] Store& store() { return *m_store; }
    [[nodiscard]] const HealthBoard& health() const { return m_health; }
    [[nodiscard]] const Pipeline& pipeline() const { return *m_pipeline; }
    [[nodiscard]] std::vector<SourceState> sources() const;
    // The list files in force.
    [[nodiscard]] std::vector<ListFile> listFiles() const { return m_listFiles->files(); }
    // Lists from elsewhere, under names that no list file has: in force when this returns, which takes as
    // long as the batch under way, and kept over every reload. What was replaced is freed here. Where a rule
    // waits for one of them, the rules are loaded again. From any thread; not before start() or after stop().
    void changeLists(ListChanges changes);
    // What subscriptions and own lists do.
    [[nodiscard]] ListKeeper& listKeeper() { return *m_listKeeper; }
    [[nodiscard]] const ListKeeper& listKeeper() const { return *m_listKeeper; }
    // The files below the configuration's lists/, for editing.
    [[nodiscard]] OwnLists& ownLists() { return *m_ownLists; }
    // nullptr: there is no such list file.
    [[nodiscard]] std::shared_ptr<const LookupList> listFile(const std::string& name) const;
    [[nodiscard]] const std::vector<CatalogueList>& catalogue() const { return m_catalogue; }
    // To be called when more, or less, is asked of an own list than before.
    void refreshOwnList(const std::string& name);
    // To be called after entries of own lists were changed.
    void armListExpiry();
    [[nodiscard]] const Clock& clock() const { return m_clock; }
    [[nodiscard]] EpochMs startedAt() const { return m_startedAt; }
    [[nodiscard]] std::optional<EpochMs> rulesetLoadedAt() const { return m_rulesetLoadedAt; }

private:
    void openStore();
    [[nodiscard]] Problems readConfiguration();
    [[nodiscard]] RulesetSource readRuleset(Problems& problems) const;
    [[nodiscard]] ListFiles::Places listPlaces() const;
    void prepareLists();
    void startLists();
    void stopLists();
    void expireListEntries();
    [[nodiscard]] std::uint64_t installationSeed();
    // Lets go of `old` when that is done. Thread-safe.
    void reloadRules(std::vector<std::shared_ptr<const void>> old);
    [[nodiscard]] std::shared_ptr<const Guard> makeGuard();
    void refreshGuard();
    void loadRuleset(std::function<void(const Problems&)> done);
    void joinLoader();
    Problems rulesetLoaded(Problems problems, const Result<Problems>& loaded);
    [[nodiscard]] HostIdentity hostIdentity() const;
    void startSources();
    void stopSources();
    [[nodiscard]] Result<void> startControl();
    void watchFirewall();
    void reconcile();
    void retryIfFailing();
    void blocksChanged(const std::vector<BlockChange>& changes);
    void publishAlerts(const std::vector<AlertRecord>& alerts);
    void publishStatusSoon();
    // Runs on the main thread, soon; dropped when the engine is gone by then. Thread-safe.
    void onMainThread(std::function<void()> work);
    void doMainThreadWork();

    const EngineOptions m_options;
    EnginePlatform m_platform;
    const Clock& m_clock;
    EpochMs m_startedAt = 0;
    std::optional<EpochMs> m_rulesetLoadedAt;
    HealthBoard m_health;
    Configuration m_configuration;
    std::vector<std::shared_ptr<const Pattern>> m_allowPatterns;
    std::vector<AllowRecord> m_allowEntries; // by people, as last read
    bool m_historyLost = false;              // the store is one in memory
    BoundedQueue<SourceBatch> m_queue;
    std::unique_ptr<Store> m_store;
    std::unique_ptr<BlockKeeper> m_keeper;
    std::unique_ptr<Pipeline> m_pipeline;
    std::unique_ptr<ListFiles> m_listFiles;
    std::vector<CatalogueList> m_catalogue;
    std::unique_ptr<OwnLists> m_ownLists;
    std::unique_ptr<ListKeeper> m_listKeeper;
    std::thread m_loader; // waits for a rule set to be compiled
    std::unique_ptr<LogSources> m_sources;
    std::unique_ptr<FirewallWatch> m_firewallWatch;
    std::unique_ptr<ipc::Server> m_server;
    QTimer m_expiryTimer;
    QTimer m_listExpiryTimer;
    QTimer m_reconcileTimer;
    QTimer m_statusTimer;
    QTimer m_retentionTimer;
    int m_reconcileFailures = 0;
    bool m_running = false;
    std::mutex m_workMutex;
    std::vector<std::function<void()>> m_work; // for the main thread, guarded by m_workMutex
};

} // namespace bartizan
