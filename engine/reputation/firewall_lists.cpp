#include "engine/reputation/firewall_lists.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace bartizan {

namespace {

constexpr std::size_t kSamples = 8;

std::vector<Cidr> networksOf(const AddressTable& table)
{
    std::vector<Cidr> networks;
    networks.reserve(table.rangeCount(IpFamily::V4) + table.rangeCount(IpFamily::V6));
    table.forEachRange([&](const AddressRange& range, AddressTable::Label) {
        range.forEachNetwork([&](const Cidr& network) {
            networks.push_back(network);
            return true;
        });
    });
    return networks;
}

} // namespace

FirewallLists::FirewallLists(BlockKeeper& keeper, std::function<void()> changed)
    : m_keeper(keeper)
    , m_changed(std::move(changed))
{
}

void FirewallLists::want(const std::string& name, SharedList list, ListTraffic traffic)
{
    {
        const std::lock_guard lock(m_mutex);
        m_wanted.insert_or_assign(name, Wanted{std::move(list), traffic, {}, {}});
    }
    m_worker.post([this, name](const std::stop_token& stop) { load(name, stop); });
}

void FirewallLists::expect(const std::string& name)
{
    const std::lock_guard lock(m_mutex);
    m_wanted.try_emplace(name);
}

void FirewallLists::drop(const std::string& name)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_wanted.erase(name) == 0)
            return;
    }
    m_worker.post([this, name](const std::stop_token& stop) { load(name, stop); });
}

void FirewallLists::check()
{
    m_worker.post([this](const std::stop_token&) { compare(); });
}

std::optional<FirewallLists::Standing> FirewallLists::standing(const std::string& name) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_wanted.find(name);
    return found == m_wanted.end() ? std::nullopt : std::optional(found->second.standing);
}

std::map<std::string, FirewallLists::Standing> FirewallLists::standings() const
{
    const std::lock_guard lock(m_mutex);
    std::map<std::string, Standing> all;
    for (const auto& [name, wanted] : m_wanted)
        all.emplace(name, wanted.standing);
    return all;
}

void FirewallLists::load(const std::string& name, const std::stop_token& stop)
{
    SharedList list;
    auto traffic = ListTraffic::Inbound;
    {
        const std::lock_guard lock(m_mutex);
        if (const auto found = m_wanted.find(name); found != m_wanted.end()) {
            // Asked for twice, the first load took the newer version.
            if (found->second.standing.state == State::InForce || !found->second.list)
                return;
            list = found->second.list;
            traffic = found->second.traffic;
        }
    }
    auto networks = list ? networksOf(list->list.addresses()) : std::vector<Cidr>{};
    std::vector<IpAddress> samples;
    for (std::size_t i = 0; i < networks.size(); i += std::max<std::size_t>(networks.size() / kSamples, 1))
        samples.push_back(networks[i].address());
    auto loaded = m_keeper.loadList(name, std::move(networks), traffic, stop);
    settle(name, list, traffic, std::move(samples),
           loaded ? Standing{State::InForce, {}} : Standing{State::Failed, std::move(loaded.error())});
}

void FirewallLists::settle(const std::string& name, const SharedList& list, ListTraffic traffic,
                           std::vector<IpAddress> samples, Standing standing)
{
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_wanted.find(name);
        if (found != m_wanted.end() && found->second.list == list && found->second.traffic == traffic) {
            found->second.standing = std::move(standing);
            found->second.samples = std::move(samples);
        }
    }
    m_changed();
}

bool FirewallLists::isWhole(const std::string& name, const std::vector<IpAddress>& samples)
{
    return std::ranges::all_of(samples, [&](const IpAddress& address) {
        const auto holding = m_keeper.listsHolding(address);
        return !holding || std::ranges::find(*holding, name) != holding->end();
    });
}

void FirewallLists::compare()
{
    const auto inForce = m_keeper.listsInForce();
    const auto isNamed = [&](const std::string& name) {
        return inForce && std::ranges::find(*inForce, name) != inForce->end();
    };
    std::map<std::string, std::vector<IpAddress>> standing;
    std::vector<std::string> work;
    {
        const std::lock_guard lock(m_mutex);
        for (auto& [name, wanted] : m_wanted) {
            if (wanted.list && wanted.standing.state == State::InForce)
                standing.emplace(name, wanted.samples);
            else if (wanted.list)
                work.push_back(name);
        }
        for (const auto& name : inForce.value_or(std::vector<std::string>{})) {
            if (!m_wanted.contains(name))
                work.push_back(name);
        }
    }
    // A list without addresses has nothing in the kernel; a set that somebody emptied keeps its name.
    for (const auto& [name, samples] : standing) {
        if (!samples.empty() && (!isNamed(name) || !isWhole(name, samples)))
            work.push_back(name);
    }
    for (const auto& name : work) {
        {
            const std::lock_guard lock(m_mutex);
            if (const auto found = m_wanted.find(name); found != m_wanted.end())
                found->second.standing.state = State::Loading;
        }
        m_worker.post([this, name](const std::stop_token& stop) { load(name, stop); });
    }
}

} // namespace bartizan
