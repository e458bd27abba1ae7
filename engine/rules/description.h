// A rule's description with its $(variables) (spec §6.6).
#pragma once

#include "engine/decode/event.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

class Description
{
public:
    Description() = default;
    explicit Description(std::string text);

    // Puts the text with the event's values into `result`. `localHost` stands in where the record names no
    // host.
    void expand(const Event& event, std::string_view localHost, std::string& result) const;

    [[nodiscard]] const std::string& text() const { return m_text; }

private:
    struct Part
    {
        enum class Kind : std::uint8_t { Literal, Static, ProgramName, Hostname, Dynamic };
        Kind kind;
        StaticField field;
        std::string text;
    };
    [[nodiscard]] static std::string_view valueOf(const Part& part, const Event& event,
                                                  std::string_view localHost);

    std::string m_text;
    std::vector<Part> m_parts; // empty where the text has no variable
};

} // namespace bartizan
