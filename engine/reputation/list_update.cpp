#include "engine/reputation/list_update.h"

#include "engine/reputation/list_generations.h"
#include "engine/reputation/range_update.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <tuple>
#include <utility>

namespace bartizan {

namespace {

constexpr double kAllOfIpv4 = 4294967296.0;
// A share that was agreed to may grow by so much.
constexpr double kShareGrowth = 1.1;

template<class Key> using Ranges = std::vector<MarkedRange<Key>>;

// Networks nest or are apart: sorted by address and then widest first, those inside others come after them.
template<class Key> Ranges<Key> sortedNetworks(std::span<const ProtectedNetwork> networks, IpFamily family)
{
    Ranges<Key> sorted;
    for (std::size_t i = 0; i < networks.size(); ++i) {
        const Cidr& network = networks[i].network;
        if (network.family() == family)
            sorted.push_back(
                {keyOf<Key>(network.address()), keyOf<Key>(network.last()), static_cast<std::uint32_t>(i)});
    }
    std::ranges::sort(sorted, [](const auto& a, const auto& b) {
        return std::tie(a.first, b.last, a.mark) < std::tie(b.first, a.last, b.mark);
    });
    Ranges<Key> apart;
    for (const auto& range : sorted) {
        if (apart.empty() || apart.back().last < range.first)
            apart.push_back(range);
    }
    return apart;
}

// The list in force, read once, and what its labels mean.
class InForce
{
public:
    InForce(const CompiledList* list, std::span<const EpochMs> generations, EpochMs now)
    {
        if (list == nullptr)
            return;
        const AddressTable& table = list->addresses();
        v4.reserve(table.rangeCount(IpFamily::V4));
        v6.reserve(table.rangeCount(IpFamily::V6));
        table.forEachRange([&](const AddressRange& range, AddressTable::Label label) {
            add(range, label);
            if (label >= m_since.size())
                m_since.resize(label + 1U);
            if (!m_since[label])
                m_since[label] = sinceOf(table, label, generations, now);
        });
    }

    [[nodiscard]] std::vector<EpochMs> times() const
    {
        std::vector<EpochMs> times;
        for (const auto& since : m_since) {
            if (since)
                times.push_back(*since);
        }
        return times;
    }

    // For each label, its number among `generations`.
    [[nodiscard]] std::vector<std::uint16_t> numbers(const ListGenerations& generations) const
    {
        std::vector<std::uint16_t> numbers;
        numbers.reserve(m_since.size());
        for (const auto& since : m_since)
            numbers.push_back(since ? generations.numberOf(*since) : generations.newest());
        return numbers;
    }

    Ranges<std::uint32_t> v4;
    Ranges<Ipv6Key> v6;

private:
    void add(const AddressRange& range, AddressTable::Label label)
    {
        if (range.first.isV4())
            v4.push_back({ipv4Key(range.first), ipv4Key(range.last), label});
        else
            v6.push_back({ipv6Key(range.first), ipv6Key(range.last), label});
    }

    static EpochMs sinceOf(const AddressTable& table, AddressTable::Label label,
                           std::span<const EpochMs> generations, EpochMs now)
    {
        EpochMs since = now;
        for (const std::uint16_t number : table.lists(label)) {
            if (number < generations.size())
                since = std::min(since, generations[number]);
        }
        return since;
    }

    std::vector<std::optional<EpochMs>> m_since; // by label
};

struct WideRange
{
    AddressRange range;
    unsigned prefix;
};

// Takes what RangeUpdate finds and fills the update and its image.
class Filling
{
public:
    Filling(ListUpdate& update, CompiledListBuilder& builder, std::vector<std::uint16_t> numbers,
            std::uint16_t newest, bool remembers, std::span<const ProtectedNetwork> networks,
            const ListBounds& bounds)
        : m_update(update)
        , m_builder(builder)
        , m_numbers(std::move(numbers))
        , m_newest(newest)
        , m_remembers(remembers)
        , m_networks(networks)
        , m_bounds(bounds)
    {
    }

    template<class Key> void cut(const Key& first, const Key& last, std::uint32_t number)
    {
        ++m_update.cutCount;
        if (m_update.cuts.size() < kCutsShown)
            m_update.cuts.push_back(
                {{addressOf(first), addressOf(last)}, m_networks[number].kind, m_networks[number].reason});
    }

    template<class Key> void piece(const Key& first, const Key& last, std::optional<std::uint32_t> label)
    {
        if (!m_remembers || ++m_pieces > m_bounds.mostRanges)
            return;
        const bool isKnown = label && *label < m_numbers.size();
        m_builder.add(isKnown ? m_numbers[*label] : m_newest, {addressOf(first), addressOf(last)});
    }

    template<class Key> void kept(const Key& first, const Key& last, bool hasNews)
    {
        const AddressRange range{addressOf(first), addressOf(last)};
        if (!m_remembers)
            m_builder.add(m_newest, range);
        const unsigned widest = range.first.isV4() ? m_bounds.widestV4 : m_bounds.widestV6;
        if (hasNews && !m_wide && isWider(first, last, widest))
            m_wide = WideRange{range, widest};
    }

    [[nodiscard]] bool hasTooMany() const { return m_pieces > m_bounds.mostRanges; }
    [[nodiscard]] const std::optional<WideRange>& wide() const { return m_wide; }

private:
    ListUpdate& m_update;
    CompiledListBuilder& m_builder;
    const std::vector<std::uint16_t> m_numbers;
    const std::uint16_t m_newest;
    const bool m_remembers;
    const std::span<const ProtectedNetwork> m_networks;
    const ListBounds& m_bounds;
    std::uint64_t m_pieces = 0;
    std::optional<WideRange> m_wide;
};

// Without the addresses that mean IPv4 ones: an image from anyone may run over them, and a part of such a
// range would be all of IPv4, uncut.
void takeV6(RangeUpdate<Ipv6Key, Filling>& v6, const Ipv6Key& first, const Ipv6Key& last)
{
    if (first < kMappedFirst)
        v6.take(first, std::min(last, kMappedFirst.previous()));
    if (last > kMappedLast)
        v6.take(std::max(first, kMappedLast.next()), last);
}

void fillAddresses(const CompiledList& fetched, const InForce& inForce,
                   std::span<const ProtectedNetwork> networks, Filling& filling, ListUpdate& update)
{
    const auto protectedV4 = sortedNetworks<std::uint32_t>(networks, IpFamily::V4);
    const auto protectedV6 = sortedNetworks<Ipv6Key>(networks, IpFamily::V6);
    RangeUpdate<std::uint32_t, Filling> v4(protectedV4, inForce.v4, filling);
    RangeUpdate<Ipv6Key, Filling> v6(protectedV6, inForce.v6, filling);
    bool isV4 = true; // the order of cuts is that of the table: IPv4 is done when IPv6 begins
    RangeCounts counts;
    const auto add = [&counts](const RangeCounts& more) {
        counts.ranges += more.ranges;
        counts.addresses += more.addresses;
        counts.added += more.added;
        counts.removed += more.removed;
    };
    fetched.addresses().forEachRange([&](const AddressRange& range, AddressTable::Label) {
        if (range.first.isV4()) {
            if (isV4)
                v4.take(ipv4Key(range.first), ipv4Key(range.last));
            return;
        }
        if (std::exchange(isV4, false))
            add(v4.finish());
        takeV6(v6, ipv6Key(range.first), ipv6Key(range.last));
    });
    if (isV4)
        add(v4.finish());
    add(v6.finish());
    update.ranges = counts.ranges;
    update.addresses = counts.addresses;
    update.added += counts.added;
    update.removed += counts.removed;
}

// Names and hashes harm nobody's connections: they are taken as they are.
void fillNames(const CompiledList& fetched, const CompiledList* inForce, CompiledListBuilder& builder,
               ListUpdate& update)
{
    update.hashes = fetched.hashCount();
    update.domains = fetched.domainCount();
    fetched.forEachHash([&](const FileHash& hash) {
        (void)builder.take({hash, {}, {}, 0});
        update.added += inForce == nullptr || !inForce->holds(hash);
    });
    fetched.forEachDomain([&](const DomainName& domain) {
        (void)builder.take({domain, {}, {}, 0});
        update.added += inForce == nullptr || !inForce->holdsDomain(domain.name);
    });
    if (inForce == nullptr)
        return;
    inForce->forEachHash([&](const FileHash& hash) { update.removed += !fetched.holds(hash); });
    inForce->forEachDomain(
        [&](const DomainName& domain) { update.removed += !fetched.holdsDomain(domain.name); });
}

// ---- What a person is asked

struct Amount
{
    std::uint64_t entries = 0;
    double addresses = 0;
};

Amount amountOf(const InForce& inForce, const CompiledList& list)
{
    Amount amount{list.hashCount() + list.domainCount(), 0};
    for (std::size_t i = 0; i < inForce.v4.size(); ++i) {
        const auto& range = inForce.v4[i];
        amount.addresses += static_cast<double>(countOf(range.first, range.last));
        amount.entries += i == 0 || after(inForce.v4[i - 1].last) != range.first;
    }
    for (std::size_t i = 0; i < inForce.v6.size(); ++i)
        amount.entries += i == 0 || after(inForce.v6[i - 1].last) != inForce.v6[i].first;
    return amount;
}

std::string grouped(std::uint64_t number)
{
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3; at -= 3)
        text.insert(at - 3, 1, ',');
    return text;
}

std::string counted(std::uint64_t entries)
{
    return grouped(entries) + (entries == 1 ? " entry" : " entries");
}

std::string percent(double share)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f %%", share * 100);
    return text.data();
}

std::string choiceOf(bool hasOld)
{
    return hasOld ? "Keep the old one, or take the new one?" : "Take it, or leave the list out?";
}

ListHold holdEmpty(const ListUpdate& update, const Amount& old)
{
    const std::string what = update.cutCount > 0 ? "Nothing is left of the new version: all that is in it is "
                                                   "protected on this machine. The one in force has "
                                                 : "The new version is empty; the one in force has ";
    return {"empty", what + counted(old.entries) + ". Keep the old one, or take the empty one?"};
}

std::optional<ListHold> holdFor(const ListUpdate& update, const std::optional<WideRange>& wide,
                                const std::optional<Amount>& old, const ListBounds& bounds)
{
    const std::uint64_t entries = update.ranges + update.hashes + update.domains;
    if (old && old->entries > 0 && entries == 0)
        return holdEmpty(update, *old);
    if (wide)
        return ListHold{"too_wide", "The new version covers " + wide->range.first.toString() + " to " +
                                        wide->range.last.toString() + ", more than a /" +
                                        std::to_string(wide->prefix) + " network. " +
                                        choiceOf(old.has_value())};
    const double share = static_cast<double>(update.addresses) / kAllOfIpv4;
    const double oldShare = old ? old->addresses / kAllOfIpv4 : 0;
    if (share > bounds.addressShare && (oldShare <= bounds.addressShare || share > oldShare * kShareGrowth))
        return ListHold{"too_large_share", "The new version covers " + percent(share) +
                                               " of all IPv4 addresses" +
                                               (old ? ", the one in force " + percent(oldShare) : "") + ". " +
                                               choiceOf(old.has_value())};
    if (!old)
        return std::nullopt;
    const auto before = static_cast<double>(old->entries);
    const auto now = static_cast<double>(entries);
    const std::string change = "The new version has " + counted(entries) + " where the one in force has " +
                               grouped(old->entries) + ". " + choiceOf(true);
    if (old->entries > bounds.alwaysFine && now < before * bounds.shrink)
        return ListHold{"shrank", change};
    if (entries > bounds.alwaysFine && old->entries > 0 && now > before * bounds.growth)
        return ListHold{"grew", change};
    return std::nullopt;
}

} // namespace

Result<ListUpdate> prepareUpdate(const CompiledList& fetched, const CompiledList* inForce,
                                 std::span<const EpochMs> generationsInForce, EpochMs now,
                                 std::span<const ProtectedNetwork> protectedNetworks,
                                 const ListBounds& bounds)
{
    const InForce before(inForce, generationsInForce, now);
    const auto old = inForce != nullptr ? std::optional(amountOf(before, *inForce)) : std::nullopt;
    const auto attempt = [&](bool remembers, bool& tooMany) -> Result<ListUpdate> {
        const ListGenerations generations(remembers ? before.times() : std::vector<EpochMs>(), now,
                                          kMostGenerations);
        ListUpdate update;
        update.generations = generations.times();
        CompiledListBuilder builder(bounds.mostRanges + fetched.hashCount() + fetched.domainCount());
        Filling filling(update, builder, before.numbers(generations), generations.newest(), remembers,
                        protectedNetworks, bounds);
        fillAddresses(fetched, before, protectedNetworks, filling, update);
        tooMany = filling.hasTooMany();
        if (tooMany)
            return update;
        fillNames(fetched, inForce, builder, update);
        update.hold = holdFor(update, filling.wide(), old, bounds);
        auto image = std::move(builder).build();
        if (!image)
            return std::unexpected(std::move(image.error()));
        update.image = std::move(*image);
        return update;
    };
    bool tooMany = false;
    auto update = attempt(true, tooMany);
    return tooMany ? attempt(false, tooMany) : std::move(update);
}

} // namespace bartizan
