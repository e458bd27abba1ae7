// The IPv4 part of an address table: two levels of bits with ranks over the /16 and /24 networks that hold
// anything, then the words of each 64 neighbouring /24: one for each that holds anything, and behind those
// the pieces that some of them point to. The bits of both levels (at most 4 MiB) are the filter that answers
// most misses; behind them a look-up reads one word and at most one run of pieces close to it.
#pragma once

#include "engine/lists/address_table_layout.h"
#include "engine/net/ip_address.h"

#include <functional>
#include <span>

namespace bartizan {

// Which of 64 neighbours hold anything, and where in the next level their elements begin. All zero where none
// does.
struct Ipv4Rank
{
    std::uint64_t present = 0;
    std::uint32_t before = 0;
    std::uint32_t reserved = 0; // zero
};
static_assert(sizeof(Ipv4Rank) == 16);

// A range within one /24: the low bytes of its ends and its label, in bits 0, 8 and 16 up.
struct Ipv4Piece
{
    std::uint8_t first = 0;
    std::uint8_t last = 0;
    AddressLabel label = 0;

    [[nodiscard]] static Ipv4Piece unpack(std::uint32_t word)
    {
        return {static_cast<std::uint8_t>(word), static_cast<std::uint8_t>(word >> 8),
                static_cast<AddressLabel>(word >> 16)};
    }
    [[nodiscard]] std::uint32_t packed() const
    {
        return std::uint32_t{label} << 16 | std::uint32_t{last} << 8 | first;
    }
};

// The word of a /24: a piece, or with the highest bit where its run of 2 to 256 ascending pieces begins,
// counted from the first word of the 64 neighbours, and its length less one.
struct Ipv4Run
{
    static constexpr std::uint32_t kBit = 0x8000'0000;
    std::uint32_t offset = 0;
    std::uint32_t length = 0;

    [[nodiscard]] static Ipv4Run unpack(std::uint32_t word)
    {
        return {(word & ~kBit) >> 8, (word & 0xFF) + 1};
    }
    [[nodiscard]] std::uint32_t packed() const { return kBit | offset << 8 | (length - 1); }
};

[[nodiscard]] inline std::uint32_t ipv4Key(const IpAddress& address)
{
    const auto& bytes = address.bytes();
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 |
           bytes[3];
}

class Ipv4Tree
{
public:
    static constexpr std::size_t kRoots = 1024;   // of 64 /16 networks each
    static constexpr std::size_t kBlockWords = 4; // of 64 /24 networks each

    Ipv4Tree() = default;
    Ipv4Tree(AddressTableSection<Ipv4Rank> roots, AddressTableSection<Ipv4Rank> blocks,
             AddressTableSection<std::uint32_t> words)
        : m_roots(roots)
        , m_blocks(blocks)
        , m_words(words)
    {
    }

    [[nodiscard]] AddressLabel find(std::uint32_t address) const noexcept;
    // At most kGroup addresses; their cache misses overlap.
    static constexpr std::size_t kGroup = 32;
    void findGroup(std::span<const std::uint32_t> addresses, AddressLabel* labels) const noexcept;

    // Every range, ascending, as long as can be. False, and it stops, where the tree breaks a rule of its
    // layout: nothing else is left to check. `lastLabel` is the highest label there is.
    using Visit = std::function<void(std::uint32_t first, std::uint32_t last, AddressLabel label)>;
    [[nodiscard]] bool walk(AddressLabel lastLabel, const Visit& visit) const;

private:
    class Walk;
    struct Leaf
    {
        std::size_t index = 0;
        std::size_t group = 0; // where the words of its neighbours begin
    };
    static constexpr std::size_t kNowhere = ~std::size_t{0};

    [[nodiscard]] std::size_t blockWordOf(std::uint32_t address) const noexcept;
    [[nodiscard]] Leaf leafOf(std::size_t blockWord, std::uint32_t address) const noexcept;
    void prefetchRun(const Ipv4Run& run, std::size_t group) const noexcept;
    [[nodiscard]] AddressLabel findInRun(const Ipv4Run& run, std::size_t group,
                                         std::uint8_t low) const noexcept;

    AddressTableSection<Ipv4Rank> m_roots;
    AddressTableSection<Ipv4Rank> m_blocks;
    AddressTableSection<std::uint32_t> m_words;
};

} // namespace bartizan
