#include "engine/reputation/own/overlap_search.h"

#include "engine/reputation/own/key_meaning.h"
#include "engine/reputation/own/list_text.h"

#include <algorithm>

namespace bartizan::own {

namespace {

constexpr std::size_t kMostOverlaps = 100;
// Of an import of millions, other lists are asked about the first ones.
constexpr std::size_t kMostQuestions = 10'000;

constexpr std::size_t kNone = ~std::size_t{0};

struct Added
{
    AddressRange range;
    std::string_view key;
    std::size_t parent = kNone; // the smallest other one that holds it

    [[nodiscard]] const IpAddress& first() const { return range.first; }
};

class Overlaps
{
public:
    [[nodiscard]] bool hasRoom() const { return m_found.first.size() < kMostOverlaps; }
    void add(std::string_view entry, OverlapKind kind, std::string_view other, const std::string& list = {})
    {
        if (hasRoom())
            m_found.first.push_back({std::string(entry), kind, std::string(other), list});
        ++m_found.count;
    }
    void addUnseen(std::size_t count) { m_found.count += count; }
    [[nodiscard]] FoundOverlaps take() { return std::move(m_found); }

private:
    FoundOverlaps m_found;
};

// Networks lie within each other or apart, so those that hold one are a chain.
class AddedNetworks
{
public:
    explicit AddedNetworks(std::span<const std::string_view> keys)
    {
        for (const auto key : keys) {
            if (const auto network = networkOfKey(key))
                m_added.push_back({rangeOf(*network), key});
        }
        std::ranges::sort(m_added, [](const Added& a, const Added& b) {
            return a.range.first != b.range.first ? a.range.first < b.range.first
                                                  : a.range.last > b.range.last;
        });
        std::size_t above = kNone;
        for (std::size_t i = 0; i < m_added.size(); ++i) {
            while (above != kNone && m_added[above].range.last < m_added[i].range.last)
                above = m_added[above].parent;
            m_added[i].parent = above;
            above = i;
        }
    }
    [[nodiscard]] std::span<const Added> all() const { return m_added; }

    void compare(std::string_view key, const AddressRange& range, Overlaps& overlaps) const
    {
        const auto begin = std::ranges::lower_bound(m_added, range.first, {}, &Added::first);
        const auto before = static_cast<std::size_t>(begin - m_added.begin());
        for (auto i = before == 0 ? kNone : before - 1; i != kNone; i = m_added[i].parent) {
            if (range.last <= m_added[i].range.last)
                overlaps.add(m_added[i].key, OverlapKind::Covers, key);
        }
        auto one = begin;
        for (; one != m_added.end() && one->range.first == range.first && range.last < one->range.last; ++one)
            overlaps.add(one->key, OverlapKind::Covers, key);
        const auto same = std::ranges::find_if(one, m_added.end(),
                                               [&](const Added& added) { return added.range != range; });
        const bool isAdded = std::any_of(one, same, [&](const Added& added) { return added.key == key; });
        for (; one != same; ++one) {
            // Two that are both added meet twice.
            if (one->key != key && (!isAdded || one->key < key))
                overlaps.add(one->key, OverlapKind::Same, key);
        }
        if (isAdded)
            return;
        const auto end = std::ranges::upper_bound(one, m_added.end(), range.last, {}, &Added::first);
        for (; one != end && overlaps.hasRoom(); ++one)
            overlaps.add(one->key, OverlapKind::CoveredBy, key);
        overlaps.addUnseen(static_cast<std::size_t>(end - one));
    }

private:
    std::vector<Added> m_added;
};

} // namespace

FoundOverlaps findOverlaps(std::span<const std::string_view> keys, std::string_view text,
                           const ListsHolding& others)
{
    const AddedNetworks added(keys);
    Overlaps overlaps;
    TextLine line;
    for (LineWalk walk(text); !added.all().empty() && walk.next(line);) {
        const auto network = line.kind == LineKind::Entry ? networkOfKey(line.key) : std::nullopt;
        if (network)
            added.compare(line.key, rangeOf(*network), overlaps);
    }
    const auto asked = added.all().first(std::min(added.all().size(), others ? kMostQuestions : 0));
    for (const auto& one : asked) {
        for (const auto& list : others(one.range))
            overlaps.add(one.key, OverlapKind::Touches, {}, list);
    }
    return overlaps.take();
}

} // namespace bartizan::own
