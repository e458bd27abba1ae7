// PCRE2 (spec §3.5): compiled without options, bounded in time and memory. A match that exceeds the bounds is
// none.
#pragma once

#include "engine/pattern/pattern.h"

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
    // As Workspace::match(); a pattern that gives up is remembered.
    [[nodiscard]] int match(std::string_view subject) const;

    std::string m_text;
    pcre2_real_code_8* m_code;
    bool m_hasJit = false;
    unsigned m_pairs = 1; // of offsets: the whole match and each group
};

} // namespace bartizan
