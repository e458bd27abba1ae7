// A `<localfile>` block as data (spec §11): read by the configuration, carried out by the log sources.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bartizan {

// Where something was written, for problems about it.
struct ConfigPlace
{
    std::string file;
    int line = 0;   // from 1
    int column = 0; // from 1, in bytes

    bool operator==(const ConfigPlace&) const = default;
};

// A pattern that drops or keeps lines: `<ignore>`, `<restrict>`. The text compiles.
struct LineFilter
{
    std::string text;
    std::string type = "pcre2"; // a name of patternTypeFromName()
};

// `<multiline_regex>`: how lines are grouped. The pattern is a PCRE2 one and compiles.
struct MultilineRegex
{
    enum class Match { Start, End, All }; // of the group's first line, its last one, or the whole group
    enum class Replace { Nothing, None, Blank, Tab }; // what becomes of the line ends
    std::string pattern;
    Match match = Match::Start;
    Replace replace = Replace::Nothing;
    int timeout = 5; // seconds after which a group is complete without its end
};

// `<filter field="F">pattern</filter>` of a journal source. The pattern is a PCRE2 one and compiles.
struct JournalFilter
{
    std::string field;
    std::string pattern;
    bool ignoreIfMissing = false; // an entry without the field passes
};

struct LocalFile
{
    std::string format;   // log_format as written: "syslog", "json", ...
    std::string location; // may hold `* ? [ ]` and strftime names
    std::string alias;
    std::string command;   // of the formats command and full_command
    std::string frequency; // seconds, "hourly", "daily"; as written
    bool onlyFutureEvents = true;
    std::vector<std::pair<std::string, std::string>> labels; // added to JSON lines
    std::vector<LineFilter> ignore;                          // a line that matches one of them is dropped
    std::vector<LineFilter> restrict;                        // a line that matches none of them is dropped
    std::vector<std::string> exclude;                        // globs, taken off the matches of `location`
    std::vector<std::string> targets;
    std::optional<std::string> outFormat;
    std::optional<std::chrono::seconds> age; // what older files hold already is left out
    std::optional<std::string> query;        // event channel, macOS
    std::optional<MultilineRegex> multiline; // of multi-line-regex
    std::vector<JournalFilter> filters;      // journald: an entry passes that fits all of them
    std::optional<std::string> reconnectTime;
    bool ignoreBinaries = false;
    ConfigPlace place;
    ConfigPlace formatPlace;
};

} // namespace bartizan
