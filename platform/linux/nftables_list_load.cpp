#include "platform/linux/nftables_list_load.h"

#include "engine/platform/firewall_entries.h"
#include "platform/linux/nftables_objects.h"

#include <algorithm>
#include <cerrno>
#include <iterator>

namespace bartizan {

namespace {

using nft::Element;
using nft::Key;
using nft::ListChange;
using nft::ListPart;
using nft::ListSet;
using nft::ListSets;

// A block waits for at most one transaction: small ones cost little more altogether.
constexpr std::size_t kElementsPerStep = 500;
// With more of a list changed than this, filling new sets is no slower.
constexpr std::size_t kElementsToChange = 5000;
// Room is left in a set for later changes.
constexpr std::size_t kElementsAtFirst = nft::kElementsPerSet / 4 * 3;
constexpr IpFamily kFamilies[] = {IpFamily::V4, IpFamily::V6};

void append(std::vector<Element>& elements, const IpAddress& address)
{
    elements.push_back({Key(address), 0, false});
}

void append(std::vector<Element>& elements, const AddressRange& range)
{
    elements.push_back({Key(range.first), 0, false});
    if (const auto behind = range.last.next())
        elements.push_back({Key(*behind), 0, true});
}

// Moves items from `left` into `elements` as long as there is room for one.
template<class Item>
void takeSome(std::span<const Item>& left, std::size_t room, std::vector<Element>& elements)
{
    while (!left.empty() && elements.size() < room) {
        append(elements, left.front());
        left = left.subspan(1);
    }
}

template<class Item> std::vector<Item> difference(std::span<const Item> from, std::span<const Item> without)
{
    std::vector<Item> rest;
    std::ranges::set_difference(from, without, std::back_inserter(rest));
    return rest;
}

constexpr std::size_t elementsOf(const IpAddress& /*address*/)
{
    return 1;
}

constexpr std::size_t elementsOf(const AddressRange& /*range*/)
{
    return 2;
}

Key firstOf(const IpAddress& address)
{
    return Key(address);
}

Key firstOf(const AddressRange& range)
{
    return Key(range.first);
}

Key lastOf(const IpAddress& address)
{
    return Key(address);
}

Key lastOf(const AddressRange& range)
{
    return Key(range.last);
}

template<class Item> std::size_t countIn(std::span<const Item> items, const Key& first, const Key& last)
{
    const auto key = [](const Item& item) { return firstOf(item); };
    const auto begin = std::ranges::lower_bound(items, first, {}, key);
    return static_cast<std::size_t>(std::ranges::upper_bound(begin, items.end(), last, {}, key) - begin);
}

// The changes of one part of a list, one for each set. False where one of them fits into no set.
template<class Item>
bool changesOf(const ListSets& sets, const ListSet& like, std::span<const Item> before,
               std::span<const Item> after, std::deque<ListChange>& changes)
{
    const std::vector<Item> gone = difference(before, after);
    const std::vector<Item> come = difference(after, before);
    // A part that comes or goes as a whole takes its sets with it.
    if (gone.size() + come.size() > kElementsToChange || before.empty() != after.empty())
        return false;
    std::map<ListSet, ListChange> bySet;
    const auto changeFor = [&](const Item& item) -> ListChange* {
        const auto set = nft::setFor(sets, like, firstOf(item));
        if (!set || lastOf(item) > nft::lastOf(sets, *set))
            return nullptr;
        return &bySet.try_emplace(*set, ListChange{*set, {}, {}}).first->second;
    };
    for (const auto& [items, which] :
         {std::pair(&gone, &ListChange::removed), std::pair(&come, &ListChange::added)}) {
        for (const Item& item : *items) {
            ListChange* change = changeFor(item);
            if (change == nullptr)
                return false;
            append(change->*which, item);
        }
    }
    for (auto& [set, change] : bySet) {
        if (countIn(after, set.first, nft::lastOf(sets, set)) * elementsOf(Item()) > nft::kElementsPerSet)
            return false;
        changes.push_back(std::move(change));
    }
    return true;
}

} // namespace

NftablesListLoad::NftablesListLoad(NftablesBackend& backend, std::string name, std::vector<Cidr> entries,
                                   ListTraffic traffic)
    : m_backend(backend)
    , m_name(std::move(name))
    , m_traffic(traffic)
    , m_entries(std::move(entries))
    , m_version(backend.m_lists->nextVersion++)
    , m_changesByOthers(backend.m_lists->changesByOthers)
    , m_leaving(setsInForce())
{
    const bool isSameTraffic =
        std::ranges::all_of(m_leaving, [traffic](const ListSet& set) { return set.traffic == traffic; });
    const auto known = backend.m_lists->contents.find(m_name);
    if (isSameTraffic && known != backend.m_lists->contents.end())
        m_before = known->second;
    backend.m_lists->loading.insert(m_name);
}

NftablesListLoad::~NftablesListLoad()
{
    m_backend.m_lists->loading.erase(m_name);
    // What is left over and can't be taken away now is, when the backend is next made ready.
    if (m_phase != Phase::Done && m_backend.m_connection)
        m_backend.removeUnusedLists(m_phase == Phase::CleanUp ? m_leaving : m_made);
}

ListSets NftablesListLoad::setsInForce() const
{
    ListSets sets;
    std::ranges::copy_if(m_backend.m_lists->inForce, std::inserter(sets, sets.end()),
                         [this](const ListSet& set) { return set.list == m_name; });
    return sets;
}

void NftablesListLoad::prepare()
{
    if (m_phase != Phase::Prepare)
        return;
    m_content = std::make_shared<const FirewallList>(m_entries);
    m_entries = {};
    planParts();
    if (m_before && !m_content->empty())
        planChanges();
    m_phase = m_before && *m_before == *m_content ? Phase::Unchanged
              : m_changes.empty()                 ? Phase::Begin
                                                  : Phase::Change;
}

void NftablesListLoad::planParts()
{
    for (const IpFamily family : kFamilies) {
        planPart({m_name, m_version, m_traffic, family, ListPart::Hosts, nft::firstKey(family)},
                 m_content->addresses(family));
        planPart({m_name, m_version, m_traffic, family, ListPart::Networks, nft::firstKey(family)},
                 m_content->ranges(family));
    }
}

// The first set begins at the first address there is, so that later changes find a place.
template<class Item> void NftablesListLoad::planPart(ListSet set, std::span<const Item> items)
{
    while (!items.empty()) {
        const auto some = items.first(std::min(items.size(), kElementsAtFirst / elementsOf(Item())));
        Part part{set, {}, {}};
        if constexpr (std::is_same_v<Item, IpAddress>)
            part.addresses = some;
        else
            part.ranges = some;
        m_parts.push_back(part);
        items = items.subspan(some.size());
        if (!items.empty())
            set.first = firstOf(items.front());
    }
}

// Where little is different: the sets in force are changed. Left empty where that can't be done.
void NftablesListLoad::planChanges()
{
    std::size_t elements = 0;
    const bool planned =
        std::ranges::all_of(kFamilies, [&](IpFamily family) { return planChangesOf(family); });
    for (const ListChange& change : m_changes)
        elements += change.removed.size() + change.added.size();
    if (!planned || elements > kElementsToChange)
        m_changes.clear();
}

bool NftablesListLoad::planChangesOf(IpFamily family)
{
    const std::uint32_t version = m_leaving.empty() ? 0 : m_leaving.begin()->version;
    const auto like = [&](ListPart part) { return ListSet{m_name, version, m_traffic, family, part, {}}; };
    return changesOf(m_leaving, like(ListPart::Networks), m_before->ranges(family), m_content->ranges(family),
                     m_changes) &&
           changesOf(m_leaving, like(ListPart::Hosts), m_before->addresses(family),
                     m_content->addresses(family), m_changes);
}

Result<void> NftablesListLoad::requireTable()
{
    auto complete = m_backend.requireComplete();
    if (complete && m_phase != Phase::CleanUp && setsInForce() != m_leaving)
        return fail(ErrorCode::NotFound, "the list " + m_name + " was lost with our firewall table",
                    "Load it again.");
    return complete;
}

Result<bool> NftablesListLoad::step()
{
    if (m_failure)
        return std::unexpected(*m_failure);
    prepare();
    if (m_phase == Phase::Done)
        return true;
    if (auto table = requireTable(); !table)
        m_failure = table.error();
    else if (const int error = carryOut(); error != 0)
        m_failure = nft::kernelError(error, "can't load the list " + m_name);
    if (m_failure)
        return std::unexpected(*m_failure);
    return m_phase == Phase::Done;
}

std::chrono::milliseconds NftablesListLoad::pause() const
{
    // The kernel frees deleted sets some milliseconds later, all that are waiting at once, and lets nobody
    // else at that processor meanwhile: few should be waiting.
    constexpr std::chrono::milliseconds kBetweenDeletions(20);
    return m_phase == Phase::CleanUp ? kBetweenDeletions : ListLoad::pause();
}

int NftablesListLoad::carryOut()
{
    switch (m_phase) {
    case Phase::Unchanged:
        m_phase = isUntouched() ? Phase::Done : Phase::Begin;
        return 0;
    case Phase::Change:
        return change();
    case Phase::Begin:
        return begin();
    case Phase::Fill:
        return fill();
    case Phase::Swap:
        return swap();
    case Phase::CleanUp:
        return cleanUp();
    case Phase::Prepare:
    case Phase::Done:
        break;
    }
    return 0;
}

bool NftablesListLoad::isUntouched() const
{
    return m_changesByOthers == m_backend.m_lists->changesByOthers;
}

int NftablesListLoad::change()
{
    auto& transaction = *m_backend.m_transaction;
    const ListChange& change = m_changes.front();
    const std::string set = nft::listSetName(change.set);
    transaction.begin();
    transaction.deleteElements(m_backend.m_table, set, change.removed);
    transaction.createElements(m_backend.m_table, set, change.added, nft::Creation::Exclusive);
    // Half changed, or changed by others: only a whole new version says for certain what is in it.
    m_backend.m_lists->contents.erase(m_name);
    if (!isUntouched() || m_backend.commit(transaction) != 0) {
        m_changes.clear();
        m_phase = Phase::Begin;
        return 0;
    }
    m_changes.pop_front();
    if (m_changes.empty()) {
        m_backend.m_lists->contents[m_name] = m_content;
        m_phase = Phase::Done;
    }
    return 0;
}

int NftablesListLoad::begin()
{
    m_phase = m_parts.empty() ? Phase::Swap : Phase::Fill;
    if (m_parts.empty())
        return 0;
    auto& transaction = *m_backend.m_transaction;
    transaction.begin();
    for (const Part& part : m_parts) {
        nft::createListSet(transaction, m_backend.m_table, part.set);
        m_made.insert(part.set);
    }
    return m_backend.commit(transaction);
}

int NftablesListLoad::fill()
{
    auto& transaction = *m_backend.m_transaction;
    transaction.begin();
    std::vector<Element> elements;
    for (std::size_t room = kElementsPerStep; room > 0 && !m_parts.empty();) {
        Part& part = m_parts.front();
        elements.clear();
        takeSome(part.addresses, room, elements);
        takeSome(part.ranges, room, elements);
        transaction.createElements(m_backend.m_table, nft::listSetName(part.set), elements,
                                   nft::Creation::Exclusive);
        if (part.addresses.empty() && part.ranges.empty())
            m_parts.pop_front();
        room -= std::min(room, elements.size());
    }
    if (m_parts.empty())
        m_phase = Phase::Swap;
    return m_backend.commit(transaction);
}

int NftablesListLoad::swap()
{
    nft::Lists& lists = *m_backend.m_lists;
    ListSets wanted = lists.inForce;
    std::erase_if(wanted, [this](const ListSet& set) { return set.list == m_name; });
    wanted.insert(m_made.begin(), m_made.end());
    auto& standing = m_backend.m_standing->lists;
    auto& transaction = *m_backend.m_transaction;
    transaction.begin();
    nft::replaceListChains(transaction, m_backend.m_table, standing.chains, wanted);
    if (!transaction.empty()) {
        if (const int error = m_backend.commit(transaction); error != 0)
            return error;
    }
    standing.chains = nft::chainsFor(wanted);
    standing.inForce = wanted;
    lists.inForce = std::move(wanted);
    if (isUntouched() && !m_content->empty())
        lists.contents[m_name] = m_content;
    else
        lists.contents.erase(m_name);
    m_phase = m_leaving.empty() ? Phase::Done : Phase::CleanUp;
    return 0;
}

int NftablesListLoad::cleanUp()
{
    m_backend.removeUnusedLists({*m_leaving.begin()});
    m_leaving.erase(m_leaving.begin());
    if (m_leaving.empty())
        m_phase = Phase::Done;
    return 0;
}

// ---- The backend's part

Result<std::unique_ptr<ListLoad>> NftablesBackend::beginList(std::string name, std::vector<Cidr> entries,
                                                             ListTraffic traffic)
{
    if (auto valid = checkList(name, entries); !valid)
        return std::unexpected(valid.error());
    if (auto complete = requireComplete(); !complete)
        return std::unexpected(complete.error());
    if (m_lists->loading.contains(name))
        return fail(ErrorCode::Busy, "the list " + name + " is being loaded");
    return std::make_unique<NftablesListLoad>(*this, std::move(name), std::move(entries), traffic);
}

Result<std::vector<std::string>> NftablesBackend::lists()
{
    if (auto complete = requireComplete(); !complete)
        return std::unexpected(complete.error());
    std::vector<std::string> names;
    for (const ListSet& set : m_lists->inForce) {
        if (names.empty() || names.back() != set.list)
            names.push_back(set.list);
    }
    return names;
}

Result<std::vector<std::string>> NftablesBackend::listsHolding(const IpAddress& address)
{
    if (auto complete = requireComplete(); !complete)
        return std::unexpected(complete.error());
    const Key key(address);
    std::vector<std::string> names;
    for (const ListSet& set : m_lists->inForce) {
        if (set.family != address.family() || (!names.empty() && names.back() == set.list) ||
            key < set.first || key > nft::lastOf(m_lists->inForce, set))
            continue;
        std::optional<Element> found;
        if (const int error = m_connection->findElement(m_table, nft::listSetName(set), key, found);
            error != 0)
            return std::unexpected(nft::kernelError(error, "can't read the list " + set.list));
        if (found)
            names.push_back(set.list);
    }
    return names;
}

// As far as the kernel lets us: nothing points to them, and they are tried again.
void NftablesBackend::removeUnusedLists(const nft::ListSets& sets)
{
    for (const ListSet& set : sets) {
        m_transaction->begin();
        nft::deleteListSet(*m_transaction, m_table, set);
        [[maybe_unused]] const int error = commit(*m_transaction);
    }
}

void NftablesBackend::removeLeftOverLists()
{
    auto& standing = m_standing->lists;
    nft::ListSets leftOver;
    std::ranges::copy_if(standing.present, std::inserter(leftOver, leftOver.end()), [this](const auto& set) {
        return !m_lists->inForce.contains(set) && !m_lists->loading.contains(set.list);
    });
    removeUnusedLists(leftOver);
    for (const ListSet& set : leftOver)
        standing.present.erase(set);
    for (const std::string& name : standing.misshapen) {
        m_transaction->begin();
        nft::deleteSet(*m_transaction, m_table, name);
        [[maybe_unused]] const int error = commit(*m_transaction);
    }
    standing.misshapen.clear();
}

void NftablesBackend::learnLists()
{
    const auto& standing = m_standing->lists;
    ++m_lists->changesByOthers;
    m_lists->contents.clear();
    for (const ListSet& set : standing.present)
        m_lists->nextVersion = std::max(m_lists->nextVersion, set.version + 1);
    if (!m_lists->known && m_standing->complete) {
        m_lists->inForce = standing.inForce;
        m_lists->known = true;
    }
    if (m_lists->known && standing.inForce != m_lists->inForce)
        m_standing->complete = false;
}

nft::ListSets NftablesBackend::listsToKeep(const nft::Standing& found) const
{
    if (!m_lists->known)
        return found.lists.inForce;
    std::set<std::string> lost;
    for (const ListSet& set : m_lists->inForce) {
        if (!found.lists.present.contains(set))
            lost.insert(set.list);
    }
    nft::ListSets kept;
    std::ranges::copy_if(m_lists->inForce, std::inserter(kept, kept.end()),
                         [&](const ListSet& set) { return !lost.contains(set.list); });
    return kept;
}

void NftablesBackend::setListsInForce(nft::ListSets sets)
{
    std::erase_if(m_lists->contents, [&](const auto& content) {
        return std::ranges::none_of(sets, [&](const ListSet& set) { return set.list == content.first; });
    });
    m_lists->inForce = std::move(sets);
    m_lists->known = true;
}

} // namespace bartizan
