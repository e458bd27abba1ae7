#include "engine/pattern/literal_search.h"

#include "engine/base/strings.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace bartizan {

namespace {

// Bytes by how common they are in log text, the most common first. What is not listed is rare.
constexpr std::string_view kCommon = " e0tiao1snr2d3c.lu4m5p:6-f78g9h/[]y=b\"v,_wk'()";

int rarity(char c)
{
    return static_cast<int>(std::min(kCommon.find(lowerAscii(c)), kCommon.size()));
}

char upperAscii(char c)
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// The first of the two bytes in [from, end), or nullptr.
const char* findEither(const char* from, const char* end, char lower, char upper)
{
    const auto size = static_cast<std::size_t>(end - from);
    const auto* first = static_cast<const char*>(std::memchr(from, lower, size));
    if (lower == upper)
        return first;
    // The second search need not look behind what the first has found.
    const auto limit = first != nullptr ? static_cast<std::size_t>(first - from) : size;
    const auto* second = static_cast<const char*>(std::memchr(from, upper, limit));
    return second != nullptr ? second : first;
}

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

bool LiteralSearch::foundIn(std::string_view subject) const
{
    if (m_text.size() > subject.size())
        return false;
    if (m_text.empty())
        return true;
    const char* at = subject.data() + m_pivot;
    const char* const end = subject.data() + subject.size() - (m_text.size() - m_pivot) + 1;
    while (at < end) {
        at = findEither(at, end, m_pivotLower, m_pivotUpper);
        if (at == nullptr)
            return false;
        if (startsWithIgnoreCase({at - m_pivot, m_text.size()}, m_text))
            return true;
        ++at;
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
