#include "engine/logsource/line_shaper.h"

#include "engine/base/json_writer.h"
#include "engine/base/strings.h"
#include "engine/base/utf8.h"
#include "engine/logsource/json_object.h"
#include "engine/logsource/line_formats.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace bartizan {

namespace {

// Formats whose event is the text as it stands.
constexpr std::array<std::string_view, 13> kTextFormats{
    "command",    "full_command", "journald",   "syslog", "generic",     "apache",          "squid",
    "snort-fast", "snort-full",   "ossecalert", "audit",  "syslog-pipe", "multi-line-regex"};

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
    const std::array<std::pair<bool, const char*>, 6> options{
        {{!settings.targets.empty(), "target"},
         {settings.query.has_value(), "query"},
         {settings.multiline.has_value() && settings.format != "multi-line-regex", "multiline_regex"},
         {!settings.filters.empty() && settings.format != "journald", "filter"},
         {settings.reconnectTime.has_value(), "reconnect_time"},
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

std::optional<LineShaper> LineShaper::make(const LocalFile& settings, Problems& problems,
                                           const HostIdentity& host)
{
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kDatabases{
        {{"mysql_log", "MySQL log: "}, {"postgresql_log", "PostgreSQL log: "}, {"mssql_log", "MSSQL log: "}}};
    LineShaper shaper;
    const std::string& format = settings.format;
    if (format == "json") {
        shaper.m_format = Format::Json;
    } else if (format == "iis") {
        shaper.m_format = Format::Iis;
    } else if (format == "djb-multilog") {
        shaper.m_format = Format::Multilog;
    } else if (format == "nmapg") {
        shaper.m_format = Format::Nmap;
    } else if (const auto database = std::ranges::find(kDatabases, std::string_view(format),
                                                       [](const auto& known) { return known.first; });
               database != kDatabases.end()) {
        shaper.m_prefix = database->second;
    } else if (std::ranges::find(kTextFormats, format) == kTextFormats.end() &&
               !format.starts_with("multi-line:")) {
        report(settings.formatPlace,
               "The log_format " + forDisplay(format, 40) +
                   " is not available on this system; the source is left out.",
               "Use a format of text files, or journald.", problems);
        return std::nullopt;
    }
    reportUnsupportedOptions(settings, problems);
    compileAll(settings.ignore, settings.place, shaper.m_ignore, problems);
    compileAll(settings.restrict, settings.place, shaper.m_restrict, problems);
    for (const auto& [key, value] : settings.labels)
        shaper.m_members += (shaper.m_members.empty() ? "" : ",") + jsonQuoted(key) + ":" + jsonQuoted(value);
    if (settings.outFormat)
        shaper.m_outFormat.emplace(*settings.outFormat);
    shaper.m_host = host;
    return shaper;
}

LineShaper::Verdict LineShaper::shape(std::string_view& line, const Place& place)
{
    if (matchesOne(m_ignore, line) || (!m_restrict.empty() && !matchesOne(m_restrict, line)))
        return Verdict::Filtered;
    if (m_format == Format::Iis && line.starts_with('#'))
        return Verdict::Filtered;
    if (m_format == Format::Nmap && (line.starts_with('#') || isNmapHostState(line)))
        return Verdict::Filtered;
    if (!rewrite(line, place))
        return Verdict::Invalid;
    if (m_outFormat) {
        m_shown = m_outFormat->applied({line, place.location, place.command, place.now}, m_host);
        line = m_shown;
    }
    return Verdict::Keep;
}

bool LineShaper::rewrite(std::string_view& line, const Place& place)
{
    std::optional<std::string> text;
    switch (m_format) {
    case Format::Text:
    case Format::Iis:
        if (m_prefix.empty())
            return true;
        text = m_prefix + std::string(line);
        break;
    case Format::Json:
        if (!isJsonObject(line))
            return false;
        addMembers(line);
        return true;
    case Format::Multilog: {
        // The folder that multilog writes `current` into carries the service's name.
        const std::filesystem::path folder = std::filesystem::path(place.location).parent_path();
        text = multilogLine(line, m_host.name, folder.filename().string());
        break;
    }
    case Format::Nmap:
        text = nmapLine(line);
        break;
    }
    if (!text)
        return false;
    m_text = std::move(*text);
    line = m_text;
    return true;
}

void LineShaper::addMembers(std::string_view& line)
{
    if (m_members.empty())
        return;
    const std::size_t end = line.rfind('}');
    const bool isEmpty = trim(line.substr(0, end)) == "{";
    m_text.assign(line.substr(0, end));
    if (!isEmpty)
        m_text += ',';
    m_text += m_members;
    m_text += '}';
    line = m_text;
}

} // namespace bartizan
