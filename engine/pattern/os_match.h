// OS_Match (spec §3.3): alternatives of plain texts, each possibly anchored, the whole possibly negated.
#pragma once

#include "engine/pattern/literal_search.h"
#include "engine/pattern/pattern.h"

namespace bartizan {

class OsMatch final : public Pattern
{
public:
    explicit OsMatch(std::string_view text);
    [[nodiscard]] static Result<std::unique_ptr<const Pattern>> compile(std::string_view text);

    [[nodiscard]] bool matches(std::string_view subject) const override;
    [[nodiscard]] std::optional<std::size_t> matchEnd(std::string_view subject,
                                                      std::vector<std::string_view>& captures) const override;
    [[nodiscard]] std::optional<std::size_t> matchEnd(std::string_view subject) const override;
    [[nodiscard]] PatternType type() const override { return PatternType::OsMatch; }
    [[nodiscard]] const std::string& text() const override { return m_text; }

private:
    enum class Anchor { None, Start, End, Both };
    struct Alternative
    {
        Anchor anchor;
        LiteralSearch literal;
        bool impossible; // a plain substring with bytes above 0x7F never matches
    };
    [[nodiscard]] static Alternative alternative(std::string_view text);
    [[nodiscard]] static bool hits(const Alternative& alternative, std::string_view subject,
                                   std::size_t& places);

    std::string m_text;
    bool m_negated;
    std::vector<Alternative> m_alternatives;
};

} // namespace bartizan
