#include "engine/logsource/journal_line.h"

#include "engine/base/strings.h"
#include "engine/base/utf8.h"
#include "engine/logsource/date_names.h"

#include <algorithm>
#include <map>
#include <optional>

namespace bartizan {

namespace {

constexpr std::size_t kMaxLine = 64 * 1024;

std::optional<std::string> firstOf(JournalReader& journal, std::initializer_list<std::string_view> names)
{
    for (const std::string_view name : names) {
        if (auto value = journal.field(name); value && !value->empty())
            return value;
    }
    return std::nullopt;
}

} // namespace

bool JournalLine::read(JournalReader& journal)
{
    const auto message = journal.field("MESSAGE");
    if (!message)
        return false;
    const EpochMs time = journal.time();
    if (time / 1000 != m_second) {
        m_second = time / 1000;
        m_stamp = expandDateNames("%b %d %T ", time);
    }
    m_text = m_stamp;
    m_text += firstOf(journal, {"_HOSTNAME"}).value_or("localhost");
    m_text += ' ';
    m_text += firstOf(journal, {"SYSLOG_IDENTIFIER", "_COMM"}).value_or("unknown");
    if (const auto process = firstOf(journal, {"SYSLOG_PID", "_PID"})) {
        m_text += '[';
        m_text += *process;
        m_text += ']';
    }
    m_text += ": ";
    m_text += *message;
    if (m_text.size() > kMaxLine)
        m_text.resize(kMaxLine);

    m_origin.kind = RecordOrigin::Kind::Journal;
    m_origin.userId.reset();
    if (const auto user = journal.field("_UID"))
        m_origin.userId = parseNumber<std::uint32_t>(*user);
    m_origin.transport = journal.field("_TRANSPORT").value_or("");
    m_origin.unit = journal.field("_SYSTEMD_UNIT").value_or("");
    return m_text.find('\0') == std::string::npos;
}

std::optional<JournalSelection> JournalSelection::make(const LocalFile& settings, Problems& problems,
                                                       const HostIdentity& host)
{
    auto shaper = LineShaper::make(settings, problems, host);
    if (!shaper)
        return std::nullopt;
    JournalSelection selection(std::move(*shaper));
    for (const JournalFilter& filter : settings.filters) {
        if (auto pattern = compilePattern(PatternType::Pcre2, filter.pattern))
            selection.m_filters.push_back({filter.field, std::move(*pattern), filter.ignoreIfMissing});
    }
    return selection;
}

template<class FieldOf> bool JournalSelection::passes(const FieldOf& fieldOf) const
{
    return std::ranges::all_of(m_filters, [&](const Filter& filter) {
        const auto value = fieldOf(filter.field);
        return value ? filter.pattern->matches(*value) : filter.ignoreIfMissing;
    });
}

std::optional<std::string_view> JournalSelection::take(JournalReader& journal, const JournalLine& line,
                                                       EpochMs now)
{
    if (!passes([&](const std::string& field) { return journal.field(field); }))
        return std::nullopt;
    std::string_view event = line.text();
    const bool isKept = m_shaper.shape(event, {kJournalLocation, now}) == LineShaper::Verdict::Keep;
    return isKept ? std::optional(event) : std::nullopt;
}

bool JournalSelection::takesSsh() const
{
    for (const char* unit : {"ssh.service", "sshd.service"}) {
        for (const char* program : {"sshd", "sshd-session"}) {
            const std::map<std::string, std::string> entry{{"_SYSTEMD_UNIT", unit},
                                                           {"SYSLOG_IDENTIFIER", program},
                                                           {"_COMM", program},
                                                           {"_UID", "0"},
                                                           {"_GID", "0"},
                                                           {"_TRANSPORT", "syslog"},
                                                           {"PRIORITY", "6"},
                                                           {"SYSLOG_FACILITY", "4"},
                                                           {"_SYSTEMD_SLICE", "system.slice"},
                                                           {"_EXE", "/usr/sbin/sshd"}};
            const bool isTaken = passes([&](const std::string& field) -> std::optional<std::string> {
                const auto found = entry.find(field);
                return found == entry.end() ? std::nullopt : std::optional(found->second);
            });
            if (isTaken)
                return true;
        }
    }
    return false;
}

} // namespace bartizan
