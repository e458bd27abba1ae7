// Reputation lists over their whole life: subscribed to, downloaded when they fall due, guarded, put in force
// for rules, sightings and the firewall, held back for a person's answer, taken away.
//
// Lives on the main thread; what takes time is done by threads of its own. A list's last good version stays
// in force whatever goes wrong with the next one.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/health_board.h"
#include "engine/base/worker.h"
#include "engine/lists/watched_lists.h"
#include "engine/platform/list_fetcher.h"
#include "engine/reputation/firewall_lists.h"
#include "engine/reputation/list_folder.h"
#include "engine/reputation/list_settings.h"
#include "engine/reputation/list_state.h"
#include "engine/reputation/list_update.h"
#include "engine/reputation/loaded_list.h"
#include "engine/reputation/protected_networks.h"

#include <QTimer>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bartizan {

// What the configuration (root's) says about downloads.
struct FetchPolicy
{
    bool allowPrivate = false; // <list_urls>private</list_urls>
    std::string authorities;   // FetchRequest::authorities
};

// One list that is used for more than tags alone, or by subscription.
struct ListInForce
{
    const ListSettings& settings;
    const ListState& state; // of a subscription
    SharedList list;        // nullptr: nothing is there yet
    bool isBusy = false;    // being downloaded, or a version put in force
    std::optional<EpochMs> nextFetch;
    std::optional<FirewallLists::Standing> firewall; // of one that blocks
};

class ListKeeper
{
public:
    struct Ports
    {
        ListFetcher* fetcher = nullptr; // nullptr: nothing can be downloaded here
        BlockKeeper& keeper;
        const Clock& clock;
        HealthBoard& health;
        // Runs on the main thread, soon; dropped when the engine is gone by then. Thread-safe.
        std::function<void(std::function<void()>)> onMainThread;
        // A subscription's content changed; nullptr: there is none, or none any more.
        std::function<void(const std::string& name, const SharedList& list)> changeRules;
        // Other addresses are to be noticed; nullptr: none any more.
        std::function<void(std::shared_ptr<const WatchedLists>)> changeWatched;
        // Something that a person may look at changed; empty: the lists as a whole.
        std::function<void(const std::string& name)> changed;
    };

    ListKeeper(const std::string& stateFolder, Ports ports);
    ~ListKeeper();

    // Puts in force what is there and begins to download what is due. `seed` differs from installation to
    // installation.
    void start(const FetchPolicy& policy, std::uint64_t seed);
    void setPolicy(const FetchPolicy& policy) { m_policy = policy; }

    // The text of an own list (a CDB file) as it stands now; nothing: the file is gone. To be told of each
    // after start(): till then the firewall keeps what it has of it. Rules have it from elsewhere: this is
    // for the lists of which more is asked than tags (asksForText()).
    void setOwnList(const std::string& name, std::optional<std::string> text);
    [[nodiscard]] bool asksForText(const std::string& name) const;

    // Someone changed the firewall, or it became ready.
    void checkFirewall() { m_firewall.check(); }

    // Downloads what has fallen due; a timer of its own calls it too.
    void fetchDue();

    // Reads a list before it is subscribed to. `done` is called on the main thread. Where the same URL is
    // then subscribed to within ten minutes, what was downloaded here is the first version: the publisher is
    // not asked twice.
    using PreviewDone = std::function<void(const Result<FetchReport>&)>;
    void preview(const ListSettings& settings, PreviewDone done);

    // A new subscription or new settings of a list; its download begins at once where the URL is new. Busy:
    // the name is taken (subscribe).
    Result<void> subscribe(const ListSettings& settings);
    Result<void> change(const ListSettings& settings);
    // NotFound: there is no such list. Own lists lose their settings only.
    Result<void> remove(const std::string& name);
    // Downloads now; empty: all. NotFound, or Busy while the last try was less than a minute ago.
    Result<void> update(const std::string& name);

    // A person's answer about the version that waits. NotFound: none does.
    Result<void> accept(const std::string& name);
    Result<void> reject(const std::string& name);

    [[nodiscard]] std::vector<ListInForce> lists() const;
    [[nodiscard]] std::optional<ListInForce> find(const std::string& name) const;
    // The names of the subscriptions that hold an address of the range.
    [[nodiscard]] std::vector<std::string> holding(const AddressRange& range) const;
    // Of an own list that nobody chose anything for: a tag.
    [[nodiscard]] ListSettings settingsOf(const std::string& name) const;
    [[nodiscard]] const FetchPolicy& policy() const { return m_policy; }

private:
    struct Kept
    {
        ListSettings settings;
        ListState state;
        SharedList list;
        bool isBusy = false;     // a worker is at it
        bool isAnswered = false; // with what a person said yes to
        std::uint64_t round = 0; // what was begun before the settings changed is dropped when it is done
    };
    // What a worker made of a download or of a held version.
    struct Outcome
    {
        Error error; // of the download or the list; empty message: it went well
        FetchReport report;
        bool isAnswer = false;   // to a question, not of a server
        bool heldIsLost = false; // what the question was about is not there
        std::optional<ListHold> hold;
        ListVersion version;
        SharedList list; // as written into the folder as new; nullptr: nothing new
    };
    struct Previewed
    {
        FetchRequest request;
        FetchReport report;
        EpochMs at = 0;
    };
    // All that a worker needs, by value.
    struct Task
    {
        std::string name;
        std::uint64_t round = 0; // as of Kept
        FetchRequest request;
        SharedList inForce;
        std::vector<EpochMs> generations;
        std::optional<FetchReport> previewed; // stands in for a download
        std::string knownChecksum;            // of what is held or was rejected
        std::vector<ProtectedNetwork> protectedNetworks;
        EpochMs now = 0;
    };

    void open(Kept& kept, Problems& problems);
    [[nodiscard]] Task taskFor(const Kept& kept) const;
    void arm();
    void beginFetch(Kept& kept);
    [[nodiscard]] std::optional<FetchReport> takePreview(const FetchRequest& request);
    [[nodiscard]] Outcome fetch(const Task& task, const std::stop_token& stop);
    [[nodiscard]] Outcome makeVersion(const Task& task, const CompiledList& fetched,
                                      const ListBounds& bounds);
    void finish(const std::string& name, std::uint64_t round, Outcome outcome);
    void settle(Kept& kept, Outcome& outcome);
    [[nodiscard]] Result<SharedList> openHeld(const std::string& name, const ListVersion& version) const;
    void hold(Kept& kept, Outcome& outcome);
    void putInForce(Kept& kept, Outcome& outcome);
    void applyUse(Kept& kept);
    void finishOwn(const std::string& name, std::uint64_t round, Result<SharedList> list);
    void changeWatched();
    void firewallChanged();
    void report(const Kept& kept);
    void save(const Kept& kept);
    void saveSettings();
    [[nodiscard]] std::optional<EpochMs> nextFetch(const Kept& kept) const;
    [[nodiscard]] ListInForce describe(const Kept& kept) const;
    [[nodiscard]] Kept* subscription(const std::string& name);

    Kept& create(const ListSettings& settings);

    Ports m_ports;
    ListFolder m_folder;
    FetchPolicy m_policy;
    std::uint64_t m_seed = 0;
    bool m_started = false;
    std::uint64_t m_rounds = 0;
    std::atomic<std::uint64_t> m_watchRounds = 0;
    std::vector<std::pair<WatchedList, SharedList>> m_watched; // as last asked for
    std::optional<Previewed> m_previewed;                      // the last one
    QTimer m_previewTimer;                                     // lets go of it
    std::map<std::string, Kept> m_lists;
    FirewallLists m_firewall;
    QTimer m_timer;
    QTimer m_firewallTimer; // until lists are tried again
    // Last: their jobs use the others.
    Worker m_downloads;
    Worker m_previews;
    Worker m_requests; // what a person waits for does not stand behind a slow server
};

} // namespace bartizan
