// OS_Regex (spec §3.1, §3.2): not a backtracking engine but a lazy single-pass machine with four restart
// points, reproduced step by step because decoders use its odd end index as an offset.
#pragma once

#include "engine/pattern/os_regex_program.h"
#include "engine/pattern/pattern.h"

namespace bartizan {

class OsRegex final : public Pattern
{
public:
    OsRegex(std::string_view text, osregex::Program program)
        : m_text(text)
        , m_program(std::move(program))
    {
        std::vector<std::string> literals;
        literals.reserve(m_program.alternatives.size());
        for (const auto& alternative : m_program.alternatives)
            literals.push_back(alternative.needed);
        requireOneOf(literals);
    }
    [[nodiscard]] static Result<std::unique_ptr<const Pattern>> compile(std::string_view text);

    // One match may take MatchBudget::kStepsPerMatch; a longer one (an attacker's line against a pattern
    // with several open runs) is no match. A line below 2,000 bytes cannot get there with one open run.
    [[nodiscard]] bool matches(std::string_view subject) const override;
    [[nodiscard]] std::optional<std::size_t> matchEnd(std::string_view subject,
                                                      std::vector<std::string_view>& captures) const override;
    [[nodiscard]] std::optional<std::size_t> matchEnd(std::string_view subject) const override;
    [[nodiscard]] PatternType type() const override { return PatternType::OsRegex; }
    [[nodiscard]] const std::string& text() const override { return m_text; }

private:
    // The first alternative that matches anywhere, and its last index; `row` is nullptr if there is none.
    struct Hit
    {
        const osregex::Alternative* row = nullptr;
        std::ptrdiff_t last = 0;
    };
    // `marks` gets an entry per parenthesis of that alternative; nullptr where no captures are wanted.
    [[nodiscard]] Hit findFirst(std::string_view subject, std::vector<std::ptrdiff_t>* marks) const;
    [[nodiscard]] Hit findFirstCounted(std::string_view subject, std::vector<std::ptrdiff_t>* marks) const;

    std::string m_text;
    osregex::Program m_program;
};

} // namespace bartizan
