#include "engine/lists/address_table_builder.h"

#include "engine/lists/range_sweep.h"

#include <bit>
#include <cstring>
#include <limits>
#include <string_view>

namespace bartizan {

namespace {

struct V4Traits
{
    using Key = std::uint32_t;
    using Range = std::uint64_t; // first << 32 | last
    static constexpr Key kLast = std::numeric_limits<Key>::max();
    static Key first(Range range) { return static_cast<Key>(range >> 32); }
    static Key last(Range range) { return static_cast<Key>(range); }
    static Range make(Key first, Key last) { return Range{first} << 32 | last; }
    static Key next(Key key) { return key + 1; }
    static Key previous(Key key) { return key - 1; }
};

struct V6Traits
{
    using Key = Ipv6Key;
    using Range = Ipv6Range;
    static constexpr Key kLast{~std::uint64_t{0}, ~std::uint64_t{0}};
    static Key first(const Range& range) { return range.first; }
    static Key last(const Range& range) { return range.last; }
    static Range make(const Key& first, const Key& last) { return {first, last}; }
    static Key next(const Key& key) { return key.next(); }
    static Key previous(const Key& key) { return key.previous(); }
};

class V4Writer
{
public:
    std::vector<Ipv4Rank> roots;
    std::vector<Ipv4Rank> blocks;
    std::vector<std::uint32_t> words;
    std::uint64_t ranges = 0;

    // Ascending.
    void add(std::uint32_t first, std::uint32_t last, AddressLabel label)
    {
        ++ranges;
        for (std::uint32_t network = first >> 8; network <= last >> 8; ++network) {
            if (network != m_network)
                closeNetwork();
            m_network = network;
            m_leaf.push_back({network == first >> 8 ? static_cast<std::uint8_t>(first) : std::uint8_t{0},
                              network == last >> 8 ? static_cast<std::uint8_t>(last) : std::uint8_t{255},
                              label});
        }
    }

    void finish()
    {
        closeNetwork();
        closeGroup();
    }

private:
    void closeNetwork()
    {
        if (m_leaf.empty())
            return;
        if (m_network >> 6 != m_group)
            closeGroup();
        m_group = m_network >> 6;
        set(rankOfNetwork(), m_network, words.size());
        if (m_leaf.size() == 1) {
            m_leaves.push_back(m_leaf.front().packed());
        } else {
            // The offset is right once it is known how many leaves there are.
            const Ipv4Run run{static_cast<std::uint32_t>(m_pieces.size()),
                              static_cast<std::uint32_t>(m_leaf.size())};
            m_leaves.push_back(run.packed());
            for (const Ipv4Piece& piece : m_leaf)
                m_pieces.push_back(piece.packed());
        }
        m_leaf.clear();
    }

    void closeGroup()
    {
        for (const std::uint32_t leaf : m_leaves) {
            Ipv4Run run = Ipv4Run::unpack(leaf);
            run.offset += static_cast<std::uint32_t>(m_leaves.size());
            words.push_back((leaf & Ipv4Run::kBit) == 0 ? leaf : run.packed());
        }
        words.insert(words.end(), m_pieces.begin(), m_pieces.end());
        m_leaves.clear();
        m_pieces.clear();
    }

    Ipv4Rank& rankOfNetwork()
    {
        if (roots.empty())
            roots.resize(Ipv4Tree::kRoots);
        const std::uint32_t block = m_network >> 8;
        if (blocks.empty() || block != m_block) {
            set(roots[block >> 6], block, blocks.size() / Ipv4Tree::kBlockWords);
            blocks.resize(blocks.size() + Ipv4Tree::kBlockWords);
            m_block = block;
        }
        return blocks[blocks.size() - Ipv4Tree::kBlockWords + (m_network >> 6 & 3)];
    }
    static void set(Ipv4Rank& rank, std::uint32_t place, std::size_t before)
    {
        if (rank.present == 0)
            rank.before = static_cast<std::uint32_t>(before);
        rank.present |= std::uint64_t{1} << (place & 63);
    }

    std::vector<Ipv4Piece> m_leaf;       // of m_network
    std::vector<std::uint32_t> m_leaves; // of m_group, and their pieces
    std::vector<std::uint32_t> m_pieces;
    std::uint32_t m_network = 0;
    std::uint32_t m_group = 0;
    std::uint32_t m_block = 0;
};

struct V6Writer
{
    std::vector<std::uint64_t> coarse;
    std::vector<std::uint64_t> filter;
    std::vector<Ipv6Key> first;
    std::vector<Ipv6Key> last;
    std::vector<AddressLabel> labels;

    void finish()
    {
        if (labels.empty())
            return;
        // Sixteen bits for each range.
        coarse.resize(Ipv6Filter::kCoarseWords);
        filter.resize(std::bit_ceil(std::max(Ipv6Filter::kLeastWords, labels.size() / 4)));
        for (std::size_t i = 0; i < labels.size(); ++i)
            Ipv6Filter::add(first[i], last[i], coarse, filter);
    }
};

class ImageWriter
{
public:
    template<class T> void section(const std::vector<T>& values)
    {
        m_header.sizes.at(m_count) = values.size();
        m_parts.at(m_count++) = std::as_bytes(std::span(values));
    }
    [[nodiscard]] std::vector<std::byte> image(std::uint64_t v4Ranges, std::size_t lists)
    {
        m_header.magic = kAddressTableMagic;
        m_header.version = kAddressTableVersion;
        m_header.lists = static_cast<std::uint32_t>(lists);
        m_header.v4Ranges = v4Ranges;
        std::uint64_t size = addressTablePadded(sizeof(m_header));
        for (const auto& part : m_parts)
            size += addressTablePadded(part.size());
        std::vector<std::byte> image(static_cast<std::size_t>(size));
        std::size_t offset = addressTablePadded(sizeof(m_header));
        for (const auto& part : m_parts) {
            std::ranges::copy(part, image.begin() + static_cast<std::ptrdiff_t>(offset));
            offset += addressTablePadded(part.size());
        }
        std::memcpy(image.data(), &m_header, sizeof(m_header));
        m_header.checksum = addressTableChecksum(std::span(image).subspan(kAddressTableChecked));
        std::memcpy(image.data(), &m_header, sizeof(m_header));
        return image;
    }

private:
    AddressTableHeader m_header;
    std::array<std::span<const std::byte>, AddressTableHeader::kSections> m_parts;
    std::size_t m_count = 0;
};

template<class Range> std::vector<Range>& listOf(std::vector<std::vector<Range>>& lists, std::uint16_t list)
{
    if (lists.size() <= list)
        lists.resize(std::size_t{list} + 1);
    return lists[list];
}

} // namespace

void AddressTableBuilder::addV4(std::uint16_t list, std::uint32_t first, std::uint32_t last)
{
    listOf(m_v4, list).push_back(V4Traits::make(first, last));
}

void AddressTableBuilder::addV6(std::uint16_t list, Ipv6Key first, Ipv6Key last)
{
    auto& ranges = listOf(m_v6, list);
    // Nobody can ask for a mapped address.
    if (first < kMappedFirst)
        ranges.push_back({first, std::min(last, kMappedFirst.previous())});
    if (last > kMappedLast)
        ranges.push_back({std::max(first, kMappedLast.next()), last});
}

bool AddressTableBuilder::add(std::uint16_t list, const AddressRange& range)
{
    if (range.first.family() != range.last.family() || range.last < range.first)
        return false;
    if (range.first.isV4())
        addV4(list, ipv4Key(range.first), ipv4Key(range.last));
    else
        addV6(list, ipv6Key(range.first), ipv6Key(range.last));
    return true;
}

void AddressTableBuilder::add(std::uint16_t list, const Cidr& network)
{
    if (network.family() == IpFamily::V4)
        addV4(list, ipv4Key(network.address()), ipv4Key(network.last()));
    else
        addV6(list, ipv6Key(network.address()), ipv6Key(network.last()));
}

void AddressTableBuilder::add(std::uint16_t list, const AddressTable& table)
{
    table.forEachRange([&](const AddressRange& range, AddressTable::Label) { (void)add(list, range); });
}

Result<std::vector<std::byte>> AddressTableBuilder::build() &&
{
    const std::size_t lists = std::max(m_v4.size(), m_v6.size());
    LabelTable labels;
    V4Writer v4;
    V6Writer v6;
    std::ranges::for_each(m_v4, RangeSweep<V4Traits>::normalise);
    std::ranges::for_each(m_v6, RangeSweep<V6Traits>::normalise);
    const bool v4Fits = RangeSweep<V4Traits>::run(
        m_v4, labels, [&](auto first, auto last, auto label) { v4.add(first, last, label); });
    m_v4 = {};
    const bool v6Fits =
        v4Fits && RangeSweep<V6Traits>::run(m_v6, labels, [&](auto first, auto last, auto label) {
            v6.first.push_back(first);
            v6.last.push_back(last);
            v6.labels.push_back(label);
        });
    m_v6 = {};
    if (!v6Fits)
        return fail(ErrorCode::Exhausted, "The lists overlap in more than 32,767 different combinations",
                    "Look them up in two groups.");
    v4.finish();
    v6.finish();
    std::vector<std::uint32_t> labelEnds;
    std::vector<std::uint16_t> labelLists;
    for (std::size_t label = 1; label <= labels.labels(); ++label) {
        const auto& combination = labels.lists(static_cast<AddressLabel>(label));
        labelLists.insert(labelLists.end(), combination.begin(), combination.end());
        labelEnds.push_back(static_cast<std::uint32_t>(labelLists.size()));
    }

    ImageWriter writer; // in the order of AddressTablePart
    writer.section(v4.roots);
    writer.section(v4.blocks);
    writer.section(v4.words);
    writer.section(v6.coarse);
    writer.section(v6.filter);
    writer.section(v6.first);
    writer.section(v6.last);
    writer.section(v6.labels);
    writer.section(labelEnds);
    writer.section(labelLists);
    return writer.image(v4.ranges, lists);
}

} // namespace bartizan
