#include "engine/reputation/own/entry_check.h"

#include "engine/base/strings.h"
#include "engine/base/utf8.h"
#include "engine/lists/formats/address_text.h"
#include "engine/lists/formats/value_text.h"
#include "engine/reputation/own/key_meaning.h"

#include <algorithm>
#include <array>
#include <variant>

namespace bartizan {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";

bool isMadeOf(std::string_view text, std::string_view characters)
{
    return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

// Nothing that a terminal or a window would show as something else.
bool isPlain(std::string_view text)
{
    const bool isAscii = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
    return isAscii || forDisplay(text, text.size() + 1) == text;
}

// Six groups of two digits.
bool isHardwareAddress(std::string_view text)
{
    const auto groups = split(text, ':');
    return groups.size() == 6 && std::ranges::all_of(groups, [](std::string_view group) {
               return group.size() == 2 && isMadeOf(group, kHexDigits);
           });
}

// Whoever wrote this meant an address, a network or a range.
bool looksLikeAddress(std::string_view text)
{
    const auto dots = std::ranges::count(text, '.');
    if (dots >= 1 && isMadeOf(text, "0123456789./-, ") && isDigit(text.front()))
        return true;
    if (std::ranges::count(text, ',') == 3 && isMadeOf(text, "0123456789,/"))
        return true;
    if (text.starts_with('[') && text.ends_with(']') && IpAddress::parse(text.substr(1, text.size() - 2)))
        return true;
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || isHardwareAddress(text))
        return dots >= 3 && isMadeOf(text, "0123456789.[](),");
    if (IpAddress::parse(text.substr(0, colon)))
        return true; // with a port
    if (const auto zone = text.find('%'); zone != std::string_view::npos)
        return IpAddress::parse(text.substr(0, zone)).has_value();
    const bool hasTwo = text.find(':', colon + 1) != std::string_view::npos;
    const auto first = text.substr(0, colon);
    return hasTwo && first.size() <= 4 && (first.empty() || isMadeOf(first, kHexDigits)) &&
           (text.find("::") != std::string_view::npos || isMadeOf(text, "0123456789abcdefABCDEF:./-[]"));
}

// 192.0.2.300 → 192.0.2.30, 192,0,2,7 → 192.0.2.7.
std::string probablyMeant(std::string_view text)
{
    std::string meant(text);
    std::ranges::replace(meant, ',', '.');
    const auto slash = meant.find('/');
    auto octets = split(std::string_view(meant).substr(0, slash), '.');
    for (auto& octet : octets) {
        if (octet.size() == 3 && parseNumber<unsigned>(octet).value_or(0) > 255)
            octet.remove_suffix(1);
    }
    std::string joined;
    for (const auto octet : octets)
        joined.append(joined.empty() ? "" : ".").append(octet);
    if (const auto padded = formats::readPaddedAddress(joined))
        joined = padded->toString();
    if (slash != std::string::npos)
        joined.append(meant, slash);
    const auto network = Cidr::parse(joined);
    return network && joined != text ? network->toString() : std::string();
}

void refuse(EntryCheck& check, std::string error, std::string cure)
{
    check.error = std::move(error);
    check.cure = std::move(cure);
}

void refuseAddress(EntryCheck& check, std::string_view text)
{
    auto complaint = formats::explainNetworks(text);
    refuse(check, std::move(complaint.message), std::move(complaint.cure));
    check.suggestion = probablyMeant(text);
    if (check.suggestion.empty()) {
        // "Write X." names what was meant.
        constexpr std::string_view kWrite = "Write ";
        std::string_view meant = check.cure;
        if (meant.starts_with(kWrite) && meant.ends_with('.')) {
            meant.remove_prefix(kWrite.size());
            meant.remove_suffix(1);
            if (const auto value = formats::readNetworks(meant))
                check.suggestion = meant;
        }
    }
    if (!check.suggestion.empty())
        check.cure = "Did you mean " + check.suggestion + "?";
}

void remarkOnLookUp(EntryCheck& check, const Cidr& network, const std::string& key)
{
    std::string remark = key + " is found by rules that say networks=\"yes\" only";
    if (network.family() == IpFamily::V4 && network.prefix() % 8 == 0 && network.prefix() > 0) {
        const auto address = network.address().toString();
        std::size_t end = 0;
        for (unsigned octet = 0; octet < network.prefix() / 8; ++octet)
            end = address.find('.', end) + 1;
        remark += "; " + address.substr(0, end) + " means the same to every address look-up";
    }
    check.remarks.push_back(remark + '.');
}

void takeNetwork(EntryCheck& check, std::string_view text, const Cidr& network)
{
    const auto key = network.toString();
    check.kind = network.isSingle() ? EntryKind::Address : EntryKind::Network;
    check.addresses = own::rangeOf(network);
    check.keys.push_back(key);
    const auto address = IpAddress::parse(text.substr(0, text.find('/')));
    if (address && *address != network.address())
        check.remarks.push_back(std::string(text) + " is taken as the whole network " + key + '.');
    else if (key != text)
        check.remarks.push_back("It is written as " + key + '.');
    if (!network.isSingle())
        remarkOnLookUp(check, network, key);
}

void takeRange(EntryCheck& check, const AddressRange& range)
{
    check.kind = EntryKind::Range;
    check.addresses = range;
    (void)range.forEachNetwork([&](const Cidr& network) {
        check.keys.push_back(network.toString());
        return true;
    });
    if (check.keys.size() > 1)
        check.remarks.push_back("The range is kept as its " + std::to_string(check.keys.size()) +
                                " networks.");
    else
        check.remarks.push_back("The range is written as " + check.keys.front() + '.');
}

} // namespace

EntryCheck checkEntry(std::string_view text)
{
    EntryCheck check;
    text = trim(text);
    if (text.empty())
        return refuse(check, "There is no entry", "Write an address, a network, a domain, a hash or a name."),
               check;
    if (text.size() > kLongestEntry)
        return refuse(check, "The entry is longer than 512 bytes", "Check what was pasted."), check;
    if (!isPlain(text) || text.find('"') != std::string_view::npos)
        return refuse(check, formats::shown(text) + " holds a quote or a character that can't be shown",
                      "Type it anew."),
               check;
    if (text.front() == '#')
        return refuse(check, "A line that begins with '#' is a comment", "Leave the '#' out."), check;
    if (const auto value = formats::readNetworks(text)) {
        if (const auto* network = std::get_if<Cidr>(&*value))
            takeNetwork(check, text, *network);
        else
            takeRange(check, std::get<AddressRange>(*value));
        return check;
    }
    if (const auto prefix = own::networkOfPrefix(text)) {
        check.kind = EntryKind::Network;
        check.addresses = own::rangeOf(*prefix);
        check.keys.emplace_back(text);
        return check;
    }
    if (looksLikeAddress(text))
        return refuseAddress(check, text), check;
    std::string storage;
    if (formats::readHash(text))
        check.kind = EntryKind::Hash;
    else if (formats::readDomain(text, storage))
        check.kind = EntryKind::Domain;
    check.keys.emplace_back(text);
    return check;
}

std::string mistakeInNote(std::string_view note)
{
    if (note.size() > kLongestNote)
        return "The note is longer than 200 bytes";
    if (note.find('"') != std::string_view::npos)
        return "The note holds a double quote";
    return isPlain(note) ? std::string() : "The note holds a character that can't be shown";
}

std::string fittingNote(std::string_view note)
{
    note = note.substr(0, kLongestNote * 4); // what is cut off later need not be looked at
    std::string fitting = repairUtf8(note);
    for (char& c : fitting) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            c = ' ';
        else if (c == '"')
            c = '\'';
    }
    if (!isPlain(fitting))
        fitting = forDisplay(fitting, fitting.size() + 1);
    fitting = trim(fitting);
    if (fitting.size() > kLongestNote) {
        std::size_t end = kLongestNote;
        while (end > 0 && (static_cast<unsigned char>(fitting[end]) & 0xC0U) == 0x80U)
            --end;
        fitting.resize(end);
        fitting = trim(fitting);
    }
    return fitting;
}

} // namespace bartizan
