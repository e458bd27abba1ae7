#include "engine/pattern/literal_index.h"

#include "engine/base/strings.h"
#include "engine/pattern/literal_search.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <unordered_map>
#include <utility>

namespace bartizan {

namespace {

// Below this a literal tells too little to be worth finding: "for", a number of three digits.
constexpr int kLeastRarity = 24;
constexpr int kLeastRarityOfShort = 60;
constexpr int kLeastRarityOfByte = 46;
constexpr std::size_t kAtOnce = 512;

bool tellsEnough(std::string_view literal)
{
    const int least = literal.size() == 1                      ? kLeastRarityOfByte
                      : literal.size() < sizeof(std::uint32_t) ? kLeastRarityOfShort
                                                               : kLeastRarity;
    return rarity(literal) >= least;
}

// Of eight bytes at once; bytes above 0x7F stay.
std::uint64_t lowerEight(std::uint64_t bytes)
{
    constexpr std::uint64_t kEach = 0x0101010101010101U;
    const std::uint64_t low = bytes & (kEach * 0x7F);
    const std::uint64_t aboveZ = low + kEach * (0x7F - 'Z');
    const std::uint64_t fromA = low + kEach * (0x80 - 'A');
    return bytes | ((~bytes & (fromA ^ aboveZ) & (kEach * 0x80)) >> 2);
}

std::uint32_t groupAt(const char* text)
{
    std::uint32_t group = 0;
    std::memcpy(&group, text, sizeof group);
    return group;
}

using GroupCounts = std::unordered_map<std::uint32_t, int>;

// How many literals hold each group.
GroupCounts countGroups(const std::vector<std::string>& literals)
{
    GroupCounts counts;
    for (const auto& literal : literals) {
        for (std::size_t i = 0; i + sizeof(std::uint32_t) <= literal.size(); ++i)
            ++counts[groupAt(literal.data() + i)];
    }
    return counts;
}

// Where the group stands that costs least: rare in log text, and not that of many other literals.
std::size_t bestGroup(std::string_view literal, const GroupCounts& counts)
{
    constexpr int kPerDoubling = 8; // of rarity
    std::size_t best = 0;
    int most = std::numeric_limits<int>::min();
    for (std::size_t i = 0; i + sizeof(std::uint32_t) <= literal.size(); ++i) {
        const auto sharing = static_cast<unsigned>(counts.at(groupAt(literal.data() + i)));
        const int worth = rarity(literal.substr(i, sizeof(std::uint32_t))) -
                          kPerDoubling * static_cast<int>(std::bit_width(sharing));
        if (worth > most) {
            most = worth;
            best = i;
        }
    }
    return best;
}

} // namespace

void LiteralHits::clear(std::size_t requirements)
{
    for (const auto requirement : m_met)
        m_words[requirement / 64] = 0;
    m_met.clear();
    m_words.resize((requirements + 63) / 64);
    m_words[0] = 1; // kAlways
}

std::uint32_t LiteralIndex::require(std::vector<std::string> literals)
{
    for (auto& literal : literals) {
        literal = toLower(literal);
        if (!tellsEnough(literal))
            return kAlways;
    }
    if (literals.empty())
        return kAlways;
    std::ranges::sort(literals);
    const auto repeated = std::ranges::unique(literals);
    literals.erase(repeated.begin(), repeated.end());
    const auto [known, isNew] =
        m_numbers.try_emplace(literals, static_cast<std::uint32_t>(m_literalsOf.size() + 1));
    if (isNew)
        m_literalsOf.push_back(std::move(literals));
    return known->second;
}

std::vector<std::vector<std::uint32_t>> LiteralIndex::requirementsByLiteral()
{
    std::vector<std::vector<std::uint32_t>> requirements;
    std::unordered_map<std::string, std::uint32_t> numbers;
    for (std::uint32_t i = 0; i < m_literalsOf.size(); ++i) {
        for (const auto& literal : m_literalsOf[i]) {
            const auto [known, isNew] =
                numbers.try_emplace(literal, static_cast<std::uint32_t>(m_literals.size()));
            if (isNew) {
                m_literals.push_back(literal);
                requirements.emplace_back();
            }
            requirements[known->second].push_back(i + 1);
        }
    }
    return requirements;
}

void LiteralIndex::build()
{
    for (const auto& ofLiteral : requirementsByLiteral()) {
        m_firstRequirement.push_back(static_cast<std::uint32_t>(m_requirements.size()));
        m_requirements.insert(m_requirements.end(), ofLiteral.begin(), ofLiteral.end());
    }
    m_firstRequirement.push_back(static_cast<std::uint32_t>(m_requirements.size()));
    m_numbers.clear();

    m_groupFilter.assign((std::size_t{1} << kFilterBits) / 64, 0);
    m_pairFilter.assign((std::size_t{1} << 16) / 64, 0);
    m_single.fill(kNone);
    m_placeBits = std::max(static_cast<unsigned>(std::bit_width(m_literals.size())), 1U);
    const GroupCounts groupCounts = countGroups(m_literals);
    for (std::uint32_t i = 0; i < m_literals.size(); ++i) {
        if (m_literals[i].size() >= kGroup)
            enterLong(i, bestGroup(m_literals[i], groupCounts));
        else
            enterShort(i);
    }
    sortByPlace(m_long);
    sortByPlace(m_short);
}

void LiteralIndex::enterLong(std::uint32_t literal, std::size_t offset)
{
    const std::string& text = m_literals[literal];
    const auto group = groupAt(text.data() + offset);
    const std::uint32_t place = filterPlaceOf(group);
    m_groupFilter[place / 64] |= std::uint64_t{1} << (place % 64);
    m_long.entries.push_back({literal, static_cast<std::uint32_t>(text.size()), group,
                              static_cast<std::uint32_t>(offset),
                              groupAt(text.data() + text.size() - kGroup)});
}

void LiteralIndex::enterShort(std::uint32_t literal)
{
    const std::string& text = m_literals[literal];
    const auto mark = [this](std::uint32_t pair) {
        m_pairFilter[pair / 64] |= std::uint64_t{1} << (pair % 64);
    };
    if (text.size() > 1) {
        mark(pairAt(text.data()));
        m_short.entries.push_back(
            {literal, static_cast<std::uint32_t>(text.size()), pairAt(text.data()), 0, 0});
        return;
    }
    const auto byte = static_cast<unsigned char>(text[0]);
    m_single[byte] = literal;
    for (std::uint32_t second = 0; second < 256; ++second)
        mark(std::uint32_t{byte} << 8 | second);
}

void LiteralIndex::sortByPlace(Table& table) const
{
    std::ranges::stable_sort(table.entries, {}, [this](const Entry& entry) { return placeOf(entry.group); });
    table.first.assign((std::size_t{1} << m_placeBits) + 1, 0);
    for (const auto& entry : table.entries)
        ++table.first[placeOf(entry.group) + 1U];
    for (std::size_t i = 1; i < table.first.size(); ++i)
        table.first[i] += table.first[i - 1];
}

void LiteralIndex::scan(std::string_view text, LiteralHits& hits) const
{
    hits.clear(requirementCount());
    if (m_literals.empty() || text.empty())
        return;
    // Behind the end stand zeros, so that a group can be read at every byte.
    std::string& lower = hits.m_lower;
    lower.resize((text.size() + kGroup + 7) / 8 * 8);
    std::memcpy(lower.data(), text.data(), text.size());
    std::memset(lower.data() + text.size(), 0, lower.size() - text.size());
    for (std::size_t i = 0; i < text.size(); i += sizeof(std::uint64_t)) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, lower.data() + i, sizeof eight);
        eight = lowerEight(eight);
        std::memcpy(lower.data() + i, &eight, sizeof eight);
    }
    const std::string_view lowered(lower.data(), text.size());

    std::array<std::uint32_t, kAtOnce> candidates;
    for (std::size_t from = 0; from < text.size(); from += kAtOnce) {
        const std::size_t end = std::min(from + kAtOnce, text.size());
        // Without a branch: which bytes are candidates can't be predicted.
        std::size_t count = 0;
        for (std::size_t at = from; at < end; ++at) {
            candidates[count] = static_cast<std::uint32_t>(at);
            count += mayHold(groupAt(lower.data() + at)) | mayBegin(lower.data() + at);
        }
        for (std::size_t i = 0; i < count; ++i)
            confirm(candidates[i], lowered, hits);
    }
}

void LiteralIndex::confirm(std::size_t at, std::string_view lower, LiteralHits& hits) const
{
    const char* const here = lower.data() + at;
    const std::uint32_t group = groupAt(here);
    const std::uint32_t place = placeOf(group);
    for (auto i = m_long.first[place]; i < m_long.first[place + 1]; ++i) {
        const Entry& entry = m_long.entries[i];
        if (entry.group != group || at < entry.offset || lower.size() - (at - entry.offset) < entry.size)
            continue;
        const char* const from = here - entry.offset;
        if (groupAt(from + entry.size - kGroup) == entry.tail &&
            std::memcmp(from, m_literals[entry.literal].data(), entry.size) == 0)
            found(entry.literal, hits);
    }
    if (mayBegin(here) == 0)
        return;
    const std::uint32_t pair = pairAt(here);
    const std::uint32_t pairPlace = placeOf(pair);
    for (auto i = m_short.first[pairPlace]; i < m_short.first[pairPlace + 1]; ++i) {
        const Entry& entry = m_short.entries[i];
        if (entry.group == pair && lower.substr(at).starts_with(m_literals[entry.literal]))
            found(entry.literal, hits);
    }
    if (const auto single = m_single[static_cast<unsigned char>(*here)]; single != kNone)
        found(single, hits);
}

void LiteralIndex::found(std::uint32_t literal, LiteralHits& hits) const
{
    for (auto i = m_firstRequirement[literal]; i < m_firstRequirement[literal + 1U]; ++i)
        hits.add(m_requirements[i]);
}

} // namespace bartizan
