#include "engine/pattern/literal_search.h"

#include "engine/base/strings.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <numeric>

namespace bartizan {

namespace {

// Bytes by how common they are in log text, the most common first. What is not listed is rare.
constexpr std::string_view kCommon = " e0tiao1snr2d3c.lu4m5p:6-f78g9h/[]y=b\"v,_wk'()";

constexpr std::array<std::uint8_t, 256> kRarity = [] {
    std::array<std::uint8_t, 256> table{};
    for (unsigned c = 0; c < table.size(); ++c)
        table[c] = static_cast<std::uint8_t>(
            std::min(kCommon.find(lowerAscii(static_cast<char>(c))), kCommon.size()));
    return table;
}();

int rarity(char c)
{
    return kRarity[static_cast<unsigned char>(c)];
}

char upperAscii(char c)
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// The places of a byte in either case, in order. Each byte of the text is looked at twice at most.
class EitherCase
{
public:
    EitherCase(const char* from, const char* end, char lower, char upper)
        : m_at(from)
        , m_end(end)
        , m_lower(lower)
        , m_upper(upper)
        , m_nextLower(find(from, end, lower))
    {
    }

    // nullptr behind the last one.
    const char* next()
    {
        if (m_nextLower < m_at)
            m_nextLower = find(m_at, m_end, m_lower);
        const char* found = m_lower == m_upper ? m_nextLower : find(m_at, m_nextLower, m_upper);
        if (found == m_end)
            return nullptr;
        m_at = found + 1;
        return found;
    }

private:
    // `end` where there is none.
    static const char* find(const char* from, const char* end, char c)
    {
        const auto* found = std::memchr(from, c, static_cast<std::size_t>(end - from));
        return found != nullptr ? static_cast<const char*>(found) : end;
    }

    const char* m_at;
    const char* m_end;
    char m_lower;
    char m_upper;
    const char* m_nextLower;
};

} // namespace

LiteralSearch::LiteralSearch(std::string_view text)
    : m_text(toLower(text))
{
    for (std::size_t i = 1; i < m_text.size(); ++i) {
        if (rarity(m_text[i]) > rarity(m_text[m_pivot]))
            m_pivot = i;
    }
    if (!m_text.empty()) {
        m_pivotLower = m_text[m_pivot];
        m_pivotUpper = upperAscii(m_pivotLower);
    }
}

bool LiteralSearch::foundIn(std::string_view subject, std::size_t& places) const
{
    if (m_text.size() > subject.size())
        return false;
    if (m_text.empty())
        return true;
    const char* const end = subject.data() + subject.size() - (m_text.size() - m_pivot) + 1;
    EitherCase search(subject.data() + m_pivot, end, m_pivotLower, m_pivotUpper);
    while (const char* at = search.next()) {
        ++places;
        if (startsWithIgnoreCase({at - m_pivot, m_text.size()}, m_text))
            return true;
    }
    return false;
}

int rarity(std::string_view text)
{
    return std::accumulate(text.begin(), text.end(), 0, [](int sum, char c) { return sum + rarity(c); });
}

bool startsWithIgnoreCase(std::string_view subject, std::string_view prefix)
{
    return subject.size() >= prefix.size() && equalsIgnoreCase(subject.substr(0, prefix.size()), prefix);
}

bool endsWithIgnoreCase(std::string_view subject, std::string_view suffix)
{
    return subject.size() >= suffix.size() &&
           equalsIgnoreCase(subject.substr(subject.size() - suffix.size()), suffix);
}

} // namespace bartizan
