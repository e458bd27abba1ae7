#include "engine/lists/formats/line_formats.h"

#include "engine/base/strings.h"
#include "engine/lists/formats/address_text.h"
#include "engine/lists/formats/value_text.h"

#include <algorithm>
#include <array>

namespace bartizan::formats {

namespace {

// The entry at the start of a line, with what stands behind it. A range may have blanks around its '-'.
FirstWord splitEntry(std::string_view text)
{
    const auto [word, rest] = firstWord(text);
    const bool isOpen = word.ends_with('-');
    if (rest.empty() || (!isOpen && !rest.starts_with('-')))
        return {word, rest};
    const auto behind = firstWord(isOpen ? rest : rest.substr(1));
    const auto size = static_cast<std::size_t>(behind.word.data() + behind.word.size() - word.data());
    return {{word.data(), size}, behind.rest};
}

bool isNowhere(const IpAddress& address)
{
    const auto& bytes = address.bytes();
    if (address.isV4())
        return bytes[0] == 127 || address == IpAddress();
    return std::all_of(bytes.begin(), bytes.end() - 1, [](std::uint8_t byte) { return byte == 0; }) &&
           bytes.back() <= 1;
}

// A second address, or the names of a hosts file: no note.
bool isMoreThanOneEntry(std::string_view entry, std::string_view rest)
{
    if (rest.empty())
        return false;
    const auto address = IpAddress::parse(entry);
    return (address && isNowhere(*address)) || IpAddress::parse(firstWord(rest).word).has_value();
}

// What every machine's own host file has: localhost, ip6-allnodes, the machine's short name.
bool isOfEveryHostsFile(std::string_view name)
{
    return name.find('.') == std::string_view::npos || equalsIgnoreCase(name, "localhost.localdomain") ||
           name == "0.0.0.0";
}

struct KeyAndValue
{
    std::string_view key;
    std::string_view value;
    bool hasColon = false;
    bool isQuoted = false;
};

std::string_view unquoted(std::string_view text)
{
    return text.size() >= 2 && text.front() == '"' && text.back() == '"' ? text.substr(1, text.size() - 2)
                                                                         : text;
}

KeyAndValue splitCdb(std::string_view text)
{
    auto colon = text.find(':');
    const auto closing = text.starts_with('"') ? text.find("\":", 1) : std::string_view::npos;
    if (closing != std::string_view::npos)
        colon = closing + 1;
    if (colon == std::string_view::npos)
        return {};
    return {unquoted(text.substr(0, colon)), unquoted(text.substr(colon + 1)), true,
            closing != std::string_view::npos};
}

// "203.0.113." is a key for everything that begins with it.
std::optional<Cidr> readDottedPrefix(std::string_view key)
{
    const auto dots = static_cast<std::size_t>(std::ranges::count(key, '.'));
    if (!key.ends_with('.') || dots > 3)
        return std::nullopt;
    std::string whole(key);
    for (std::size_t octets = dots; octets < 4; ++octets)
        whole += octets < 3 ? "0." : "0";
    const auto address = IpAddress::parse(whole);
    return address && address->isV4() ? std::optional(Cidr(*address, static_cast<unsigned>(8 * dots)))
                                      : std::nullopt;
}

} // namespace

void readLines(std::string_view bytes, Reading& reading, ReadLine readLine)
{
    LineCursor lines(bytes, reading.limits().longestLine);
    for (Line line; reading.goesOn() && lines.next(line);) {
        if (line.isTooLong)
            reading.badLongLine(line.number);
        else
            readLine(reading, line);
    }
}

void readAddressLine(Reading& reading, const Line& line)
{
    const auto [text, comment] = splitComment(line.text);
    if (text.empty())
        return reading.blank();
    const auto [entry, rest] = splitEntry(text);
    if (isMoreThanOneEntry(entry, rest)) {
        reading.bad(line.number, [] {
            return Complaint{"More than one entry stands on the line",
                             "Write one a line, or read the list as csv or hosts."};
        });
        return;
    }
    takeNetworks(reading, line.number, entry, rest.empty() ? comment : rest);
}

void readIpsetLine(Reading& reading, const Line& line)
{
    if (isBlankOrComment(line.text))
        return reading.blank();
    const auto [command, arguments] = firstWord(line.text);
    if (command == "create" || command == "flush" || command == "COMMIT" || command == "-N")
        return reading.leaveOut();
    if (command != "add" && command != "-A") {
        reading.bad(line.number, [&] {
            return Complaint{shown(command) + " is no command that fills a set",
                             "Write it as add NAME 192.0.2.7."};
        });
        return;
    }
    const auto [entry, options] = firstWord(firstWord(arguments).rest);
    // An exception within a larger network.
    if (firstWord(options).word == "nomatch")
        return reading.leaveOut();
    // hash:ip,port and its like: the address stands first.
    takeNetworks(reading, line.number, entry.substr(0, entry.find(',')), options);
}

void readHostsLine(Reading& reading, const Line& line)
{
    const auto text = trim(line.text.substr(0, line.text.find('#')));
    if (text.empty())
        return reading.blank();
    auto [where, names] = firstWord(text);
    const auto address = IpAddress::parse(where.substr(0, where.find('%')));
    if (!address || names.empty()) {
        reading.bad(line.number, [&] {
            return address ? Complaint{"No name stands behind " + shown(where),
                                       "Write it as 0.0.0.0 bad.example."}
                           : explainNetworks(where);
        });
        return;
    }
    // All of them are looked at before the first is taken: a line is good or bad as a whole.
    bool hasDomains = false;
    for (auto next = firstWord(names); !next.word.empty(); next = firstWord(next.rest)) {
        if (isOfEveryHostsFile(next.word))
            continue;
        if (!readDomain(next.word, reading.domainStorage)) {
            reading.bad(line.number, [&] { return explainDomain(next.word); });
            return;
        }
        hasDomains = true;
    }
    // A name with a real address is there to be found, not to be blocked.
    if (!hasDomains || !isNowhere(*address))
        return reading.leaveOut();
    reading.good();
    for (auto next = firstWord(names); !next.word.empty(); next = firstWord(next.rest)) {
        if (!isOfEveryHostsFile(next.word))
            reading.take(line.number, *readDomain(next.word, reading.domainStorage), {});
    }
}

void readAlienVaultLine(Reading& reading, const Line& line)
{
    if (isBlankOrComment(line.text))
        return reading.blank();
    std::array<std::string_view, 5> fields; // address, reliability, risk, type, country
    std::size_t count = 0;
    for (auto rest = line.text; count < fields.size(); ++count) {
        const auto end = rest.find('#');
        fields.at(count) = trim(rest.substr(0, end));
        if (end == std::string_view::npos) {
            ++count;
            break;
        }
        rest.remove_prefix(end + 1);
    }
    const auto& [address, reliability, risk, type, country] = fields;
    if (count < 4 || !parseNumber<unsigned>(reliability) || !parseNumber<unsigned>(risk)) {
        reading.bad(line.number, [&] {
            return Complaint{"Reliability, risk and type are missing behind the address",
                             "Write it as 192.0.2.7#4#2#Scanning Host#CC."};
        });
        return;
    }
    auto& note = reading.noteStorage;
    note.assign(type).append(", risk ").append(risk).append(", reliability ").append(reliability);
    if (!country.empty())
        note.append(", ").append(country);
    takeNetworks(reading, line.number, address, note);
}

void readCdbLine(Reading& reading, const Line& line)
{
    if (isBlankOrComment(line.text))
        return reading.blank();
    const auto [key, value, hasColon, isQuoted] = splitCdb(trim(line.text));
    if (!hasColon) {
        reading.bad(line.number,
                    [] { return Complaint{"The line has no ':'", "Write it as key: or key:value."}; });
        return;
    }
    if (!isQuoted && value.find(':') != std::string_view::npos && key.size() <= 4 &&
        key.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos) {
        reading.bad(line.number, [] {
            return Complaint{"Only what stands before the first ':' is the key",
                             "Put the IPv6 address in double quotes."};
        });
        return;
    }
    if (const auto prefix = readDottedPrefix(key))
        reading.good(line.number, *prefix, value);
    else
        takeAny(reading, line.number, key, value);
}

void readHashLine(Reading& reading, const Line& line)
{
    const auto [text, comment] = splitComment(line.text);
    if (text.empty())
        return reading.blank();
    auto [word, file] = firstWord(text);
    const auto hash = readHash(word);
    if (!hash) {
        reading.bad(line.number, [&] { return explainHash(word); });
        return;
    }
    if (file.starts_with('*')) // how md5sum marks a binary file
        file.remove_prefix(1);
    reading.good(line.number, *hash, file.empty() ? comment : file);
}

void readDomainLine(Reading& reading, const Line& line)
{
    const auto [text, comment] = splitComment(line.text);
    if (text.empty())
        return reading.blank();
    const auto domain = readDomain(text, reading.domainStorage);
    if (!domain)
        reading.bad(line.number, [&] { return explainDomain(text); });
    else
        reading.good(line.number, *domain, comment);
}

} // namespace bartizan::formats
