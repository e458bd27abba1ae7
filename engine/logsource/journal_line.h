// One journal entry as a line of text with its origin, and which entries a source takes (spec §11).
#pragma once

#include "engine/base/local_file.h"
#include "engine/base/problem.h"
#include "engine/base/record_origin.h"
#include "engine/logsource/line_shaper.h"
#include "engine/pattern/pattern.h"
#include "engine/platform/journal.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

// "Nov 24 08:08:09 host sshd[4001]: message", in local time.
class JournalLine
{
public:
    // Takes the entry that `journal` stands at. False for one without a message, or with NUL bytes in it.
    [[nodiscard]] bool read(JournalReader& journal);

    [[nodiscard]] const std::string& text() const { return m_text; } // at most 64 KiB
    [[nodiscard]] const RecordOrigin& origin() const { return m_origin; }

private:
    std::string m_text;
    RecordOrigin m_origin;
    EpochMs m_second = -1; // for which m_stamp stands
    std::string m_stamp;
};

// The location of journal records.
inline constexpr std::string_view kJournalLocation = "journald";

// Which entries a `<localfile>` block takes: those that pass all of its filters.
class JournalSelection
{
public:
    // Reports what of `settings` has no effect on a journal.
    [[nodiscard]] static std::optional<JournalSelection> make(const LocalFile& settings, Problems& problems,
                                                              const HostIdentity& host);

    // The event, where it takes the entry that `journal` stands at and that `line` was made of. Lives until
    // the next call.
    [[nodiscard]] std::optional<std::string_view> take(JournalReader& journal, const JournalLine& line,
                                                       EpochMs now);
    // Whether it would take what the ssh server writes.
    [[nodiscard]] bool takesSsh() const;

private:
    struct Filter
    {
        std::string field;
        std::unique_ptr<const Pattern> pattern;
        bool ignoreIfMissing = false;
    };
    explicit JournalSelection(LineShaper shaper)
        : m_shaper(std::move(shaper))
    {
    }
    template<class FieldOf> [[nodiscard]] bool passes(const FieldOf& fieldOf) const;

    std::vector<Filter> m_filters;
    LineShaper m_shaper;
};

} // namespace bartizan
