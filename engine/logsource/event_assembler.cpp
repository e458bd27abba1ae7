#include "engine/logsource/event_assembler.h"

#include "engine/base/strings.h"

#include <algorithm>
#include <utility>

namespace bartizan {

namespace {

constexpr EpochMs kSecond = 1000;
constexpr EpochMs kPatience = 2 * kSecond; // for the next line of an event whose end nothing tells

// multi-line:N
class CountedLines final : public EventAssembler
{
public:
    explicit CountedLines(std::size_t count)
        : EventAssembler(" ", std::nullopt)
        , m_count(count)
    {
    }
    [[nodiscard]] bool begins(std::string_view) const override { return !isPending(); }

private:
    [[nodiscard]] bool ends(std::string_view) const override { return lineCount() >= m_count; }

    std::size_t m_count;
};

std::string_view separatorOf(MultilineRegex::Replace replace)
{
    switch (replace) {
    case MultilineRegex::Replace::Nothing:
        return "\n";
    case MultilineRegex::Replace::None:
        return "";
    case MultilineRegex::Replace::Blank:
        return " ";
    case MultilineRegex::Replace::Tab:
        break;
    }
    return "\t";
}

class MatchedLines final : public EventAssembler
{
public:
    MatchedLines(const MultilineRegex& settings, std::unique_ptr<const Pattern> pattern)
        : EventAssembler(separatorOf(settings.replace), settings.timeout * kSecond)
        , m_match(settings.match)
        , m_pattern(std::move(pattern))
    {
    }
    [[nodiscard]] bool begins(std::string_view line) const override
    {
        return !isPending() || (m_match == MultilineRegex::Match::Start && m_pattern->matches(line));
    }

private:
    [[nodiscard]] bool ends(std::string_view line) const override
    {
        switch (m_match) {
        case MultilineRegex::Match::Start:
            return false;
        case MultilineRegex::Match::End:
            return m_pattern->matches(line);
        case MultilineRegex::Match::All:
            break;
        }
        return m_pattern->matches(pending());
    }

    MultilineRegex::Match m_match;
    std::unique_ptr<const Pattern> m_pattern;
};

// Lines with the same "msg=audit(1700000000.123:456)".
class AuditLines final : public EventAssembler
{
public:
    AuditLines()
        : EventAssembler(" ", kPatience)
    {
    }
    [[nodiscard]] bool begins(std::string_view line) const override
    {
        return !isPending() || idOf(line).empty() || idOf(line) != idOf(pending());
    }

private:
    [[nodiscard]] bool ends(std::string_view line) const override { return idOf(line).empty(); }
    static std::string_view idOf(std::string_view line)
    {
        constexpr std::string_view kBegin = "msg=audit(";
        const auto begin = line.find(kBegin);
        if (begin == std::string_view::npos)
            return {};
        line.remove_prefix(begin + kBegin.size());
        const auto end = line.find(')');
        return end == std::string_view::npos ? std::string_view() : line.substr(0, end);
    }
};

// Lines up to an empty one: an alert of snort.
class Blocks final : public EventAssembler
{
public:
    Blocks()
        : EventAssembler(" ", kPatience)
    {
    }
    [[nodiscard]] bool begins(std::string_view line) const override
    {
        return !isPending() || line.starts_with("[**] ");
    }

private:
    [[nodiscard]] bool ends(std::string_view line) const override { return trim(line).empty(); }
    [[nodiscard]] std::optional<std::string_view> contentOf(std::string_view line) const override
    {
        return trim(line).empty() ? std::nullopt : std::optional(line);
    }
};

// A statement that goes on in lines without a stamp of their own.
class StampedLines final : public EventAssembler
{
public:
    StampedLines()
        : EventAssembler(" ", kPatience)
    {
    }
    [[nodiscard]] bool begins(std::string_view line) const override { return !isPending() || hasStamp(line); }

private:
    [[nodiscard]] bool ends(std::string_view) const override { return false; }
    [[nodiscard]] std::optional<std::string_view> contentOf(std::string_view line) const override
    {
        const std::string_view text = trim(line);
        return text.empty() ? std::nullopt : std::optional(isPending() ? text : line);
    }
    // "060516 22:38:46 ", "2026-11-24 07:08:09", "2026-11-24T07:08:09", "[2026-11-24 07:08:09"; two tabs
    // stand in for the stamp of the line before.
    static bool hasStamp(std::string_view line)
    {
        if (line.starts_with("\t\t"))
            return true;
        if (line.starts_with('['))
            line.remove_prefix(1);
        const auto fits = [&](std::string_view shape) {
            return line.size() >= shape.size() &&
                   std::ranges::equal(shape, line.substr(0, shape.size()), [](char wanted, char found) {
                       return wanted == '9' ? isDigit(found) : wanted == found;
                   });
        };
        return fits("999999 ") || fits("9999-99-99 ") || fits("9999-99-99T");
    }
};

} // namespace

std::unique_ptr<EventAssembler> EventAssembler::make(const LocalFile& settings)
{
    const std::string& format = settings.format;
    constexpr std::string_view kCounted = "multi-line:";
    if (format.starts_with(kCounted))
        return std::make_unique<CountedLines>(
            parseNumber<std::size_t>(trim(std::string_view(format).substr(kCounted.size()))).value_or(1));
    if (format == "multi-line-regex" && settings.multiline) {
        if (auto pattern = compilePattern(PatternType::Pcre2, settings.multiline->pattern))
            return std::make_unique<MatchedLines>(*settings.multiline, std::move(*pattern));
    }
    if (format == "audit")
        return std::make_unique<AuditLines>();
    if (format == "snort-full")
        return std::make_unique<Blocks>();
    if (format == "mysql_log" || format == "postgresql_log" || format == "mssql_log")
        return std::make_unique<StampedLines>();
    return nullptr;
}

void EventAssembler::take(std::string_view line, EpochMs now, const Sink& sink)
{
    if (isPending() && begins(line))
        flush(sink);
    const auto content = contentOf(line);
    if (content)
        append(*content, now);
    if (isPending() && (m_lines >= kMaxEventLines || ends(line)))
        flush(sink);
}

void EventAssembler::append(std::string_view content, EpochMs now)
{
    if (m_lines > 0)
        m_event += m_separator;
    m_event += content;
    if (m_event.size() > kMaxEventSize) {
        m_event.resize(kMaxEventSize);
        m_cut += std::exchange(m_isCut, true) ? 0 : 1;
    }
    ++m_lines;
    m_lastLineAt = now;
}

std::optional<EpochMs> EventAssembler::due() const
{
    return isPending() && m_patience ? std::optional(m_lastLineAt + *m_patience) : std::nullopt;
}

void EventAssembler::flush(const Sink& sink)
{
    if (!isPending())
        return;
    m_lines = 0;
    m_isCut = false;
    sink(m_event);
    m_event.clear();
}

} // namespace bartizan
