#include "platform/linux/nftables_backend.h"

#include "engine/platform/firewall_entries.h"
#include "platform/linux/nftables_list_load.h"
#include "platform/linux/nftables_objects.h"
#include "platform/linux/nftables_watch.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <iterator>
#include <map>
#include <unordered_set>

namespace bartizan {

namespace nft {

// Elements of one set.
struct BlockPart
{
    BlockKind kind;
    std::span<const Element> elements;
};

} // namespace nft

namespace {

using nft::BlockKind;
using nft::BlockPart;
using nft::Creation;
using nft::Element;
using nft::Key;

// An element may end between two looks at it; that is rare, and rarer twice.
constexpr int kAttempts = 5;

// Where anybody listens to changes (our watch does), the kernel reserves 4 kB for each element of a
// transaction until it ends: 100,000 in one would take 400 MB and seconds.
constexpr std::size_t kElementsPerTransaction = 4096;

// The entries that go into one set, one for each address.
struct BlockGroup
{
    BlockKind kind;
    std::vector<Element> elements;
};

// Where each address stands, to find those that come twice: of equal ones the last holds.
class Places
{
public:
    explicit Places(std::size_t count)
        : m_slots(std::bit_ceil(2 * count))
    {
    }

    // The slot of this address: zero when it is new.
    template<class IsEqual> std::size_t& of(const Cidr& address, const IsEqual& isEqual)
    {
        std::size_t at = CidrHash()(address) & (m_slots.size() - 1);
        while (m_slots[at] != 0 && !isEqual(m_slots[at] - 1))
            at = (at + 1) & (m_slots.size() - 1);
        return m_slots[at];
    }

private:
    std::vector<std::size_t> m_slots; // index of the entry + 1
};

std::vector<BlockGroup> grouped(std::span<const FirewallEntry> entries)
{
    std::vector<const FirewallEntry*> distinct;
    distinct.reserve(entries.size());
    Places places(entries.size());
    for (const FirewallEntry& entry : entries) {
        std::size_t& place = places.of(
            entry.address, [&](std::size_t index) { return distinct[index]->address == entry.address; });
        if (place != 0) {
            distinct[place - 1] = &entry;
            continue;
        }
        distinct.push_back(&entry);
        place = distinct.size();
    }
    std::map<BlockKind, std::vector<Element>> byKind;
    for (const FirewallEntry* entry : distinct) {
        byKind[BlockKind(entry->address)].push_back(
            {Key(entry->address.address()), entry->remaining ? nft::kernelTimeout(*entry->remaining) : 0,
             false});
    }
    std::vector<BlockGroup> groups;
    groups.reserve(byKind.size());
    for (auto& [kind, elements] : byKind)
        groups.push_back({kind, std::move(elements)});
    return groups;
}

std::vector<FirewallEntry> entriesFor(std::span<const Cidr> addresses)
{
    std::vector<FirewallEntry> entries;
    entries.reserve(addresses.size());
    for (const Cidr& address : addresses)
        entries.push_back({address, std::nullopt});
    return entries;
}

std::vector<std::vector<BlockPart>> transactionsFor(const std::vector<BlockGroup>& groups)
{
    std::vector<std::vector<BlockPart>> transactions;
    std::size_t room = 0;
    for (const BlockGroup& group : groups) {
        std::span<const Element> left(group.elements);
        while (!left.empty()) {
            if (room == 0) {
                transactions.emplace_back();
                room = kElementsPerTransaction;
            }
            const auto part = left.first(std::min(room, left.size()));
            transactions.back().push_back({group.kind, part});
            left = left.subspan(part.size());
            room -= part.size();
        }
    }
    return transactions;
}

FirewallEntry entryFor(const Element& element, unsigned prefix)
{
    const auto address = IpAddress::fromBytes(element.key.view()).value_or(IpAddress());
    std::optional<std::chrono::milliseconds> remaining;
    if (element.timeoutMs != 0)
        remaining = std::chrono::milliseconds(element.timeoutMs);
    return {prefix < address.bitCount() ? Cidr(address, prefix) : Cidr(address), remaining};
}

std::vector<Element> intervals(std::span<const Cidr> networks, IpFamily family)
{
    std::vector<Element> elements;
    for (const Cidr& network : networks) {
        if (network.family() != family)
            continue;
        elements.push_back({Key(network.address()), 0, false});
        if (const auto behind = network.last().next())
            elements.push_back({Key(*behind), 0, true});
    }
    return elements;
}

// The network from `first` up to (without) `behind`; what is no network, another program's interval, is cut
// short.
std::optional<Cidr> networkOf(const Key& first, const std::optional<Key>& behind)
{
    const auto address = IpAddress::fromBytes(first.view());
    if (!address)
        return std::nullopt;
    for (unsigned prefix = 0; prefix < address->bitCount(); ++prefix) {
        if (address->lowest(prefix) != *address)
            continue;
        const auto next = address->highest(prefix).next();
        if (!next ? !behind : behind && Key(*next) <= *behind)
            return Cidr(*address, prefix);
    }
    return Cidr(*address);
}

std::vector<Cidr> networksOf(std::vector<Element> elements)
{
    // Where one interval ends and the next begins, the end comes first.
    std::ranges::sort(elements, [](const Element& a, const Element& b) {
        return std::pair(a.key, !a.intervalEnd) < std::pair(b.key, !b.intervalEnd);
    });
    std::vector<Cidr> networks;
    for (std::size_t i = 0; i < elements.size(); ++i) {
        if (elements[i].intervalEnd)
            continue;
        std::optional<Key> behind;
        if (i + 1 < elements.size())
            behind = elements[i + 1].key;
        if (const auto network = networkOf(elements[i].key, behind))
            networks.push_back(*network);
    }
    return networks;
}

} // namespace

NftablesBackend::NftablesBackend(std::string table)
    : m_table(std::move(table))
    , m_transaction(std::make_unique<nft::Transaction>())
    , m_standing(std::make_unique<nft::Standing>())
    , m_lists(std::make_unique<nft::Lists>())
{
}

NftablesBackend::~NftablesBackend() = default;

Result<void> NftablesBackend::connect()
{
    if (m_connection)
        return {};
    constexpr std::size_t kLongestName = 255; // NFT_NAME_MAXLEN without the end
    if (m_table.empty() || m_table.size() > kLongestName)
        return fail(ErrorCode::InvalidArgument, "\"" + m_table + "\" can't be the name of a firewall table");
    auto connection = nft::Connection::open();
    if (!connection)
        return std::unexpected(connection.error());
    m_connection = std::move(*connection);
    return {};
}

int NftablesBackend::commit(nft::Transaction& transaction)
{
    const int error = m_connection->commit(transaction);
    if (error == 0)
        ++m_generation;
    return error;
}

Result<bool> NftablesBackend::verify()
{
    if (auto connected = connect(); !connected)
        return std::unexpected(connected.error());
    std::uint32_t generation = 0;
    if (const int error = m_connection->generation(generation); error != 0)
        return std::unexpected(nft::kernelError(error, "can't read the firewall"));
    if (m_standing->complete && generation == m_generation)
        return true;
    if (const int error = nft::readStanding(*m_connection, m_table, *m_standing); error != 0) {
        *m_standing = {};
        return std::unexpected(nft::kernelError(error, "can't read the firewall"));
    }
    m_generation = generation;
    learnLists();
    return m_standing->complete;
}

Result<void> NftablesBackend::requireComplete()
{
    const auto complete = verify();
    if (!complete)
        return std::unexpected(complete.error());
    if (!*complete)
        return std::unexpected(nft::kernelError(ENOENT, "can't use the firewall"));
    return {};
}

Result<void> NftablesBackend::ensureReady()
{
    const std::string action = "can't set up the firewall";
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const auto complete = verify();
        if (!complete)
            return std::unexpected(complete.error());
        if (*complete) {
            removeLeftOverLists();
            return {};
        }
        const nft::Standing found = *m_standing;
        int error = found.foreignSets ? recreate() : rebuild(found);
        if (error != 0 && error != EPERM && error != EINTR && !found.foreignSets)
            error = recreate();
        if (error != 0 && error != EINTR)
            return std::unexpected(nft::kernelError(error, action));
    }
    return fail(ErrorCode::Busy, action + ": another program changes it again and again",
                "Look for a program that manages the table inet " + m_table + " too.");
}

// Everything but the sets' contents anew, in one transaction: at no moment is a block without its rule.
int NftablesBackend::rebuild(const nft::Standing& found)
{
    nft::Transaction& transaction = *m_transaction;
    if (found.dormant) {
        // The kernel takes no new base chain in the transaction that wakes the table.
        transaction.begin();
        nft::createTable(transaction, m_table);
        if (const int error = commit(transaction); error != 0)
            return error;
    }
    std::set<BlockKind> kinds = found.kinds;
    kinds.insert({BlockKind(IpFamily::V4, 32), BlockKind(IpFamily::V6, 128)});
    transaction.begin();
    nft::createTable(transaction, m_table);
    if (found.chain)
        nft::deleteChain(transaction, m_table, nft::kGuardChain);
    nft::createSets(transaction, m_table, kinds);
    nft::createChainAndRules(transaction, m_table, kinds);
    nft::ListSets lists = listsToKeep(found);
    nft::replaceListChains(transaction, m_table, found.lists.chains, lists);
    const int error = commit(transaction);
    if (error == 0)
        setListsInForce(std::move(lists));
    return error;
}

int NftablesBackend::recreate()
{
    const std::set<BlockKind> kinds{BlockKind(IpFamily::V4, 32), BlockKind(IpFamily::V6, 128)};
    nft::Transaction& transaction = *m_transaction;
    transaction.begin();
    nft::createTable(transaction, m_table); // so that there is one to delete
    nft::deleteTable(transaction, m_table);
    nft::createTable(transaction, m_table);
    nft::createSets(transaction, m_table, kinds);
    nft::createChainAndRules(transaction, m_table, kinds);
    const int error = commit(transaction);
    if (error == 0)
        setListsInForce({});
    return error;
}

Result<void> NftablesBackend::setAllowed(std::span<const Cidr> addresses)
{
    const std::vector<Cidr> wanted = withoutCovered(addresses);
    const auto standing = listAllowed();
    if (!standing)
        return std::unexpected(standing.error());
    if (*standing == wanted)
        return {};
    m_transaction->begin();
    for (const IpFamily family : {IpFamily::V4, IpFamily::V6}) {
        m_transaction->flushElements(m_table, nft::allowSetName(family));
        m_transaction->createElements(m_table, nft::allowSetName(family), intervals(wanted, family),
                                      Creation::Exclusive);
    }
    if (const int error = commit(*m_transaction); error != 0)
        return std::unexpected(nft::kernelError(error, "can't set the allowed addresses"));
    return {};
}

Result<void> NftablesBackend::add(std::span<const FirewallEntry> entries)
{
    if (entries.empty())
        return {};
    for (const FirewallEntry& entry : entries) {
        if (auto valid = checkBlockable(entry.address); !valid)
            return valid;
    }
    if (!m_standing->complete) {
        if (auto complete = requireComplete(); !complete)
            return complete;
    }
    const std::vector<BlockGroup> groups = grouped(entries);
    const auto transactions = transactionsFor(groups);
    std::vector<FirewallEntry> before;
    if (transactions.size() > 1) {
        auto standing = list();
        if (!standing)
            return std::unexpected(standing.error());
        before = std::move(*standing);
    }
    for (std::size_t i = 0; i < transactions.size(); ++i) {
        const int error = put(transactions[i]);
        if (error == 0)
            continue;
        if (i > 0)
            undo(entries, before);
        const std::string what = entries.size() == 1 ? entries.front().address.toString()
                                                     : std::to_string(entries.size()) + " addresses";
        return std::unexpected(nft::kernelError(error, "can't block " + what));
    }
    return {};
}

int NftablesBackend::put(std::span<const BlockPart> parts)
{
    int error = EAGAIN;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        m_transaction->begin();
        for (const auto& [kind, elements] : parts) {
            const std::string set = nft::blockSetName(kind);
            if (!m_standing->kinds.contains(kind))
                nft::createBlockKind(*m_transaction, m_table, kind);
            // Before Linux 6.12 an element that stands keeps its old time when it is added again, so it must
            // go first. And only one that is there can be deleted: hence added, deleted, added. The first
            // attempt hopes that all of them are new.
            if (attempt > 0) {
                m_transaction->createElements(m_table, set, elements, Creation::Tolerant);
                m_transaction->deleteElements(m_table, set, elements);
            }
            m_transaction->createElements(m_table, set, elements, Creation::Exclusive);
        }
        error = commit(*m_transaction);
        if (error != EEXIST && error != ENOENT && error != EAGAIN && error != EINTR)
            break;
    }
    if (error == 0) {
        for (const BlockPart& part : parts)
            m_standing->kinds.insert(part.kind);
    }
    return error;
}

// As far as the kernel lets us: what failed before may fail again.
void NftablesBackend::undo(std::span<const FirewallEntry> entries, std::span<const FirewallEntry> before)
{
    std::vector<Cidr> touched;
    std::unordered_set<Cidr, CidrHash> known;
    for (const FirewallEntry& entry : entries) {
        if (known.insert(entry.address).second)
            touched.push_back(entry.address);
    }
    [[maybe_unused]] const auto removed = remove(touched);
    std::vector<FirewallEntry> restored;
    std::ranges::copy_if(before, std::back_inserter(restored),
                         [&](const FirewallEntry& entry) { return known.contains(entry.address); });
    const std::vector<BlockGroup> groups = grouped(restored);
    for (const auto& parts : transactionsFor(groups)) [[maybe_unused]]
        const int error = put(parts);
}

Result<void> NftablesBackend::remove(std::span<const Cidr> addresses)
{
    if (addresses.empty())
        return {};
    if (!m_standing->complete) {
        if (auto complete = requireComplete(); !complete)
            return complete;
    }
    std::vector<BlockGroup> groups = grouped(entriesFor(addresses));
    std::erase_if(groups,
                  [this](const BlockGroup& group) { return !m_standing->kinds.contains(group.kind); });
    for (const auto& parts : transactionsFor(groups)) {
        if (const int error = take(parts); error != 0)
            return std::unexpected(nft::kernelError(error, "can't release the addresses"));
    }
    return {};
}

int NftablesBackend::take(std::span<const BlockPart> parts)
{
    int error = EAGAIN;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        m_transaction->begin();
        for (const auto& [kind, elements] : parts) {
            const std::string set = nft::blockSetName(kind);
            if (attempt > 0) // some are gone already: see put()
                m_transaction->createElements(m_table, set, elements, Creation::Tolerant);
            m_transaction->deleteElements(m_table, set, elements);
        }
        error = commit(*m_transaction);
        if (error != ENOENT && error != EAGAIN && error != EINTR)
            break;
    }
    return error;
}

Result<std::optional<FirewallEntry>> NftablesBackend::find(const Cidr& address)
{
    const auto complete = verify();
    if (!complete)
        return std::unexpected(complete.error());
    const BlockKind kind(address);
    if (!*complete || !m_standing->kinds.contains(kind))
        return std::nullopt;
    std::optional<Element> found;
    if (const int error =
            m_connection->findElement(m_table, nft::blockSetName(kind), Key(address.address()), found);
        error != 0)
        return std::unexpected(nft::kernelError(error, "can't read back the block of " + address.toString()));
    if (!found)
        return std::nullopt;
    return entryFor(*found, kind.prefix);
}

Result<std::vector<Cidr>> NftablesBackend::missing(std::span<const Cidr> addresses)
{
    const auto complete = verify();
    if (!complete)
        return std::unexpected(complete.error());
    bool all = *complete;
    if (all && addresses.size() > 1) {
        for (const BlockGroup& group : grouped(entriesFor(addresses))) {
            const int error =
                m_connection->holdsAll(m_table, nft::blockSetName(group.kind), group.elements, all);
            all = all && error == 0;
            if (!all)
                break;
        }
        if (all)
            return std::vector<Cidr>();
    }
    return FirewallBackend::missing(addresses);
}

Result<std::vector<FirewallEntry>> NftablesBackend::list()
{
    if (auto complete = requireComplete(); !complete)
        return std::unexpected(complete.error());
    std::vector<FirewallEntry> entries;
    std::vector<Element> elements;
    for (const BlockKind& kind : m_standing->kinds) {
        elements.clear();
        if (const int error = m_connection->dumpElements(m_table, nft::blockSetName(kind), elements);
            error != 0)
            return std::unexpected(nft::kernelError(error, "can't read the blocks"));
        for (const Element& element : elements)
            entries.push_back(entryFor(element, kind.prefix));
    }
    return entries;
}

Result<std::vector<Cidr>> NftablesBackend::listAllowed()
{
    if (auto complete = requireComplete(); !complete)
        return std::unexpected(complete.error());
    std::vector<Cidr> networks;
    for (const IpFamily family : {IpFamily::V4, IpFamily::V6}) {
        std::vector<Element> elements;
        if (const int error = m_connection->dumpElements(m_table, nft::allowSetName(family), elements);
            error != 0)
            return std::unexpected(nft::kernelError(error, "can't read the allowed addresses"));
        const std::vector<Cidr> found = networksOf(std::move(elements));
        networks.insert(networks.end(), found.begin(), found.end());
    }
    return networks;
}

Result<void> NftablesBackend::teardown()
{
    if (auto connected = connect(); !connected)
        return connected;
    const std::string action = "can't take down the firewall table";
    m_transaction->begin();
    nft::deleteTable(*m_transaction, m_table);
    *m_standing = {};
    if (const int error = commit(*m_transaction); error != 0 && error != ENOENT)
        return std::unexpected(nft::kernelError(error, action));
    setListsInForce({});
    if (const int error = nft::readStanding(*m_connection, m_table, *m_standing); error != 0)
        return std::unexpected(nft::kernelError(error, action));
    if (m_standing->table)
        return fail(ErrorCode::Internal, action + ": the table inet " + m_table + " is still there",
                    "Remove it by hand: nft delete table inet " + m_table);
    return {};
}

Result<std::unique_ptr<FirewallWatch>> NftablesBackend::watch(std::function<void()> changed)
{
    if (auto connected = connect(); !connected)
        return std::unexpected(connected.error());
    return NftablesWatch::start(m_table, m_connection->portId(), std::move(changed));
}

} // namespace bartizan
