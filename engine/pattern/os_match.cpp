#include "engine/pattern/os_match.h"

#include "engine/base/strings.h"
#include "engine/pattern/match_budget.h"

#include <algorithm>

namespace bartizan {

namespace {

constexpr std::size_t kBytesPerStep = 32; // that are passed over in a search for a byte

} // namespace

OsMatch::OsMatch(std::string_view text)
    : m_text(text)
    , m_negated(text.starts_with('!'))
{
    for (const auto part : split(text.substr(m_negated ? 1 : 0), '|'))
        m_alternatives.push_back(alternative(part));
    if (m_negated)
        return;
    std::vector<std::string> literals;
    literals.reserve(m_alternatives.size());
    for (const auto& one : m_alternatives)
        literals.push_back(one.literal.text());
    requireOneOf(literals);
}

Result<std::unique_ptr<const Pattern>> OsMatch::compile(std::string_view text)
{
    return std::make_unique<const OsMatch>(text);
}

OsMatch::Alternative OsMatch::alternative(std::string_view text)
{
    const bool start = text.starts_with('^');
    text.remove_prefix(start ? 1 : 0);
    const bool end = text.ends_with('$');
    text.remove_suffix(end ? 1 : 0);
    const bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    const Anchor anchor = start ? (end ? Anchor::Both : Anchor::Start) : (end ? Anchor::End : Anchor::None);
    return {anchor, LiteralSearch(text), anchor == Anchor::None && !ascii};
}

bool OsMatch::hits(const Alternative& alternative, std::string_view subject, std::size_t& places)
{
    switch (alternative.anchor) {
    case Anchor::None:
        return !alternative.impossible && alternative.literal.foundIn(subject, places);
    case Anchor::Start:
        return startsWithIgnoreCase(subject, alternative.literal.text());
    case Anchor::End:
        return endsWithIgnoreCase(subject, alternative.literal.text());
    case Anchor::Both:
        return equalsIgnoreCase(subject, alternative.literal.text());
    }
    return false;
}

bool OsMatch::matches(std::string_view subject) const
{
    MatchBudget& budget = MatchBudget::current();
    if (budget.isSpent())
        return false;
    std::size_t tried = 0;
    std::size_t places = 0;
    const bool hit = std::ranges::any_of(m_alternatives, [&](const Alternative& one) {
        ++tried;
        return hits(one, subject, places);
    });
    budget.charge(*this, static_cast<std::int64_t>(tried * (1 + subject.size() / kBytesPerStep) + places));
    return hit != m_negated;
}

std::optional<std::size_t> OsMatch::matchEnd(std::string_view subject,
                                             std::vector<std::string_view>& captures) const
{
    captures.clear();
    return matchEnd(subject);
}

std::optional<std::size_t> OsMatch::matchEnd(std::string_view subject) const
{
    return matches(subject) ? std::optional(subject.size()) : std::nullopt;
}

} // namespace bartizan
