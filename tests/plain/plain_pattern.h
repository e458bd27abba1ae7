// The pattern languages of spec §3 without any optimisation.
#pragma once

#include "engine/pattern/pattern.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace bartizan::plain {

struct PlainMatch
{
    std::size_t end = 0; // where an after_… offset continues
    std::vector<std::string_view> captures;
};

// Whether captures are wanted: the OS_Regex machine may decide otherwise at the end of a text if they are.
enum class Captures { No, Yes };

class PlainPattern
{
public:
    virtual ~PlainPattern() = default;
    [[nodiscard]] virtual std::optional<PlainMatch> find(std::string_view subject,
                                                         Captures captures) const = 0;
    [[nodiscard]] bool matches(std::string_view subject) const
    {
        return find(subject, Captures::No).has_value();
    }
};

// nullptr where `text` is no pattern of that type.
[[nodiscard]] std::unique_ptr<const PlainPattern> compilePlain(PatternType type, std::string_view text);

// The word match of spec §3.4.
[[nodiscard]] bool plainWordMatch(std::string_view pattern, std::string_view subject);

} // namespace bartizan::plain
