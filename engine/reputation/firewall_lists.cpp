#include "engine/reputation/firewall_lists.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace bartizan {

namespace {

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
        m_wanted.insert_or_assign(name, Wanted{std::move(list), traffic, {}});
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
    auto loaded = m_keeper.loadList(name, list ? networksOf(list->list.addresses()) : std::vector<Cidr>{},
                                    traffic, stop);
    settle(name, list, traffic,
           loaded ? Standing{State::InForce, {}} : Standing{State::Failed, std::move(loaded.error())});
}

void FirewallLists::settle(const std::string& name, const SharedList& list, ListTraffic traffic,
                           Standing standing)
{
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_wanted.find(name);
        if (found != m_wanted.end() && found->second.list == list && found->second.traffic == traffic)
            found->second.standing = std::move(standing);
    }
    m_changed();
}

void FirewallLists::compare()
{
    const auto inForce = m_keeper.listsInForce();
    std::vector<std::string> work;
    {
        const std::lock_guard lock(m_mutex);
        for (auto& [name, wanted] : m_wanted) {
            const bool stands = inForce && std::ranges::find(*inForce, name) != inForce->end();
            if (!wanted.list || (stands && wanted.standing.state == State::InForce))
                continue;
            wanted.standing.state = State::Loading;
            work.push_back(name);
        }
        if (inForce) {
            for (const auto& name : *inForce) {
                if (!m_wanted.contains(name))
                    work.push_back(name);
            }
        }
    }
    for (const auto& name : work)
        m_worker.post([this, name](const std::stop_token& stop) { load(name, stop); });
}

} // namespace bartizan
