#include "engine/lists/ipv4_tree.h"

#include <algorithm>
#include <array>
#include <bit>

namespace bartizan {

namespace {

// The place of bit `bit` among those set, if it is.
bool has(std::uint64_t bits, unsigned bit)
{
    return (bits >> bit & 1) != 0;
}

std::size_t rankOf(const Ipv4Rank& rank, unsigned bit)
{
    const std::uint64_t below = rank.present & ((std::uint64_t{1} << bit) - 1);
    return std::size_t{rank.before} + static_cast<std::size_t>(std::popcount(below));
}

AddressLabel labelIn(const Ipv4Piece& piece, std::uint8_t low)
{
    return low >= piece.first && low <= piece.last ? piece.label : AddressLabel{0};
}

// Puts ranges together that the /24 borders have cut.
class Joined
{
public:
    explicit Joined(const Ipv4Tree::Visit& visit)
        : m_visit(visit)
    {
    }
    void add(std::uint32_t network, const Ipv4Piece& piece)
    {
        const std::uint32_t first = network << 8 | piece.first;
        if (m_label == piece.label && m_last + 1 == first) {
            m_last = network << 8 | piece.last;
            return;
        }
        finish();
        m_first = first;
        m_last = network << 8 | piece.last;
        m_label = piece.label;
    }
    void finish()
    {
        if (m_label != 0)
            m_visit(m_first, m_last, m_label);
        m_label = 0;
    }

private:
    const Ipv4Tree::Visit& m_visit;
    std::uint32_t m_first = 0;
    std::uint32_t m_last = 0;
    AddressLabel m_label = 0;
};

} // namespace

std::size_t Ipv4Tree::blockWordOf(std::uint32_t address) const noexcept
{
    const Ipv4Rank root = m_roots.at(address >> 22);
    const unsigned bit = address >> 16 & 63;
    return has(root.present, bit) ? rankOf(root, bit) * kBlockWords + (address >> 14 & 3) : kNowhere;
}

Ipv4Tree::Leaf Ipv4Tree::leafOf(std::size_t blockWord, std::uint32_t address) const noexcept
{
    const Ipv4Rank block = m_blocks.at(blockWord);
    const unsigned bit = address >> 8 & 63;
    return {has(block.present, bit) ? rankOf(block, bit) : kNowhere, block.before};
}

void Ipv4Tree::prefetchRun(const Ipv4Run& run, std::size_t group) const noexcept
{
    constexpr std::size_t kLine = 64 / sizeof(std::uint32_t);
    const std::size_t begin = group + run.offset;
    // All lines at once: whatever the search steps on costs one miss, not one for each step.
    for (std::size_t i = 0; i < run.length; i += kLine)
        m_words.prefetch(begin + i);
    m_words.prefetch(begin + run.length - 1);
}

AddressLabel Ipv4Tree::findInRun(const Ipv4Run& run, std::size_t group, std::uint8_t low) const noexcept
{
    std::size_t begin = group + run.offset;
    for (std::size_t length = run.length; length > 1;) {
        const std::size_t half = length / 2;
        if (Ipv4Piece::unpack(m_words.at(begin + half)).first <= low)
            begin += half;
        length -= half;
    }
    return labelIn(Ipv4Piece::unpack(m_words.at(begin)), low);
}

AddressLabel Ipv4Tree::find(std::uint32_t address) const noexcept
{
    const std::size_t blockWord = blockWordOf(address);
    if (blockWord == kNowhere)
        return 0;
    const Leaf leaf = leafOf(blockWord, address);
    if (leaf.index == kNowhere)
        return 0;
    const std::uint32_t word = m_words.at(leaf.index);
    const auto low = static_cast<std::uint8_t>(address);
    if ((word & Ipv4Run::kBit) == 0)
        return labelIn(Ipv4Piece::unpack(word), low);
    const Ipv4Run run = Ipv4Run::unpack(word);
    prefetchRun(run, leaf.group);
    return findInRun(run, leaf.group, low);
}

void Ipv4Tree::findGroup(std::span<const std::uint32_t> addresses, AddressLabel* labels) const noexcept
{
    // Each stage asks for the memory of the next; who has an answer leaves.
    struct Open
    {
        std::size_t place = 0; // in `addresses`
        std::size_t blockWord = 0;
        Leaf leaf{};
        Ipv4Run run{};
    };
    std::array<Open, kGroup> open;
    std::size_t count = 0;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        labels[i] = 0;
        const std::size_t blockWord = blockWordOf(addresses[i]);
        if (blockWord == kNowhere)
            continue;
        m_blocks.prefetch(blockWord);
        open.at(count++) = {i, blockWord, {}, {}};
    }
    const auto keep = [&](auto&& stays) {
        const std::size_t before = count;
        count = 0;
        for (std::size_t i = 0; i < before; ++i) {
            if (stays(open[i]))
                open[count++] = open[i];
        }
    };
    keep([&](Open& entry) {
        entry.leaf = leafOf(entry.blockWord, addresses[entry.place]);
        m_words.prefetch(entry.leaf.index);
        return entry.leaf.index != kNowhere;
    });
    keep([&](Open& entry) {
        const std::uint32_t word = m_words.at(entry.leaf.index);
        if ((word & Ipv4Run::kBit) == 0) {
            labels[entry.place] =
                labelIn(Ipv4Piece::unpack(word), static_cast<std::uint8_t>(addresses[entry.place]));
            return false;
        }
        entry.run = Ipv4Run::unpack(word);
        prefetchRun(entry.run, entry.leaf.group);
        return true;
    });
    for (std::size_t i = 0; i < count; ++i)
        labels[open[i].place] =
            findInRun(open[i].run, open[i].leaf.group, static_cast<std::uint8_t>(addresses[open[i].place]));
}

// Goes over all three levels in the order in which they were written; every take…() says whether what it took
// is what the writer writes.
class Ipv4Tree::Walk
{
public:
    Walk(const Ipv4Tree& tree, AddressLabel lastLabel, const Visit& visit)
        : m_tree(tree)
        , m_lastLabel(lastLabel)
        , m_joined(visit)
    {
    }

    bool takeAll()
    {
        for (std::uint32_t i = 0; i < m_tree.m_roots.size(); ++i) {
            const Ipv4Rank rank = m_tree.m_roots.at(i);
            if (rank.reserved != 0 || rank.before != (rank.present == 0 ? 0 : m_blocks))
                return false;
            for (std::uint32_t bit = 0; bit < 64; ++bit) {
                if (has(rank.present, bit) && !takeBlock(i << 6 | bit))
                    return false;
            }
        }
        m_joined.finish();
        return m_blocks * kBlockWords == m_tree.m_blocks.size() && m_words == m_tree.m_words.size();
    }

private:
    bool takeBlock(std::uint32_t network)
    {
        bool holdsAny = false;
        for (std::uint32_t i = 0; i < kBlockWords; ++i) {
            const Ipv4Rank rank = m_tree.m_blocks.at(m_blocks * kBlockWords + i);
            if (rank.reserved != 0 || rank.before != (rank.present == 0 ? 0 : m_words) ||
                !takeGroup(network << 8 | i << 6, rank.present))
                return false;
            holdsAny = holdsAny || rank.present != 0;
        }
        ++m_blocks;
        return holdsAny;
    }

    bool takeGroup(std::uint32_t firstNetwork, std::uint64_t present)
    {
        const std::size_t group = m_words;
        const auto leaves = static_cast<std::size_t>(std::popcount(present));
        if (leaves > m_tree.m_words.size() - group)
            return false;
        m_words += leaves;
        std::size_t leaf = group;
        for (std::uint32_t bit = 0; bit < 64; ++bit) {
            if (has(present, bit) && !takeLeaf(firstNetwork | bit, m_tree.m_words.at(leaf++), group))
                return false;
        }
        return true;
    }

    bool takeLeaf(std::uint32_t network, std::uint32_t word, std::size_t group)
    {
        int lastLow = -1;
        if ((word & Ipv4Run::kBit) == 0)
            return takePiece(network, word, lastLow);
        const Ipv4Run run = Ipv4Run::unpack(word);
        if (run.length < 2 || group + run.offset != m_words || run.length > m_tree.m_words.size() - m_words)
            return false;
        for (std::uint32_t i = 0; i < run.length; ++i) {
            if (!takePiece(network, m_tree.m_words.at(m_words++), lastLow))
                return false;
        }
        return true;
    }

    bool takePiece(std::uint32_t network, std::uint32_t word, int& lastLow)
    {
        const Ipv4Piece piece = Ipv4Piece::unpack(word);
        if (piece.label == 0 || piece.label > m_lastLabel || piece.first > piece.last ||
            piece.first <= lastLow)
            return false;
        lastLow = piece.last;
        m_joined.add(network, piece);
        return true;
    }

    const Ipv4Tree& m_tree;
    const AddressLabel m_lastLabel;
    Joined m_joined;
    std::size_t m_blocks = 0; // all before are taken
    std::size_t m_words = 0;  // the same
};

bool Ipv4Tree::walk(AddressLabel lastLabel, const Visit& visit) const
{
    return Walk(*this, lastLabel, visit).takeAll();
}

} // namespace bartizan
