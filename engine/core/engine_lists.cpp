// What the engine does with lists: hands their content to rules, firewall and sightings.
#include "engine/config/ruleset_files.h"
#include "engine/core/engine.h"
#include "engine/core/engine_log.h"
#include "engine/core/json_objects.h"

#include <QRandomGenerator>

#include <fstream>
#include <iterator>

namespace bartizan {

using namespace Qt::Literals::StringLiterals;

namespace {

// An entry's end may lie years ahead, and the clock may be set.
constexpr EpochMs kLongestExpiryPause = 3'600'000;

std::vector<CatalogueList> readCatalogueFile(const std::string& path, Problems& problems)
{
    if (path.empty())
        return {};
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    auto lists = readCatalogue(std::as_bytes(std::span(bytes)), path);
    if (lists)
        return std::move(*lists);
    problems.push_back(problemOf(lists.error(), "lists", path));
    return {};
}

Problem twoOfAName(const std::string& name)
{
    return {Severity::Warning,
            "lists",
            {},
            0,
            0,
            "a list file has the name of the subscription " + name + ": rules ask the file",
            "Give the file another name."};
}

std::shared_ptr<const LookupList> lookupListOf(const SharedList& list)
{
    return makeLookupList(list->list, list);
}

} // namespace

ListFiles::Places Engine::listPlaces() const
{
    if (!m_options.rulesetFolder.empty())
        return {m_options.rulesetFolder + "/lists", [folder = m_options.rulesetFolder](Problems& problems) {
                    return readListsOfFolder(folder, problems);
                }};
    return {m_options.configFolder + "/lists",
            [config = m_options.configFolder, builtin = m_options.builtinRuleset,
             settings = m_configuration.ruleset](Problems& problems) {
                return readConfiguredLists(config, builtin, settings, problems);
            }};
}

void Engine::changeLists(ListChanges changes)
{
    auto replaced = m_pipeline->changeLists(std::move(changes)).get();
    if (replaced.rulesWait)
        reloadRules(std::move(replaced.old));
}

void Engine::prepareLists()
{
    Problems problems;
    m_catalogue = readCatalogueFile(m_options.catalogueFile, problems);
    m_health.report("catalogue", std::move(problems));
    m_ownLists = std::make_unique<OwnLists>(
        (m_options.rulesetFolder.empty() ? m_options.configFolder : m_options.rulesetFolder) + "/lists",
        m_options.stateFolder, [this](const AddressRange& range) { return m_listKeeper->holding(range); });
    m_listFiles = std::make_unique<ListFiles>(*m_pipeline, m_health, m_clock, std::move(m_platform.listWatch),
                                              [this](auto old) { reloadRules(std::move(old)); });
    const auto tellOfTwo = [this](const std::string& name) {
        const auto kept = m_listKeeper->find(name);
        const bool areTwo = kept && kept->settings.isSubscription() && listFile(name);
        m_health.report("list-name-" + name, areTwo ? Problems{twoOfAName(name)} : Problems{});
    };
    m_listFiles->setChanged([this, tellOfTwo](const std::string& name) {
        onMainThread([this, name, tellOfTwo] {
            tellOfTwo(name);
            const auto kept = m_listKeeper->find(name);
            // The file that stood before it is gone.
            if (kept && kept->settings.isSubscription() && !listFile(name))
                changeLists({{{name, kept->list ? lookupListOf(kept->list) : nullptr}}, {}});
            refreshOwnList(name);
            m_server->publish("lists", {{u"name"_s, jsonText(name)}});
        });
    });
    m_listKeeper = std::make_unique<ListKeeper>(
        m_options.stateFolder,
        ListKeeper::Ports{
            m_platform.listFetcher.get(), *m_keeper, m_clock, m_health,
            [this](std::function<void()> work) { onMainThread(std::move(work)); },
            [this](const std::string& name, const SharedList& list) {
                if (!listFile(name))
                    changeLists({{{name, list ? lookupListOf(list) : nullptr}}, {}});
            },
            [this](std::shared_ptr<const WatchedLists> watched) { changeLists({{}, std::move(watched)}); },
            [this, tellOfTwo](const std::string& name) {
                tellOfTwo(name);
                m_server->publish("lists", {{u"name"_s, jsonText(name)}});
                publishStatusSoon();
            }});
    // Before the rules are loaded, which may name them.
    m_listKeeper->start({m_configuration.listSources.allowPrivate, m_configuration.listSources.authorities},
                        installationSeed());
}

void Engine::startLists()
{
    m_listFiles->start();
    for (const auto& list : m_listKeeper->lists())
        refreshOwnList(list.settings.name);
    armListExpiry();
}

void Engine::stopLists()
{
    m_listExpiryTimer.stop();
    m_listFiles->stop();
    m_listKeeper.reset();
}

std::uint64_t Engine::installationSeed()
{
    constexpr const char* kKey = "installation";
    if (const auto known = m_store->meta(kKey); known && *known)
        return std::hash<std::string>{}(**known);
    const auto fresh = std::to_string(QRandomGenerator::system()->generate64());
    (void)m_store->setMeta(kKey, fresh); // without it the next start draws another
    return std::hash<std::string>{}(fresh);
}

std::shared_ptr<const LookupList> Engine::listFile(const std::string& name) const
{
    for (const auto& file : m_listFiles->files()) {
        if (file.name == name)
            return file.list;
    }
    return nullptr;
}

void Engine::refreshOwnList(const std::string& name)
{
    if (!m_listKeeper->asksForText(name))
        return;
    auto text = m_ownLists->exportText(name, ExportForm::Cdb);
    const bool isGone = !text && text.error().code == ErrorCode::NotFound;
    m_health.report("list-file-" + name,
                    text || isGone ? Problems{} : Problems{problemOf(text.error(), "lists", name)});
    if (text || isGone)
        m_listKeeper->setOwnList(name, text ? std::optional(std::move(*text)) : std::nullopt);
}

void Engine::expireListEntries()
{
    // The files are watched: whoever looks into a list has it from there.
    static_cast<void>(m_ownLists->expireDue(m_clock.now()));
    m_health.report("own-lists", m_ownLists->problems());
    armListExpiry();
}

void Engine::armListExpiry()
{
    m_health.report("own-lists", m_ownLists->problems());
    const auto next = m_ownLists->nextExpiry();
    if (!next) {
        m_listExpiryTimer.stop();
        return;
    }
    const EpochMs wait = std::clamp<EpochMs>(*next - m_clock.now(), 0, kLongestExpiryPause);
    m_listExpiryTimer.start(std::chrono::milliseconds(wait));
}

} // namespace bartizan
