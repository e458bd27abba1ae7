#include "engine/decode/predecode.h"

#include "engine/base/strings.h"

#include <algorithm>
#include <initializer_list>

namespace bartizan {

namespace {

struct Mark
{
    char byte;
    std::size_t at;
};

char byteAt(std::string_view text, std::size_t i)
{
    return i < text.size() ? text[i] : '\0';
}

// The longest text that the reference's length test refuses is `atLeast` - 1 bytes.
bool hasShape(std::string_view text, std::size_t atLeast, std::initializer_list<Mark> marks)
{
    return text.size() >= atLeast &&
           std::ranges::all_of(marks, [text](const Mark& mark) { return text[mark.at] == mark.byte; });
}

bool isNameByte(char c)
{
    return isDigit(c) || (lowerAscii(c) >= 'a' && lowerAscii(c) <= 'z') ||
           std::string_view("()-./@_").find(c) != std::string_view::npos;
}

bool isLowerLetter(char c)
{
    return c >= 'a' && c <= 'z';
}
bool isAlphanumeric(char c)
{
    return isDigit(c) || isLowerLetter(lowerAscii(c));
}

template<class Test> std::size_t skipWhile(std::string_view text, std::size_t at, Test test)
{
    while (at < text.size() && test(text[at]))
        ++at;
    return at;
}

// Where the timestamp is and where the rest starts.
struct Stamp
{
    std::string_view text;
    std::size_t rest;
};

std::optional<Stamp> isoStamp(std::string_view log)
{
    if (!hasShape(log, 33, {{'-', 4}, {'-', 7}, {'T', 10}, {':', 13}, {':', 16}}))
        return std::nullopt;
    std::size_t rest = 0;
    if (log[22] == ':' && log[25] == ' ')
        rest = 26;
    else if (log[19] == '.')
        rest = log[26] == ':' ? 30 : (log[29] == ':' ? 33 : 32);
    else
        return std::nullopt;
    return Stamp{log.substr(0, rest - 1), rest};
}

// Forms 1 to 5: a host and a program may follow.
std::optional<Stamp> syslogStamp(std::string_view log)
{
    // "Mär": the month's two-byte letter counts as one, the timestamp then ends a byte early.
    const std::size_t d = log.starts_with("M\xC3\xA4") ? 1 : 0;
    if (hasShape(log, 17 + d, {{' ', 3 + d}, {' ', 6 + d}, {':', 9 + d}, {':', 12 + d}, {' ', 15 + d}}))
        return Stamp{log.substr(0, 15), 16 + d};
    if (hasShape(log, 24, {{'-', 4}, {'-', 7}, {' ', 10}, {':', 13}, {':', 16}, {',', 19}}))
        return Stamp{log.substr(0, 23), 24};
    if (const auto stamp = isoStamp(log))
        return stamp;
    if (!isDigit(byteAt(log, 0)))
        return std::nullopt;
    if (hasShape(log, 21, {{' ', 4}, {' ', 8}, {' ', 11}, {':', 14}, {':', 17}, {' ', 20}}))
        return Stamp{log.substr(0, 20), 21};
    if (hasShape(log, 33, {{'-', 4}, {'-', 7}, {' ', 10}, {':', 13}, {':', 16}, {'.', 19}, {' ', 31}}) &&
        (log[26] == '+' || log[26] == '-'))
        return Stamp{log.substr(0, 31), 32};
    return std::nullopt;
}

// Behind "[" at `at`: digits and "]"; the offset behind it, 0 if it is not there.
std::size_t skipProcessId(std::string_view log, std::size_t at)
{
    if (byteAt(log, at) != '[' || !isDigit(byteAt(log, at + 1)))
        return 0;
    const auto end = skipWhile(log, at + 1, isDigit);
    return byteAt(log, end) == ']' ? end + 1 : 0;
}

std::size_t skipOneBlank(std::string_view log, std::size_t at)
{
    return byteAt(log, at) == ' ' ? at + 1 : at;
}

struct Program
{
    std::string_view name;
    std::size_t rest;
};

// AIX: "auth|security:info sshd[33]: ". `bar` is where the '|' stands.
std::optional<Program> aixProgram(std::string_view log, std::size_t bar)
{
    const auto colon = skipWhile(log, bar + 1, isAlphanumeric);
    if (byteAt(log, colon) != ':')
        return std::nullopt;
    const auto blank = skipWhile(log, colon + 1, isAlphanumeric);
    if (byteAt(log, blank) != ' ')
        return std::nullopt;
    const auto start = blank + 1;
    const auto end = skipWhile(log, start, isNameByte);
    const auto afterId = skipProcessId(log, end);
    const auto tail = afterId > 0 ? afterId : end;
    if (byteAt(log, tail) != ':' || byteAt(log, tail + 1) != ' ')
        return std::nullopt;
    return Program{log.substr(start, end - start), tail + 2};
}

std::optional<Program> programAt(std::string_view log, std::size_t start)
{
    const auto end = skipWhile(log, start, isNameByte);
    const auto name = log.substr(start, end - start);
    if (byteAt(log, end) == ':')
        return Program{name, skipOneBlank(log, end + 1)};
    if (const auto afterId = skipProcessId(log, end); afterId > 0) {
        if (byteAt(log, afterId) == ':')
            return Program{name, skipOneBlank(log, afterId + 1)};
        if (byteAt(log, afterId) == ' ')
            return Program{name, afterId + 1};
        return std::nullopt;
    }
    if (byteAt(log, end) == '|' && isLowerLetter(byteAt(log, end + 1)))
        return aixProgram(log, end);
    return std::nullopt;
}

// Host and program behind the stamp. Gives where the log starts.
std::size_t readSyslogHeader(Event& event, std::string_view log, std::size_t start)
{
    const auto end = skipWhile(log, start, isNameByte);
    const auto run = log.substr(start, end - start);
    if (byteAt(log, end) == ':' && byteAt(log, end + 1) == ' ') {
        event.programName = run;
        return end + 2;
    }
    if (byteAt(log, end) != ' ')
        return start;
    event.hostname = run;
    const auto program = programAt(log, end + 1);
    if (!program)
        return end + 1;
    event.programName = program->name;
    return program->rest;
}

std::string_view skipSolarisId(std::string_view log)
{
    const auto bracket = log.starts_with("[ID ") ? log.find(']') : std::string_view::npos;
    return bracket == std::string_view::npos ? log : log.substr(std::min(bracket + 2, log.size()));
}

std::optional<Stamp> otherStamp(std::string_view log)
{
    if (hasShape(log, 28,
                 {{' ', 3},
                  {' ', 7},
                  {' ', 10},
                  {':', 13},
                  {':', 16},
                  {' ', 19},
                  {' ', 24},
                  {' ', 26}})) // xferlog
        return Stamp{log.substr(0, 24), 25};
    if (hasShape(log, 24, {{'/', 2}, {'-', 5}, {':', 8}, {':', 11}, {'.', 14}, {' ', 21}})) // snort
        return Stamp{log.substr(0, 21), 23};
    if (hasShape(log, 28,
                 {{'/', 2}, {'/', 5}, {'-', 10}, {':', 13}, {':', 16}, {'.', 19}, {' ', 26}})) // suricata
        return Stamp{log.substr(0, 26), 28};
    if (hasShape(
            log, 27,
            {{'[', 0}, {' ', 4}, {' ', 8}, {' ', 11}, {':', 14}, {':', 17}, {' ', 20}, {']', 25}})) // apache
                                                                                                    // error
        return Stamp{log.substr(1, 24), 27};
    return std::nullopt;
}

// macOS ASL: "[Time 2006.12.28 15:53:55 UTC] [Sender sshd] [Message text] [Host h]". False if it is not that.
bool readAsl(Event& event, std::string_view log)
{
    if (!hasShape(log, 26, {{'[', 0}, {'T', 1}, {' ', 5}, {'.', 10}, {'.', 13}, {' ', 16}, {':', 19}}))
        return false;
    std::size_t at = 25;
    std::optional<std::size_t>
        cut; // without a message, the log ends where the first item that was taken ends
    std::optional<std::string_view> message;
    for (;;) {
        const auto open = log.find('[', at);
        const auto close = open == std::string_view::npos ? open : log.find(']', open);
        if (close == std::string_view::npos)
            break;
        const auto item = log.substr(open + 1, close - open - 1);
        at = close + 1;
        const bool isHost = item.starts_with("Host ");
        if (isHost) {
            event.hostname = item.substr(5);
        } else if (item.starts_with("Sender ") && !event.programName) {
            event.programName = item.substr(7);
        } else if (item.starts_with("Message ") && !message) {
            message = item.substr(8);
        } else {
            continue;
        }
        if (!cut)
            cut = close;
        if (isHost)
            break;
    }
    event.log = message ? *message : log.substr(25, cut ? *cut - 25 : std::string_view::npos);
    return true;
}

bool readSquid(Event& event, std::string_view log)
{
    if (!hasShape(log, 32, {{'1', 0}, {'.', 10}, {' ', 14}}) || !isDigit(log[1]) || !isDigit(log[2]) ||
        !isDigit(log[3]) || !isDigit(log[13]) || (log[21] != ' ' && log[22] != ' '))
        return false;
    const auto start = skipWhile(log, 14, [](char c) { return c == ' '; });
    event.timestamp = log.substr(0, start - 1);
    event.log = log.substr(start);
    return true;
}

void readHeader(Event& event)
{
    const std::string_view log = event.fullLog;
    event.log = log;
    if (const auto stamp = syslogStamp(log)) {
        event.timestamp = stamp->text;
        const auto rest = readSyslogHeader(event, log, skipOneBlank(log, stamp->rest));
        event.log = skipSolarisId(log.substr(std::min(rest, log.size())));
        return;
    }
    if (const auto stamp = otherStamp(log)) {
        event.timestamp = stamp->text;
        event.log = log.substr(std::min(stamp->rest, log.size()));
        return;
    }
    if (!readAsl(event, log))
        readSquid(event, log);
}

} // namespace

LocationParts locationParts(std::string_view location)
{
    LocationParts parts;
    parts.seen = parts.path = location;
    const auto close = location.starts_with('[') ? location.find("] ") : std::string_view::npos;
    if (close == std::string_view::npos || close < 2 ||
        !std::ranges::all_of(location.substr(1, close - 1), isDigit))
        return parts;
    parts.agent = location.substr(1, close - 1);
    parts.seen = parts.path = location.substr(close + 2);
    const auto end = parts.seen.starts_with('(') ? parts.seen.find(')') : std::string_view::npos;
    if (end == std::string_view::npos)
        return parts;
    parts.host = parts.seen.substr(1, end - 1);
    const auto arrow = parts.seen.find("->", end);
    if (arrow == std::string_view::npos)
        return parts;
    parts.address = trim(parts.seen.substr(end + 1, arrow - end - 1));
    parts.path = parts.seen.substr(arrow + 2);
    return parts;
}

void predecode(Event& event)
{
    readHeader(event);
    const LocationParts parts = locationParts(event.location);
    event.agent = parts.agent;
    event.location = parts.seen;
    if (parts.host)
        event.hostname = parts.host;
}

std::optional<std::string_view> shownHostname(std::string_view fullLog)
{
    if (!hasShape(fullLog, 17, {{' ', 3}, {' ', 6}, {':', 9}, {':', 12}, {' ', 15}}))
        return std::nullopt;
    const bool month =
        fullLog[0] >= 'A' && fullLog[0] <= 'Z' && isLowerLetter(fullLog[1]) && isLowerLetter(fullLog[2]);
    const bool day = (fullLog[4] == ' ' || (fullLog[4] >= '0' && fullLog[4] <= '3')) && isDigit(fullLog[5]);
    const bool time = std::ranges::all_of(std::initializer_list<std::size_t>{7, 8, 10, 11, 13, 14},
                                          [fullLog](std::size_t i) { return isDigit(fullLog[i]); });
    const auto end = skipWhile(fullLog, 16, [](char c) { return c != ' '; });
    if (!month || !day || !time || end == 16)
        return std::nullopt;
    return fullLog.substr(16, end - 16);
}

} // namespace bartizan
