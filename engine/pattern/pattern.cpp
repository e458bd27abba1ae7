#include "engine/pattern/pattern.h"

#include "engine/base/strings.h"
#include "engine/pattern/literal_search.h"
#include "engine/pattern/os_match.h"
#include "engine/pattern/os_regex.h"
#include "engine/pattern/pcre2_pattern.h"

#include <utility>

namespace bartizan {

namespace {

constexpr std::size_t kMaxPatternBytes = 20480;

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

bool wordMatch(std::string_view pattern, std::string_view subject)
{
    if (pattern.empty())
        return false;
    for (const auto alternative : split(pattern, '|')) {
        const bool hit = alternative.starts_with('^') ? startsWithIgnoreCase(subject, alternative.substr(1))
                                                      : LiteralSearch(alternative).foundIn(subject);
        if (hit)
            return true;
    }
    return false;
}

} // namespace bartizan
