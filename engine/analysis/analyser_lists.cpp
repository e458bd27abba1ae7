// What changes in an analyser's lists while it works.
#include "engine/analysis/analyser.h"

#include <utility>

namespace bartizan {

ReplacedLists Analyser::changeLists(ListChanges changes)
{
    ReplacedLists replaced;
    for (ListChange& change : changes.lists)
        changeList(change, replaced);
    if (changes.watched) {
        m_sightings.clear(); // their labels are of the old ones
        replaced.old.push_back(std::exchange(m_watched, std::move(*changes.watched)));
    }
    return replaced;
}

void Analyser::changeList(ListChange& change, ReplacedLists& replaced)
{
    if (auto text = m_texts.extract(change.name); !text.empty())
        m_lists.insert(std::move(text));
    const auto known = m_lists.find(change.name);
    if ((known == m_lists.end()) == (change.list != nullptr))
        replaced.rulesWait |= m_ruleset && m_ruleset->rules->listNames().contains(change.name);
    if (known == m_lists.end()) {
        if (change.list)
            m_lists.emplace(std::move(change.name), std::make_shared<ListSlot>(std::move(change.list)));
    } else if (change.list) {
        replaced.old.push_back(std::exchange(known->second->list, std::move(change.list)));
    } else {
        // Rules that look into it go on with what they have until they are loaded again: what is in no list
        // would match where something is asked to be missing.
        replaced.old.push_back(known->second->list);
        m_lists.erase(known);
    }
}

void Analyser::noticeListed(std::uint32_t index, const Outcome& outcome)
{
    const auto text = m_event->field(StaticField::SrcIp);
    const auto address = text ? IpAddress::parse(*text) : std::nullopt;
    if (!address)
        return;
    if (const auto label = m_watched->find(*address); label != AddressTable::kNotListed)
        m_sightings.push_back(
            {index, *address, label, outcome.rule != nullptr ? outcome.rule->id : 0, m_event->isDoubted});
}

Sightings Analyser::takeSightings()
{
    if (m_sightings.empty())
        return {};
    return {std::exchange(m_sightings, {}), m_watched};
}

} // namespace bartizan
