#include "engine/pattern/pattern.h"

#include "engine/base/strings.h"
#include "engine/pattern/literal_search.h"
#include "engine/pattern/match_budget.h"
#include "engine/pattern/os_match.h"
#include "engine/pattern/os_regex.h"
#include "engine/pattern/pcre2_pattern.h"

#include <utility>

namespace bartizan {

namespace {

constexpr std::size_t kMaxPatternBytes = 20480;
constexpr std::size_t kMostExhausted = 64;

std::vector<const Pattern*>& exhausted()
{
    thread_local std::vector<const Pattern*> patterns;
    return patterns;
}

} // namespace

std::optional<PatternType> patternTypeFromName(std::string_view name)
{
    if (equalsIgnoreCase(name, "osregex"))
        return PatternType::OsRegex;
    if (equalsIgnoreCase(name, "osmatch"))
        return PatternType::OsMatch;
    if (equalsIgnoreCase(name, "pcre2"))
        return PatternType::Pcre2;
    return std::nullopt;
}

Result<std::unique_ptr<const Pattern>> compilePattern(PatternType type, std::string_view text)
{
    if (text.size() > kMaxPatternBytes)
        return fail(ErrorCode::InvalidArgument, "the pattern is longer than 20480 bytes", "split it");
    switch (type) {
    case PatternType::OsRegex:
        return OsRegex::compile(text);
    case PatternType::OsMatch:
        return OsMatch::compile(text);
    case PatternType::Pcre2:
        return Pcre2Pattern::compile(text);
    }
    return fail(ErrorCode::Internal, "unknown pattern type");
}

std::vector<const Pattern*> takeExhausted()
{
    return std::exchange(exhausted(), {});
}

void noteExhausted(const Pattern& pattern)
{
    MatchBudget::current().noteUndecided();
    if (exhausted().size() < kMostExhausted)
        exhausted().push_back(&pattern);
}

void Pattern::requireOneOf(std::vector<std::string> literals)
{
    for (const auto& literal : literals) {
        const auto needle = TextSignature::needle(literal);
        if (!needle) {
            m_required.clear();
            return;
        }
        m_required.push_back(*needle);
    }
    m_literals = std::move(literals);
}

WordMatch::WordMatch(std::string_view pattern)
{
    if (pattern.empty())
        return;
    for (const auto text : split(pattern, '|')) {
        const bool atStart = text.starts_with('^');
        m_alternatives.push_back({atStart, LiteralSearch(text.substr(atStart ? 1 : 0))});
    }
}

bool WordMatch::matches(std::string_view subject) const
{
    return std::ranges::any_of(m_alternatives, [subject](const Alternative& one) {
        return one.atStart ? startsWithIgnoreCase(subject, one.literal.text()) : one.literal.foundIn(subject);
    });
}

bool wordMatch(std::string_view pattern, std::string_view subject)
{
    return WordMatch(pattern).matches(subject);
}

} // namespace bartizan
