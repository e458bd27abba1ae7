// One pass over a text finds which of all literals of a rule set stand in it. A pattern that can't do without
// one of several literals makes that a requirement; a text that does not meet it need not be shown to the
// pattern. ASCII case is ignored throughout.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

// The requirements that a text meets. Reused from text to text; one per thread.
class LiteralHits
{
public:
    [[nodiscard]] bool meets(std::uint32_t requirement) const
    {
        return (m_words[requirement / 64] >> (requirement % 64) & 1U) != 0;
    }
    // Those that are met, in no order; the one that every text meets is not among them.
    [[nodiscard]] std::span<const std::uint32_t> met() const { return m_met; }

private:
    friend class LiteralIndex;
    void add(std::uint32_t requirement)
    {
        std::uint64_t& word = m_words[requirement / 64];
        const std::uint64_t bit = std::uint64_t{1} << (requirement % 64);
        if ((word & bit) == 0) {
            word |= bit;
            m_met.push_back(requirement);
        }
    }
    void clear(std::size_t requirements);

    std::vector<std::uint64_t> m_words{1};
    std::vector<std::uint32_t> m_met;
    std::string m_lower; // the text in lower case
};

class LiteralIndex
{
public:
    // Met by every text.
    static constexpr std::uint32_t kAlways = 0;

    // The number of a requirement: the text holds one of `literals`. Equal ones share a number. kAlways where
    // they tell next to nothing: none, an empty one, or one that most log lines hold.
    [[nodiscard]] std::uint32_t require(std::vector<std::string> literals);
    // Behind the last require(), before the first scan().
    void build();

    // Thread-safe after build().
    void scan(std::string_view text, LiteralHits& hits) const;

    // kAlways included.
    [[nodiscard]] std::size_t requirementCount() const { return m_literalsOf.size() + 1; }

private:
    // Literals of four bytes and more are found by a group of four in them, others by their first two bytes,
    // and where there is but one by that.
    static constexpr std::size_t kGroup = 4;
    struct Entry
    {
        std::uint32_t literal;
        std::uint32_t size;
        std::uint32_t group;  // the bytes by which it is found
        std::uint32_t offset; // of the group in the literal
        std::uint32_t tail;   // the last four bytes of a long one
    };
    // What hashes to the same place stands together.
    struct Table
    {
        std::vector<std::uint32_t> first; // by place: index into entries; one more at the end
        std::vector<Entry> entries;
    };

    [[nodiscard]] std::uint32_t placeOf(std::uint32_t group) const
    {
        return (group * 0x9E3779B1U) >> (32 - m_placeBits);
    }
    [[nodiscard]] static std::uint32_t filterPlaceOf(std::uint32_t group)
    {
        return (group * 0x9E3779B1U) >> (32 - kFilterBits);
    }
    [[nodiscard]] static std::uint32_t pairAt(const char* bytes)
    {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[0])) << 8 |
               static_cast<unsigned char>(bytes[1]);
    }
    // 1 or 0: whether a long literal may have this group, and whether a short one may begin here.
    [[nodiscard]] std::uint64_t mayHold(std::uint32_t group) const
    {
        const std::uint32_t place = filterPlaceOf(group);
        return m_groupFilter[place / 64] >> (place % 64) & 1U;
    }
    [[nodiscard]] std::uint64_t mayBegin(const char* bytes) const
    {
        const std::uint32_t pair = pairAt(bytes);
        return m_pairFilter[pair / 64] >> (pair % 64) & 1U;
    }
    // Which literals have their group, or begin, at `at`.
    void confirm(std::size_t at, std::string_view lower, LiteralHits& hits) const;
    void found(std::uint32_t literal, LiteralHits& hits) const;
    void enterLong(std::uint32_t literal, std::size_t offset);
    void enterShort(std::uint32_t literal);
    [[nodiscard]] std::vector<std::vector<std::uint32_t>> requirementsByLiteral();
    void sortByPlace(Table& table) const;

    static constexpr unsigned kFilterBits = 16;
    static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

    std::map<std::vector<std::string>, std::uint32_t> m_numbers; // while building
    std::vector<std::vector<std::string>> m_literalsOf;          // by requirement − 1, while building
    std::vector<std::string> m_literals;                         // in lower case
    std::vector<std::uint32_t> m_firstRequirement;               // by literal: index into m_requirements
    std::vector<std::uint32_t> m_requirements;
    std::vector<std::uint64_t> m_groupFilter;
    std::vector<std::uint64_t> m_pairFilter;
    unsigned m_placeBits = 1;
    Table m_long;
    Table m_short;
    std::array<std::uint32_t, 256> m_single; // the literal that is this byte, or kNone
};

} // namespace bartizan
