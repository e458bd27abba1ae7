// The part of the list keeper that puts own lists in force, which are files.
#include "engine/lists/formats/list_reader.h"
#include "engine/reputation/list_keeper.h"

#include <utility>

namespace bartizan {

namespace {

constexpr std::uint64_t kMostEntries = 20'000'000;

class MemoryImage final : public ListImage
{
public:
    explicit MemoryImage(std::vector<std::byte> bytes)
        : m_bytes(std::move(bytes))
    {
    }
    [[nodiscard]] std::span<const std::byte> bytes() const override { return m_bytes; }

private:
    const std::vector<std::byte> m_bytes; // from the heap: aligned as CompiledList::open() asks for
};

// What of the text are addresses; the rest is for rules alone. Private ranges are the owner's own business,
// but this machine's addresses and whatever else the guard protects are cut out.
Result<SharedList> compileOwn(const std::string& text, std::span<const ProtectedNetwork> protectedNetworks,
                              EpochMs now)
{
    CompiledListBuilder builder(kMostEntries);
    ListOptions options;
    options.format = ListFormat::Cdb;
    // Whoever loads the file for the rules tells about its lines.
    static_cast<void>(readList(text, options, builder));
    const auto compiled = std::move(builder).build();
    if (!compiled)
        return std::unexpected(compiled.error());
    const auto list = CompiledList::open(*compiled);
    if (!list)
        return std::unexpected(list.error());
    ListBounds bounds;
    bounds.addressShare = 1;
    bounds.widestV4 = 4;
    bounds.widestV6 = 4;
    auto update = prepareUpdate(*list, nullptr, {}, now, protectedNetworks, bounds);
    if (!update)
        return std::unexpected(std::move(update.error()));
    if (update->hold && update->hold->kind == "too_wide")
        return fail(ErrorCode::Refused,
                    "it names more than a sixteenth of all addresses in one piece, and is not put in force",
                    "Take the widest networks out.");
    return LoadedList::open(std::make_shared<MemoryImage>(std::move(update->image)));
}

} // namespace

bool ListKeeper::asksForText(const std::string& name) const
{
    const auto found = m_lists.find(name);
    return found != m_lists.end() && !found->second.settings.isSubscription() &&
           found->second.settings.use != ListUse::Tag;
}

void ListKeeper::setOwnList(const std::string& name, std::optional<std::string> text)
{
    if (!asksForText(name))
        return;
    auto& kept = m_lists[name];
    kept.round = ++m_rounds;
    if (!text) {
        finishOwn(name, kept.round, nullptr);
        return;
    }
    m_requests.post([this, name, text = std::move(*text), round = kept.round,
                     networks = protectedNetworks(*m_ports.keeper.guard(), ListAuthor::Owner),
                     now = m_ports.clock.now()](const std::stop_token&) {
        auto list = std::make_shared<Result<SharedList>>(compileOwn(text, networks, now));
        m_ports.onMainThread([this, name, round, list] { finishOwn(name, round, std::move(*list)); });
    });
}

void ListKeeper::finishOwn(const std::string& name, std::uint64_t round, Result<SharedList> list)
{
    const auto found = m_lists.find(name);
    if (found == m_lists.end() || found->second.round != round)
        return;
    auto& kept = found->second;
    kept.state.error = list ? std::string() : list.error().message;
    kept.state.cure = list ? std::string() : list.error().cure;
    if (list)
        kept.list = std::move(*list);
    applyUse(kept);
    report(kept);
    m_ports.changed(name);
}

} // namespace bartizan
