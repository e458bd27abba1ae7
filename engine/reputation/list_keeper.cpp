#include "engine/reputation/list_keeper.h"

#include "engine/reputation/schedule/fetch_schedule.h"
#include "engine/reputation/watched_union.h"

#include <algorithm>
#include <utility>

namespace bartizan {

namespace {

constexpr std::chrono::minutes kBetweenTries{1};
constexpr std::chrono::minutes kBetweenLoads{10}; // of what the firewall refused
constexpr std::size_t kMostLists = 256;
constexpr EpochMs kLongestTimer = 3'600'000; // a clock may be set

std::string healthName(const std::string& name)
{
    return "list-" + name;
}

std::unexpected<Error> noSuchList(const std::string& name)
{
    return fail(ErrorCode::NotFound, "there is no list " + name + " that is subscribed to",
                "\"bartizanctl lists\" shows all.");
}

} // namespace

ListKeeper::ListKeeper(const std::string& stateFolder, Ports ports)
    : m_ports(std::move(ports))
    , m_folder(stateFolder)
    , m_firewall(m_ports.keeper, [this] { m_ports.onMainThread([this] { firewallChanged(); }); })
{
    m_timer.setSingleShot(true);
    QObject::connect(&m_timer, &QTimer::timeout, [this] { fetchDue(); });
    m_firewallTimer.setSingleShot(true);
    QObject::connect(&m_firewallTimer, &QTimer::timeout, [this] { m_firewall.check(); });
    m_previewTimer.setSingleShot(true);
    QObject::connect(&m_previewTimer, &QTimer::timeout, [this] { m_previewed.reset(); });
}

ListKeeper::~ListKeeper() = default;

void ListKeeper::start(const FetchPolicy& policy, std::uint64_t seed)
{
    m_policy = policy;
    m_seed = seed;
    m_started = true;
    Problems problems;
    if (auto ensured = m_folder.ensure(); !ensured)
        problems.push_back(
            {Severity::Error, "lists", {}, 0, 0, ensured.error().message, ensured.error().cure});
    for (const auto& settings : m_folder.readSettings(problems)) {
        auto& kept = create(settings);
        if (kept.settings.isSubscription())
            open(kept, problems);
        else if (settings.blocks())
            m_firewall.expect(settings.name);
    }
    std::vector<ListSettings> known;
    known.reserve(m_lists.size());
    for (const auto& [name, kept] : m_lists)
        known.push_back(kept.settings);
    m_folder.removeOthers(known);
    m_ports.health.report("list-keeper", std::move(problems));
    // Lists that the kernel kept from the engine before and that nobody wants any more.
    m_firewall.check();
    changeWatched();
    fetchDue();
}

void ListKeeper::open(Kept& kept, Problems& problems)
{
    const auto& name = kept.settings.name;
    kept.state = m_folder.readState(name, problems);
    if (kept.state.url != kept.settings.url)
        kept.state = ListState(kept.settings.url);
    auto image = m_folder.openImage(name, ListFolder::Version::InForce);
    auto list = image ? LoadedList::open(std::move(*image)) : std::unexpected(image.error());
    if (list && kept.state.inForce) {
        kept.list = std::move(*list);
        // A crash between the two files: since when an address is listed is not known then.
        if (checksumOf(kept.list->image->bytes()) != kept.state.inForce->image) {
            kept.state.inForce->generations.clear();
            kept.state.etag.clear();
            kept.state.lastModified.clear();
        }
        m_ports.changeRules(name, kept.list);
        applyUse(kept);
    } else {
        // Without it "not modified" would be a list that stays empty.
        kept.state.etag.clear();
        kept.state.lastModified.clear();
        kept.state.checkedAt = 0;
        kept.state.inForce.reset();
        if (!list && list.error().code != ErrorCode::NotFound)
            problems.push_back({Severity::Warning,
                                "lists",
                                {},
                                0,
                                0,
                                "the list " + name +
                                    " could not be opened and is downloaded afresh: " + list.error().message,
                                {}});
        m_ports.changeRules(name, nullptr);
    }
    report(kept);
}

ListKeeper::Kept& ListKeeper::create(const ListSettings& settings)
{
    auto& kept = m_lists[settings.name];
    kept.settings = settings;
    kept.state.url = settings.url;
    kept.round = ++m_rounds;
    return kept;
}

void ListKeeper::applyUse(Kept& kept)
{
    if (kept.list && kept.settings.blocks())
        m_firewall.want(kept.settings.name, kept.list, kept.settings.traffic);
    else
        m_firewall.drop(kept.settings.name);
    if (m_started)
        changeWatched();
}

void ListKeeper::changeWatched()
{
    std::vector<std::pair<WatchedList, SharedList>> watched;
    for (const auto& [name, kept] : m_lists) {
        if (kept.list && kept.settings.watches())
            watched.emplace_back(WatchedList{name, kept.settings.use == ListUse::Block}, kept.list);
    }
    if (watched == m_watched)
        return;
    m_watched = watched;
    m_requests.post([this, watched = std::move(watched), round = ++m_watchRounds](const std::stop_token&) {
        if (round != m_watchRounds) // many lists are opened at once
            return;
        auto merged = std::make_shared<Result<std::shared_ptr<const WatchedLists>>>(mergeWatched(watched));
        m_ports.onMainThread([this, merged, round] {
            if (round != m_watchRounds)
                return;
            m_ports.health.report("lists-watched",
                                  *merged
                                      ? Problems{}
                                      : Problems{{Severity::Error,
                                                  "lists",
                                                  {},
                                                  0,
                                                  0,
                                                  "the lists that raise alerts can't be watched together: " +
                                                      merged->error().message,
                                                  "Watch fewer lists."}});
            if (*merged)
                m_ports.changeWatched(**merged);
        });
    });
}

void ListKeeper::firewallChanged()
{
    Problems problems;
    // Where nothing is blocked at all that is told elsewhere, and the end of it is checkFirewall().
    if (!m_ports.keeper.status().observing) {
        for (const auto& [name, standing] : m_firewall.standings()) {
            if (standing.state == FirewallLists::State::Failed)
                problems.push_back({Severity::Error,
                                    "lists",
                                    {},
                                    0,
                                    0,
                                    name + " is not in the firewall: " + standing.error.message,
                                    standing.error.cure.empty() ? "It is tried again every ten minutes."
                                                                : standing.error.cure});
        }
    }
    if (problems.empty())
        m_firewallTimer.stop();
    else if (!m_firewallTimer.isActive())
        m_firewallTimer.start(kBetweenLoads);
    m_ports.health.report("lists-firewall", std::move(problems));
    m_ports.changed({});
}

void ListKeeper::report(const Kept& kept)
{
    Problems problems;
    const auto& name = kept.settings.name;
    if (kept.state.held)
        problems.push_back({Severity::Warning,
                            "lists",
                            {},
                            0,
                            0,
                            name + ": " + kept.state.held->question,
                            "bartizanctl lists accept " + name + ", or lists reject " + name});
    if (!kept.state.error.empty())
        problems.push_back(
            {Severity::Warning, "lists", {}, 0, 0, name + ": " + kept.state.error, kept.state.cure});
    m_ports.health.report(healthName(name), std::move(problems));
}

void ListKeeper::save(const Kept& kept)
{
    const auto written = m_folder.writeState(kept.settings.name, kept.state);
    m_ports.health.report(
        "lists-state",
        written
            ? Problems{}
            : Problems{{Severity::Error, "lists", {}, 0, 0, written.error().message, written.error().cure}});
}

void ListKeeper::saveSettings()
{
    std::vector<ListSettings> all;
    all.reserve(m_lists.size());
    for (const auto& [name, kept] : m_lists)
        all.push_back(kept.settings);
    const auto written = m_folder.writeSettings(all);
    m_ports.health.report(
        "lists-settings",
        written
            ? Problems{}
            : Problems{{Severity::Error, "lists", {}, 0, 0, written.error().message, written.error().cure}});
}

Result<void> ListKeeper::subscribe(const ListSettings& settings)
{
    if (m_lists.contains(settings.name))
        return fail(ErrorCode::Busy, "there is a list " + settings.name + " already",
                    "Choose another name, or change that one: bartizanctl lists set " + settings.name + '.');
    if (m_lists.size() >= kMostLists)
        return fail(ErrorCode::Exhausted, "there are " + std::to_string(kMostLists) + " lists already",
                    "Remove one that you can do without.");
    const auto& kept = create(settings);
    saveSettings();
    save(kept);
    m_ports.changeRules(settings.name, nullptr);
    m_ports.changed(settings.name);
    fetchDue();
    return {};
}

Result<void> ListKeeper::change(const ListSettings& settings)
{
    const auto found = m_lists.find(settings.name);
    if (found == m_lists.end()) {
        create(settings); // an own list of which more than tags is asked for the first time
        saveSettings();
        m_ports.changed(settings.name);
        return {};
    }
    auto& kept = found->second;
    const auto before = std::exchange(kept.settings, settings);
    if (before.url != settings.url || before.format != settings.format || before.column != settings.column) {
        // Another list: what is in force stays until it is there, and is what it is compared with.
        auto inForce = std::move(kept.state.inForce);
        kept.state = ListState(settings.url);
        kept.state.inForce = std::move(inForce);
        m_folder.removeImage(settings.name, ListFolder::Version::Held);
        kept.round = ++m_rounds;
        kept.isBusy = false;
        kept.isAnswered = false;
    }
    if (!settings.isSubscription() && settings.use == ListUse::Tag) {
        // Nobody tells its text any more: what is known of it is over.
        kept.list.reset();
        kept.state = {};
        kept.round = ++m_rounds;
    }
    saveSettings();
    if (settings.isSubscription())
        save(kept);
    applyUse(kept);
    report(kept);
    m_ports.changed(settings.name);
    fetchDue();
    return {};
}

Result<void> ListKeeper::remove(const std::string& name)
{
    const auto found = m_lists.find(name);
    if (found == m_lists.end())
        return noSuchList(name);
    const bool wasSubscription = found->second.settings.isSubscription();
    m_lists.erase(found);
    saveSettings();
    m_firewall.drop(name);
    if (wasSubscription) {
        m_ports.changeRules(name, nullptr);
        m_folder.remove(name);
    }
    m_ports.health.report(healthName(name), {});
    changeWatched();
    m_ports.changed(name);
    arm();
    return {};
}

Result<void> ListKeeper::reject(const std::string& name)
{
    Kept* kept = subscription(name);
    if (kept == nullptr || !kept->state.held)
        return fail(ErrorCode::NotFound, "no new version of the list " + name + " waits for an answer",
                    "\"bartizanctl lists show " + name + "\" says how it stands.");
    if (kept->isAnswered)
        return fail(ErrorCode::Busy, "the new version of the list " + name + " is being put in force",
                    "What a list holds changes with its next version only.");
    kept->state.rejected = kept->state.held->version.published;
    kept->state.held.reset();
    m_folder.removeImage(name, ListFolder::Version::Held);
    save(*kept);
    report(*kept);
    m_ports.changed(name);
    return {};
}

std::optional<EpochMs> ListKeeper::nextFetch(const Kept& kept) const
{
    if (!kept.settings.isSubscription() || m_ports.fetcher == nullptr)
        return std::nullopt;
    const FetchTimes times{kept.state.checkedAt, kept.state.triedAt, kept.state.failures, {}};
    const auto seed = m_seed ^ std::hash<std::string>{}(kept.settings.name);
    return bartizan::nextFetch(times, kept.settings.interval, seed, m_ports.clock.now());
}

void ListKeeper::arm()
{
    std::optional<EpochMs> next;
    for (const auto& [name, kept] : m_lists) {
        if (const auto due = nextFetch(kept); due && !kept.isBusy)
            next = std::min(next.value_or(*due), *due);
    }
    if (next)
        m_timer.start(
            std::chrono::milliseconds(std::clamp<EpochMs>(*next - m_ports.clock.now(), 0, kLongestTimer)));
    else
        m_timer.stop();
}

void ListKeeper::fetchDue()
{
    if (!m_started)
        return;
    const auto now = m_ports.clock.now();
    for (auto& [name, kept] : m_lists) {
        if (const auto due = nextFetch(kept); due && *due <= now && !kept.isBusy)
            beginFetch(kept);
    }
    arm();
}

Result<void> ListKeeper::update(const std::string& name)
{
    if (!name.empty() && subscription(name) == nullptr)
        return noSuchList(name);
    if (m_ports.fetcher == nullptr)
        return fail(ErrorCode::Unavailable, "lists can't be downloaded: bartizan-fetch is not there",
                    "Install it beside the engine.");
    const auto now = m_ports.clock.now();
    for (auto& [known, kept] : m_lists) {
        if (!kept.settings.isSubscription() || (!name.empty() && known != name) || kept.isBusy)
            continue;
        const auto since = now - kept.state.triedAt;
        if (since >= 0 && since < std::chrono::milliseconds(kBetweenTries).count()) {
            if (!name.empty())
                return fail(ErrorCode::Busy, name + " was asked for less than a minute ago",
                            "Wait a minute.");
            continue;
        }
        beginFetch(kept);
    }
    arm();
    return {};
}

ListKeeper::Kept* ListKeeper::subscription(const std::string& name)
{
    const auto found = m_lists.find(name);
    return found != m_lists.end() && found->second.settings.isSubscription() ? &found->second : nullptr;
}

ListInForce ListKeeper::describe(const Kept& kept) const
{
    return {kept.settings, kept.state,      kept.list,
            kept.isBusy,   nextFetch(kept), m_firewall.standing(kept.settings.name)};
}

std::vector<ListInForce> ListKeeper::lists() const
{
    std::vector<ListInForce> all;
    all.reserve(m_lists.size());
    for (const auto& [name, kept] : m_lists)
        all.push_back(describe(kept));
    return all;
}

std::optional<ListInForce> ListKeeper::find(const std::string& name) const
{
    const auto found = m_lists.find(name);
    return found == m_lists.end() ? std::nullopt : std::optional<ListInForce>(describe(found->second));
}

std::vector<std::string> ListKeeper::holding(const AddressRange& range) const
{
    std::vector<std::string> names;
    for (const auto& [name, kept] : m_lists) {
        if (!kept.list || !kept.settings.isSubscription())
            continue;
        const auto& table = kept.list->list.addresses();
        if (table.contains(range.first) || table.contains(range.last))
            names.push_back(name);
    }
    return names;
}

ListSettings ListKeeper::settingsOf(const std::string& name) const
{
    if (const auto found = m_lists.find(name); found != m_lists.end())
        return found->second.settings;
    ListSettings settings;
    settings.name = name;
    return settings;
}

} // namespace bartizan
