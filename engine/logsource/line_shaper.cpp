#include "engine/logsource/line_shaper.h"

#include "engine/base/json_writer.h"
#include "engine/base/strings.h"
#include "engine/base/utf8.h"

#include <algorithm>
#include <array>

namespace bartizan {

namespace {

// Formats whose event is the line as it stands.
constexpr std::array<std::string_view, 5> kLineFormats{"syslog", "generic", "apache", "squid", "snort-fast"};

// Walks over JSON text without keeping anything of it.
class JsonScanner
{
public:
    explicit JsonScanner(std::string_view text)
        : m_text(text)
    {
    }

    bool scanObjectOnly()
    {
        skipBlanks();
        if (peek() != '{' || !scanValue(0))
            return false;
        skipBlanks();
        return m_at == m_text.size();
    }

private:
    static constexpr int kMaxDepth = 128;

    [[nodiscard]] char peek() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }
    bool take(char c)
    {
        if (peek() != c || m_at >= m_text.size())
            return false;
        ++m_at;
        return true;
    }
    void skipBlanks()
    {
        while (isBlank(peek()))
            ++m_at;
    }
    bool takeWord(std::string_view word)
    {
        if (!m_text.substr(m_at).starts_with(word))
            return false;
        m_at += word.size();
        return true;
    }

    bool scanValue(int depth)
    {
        switch (peek()) {
        case '{':
            return scanMembers('{', '}', depth);
        case '[':
            return scanMembers('[', ']', depth);
        case '"':
            return scanString();
        case 't':
            return takeWord("true");
        case 'f':
            return takeWord("false");
        case 'n':
            return takeWord("null");
        default:
            return scanNumber();
        }
    }

    bool scanMembers(char open, char close, int depth)
    {
        if (depth >= kMaxDepth || !take(open))
            return false;
        skipBlanks();
        if (take(close))
            return true;
        do {
            skipBlanks();
            if (open == '{') {
                if (!scanString())
                    return false;
                skipBlanks();
                if (!take(':'))
                    return false;
                skipBlanks();
            }
            if (!scanValue(depth + 1))
                return false;
            skipBlanks();
        } while (take(','));
        return take(close);
    }

    bool scanString()
    {
        if (!take('"'))
            return false;
        while (m_at < m_text.size()) {
            const char c = m_text[m_at++];
            if (c == '"')
                return true;
            if (static_cast<unsigned char>(c) < 0x20)
                return false;
            if (c == '\\' && !scanEscape())
                return false;
        }
        return false;
    }

    bool scanEscape()
    {
        const char c = peek();
        ++m_at;
        if (c != 'u')
            return c != '\0' && std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
        const std::string_view digits = m_text.substr(std::min(m_at, m_text.size()), 4);
        m_at += 4;
        const auto isHex = [](char d) {
            return isDigit(d) || (lowerAscii(d) >= 'a' && lowerAscii(d) <= 'f');
        };
        return digits.size() == 4 && std::ranges::all_of(digits, isHex);
    }

    bool scanDigits()
    {
        const std::size_t start = m_at;
        while (isDigit(peek()))
            ++m_at;
        return m_at > start;
    }

    bool scanNumber()
    {
        take('-');
        if (!take('0') && !scanDigits())
            return false;
        if (take('.') && !scanDigits())
            return false;
        if (take('e') || take('E')) {
            if (!take('+'))
                take('-');
            return scanDigits();
        }
        return true;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
};

bool matchesOne(const std::vector<std::unique_ptr<const Pattern>>& patterns, std::string_view line)
{
    return std::ranges::any_of(patterns, [&](const auto& pattern) { return pattern->matches(line); });
}

void report(const ConfigPlace& place, std::string message, std::string cure, Problems& problems)
{
    problems.push_back({Severity::Warning, "source", place.file, place.line, place.column, std::move(message),
                        std::move(cure)});
}

void compileAll(const std::vector<LineFilter>& filters, const ConfigPlace& place,
                std::vector<std::unique_ptr<const Pattern>>& patterns, Problems& problems)
{
    for (const LineFilter& filter : filters) {
        auto pattern =
            compilePattern(patternTypeFromName(filter.type).value_or(PatternType::Pcre2), filter.text);
        if (pattern)
            patterns.push_back(std::move(*pattern));
        else
            report(place, "A filter of the log source is no valid pattern: " + pattern.error().message,
                   "Correct it.", problems);
    }
}

void reportUnsupportedOptions(const LocalFile& settings, Problems& problems)
{
    const std::array<std::pair<bool, const char*>, 9> options{
        {{settings.outFormat.has_value(), "out_format"},
         {!settings.targets.empty(), "target"},
         {settings.age.has_value(), "age"},
         {settings.query.has_value(), "query"},
         {settings.multilineRegex.has_value(), "multiline_regex"},
         {!settings.filters.empty(), "filter"},
         {settings.reconnectTime.has_value(), "reconnect_time"},
         {settings.ignoreBinaries, "ignore_binaries"},
         {!settings.labels.empty() && settings.format != "json", "label"}}};
    for (const auto& [isSet, name] : options) {
        if (isSet) {
            report(settings.place,
                   std::string("<") + name + "> is not supported for the log_format " +
                       forDisplay(settings.format, 40) + "; it has no effect.",
                   "Remove it.", problems);
        }
    }
}

} // namespace

bool isJsonObject(std::string_view text)
{
    return JsonScanner(text).scanObjectOnly();
}

std::optional<LineShaper> LineShaper::make(const LocalFile& settings, Problems& problems)
{
    LineShaper shaper;
    if (settings.format == "json") {
        shaper.m_format = Format::Json;
    } else if (settings.format == "iis") {
        shaper.m_format = Format::Iis;
    } else if (std::ranges::find(kLineFormats, settings.format) == kLineFormats.end()) {
        report(settings.formatPlace,
               "The log_format " + forDisplay(settings.format, 40) +
                   " is not supported yet; the source is left out.",
               "Use a format that is read line by line: syslog, json, apache, iis, squid or snort-fast.",
               problems);
        return std::nullopt;
    }
    reportUnsupportedOptions(settings, problems);
    compileAll(settings.ignore, settings.place, shaper.m_ignore, problems);
    compileAll(settings.restrict, settings.place, shaper.m_restrict, problems);
    for (const auto& [key, value] : settings.labels)
        shaper.m_members += (shaper.m_members.empty() ? "" : ",") + jsonQuoted(key) + ":" + jsonQuoted(value);
    return shaper;
}

LineShaper::Verdict LineShaper::shape(std::string_view& line)
{
    if (matchesOne(m_ignore, line) || (!m_restrict.empty() && !matchesOne(m_restrict, line)))
        return Verdict::Filtered;
    if (m_format == Format::Iis && line.starts_with('#'))
        return Verdict::Filtered;
    if (m_format != Format::Json)
        return Verdict::Keep;
    if (!isJsonObject(line))
        return Verdict::Invalid;
    if (!m_members.empty()) {
        const std::size_t end = line.rfind('}');
        const bool isEmpty = trim(line.substr(0, end)) == "{";
        m_text.assign(line.substr(0, end));
        if (!isEmpty)
            m_text += ',';
        m_text += m_members;
        m_text += '}';
        line = m_text;
    }
    return Verdict::Keep;
}

} // namespace bartizan
