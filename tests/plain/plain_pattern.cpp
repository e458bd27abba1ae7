#define PCRE2_CODE_UNIT_WIDTH 8
#include "tests/plain/plain_pattern.h"

#include "engine/base/strings.h"
#include "tests/plain/plain_os_regex.h"

#include <pcre2.h>

#include <algorithm>
#include <string>

namespace bartizan::plain {

namespace {

constexpr std::size_t kLongestPattern = 20480;

bool containsIgnoreCase(std::string_view subject, std::string_view text)
{
    const auto same = [](char a, char b) { return lowerAscii(a) == lowerAscii(b); };
    return std::search(subject.begin(), subject.end(), text.begin(), text.end(), same) != subject.end() ||
           text.empty();
}

bool beginsIgnoreCase(std::string_view subject, std::string_view text)
{
    return equalsIgnoreCase(subject.substr(0, text.size()), text);
}

// Spec §3.3, its four lines.
bool osMatch(std::string_view alternative, std::string_view subject)
{
    const bool start = alternative.starts_with('^');
    if (start)
        alternative.remove_prefix(1);
    const bool end = alternative.ends_with('$');
    if (end)
        alternative.remove_suffix(1);
    if (start && end)
        return equalsIgnoreCase(subject, alternative);
    if (start)
        return beginsIgnoreCase(subject, alternative);
    if (end)
        return subject.size() >= alternative.size() &&
               equalsIgnoreCase(subject.substr(subject.size() - alternative.size()), alternative);
    if (std::ranges::any_of(alternative, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
        return false;
    return containsIgnoreCase(subject, alternative);
}

class PlainOsMatch final : public PlainPattern
{
public:
    explicit PlainOsMatch(std::string_view text)
        : m_negated(text.starts_with('!'))
        , m_text(text.substr(m_negated ? 1 : 0))
    {
    }

    [[nodiscard]] std::optional<PlainMatch> find(std::string_view subject, Captures) const override
    {
        bool hit = false;
        for (const auto alternative : split(m_text, '|'))
            hit = hit || osMatch(alternative, subject);
        return hit != m_negated ? std::optional(PlainMatch{subject.size(), {}}) : std::nullopt;
    }

private:
    bool m_negated;
    std::string m_text;
};

// Interpreted, never compiled to machine code; bounded, or one line could take for ever.
class PlainPcre2 final : public PlainPattern
{
public:
    explicit PlainPcre2(pcre2_code* code)
        : m_code(code)
        , m_context(pcre2_match_context_create(nullptr))
        , m_data(pcre2_match_data_create_from_pattern(code, nullptr))
    {
        pcre2_set_match_limit(m_context, 10'000'000);
    }
    ~PlainPcre2() override
    {
        pcre2_match_data_free(m_data);
        pcre2_match_context_free(m_context);
        pcre2_code_free(m_code);
    }
    PlainPcre2(const PlainPcre2&) = delete;
    PlainPcre2& operator=(const PlainPcre2&) = delete;

    [[nodiscard]] std::optional<PlainMatch> find(std::string_view subject, Captures captures) const override
    {
        const int pairs = pcre2_match(m_code, reinterpret_cast<PCRE2_SPTR>(subject.data()), subject.size(), 0,
                                      PCRE2_NO_JIT, m_data, m_context);
        if (pairs <= 0)
            return std::nullopt;
        const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(m_data);
        PlainMatch match{offsets[1], {}};
        for (std::size_t k = 1; captures == Captures::Yes && k < static_cast<std::size_t>(pairs); ++k) {
            const auto from = offsets[2 * k];
            const auto to = offsets[2 * k + 1];
            match.captures.push_back(from == PCRE2_UNSET || to < from ? std::string_view()
                                                                      : subject.substr(from, to - from));
        }
        return match;
    }

private:
    pcre2_code* m_code;
    pcre2_match_context* m_context;
    pcre2_match_data* m_data;
};

} // namespace

std::unique_ptr<const PlainPattern> compilePlain(PatternType type, std::string_view text)
{
    if (text.size() > kLongestPattern)
        return nullptr;
    if (type == PatternType::OsRegex)
        return PlainOsRegex::compile(text);
    if (type == PatternType::OsMatch)
        return std::make_unique<PlainOsMatch>(text);
    int error = 0;
    PCRE2_SIZE offset = 0;
    pcre2_code* code =
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, &error, &offset, nullptr);
    return code != nullptr ? std::make_unique<PlainPcre2>(code) : nullptr;
}

bool plainWordMatch(std::string_view pattern, std::string_view subject)
{
    if (pattern.empty())
        return false;
    for (const auto alternative : split(pattern, '|')) {
        if (alternative.starts_with('^') ? beginsIgnoreCase(subject, alternative.substr(1))
                                         : containsIgnoreCase(subject, alternative))
            return true;
    }
    return false;
}

} // namespace bartizan::plain
