// PCRE2 (spec §3.5): compiled without options, bounded in time and memory. A match that exceeds the bounds is
// none.
//
// PCRE2 itself bounds how often a match goes back, but not how many bytes it looks at between two times. So a
// match first gets a bound that ordinary text stays below. What exceeds it is matched again by a second
// compilation that reports each item of the pattern it comes to, so that every byte is counted (MatchBudget).
// The result is the same.
#pragma once

#include "engine/pattern/match_budget.h"

#include "engine/pattern/pattern.h"

#include <atomic>

struct pcre2_real_code_8;

namespace bartizan {

class Pcre2Pattern final : public Pattern
{
public:
    [[nodiscard]] static Result<std::unique_ptr<const Pattern>> compile(std::string_view text);
    Pcre2Pattern(std::string_view text, pcre2_real_code_8* code); // takes `code` over
    ~Pcre2Pattern() override;

    [[nodiscard]] bool matches(std::string_view subject) const override;
    [[nodiscard]] std::optional<std::size_t> matchEnd(std::string_view subject,
                                                      std::vector<std::string_view>& captures) const override;
    [[nodiscard]] std::optional<std::size_t> matchEnd(std::string_view subject) const override;
    [[nodiscard]] PatternType type() const override { return PatternType::Pcre2; }
    [[nodiscard]] const std::string& text() const override { return m_text; }

private:
    enum class Jit : std::uint8_t { Untried, Missing, Ready };

    // As Workspace::match(); a pattern that gives up is remembered.
    [[nodiscard]] int match(std::string_view subject) const;
    [[nodiscard]] int matchCounted(std::string_view subject, MatchBudget& budget) const;
    [[nodiscard]] Jit compileJit() const;
    [[nodiscard]] const pcre2_real_code_8* countingCode() const;

    std::string m_text;
    pcre2_real_code_8* m_code;
    bool m_isOpen;        // may take more than a few passes over the subject
    unsigned m_pairs = 1; // of offsets: the whole match and each group
    // Machine code is made at the first match: most patterns of a large rule set never get there.
    mutable std::atomic<Jit> m_jit = Jit::Untried;
    mutable std::atomic<pcre2_real_code_8*> m_counting = nullptr; // made at first need
};

} // namespace bartizan
