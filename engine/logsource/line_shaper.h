// What a source's format and filters make of a line (spec §11).
#pragma once

#include "engine/base/local_file.h"
#include "engine/base/problem.h"
#include "engine/pattern/pattern.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

class LineShaper
{
public:
    // Reports what of `settings` is not supported. Nothing where the format as a whole is not: the source is
    // left out.
    [[nodiscard]] static std::optional<LineShaper> make(const LocalFile& settings, Problems& problems);

    enum class Verdict {
        Keep,
        Filtered, // left out as configured
        Invalid,  // not what the format promises
    };

    // On Keep `line` is the text of the event: the line itself, or a text that lives until the next call.
    [[nodiscard]] Verdict shape(std::string_view& line);

private:
    enum class Format { Text, Iis, Json };
    using Patterns = std::vector<std::unique_ptr<const Pattern>>;

    Format m_format = Format::Text;
    std::string m_members; // of the labels, as JSON: "key":"value",...
    Patterns m_ignore;
    Patterns m_restrict;
    std::string m_text;
};

// RFC 8259, nesting up to 128; an object and nothing but blanks around it.
[[nodiscard]] bool isJsonObject(std::string_view text);

} // namespace bartizan
