// What a source's format and filters make of a line (spec §11).
#pragma once

#include "engine/base/clock.h"
#include "engine/base/local_file.h"
#include "engine/base/problem.h"
#include "engine/logsource/out_format.h"
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
    [[nodiscard]] static std::optional<LineShaper> make(const LocalFile& settings, Problems& problems,
                                                        const HostIdentity& host = {});

    enum class Verdict {
        Keep,
        Filtered, // left out as configured
        Invalid,  // not what the format promises
    };

    struct Place
    {
        std::string_view location; // the log's path
        EpochMs now = 0;
        std::string_view command{}; // of a command source
    };
    // `line` is one line, or all the lines of an event (EventAssembler). On Keep it is the text of the event:
    // the same, or a text that lives until the next call.
    [[nodiscard]] Verdict shape(std::string_view& line, const Place& place);

private:
    enum class Format { Text, Iis, Json, Multilog, Nmap };
    // Rewrites `line` as its format says; false: it is not what the format promises.
    bool rewrite(std::string_view& line, const Place& place);
    void addMembers(std::string_view& line);
    using Patterns = std::vector<std::unique_ptr<const Pattern>>;

    Format m_format = Format::Text;
    std::string m_prefix;
    std::string m_members; // of the labels, as JSON: "key":"value",...
    Patterns m_ignore;
    Patterns m_restrict;
    std::optional<OutFormat> m_outFormat;
    HostIdentity m_host;
    std::string m_text;
    std::string m_shown;
};

} // namespace bartizan
