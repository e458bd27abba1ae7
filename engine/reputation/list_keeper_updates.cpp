// The part of the list keeper that makes a download the version in force.
#include "engine/reputation/list_keeper.h"

#include "engine/reputation/protected_networks.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>

namespace bartizan {

namespace {

constexpr EpochMs kPreviewCounts = 600'000;
constexpr std::size_t kLongestText = 500; // of an error that the net had a part in

ListVersion versionOf(const ListUpdate& update)
{
    ListVersion version;
    version.figures = {update.ranges, update.addresses, update.hashes, update.domains};
    version.added = update.added;
    version.removed = update.removed;
    version.generations = update.generations;
    for (const auto& cut : update.cuts)
        version.cuts.push_back({cut.range.toString(), cut.kind, cut.reason});
    version.cutCount = update.cutCount;
    return version;
}

// A person wants it whatever it holds; what is protected is cut out all the same.
ListBounds noBounds()
{
    ListBounds bounds;
    bounds.growth = std::numeric_limits<double>::infinity();
    bounds.shrink = 0;
    bounds.addressShare = 1;
    bounds.widestV4 = 0;
    bounds.widestV6 = 0;
    return bounds;
}

} // namespace

ListKeeper::Task ListKeeper::taskFor(const Kept& kept) const
{
    Task task;
    task.name = kept.settings.name;
    task.round = kept.round;
    task.request.url = kept.settings.url;
    task.request.format = kept.settings.format;
    task.request.column = kept.settings.column;
    task.request.etag = kept.state.etag;
    task.request.lastModified = kept.state.lastModified;
    task.request.allowPrivate = m_policy.allowPrivate;
    task.request.authorities = m_policy.authorities;
    task.inForce = kept.list;
    if (kept.state.inForce)
        task.generations = kept.state.inForce->generations;
    task.knownChecksum = kept.state.held ? kept.state.held->version.published : kept.state.rejected;
    task.protectedNetworks = protectedNetworks(*m_ports.keeper.guard(), ListAuthor::Others);
    task.now = m_ports.clock.now();
    return task;
}

void ListKeeper::preview(const ListSettings& settings, PreviewDone done)
{
    if (m_ports.fetcher == nullptr) {
        done(fail(ErrorCode::Unavailable, "lists can't be downloaded: bartizan-fetch is not there",
                  "Install it beside the engine."));
        return;
    }
    auto task = taskFor(Kept{settings, ListState(settings.url), nullptr, false, false, 0});
    m_previews.post([this, task = std::move(task), done = std::move(done)](const std::stop_token& stop) {
        auto report = std::make_shared<Result<FetchReport>>(m_ports.fetcher->fetch(task.request, stop));
        m_ports.onMainThread([this, task, report, done] {
            if (*report) {
                m_previewed = Previewed{task.request, **report, m_ports.clock.now()};
                m_previewTimer.start(std::chrono::milliseconds(kPreviewCounts));
            }
            done(*report);
        });
    });
}

std::optional<FetchReport> ListKeeper::takePreview(const FetchRequest& request)
{
    const auto previewed = std::exchange(m_previewed, std::nullopt);
    const bool fits = previewed && request.etag.empty() && request.lastModified.empty() &&
                      previewed->request.url == request.url && previewed->request.format == request.format &&
                      previewed->request.column == request.column &&
                      std::abs(m_ports.clock.now() - previewed->at) < kPreviewCounts;
    return fits ? std::optional(previewed->report) : std::nullopt;
}

void ListKeeper::beginFetch(Kept& kept)
{
    kept.isBusy = true;
    kept.state.triedAt = m_ports.clock.now();
    auto task = taskFor(kept);
    task.previewed = takePreview(task.request);
    m_downloads.post([this, task = std::move(task)](const std::stop_token& stop) {
        auto outcome = std::make_shared<Outcome>(fetch(task, stop));
        m_ports.onMainThread([this, name = task.name, round = task.round, outcome] {
            finish(name, round, std::move(*outcome));
        });
    });
}

ListKeeper::Outcome ListKeeper::fetch(const Task& task, const std::stop_token& stop)
{
    Outcome outcome;
    auto fetched =
        task.previewed ? Result<FetchReport>(*task.previewed) : m_ports.fetcher->fetch(task.request, stop);
    if (!fetched) {
        outcome.error = std::move(fetched.error());
        return outcome;
    }
    auto report = std::move(*fetched);
    const auto image = std::move(report.image);
    if (image) {
        const auto published = checksumOf(image->bytes());
        // Who compiled it is not trusted: all of it is checked before anything is believed.
        const auto list = CompiledList::open(image->bytes());
        if (!list)
            outcome.error = list.error();
        else if (published != task.knownChecksum)
            outcome = makeVersion(task, *list, ListBounds());
        outcome.version.published = published;
        outcome.version.format = report.format;
        outcome.version.badLines = report.badLines;
    } else if (!report.notModified) {
        outcome.error = {ErrorCode::Corrupt, "the download ended without a list", "Try again later."};
    }
    outcome.report = std::move(report);
    return outcome;
}

ListKeeper::Outcome ListKeeper::makeVersion(const Task& task, const CompiledList& fetched,
                                            const ListBounds& bounds)
{
    Outcome outcome;
    auto update = prepareUpdate(fetched, task.inForce ? &task.inForce->list : nullptr, task.generations,
                                task.now, task.protectedNetworks, bounds);
    if (!update) {
        outcome.error = std::move(update.error());
        return outcome;
    }
    outcome.version = versionOf(*update);
    outcome.version.at = task.now;
    outcome.version.image = checksumOf(update->image);
    outcome.hold = std::move(update->hold);
    auto written = m_folder.writeNew(task.name, task.round, update->image);
    auto loaded =
        written ? LoadedList::open(std::move(*written)) : std::unexpected(std::move(written.error()));
    if (loaded)
        outcome.list = std::move(*loaded);
    else
        outcome.error = std::move(loaded.error());
    return outcome;
}

void ListKeeper::finish(const std::string& name, std::uint64_t round, Outcome outcome)
{
    Kept* kept = subscription(name);
    if (kept == nullptr || kept->round != round) {
        // Its settings changed, or it was removed, while the work was done.
        m_folder.removeNew(name, round);
        return;
    }
    kept->isBusy = false;
    kept->isAnswered = false;
    settle(*kept, outcome);
    m_folder.removeNew(name, round); // where it was kept, it is called otherwise now
    save(*kept);
    report(*kept);
    m_ports.changed(name);
    arm();
}

void ListKeeper::settle(Kept& kept, Outcome& outcome)
{
    auto& state = kept.state;
    if (outcome.error.message.empty() && outcome.list) {
        const auto to = outcome.hold ? ListFolder::Version::Held : ListFolder::Version::InForce;
        if (auto moved = m_folder.promoteNew(kept.settings.name, kept.round, to); !moved)
            outcome.error = std::move(moved.error());
    }
    if (!outcome.error.message.empty()) {
        state.failures += outcome.isAnswer ? 0 : 1;
        state.error = outcome.error.message.substr(0, kLongestText);
        state.cure = outcome.error.cure.substr(0, kLongestText);
        if (outcome.heldIsLost) {
            state.held.reset();
            state.etag.clear(); // or the server would say that nothing is new
            state.lastModified.clear();
            m_folder.removeImage(kept.settings.name, ListFolder::Version::Held);
        }
        return;
    }
    state.error.clear();
    state.cure.clear();
    if (!outcome.isAnswer) {
        state.failures = 0;
        state.checkedAt = m_ports.clock.now();
        state.etag = outcome.report.etag;
        state.lastModified = outcome.report.lastModified;
    }
    if (outcome.hold)
        hold(kept, outcome);
    else if (outcome.list)
        putInForce(kept, outcome);
}

void ListKeeper::hold(Kept& kept, Outcome& outcome)
{
    kept.state.held = HeldVersion{std::move(outcome.version), outcome.hold->kind, outcome.hold->question};
}

void ListKeeper::putInForce(Kept& kept, Outcome& outcome)
{
    kept.state.held.reset();
    kept.state.rejected.clear();
    kept.state.inForce = std::move(outcome.version);
    m_folder.removeImage(kept.settings.name, ListFolder::Version::Held);
    kept.list = std::move(outcome.list);
    m_ports.changeRules(kept.settings.name, kept.list);
    applyUse(kept);
}

Result<void> ListKeeper::accept(const std::string& name)
{
    Kept* kept = subscription(name);
    if (kept == nullptr || !kept->state.held)
        return fail(ErrorCode::NotFound, "no new version of the list " + name + " waits for an answer",
                    "\"bartizanctl lists show " + name + "\" says how it stands.");
    if (kept->isBusy)
        return fail(ErrorCode::Busy, "the list " + name + " is being downloaded", "Try again in a moment.");
    kept->isBusy = true;
    kept->isAnswered = true;
    m_requests.post(
        [this, task = taskFor(*kept), version = kept->state.held->version](const std::stop_token&) {
            auto outcome = std::make_shared<Outcome>();
            if (const auto held = openHeld(task.name, version)) {
                // Once more through the guard: what is protected may have changed since.
                *outcome = makeVersion(task, (*held)->list, noBounds());
            } else {
                outcome->error = held.error();
                outcome->heldIsLost = true;
            }
            outcome->isAnswer = true;
            outcome->version.at = version.at;
            outcome->version.format = version.format;
            outcome->version.published = version.published;
            outcome->version.badLines = version.badLines;
            m_ports.onMainThread([this, name = task.name, round = task.round, outcome] {
                finish(name, round, std::move(*outcome));
            });
        });
    return {};
}

// After a crash the file may be another version than the one that a person was asked about.
Result<SharedList> ListKeeper::openHeld(const std::string& name, const ListVersion& version) const
{
    auto image = m_folder.openImage(name, ListFolder::Version::Held);
    if (image && checksumOf((*image)->bytes()) == version.image) {
        if (auto list = LoadedList::open(std::move(*image)))
            return list;
    }
    return fail(ErrorCode::Corrupt, "the version that waited for an answer is lost",
                "It is downloaded again when the list is due, or with \"bartizanctl lists update " + name +
                    "\".");
}

} // namespace bartizan
