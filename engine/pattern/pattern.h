// The three pattern languages of the rules (spec §3): OS_Regex, OS_Match and PCRE2. A pattern is compiled
// once and then only read: match() is const and safe to call from several threads.
#pragma once

#include "engine/base/result.h"
#include "engine/pattern/literal_search.h"
#include "engine/pattern/text_signature.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

enum class PatternType { OsRegex, OsMatch, Pcre2 };

// "osregex", "osmatch" or "pcre2", any case.
[[nodiscard]] std::optional<PatternType> patternTypeFromName(std::string_view name);

class Pattern
{
public:
    virtual ~Pattern() = default;
    Pattern() = default;
    Pattern(const Pattern&) = delete;
    Pattern& operator=(const Pattern&) = delete;

    // Whether the pattern is found in `subject`.
    [[nodiscard]] virtual bool matches(std::string_view subject) const = 0;

    // As matches(), and on success: the offset at which a decoder's after_* continues (spec §3.2: index of
    // the last byte matched + 1, with the machine's oddities), and the captured views into `subject`, in
    // order, in `captures` (cleared first; an unset PCRE2 group is an empty view). OS_Match has no captures
    // and returns subject.size().
    [[nodiscard]] virtual std::optional<std::size_t>
    matchEnd(std::string_view subject, std::vector<std::string_view>& captures) const = 0;

    // The same offset where no captures are asked for, as for a prematch. The OS_Regex machine may decide
    // differently at the end of the subject when it has to set captures (spec §3.2), so the two are not
    // interchangeable.
    [[nodiscard]] virtual std::optional<std::size_t> matchEnd(std::string_view subject) const = 0;

    [[nodiscard]] virtual PatternType type() const = 0;
    [[nodiscard]] virtual const std::string& text() const = 0;

    // Whether the pattern can't match a text with this signature, or any part of it: much cheaper than to
    // try. False says nothing.
    [[nodiscard]] bool isRuledOutBy(const TextSignature& signature) const
    {
        return !m_required.empty() &&
               std::ranges::none_of(m_required, [&](const TextSignature::Needle& needle) {
                   return signature.mayHold(needle);
               });
    }

    // The literal that every match needs, where it is a single one: isRuledOutBy() for who keeps it closer at
    // hand.
    [[nodiscard]] std::optional<TextSignature::Needle> needle() const
    {
        return m_required.size() == 1 ? std::optional(m_required.front()) : std::nullopt;
    }

    // Every match holds one of these, in any ASCII case. Empty: nothing is known.
    [[nodiscard]] const std::vector<std::string>& literals() const { return m_literals; }

protected:
    // Every match holds one of these literals, in any ASCII case. Where one is empty, nothing is known.
    void requireOneOf(std::vector<std::string> literals);

private:
    std::vector<std::string> m_literals;
    std::vector<TextSignature::Needle> m_required; // of m_literals
};

// The error's message says what in the text is wrong and at which byte.
[[nodiscard]] Result<std::unique_ptr<const Pattern>> compilePattern(PatternType type, std::string_view text);

// The patterns that gave up on this thread since the last call, once per time: a subject on which they would
// have cost too much, which is no match. At most a few are kept.
[[nodiscard]] std::vector<const Pattern*> takeExhausted();
// For those who implement patterns: `pattern` gave up on the current subject.
void noteExhausted(const Pattern& pattern);

// The word match of `if_group` (spec §3.4), prepared for many subjects.
class WordMatch
{
public:
    explicit WordMatch(std::string_view pattern);
    [[nodiscard]] bool matches(std::string_view subject) const;

private:
    struct Alternative
    {
        bool atStart;
        LiteralSearch literal;
    };
    std::vector<Alternative> m_alternatives;
};

[[nodiscard]] bool wordMatch(std::string_view pattern, std::string_view subject);

} // namespace bartizan
