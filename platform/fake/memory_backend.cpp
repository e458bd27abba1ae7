#include "platform/fake/memory_backend.h"

#include "engine/platform/firewall_entries.h"

#include <algorithm>

namespace bartizan {

class MemoryBackend::Load final : public ListLoad
{
public:
    Load(MemoryBackend& backend, std::string name, std::vector<Cidr> entries, ListTraffic traffic)
        : m_backend(backend)
        , m_name(std::move(name))
        , m_entries(std::move(entries))
        , m_traffic(traffic)
        , m_stepsLeft(m_entries.size() / kEntriesPerStep + 1)
        , m_losses(backend.m_losses)
    {
        m_backend.m_loading.insert(m_name);
    }
    ~Load() override { m_backend.m_loading.erase(m_name); }

    void prepare() override
    {
        if (!m_list)
            m_list = FirewallList(m_entries);
    }

    Result<bool> step() override
    {
        prepare();
        if (m_stepsLeft == 0)
            return true;
        if (m_backend.m_losses != m_losses)
            return fail(ErrorCode::NotFound, "the list " + m_name + " was lost with the firewall table");
        if (--m_stepsLeft > 0)
            return false;
        if (m_list->empty())
            m_backend.m_lists.erase(m_name);
        else
            m_backend.m_lists.insert_or_assign(m_name, List{std::move(*m_list), m_traffic});
        return true;
    }

private:
    static constexpr std::size_t kEntriesPerStep = 1000;

    MemoryBackend& m_backend;
    const std::string m_name;
    const std::vector<Cidr> m_entries;
    const ListTraffic m_traffic;
    std::optional<FirewallList> m_list;
    std::size_t m_stepsLeft;
    const int m_losses;
};

Result<void> MemoryBackend::ensureReady()
{
    m_ready = true;
    return {};
}

Result<void> MemoryBackend::setAllowed(std::span<const Cidr> addresses)
{
    if (auto ready = requireReady(); !ready)
        return ready;
    m_allowed = withoutCovered(addresses);
    return {};
}

Result<void> MemoryBackend::add(std::span<const FirewallEntry> entries)
{
    if (auto ready = requireReady(); !ready)
        return ready;
    for (const FirewallEntry& entry : entries) {
        if (auto valid = checkBlockable(entry.address); !valid)
            return valid;
    }
    for (const FirewallEntry& entry : entries) {
        std::optional<EpochMs> until;
        if (entry.remaining)
            until = m_clock.now() + std::max<EpochMs>(entry.remaining->count(), 1);
        m_blocks.insert_or_assign(entry.address, until);
    }
    return {};
}

Result<void> MemoryBackend::remove(std::span<const Cidr> addresses)
{
    if (auto ready = requireReady(); !ready)
        return ready;
    for (const Cidr& address : addresses)
        m_blocks.erase(address);
    return {};
}

Result<std::optional<FirewallEntry>> MemoryBackend::find(const Cidr& address)
{
    dropExpired();
    const auto found = m_blocks.find(address);
    if (!m_ready || found == m_blocks.end())
        return std::nullopt;
    return entryFor(found->first, found->second);
}

Result<std::vector<FirewallEntry>> MemoryBackend::list()
{
    if (auto ready = requireReady(); !ready)
        return std::unexpected(ready.error());
    dropExpired();
    std::vector<FirewallEntry> entries;
    entries.reserve(m_blocks.size());
    for (const auto& [address, until] : m_blocks)
        entries.push_back(entryFor(address, until));
    return entries;
}

Result<std::vector<Cidr>> MemoryBackend::listAllowed()
{
    if (auto ready = requireReady(); !ready)
        return std::unexpected(ready.error());
    return m_allowed;
}

Result<std::unique_ptr<ListLoad>> MemoryBackend::beginList(std::string name, std::vector<Cidr> entries,
                                                           ListTraffic traffic)
{
    if (auto valid = checkList(name, entries); !valid)
        return std::unexpected(valid.error());
    if (auto ready = requireReady(); !ready)
        return std::unexpected(ready.error());
    if (m_loading.contains(name))
        return fail(ErrorCode::Busy, "the list " + name + " is being loaded");
    return std::make_unique<Load>(*this, std::move(name), std::move(entries), traffic);
}

Result<std::vector<std::string>> MemoryBackend::lists()
{
    if (auto ready = requireReady(); !ready)
        return std::unexpected(ready.error());
    std::vector<std::string> names;
    names.reserve(m_lists.size());
    for (const auto& [name, list] : m_lists)
        names.push_back(name);
    return names;
}

Result<std::vector<std::string>> MemoryBackend::listsHolding(const IpAddress& address)
{
    if (auto ready = requireReady(); !ready)
        return std::unexpected(ready.error());
    std::vector<std::string> names;
    for (const auto& [name, list] : m_lists) {
        if (list.content.holds(address))
            names.push_back(name);
    }
    return names;
}

std::optional<ListTraffic> MemoryBackend::trafficOf(const std::string& list) const
{
    const auto found = m_lists.find(list);
    return found == m_lists.end() ? std::nullopt : std::optional(found->second.traffic);
}

Result<void> MemoryBackend::teardown()
{
    loseEverything();
    return {};
}

void MemoryBackend::loseEverything()
{
    m_ready = false;
    m_blocks.clear();
    m_allowed.clear();
    m_lists.clear();
    ++m_losses;
}

Result<void> MemoryBackend::requireReady() const
{
    if (!m_ready)
        return fail(ErrorCode::NotFound, "the firewall table is not set up");
    return {};
}

FirewallEntry MemoryBackend::entryFor(const Cidr& address, std::optional<EpochMs> until) const
{
    if (!until)
        return {address, std::nullopt};
    return {address, std::chrono::milliseconds(*until - m_clock.now())};
}

void MemoryBackend::dropExpired()
{
    const EpochMs now = m_clock.now();
    std::erase_if(m_blocks, [now](const auto& block) { return block.second && *block.second <= now; });
}

} // namespace bartizan
