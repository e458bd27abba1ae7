// What the engine reads at start and on reload: configuration, store, rule set.
#include "engine/config/configuration_reader.h"
#include "engine/config/ruleset_files.h"
#include "engine/core/engine.h"
#include "engine/core/engine_log.h"

#include <thread>

namespace bartizan {

void Engine::openStore()
{
    Store::Options options;
    options.maxAge = std::chrono::duration_cast<std::chrono::days>(m_configuration.store.maxAge);
    options.maxBytes = static_cast<std::int64_t>(m_configuration.store.maxBytes);
    options.written = [this](const std::vector<AlertRecord>& alerts) {
        onMainThread([this, alerts] { publishAlerts(alerts); });
    };
    options.problemsChanged = [this] {
        onMainThread([this] {
            if (m_store)
                m_health.report("store", m_store->problems());
        });
    };
    options.afterStep = m_options.afterStoreStep;
    const std::string path = m_options.stateFolder + "/history.db";
    auto store = Store::open(path, m_clock, options);
    if (!store) {
        // Protecting without a history is better than not protecting.
        Problems problems{problemOf(store.error(), "store", path)};
        logProblems(problems);
        m_health.report("store-open", std::move(problems));
        store = Store::openInMemory(m_clock, options);
        m_historyLost = true;
    }
    m_store = std::move(*store);
    const auto problems = m_store->problems();
    logProblems(problems);
    m_health.report("store", problems);
}

Problems Engine::readConfiguration()
{
    Problems problems;
    const std::string path = m_options.configFolder + "/bartizan.conf";
    auto configuration = readConfigurationFile(path, problems);
    if (!configuration && configuration.error().code == ErrorCode::NotFound) {
        const bool running = m_rulesetLoadedAt.has_value();
        const auto shipped = running ? std::string() : findDefaultConfiguration(m_options.builtinRuleset);
        if (!shipped.empty())
            configuration = readConfigurationFile(shipped, problems);
        problems.push_back({Severity::Warning, "configuration", path, 0, 0,
                            running ? "the configuration is gone; what ran goes on"
                            : !shipped.empty()
                                ? "there is no configuration; the shipped one is used (" + shipped + ')'
                                : "there is no configuration: nothing is watched",
                            "copy the example from the data folder's defaults/bartizan.conf"});
    }
    if (configuration) {
        m_configuration = std::move(*configuration);
    } else if (problems.empty()) {
        problems.push_back(problemOf(configuration.error(), "configuration", path));
    }
    m_allowPatterns.clear();
    for (const auto& entry : m_configuration.whiteList) {
        if (entry.network)
            continue;
        if (auto pattern = compilePattern(PatternType::OsMatch, entry.pattern))
            m_allowPatterns.push_back(std::move(*pattern));
    }
    return problems;
}

RulesetSource Engine::readRuleset(Problems& problems) const
{
    if (m_options.rulesetFolder.empty())
        return readConfiguredRuleset(m_options.configFolder, m_options.builtinRuleset, m_configuration,
                                     problems, RulesetParts::WithoutLists);
    auto source = readRulesetFolder(m_options.rulesetFolder, problems, RulesetParts::WithoutLists);
    if (source)
        return std::move(*source);
    problems.push_back(problemOf(source.error(), "rules", m_options.rulesetFolder));
    return {};
}

void Engine::reloadRules(std::vector<std::shared_ptr<const void>> old)
{
    onMainThread([this, old = std::move(old)] { loadRuleset([old](const Problems&) {}); });
}

void Engine::loadRuleset(std::function<void(const Problems&)> done)
{
    Problems problems;
    m_listFiles->refresh(listPlaces());
    auto source = readRuleset(problems);
    auto policy = std::make_unique<const ResponsePolicy>(m_configuration, problems);
    auto alertsFile = m_configuration.writesAlertsFile
                          ? std::make_unique<AlertsFile>(m_options.stateFolder + "/alerts/alerts.json")
                          : nullptr;
    auto future = m_pipeline->load(std::move(source), std::move(policy), std::move(alertsFile));
    if (!done) {
        // At start nothing waits for the main thread yet, and the first line must find its rules.
        (void)rulesetLoaded(std::move(problems), future.get());
        return;
    }
    // Compiling may take a while; the main thread goes on answering.
    joinLoader();
    m_loader = std::thread(
        [this, problems = std::move(problems), future = std::move(future), done = std::move(done)]() mutable {
            auto loaded = std::make_shared<Result<Problems>>(future.get());
            onMainThread([this, problems = std::move(problems), loaded, done = std::move(done)]() mutable {
                done(rulesetLoaded(std::move(problems), *loaded));
            });
        });
}

Problems Engine::rulesetLoaded(Problems problems, const Result<Problems>& loaded)
{
    if (loaded) {
        problems.insert(problems.end(), loaded->begin(), loaded->end());
        m_rulesetLoadedAt = m_clock.now();
    } else {
        problems.push_back(problemOf(loaded.error(), "rules"));
    }
    logProblems(problems);
    m_health.report("ruleset", problems);
    const auto ofLists = m_listFiles->problems();
    logProblems(ofLists);
    problems.insert(problems.end(), ofLists.begin(), ofLists.end());
    return problems;
}

void Engine::joinLoader()
{
    if (m_loader.joinable())
        m_loader.join();
}

void Engine::reload(std::function<void(const Problems&)> done)
{
    const auto before = m_configuration;
    auto problems = readConfiguration();
    if (before.logAlertLevel != m_configuration.logAlertLevel ||
        before.mailLevel != m_configuration.mailLevel || before.geoDatabase != m_configuration.geoDatabase ||
        before.memorySize != m_configuration.memorySize ||
        before.correlationMemory != m_configuration.correlationMemory ||
        before.dropIncompleteFirewallEvents != m_configuration.dropIncompleteFirewallEvents ||
        before.store.maxAge != m_configuration.store.maxAge ||
        before.store.maxBytes != m_configuration.store.maxBytes)
        problems.push_back({Severity::Warning, "configuration", m_options.configFolder + "/bartizan.conf", 0,
                            0,
                            "log_alert_level, email_alert_level, memory_size, correlation_memory, log_fw, "
                            "geoip_db_path and the store's limits keep their old values until a restart",
                            "restart the engine"});
    logProblems(problems);
    m_health.report("configuration", problems);
    m_keeper->setRepeatedOffenders(m_configuration.repeatedOffenders);
    m_listKeeper->setPolicy(
        {m_configuration.listSources.allowPrivate, m_configuration.listSources.authorities});
    refreshGuard();
    stopSources();
    // The job stands in front of whatever the sources push then: new logs meet new rules.
    loadRuleset([problems, done = std::move(done)](const Problems& found) mutable {
        problems.insert(problems.end(), found.begin(), found.end());
        done(problems);
    });
    startSources();
}

} // namespace bartizan
