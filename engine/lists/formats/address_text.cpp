#include "engine/lists/formats/address_text.h"

#include "engine/base/strings.h"
#include "engine/base/utf8.h"
#include "engine/lists/formats/value_text.h"

#include <algorithm>
#include <array>
#include <bit>

namespace bartizan::formats {

namespace {

constexpr std::size_t kLongestShown = 60;

struct Ends
{
    std::string_view first;
    std::string_view last;
};

std::optional<Ends> splitRange(std::string_view text)
{
    const auto dash = text.find('-');
    if (dash == std::string_view::npos)
        return std::nullopt;
    return Ends{trim(text.substr(0, dash)), trim(text.substr(dash + 1))};
}

bool isMadeOf(std::string_view text, std::string_view characters)
{
    return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kDigitsAndDots = "0123456789.";

std::string write(std::string_view what)
{
    return "Write " + std::string(what) + '.';
}

std::string isNo(std::string_view text, std::string_view what, std::string_view why)
{
    return shown(text) + " is no " + std::string(what) + ": " + std::string(why);
}

Complaint explainNumber(std::string_view text)
{
    const auto number = parseNumber<std::uint32_t>(text);
    if (!number)
        return {isNo(text, "address", "it is a plain number"), write("an address as 192.0.2.7")};
    std::array<char, 4> bytes{};
    for (unsigned i = 0; i < 4; ++i)
        bytes[i] = static_cast<char>(*number >> (24 - 8 * i));
    const auto address = IpAddress::fromBytes({bytes.data(), bytes.size()});
    return {isNo(text, "address", "it is a plain number"), write(address->toString())};
}

Complaint explainQuad(std::string_view text)
{
    const auto octets = split(text, '.');
    const bool hasEmpty = std::ranges::any_of(octets, [](std::string_view octet) { return octet.empty(); });
    const bool hasLarge = std::ranges::any_of(octets, [](std::string_view octet) {
        return !octet.empty() && parseNumber<unsigned>(octet).value_or(256) > 255;
    });
    if (hasLarge)
        return {isNo(text, "address", "an octet is at most 255"), "Correct the octet, or remove the line."};
    if (octets.size() == 4 && !hasEmpty) {
        const auto meant = readPaddedAddress(text);
        return {isNo(text, "address", "an octet has no zeros in front"),
                meant ? write(meant->toString()) : "Remove the zeros."};
    }
    if (octets.size() > 4)
        return {isNo(text, "address", "it has more than four octets"),
                "Put each address on a line of its own."};
    std::string network;
    std::size_t count = 0;
    for (const auto octet : octets) {
        if (octet.empty())
            break;
        network += (count++ == 0 ? "" : ".") + std::string(octet);
    }
    const auto given = count;
    for (; count < 4; ++count)
        network += ".0";
    const auto meant = given > 0 ? Cidr::parse(network + '/' + std::to_string(8 * given)) : std::nullopt;
    return {isNo(text, "address", "it has fewer than four octets"),
            meant ? "Write the whole address, or " + meant->toString() + " for the network."
                  : "Write the whole address."};
}

Complaint explainColons(std::string_view text)
{
    const auto colon = text.find(':');
    if (const auto address = IpAddress::parse(text.substr(0, colon)))
        return {isNo(text, "address", "a port stands behind it"), write(address->toString())};
    if (const auto gap = text.find("::");
        gap != std::string_view::npos && text.find("::", gap + 1) != std::string_view::npos)
        return {isNo(text, "IPv6 address", "'::' may stand in it once"), "Write out one of the gaps."};
    for (const auto group : split(text, ':')) {
        if (group.find('.') != std::string_view::npos)
            continue;
        if (group.size() > 4 && isMadeOf(group, "0123456789abcdefABCDEF"))
            return {isNo(text, "IPv6 address", "a group has at most four digits"), "Correct the group."};
        if (!group.empty() && !isMadeOf(group, "0123456789abcdefABCDEF"))
            return {isNo(text, "IPv6 address", shown(group) + " is no hexadecimal number"),
                    "Correct the group."};
    }
    return {isNo(text, "IPv6 address", "it needs eight groups, or '::' for the missing ones"),
            "Write it as 2001:db8::7."};
}

// The length that a contiguous network mask means.
std::optional<unsigned> lengthOfMask(std::string_view text)
{
    const auto mask = IpAddress::parse(text);
    if (!mask || !mask->isV4())
        return std::nullopt;
    std::uint32_t bits = 0;
    for (const char c : mask->byteView())
        bits = bits << 8 | static_cast<unsigned char>(c);
    const auto length = static_cast<unsigned>(std::countl_one(bits));
    return static_cast<unsigned>(std::popcount(bits)) == length ? std::optional(length) : std::nullopt;
}

Complaint explainLength(std::string_view text, const IpAddress& address, std::string_view length)
{
    if (const auto meant = lengthOfMask(length); meant && address.isV4())
        return {isNo(text, "network", "a mask stands behind '/'"), write(Cidr(address, *meant).toString())};
    if (isMadeOf(length, kDigits)) {
        const bool isZeroPadded = length.size() > 1 && length.front() == '0';
        const auto value = parseNumber<unsigned>(length);
        if (isZeroPadded && value && *value <= address.bitCount())
            return {isNo(text, "network", "the length has a zero in front"),
                    write(address.toString() + '/' + std::to_string(*value))};
        const std::string most = std::to_string(address.bitCount());
        return {isNo(text, "network",
                     "the length of an " + std::string(address.isV4() ? "IPv4" : "IPv6") +
                         " network is at most " + most),
                "Write a length from 0 to " + most + '.'};
    }
    return {isNo(text, "network", "a number belongs behind '/'"),
            write(address.toString() + '/' + std::to_string(address.bitCount()) + " for the one address")};
}

std::optional<Complaint> explainRange(std::string_view text)
{
    const auto ends = splitRange(text);
    if (!ends)
        return std::nullopt;
    const auto first = IpAddress::parse(ends->first);
    const auto last = IpAddress::parse(ends->last);
    if (!first && !last)
        return std::nullopt;
    if (!first || !last) {
        auto complaint = explainNetworks(first ? ends->last : ends->first);
        complaint.message = isNo(text, "range", complaint.message);
        return complaint;
    }
    if (first->family() != last->family())
        return Complaint{isNo(text, "range", "one end is IPv4, the other IPv6"), "Write two ranges."};
    if (*last < *first)
        return Complaint{isNo(text, "range", "it ends before it begins"),
                         write(last->toString() + '-' + first->toString())};
    return Complaint{isNo(text, "range", "it runs over ::ffff:0:0/96, which means IPv4"),
                     "Write what lies before and behind as two ranges."};
}

// Brackets, quotes and commas that stand around an address.
std::optional<Complaint> explainDecoration(std::string_view text)
{
    constexpr std::string_view kAround = "[](){}<>\"'`,.:|*";
    const auto first = text.find_first_not_of(kAround);
    if (first == std::string_view::npos)
        return std::nullopt;
    const auto inner = text.substr(first, text.find_last_not_of(kAround) - first + 1);
    const auto zone = inner.find('%');
    if (zone != std::string_view::npos && IpAddress::parse(inner.substr(0, zone)))
        return Complaint{isNo(text, "address", "a zone stands behind '%'"), write(inner.substr(0, zone))};
    if (inner.size() < text.size() && Cidr::parse(inner))
        return Complaint{isNo(text, "address", "something stands around it"), write(inner)};
    return std::nullopt;
}

} // namespace

std::string shown(std::string_view text)
{
    return forDisplay(text, kLongestShown);
}

std::optional<IpAddress> readPaddedAddress(std::string_view text)
{
    const auto octets = isMadeOf(text, kDigitsAndDots) && text.size() <= 15 ? split(text, '.')
                                                                            : std::vector<std::string_view>{};
    if (octets.size() != 4)
        return std::nullopt;
    std::array<char, 4> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto value = parseNumber<unsigned>(octets[i]);
        if (!value || *value > 255 || octets[i].size() > 3)
            return std::nullopt;
        bytes[i] = static_cast<char>(*value);
    }
    return IpAddress::fromBytes({bytes.data(), bytes.size()});
}

std::optional<Value> readNetworks(std::string_view text)
{
    if (const auto network = Cidr::parse(text))
        return *network;
    const auto ends = splitRange(text);
    if (!ends)
        return std::nullopt;
    const auto first = IpAddress::parse(ends->first);
    const auto last = first ? IpAddress::parse(ends->last) : std::nullopt;
    const auto range = last ? AddressRange::make(*first, *last) : std::nullopt;
    return range ? std::optional<Value>(*range) : std::nullopt;
}

Complaint explainNetworks(std::string_view text)
{
    if (text.empty())
        return {"There is no address", "Write one as 192.0.2.7, or remove the line."};
    if (text.find('\0') != std::string_view::npos)
        return {isNo(text, "address", "it holds a NUL byte"), "Save the list as plain text."};
    if (text.find("://") != std::string_view::npos)
        return {isNo(text, "address", "it is a URL"), "Write the address of its host."};
    if (auto decorated = explainDecoration(text))
        return *decorated;
    if (auto range = explainRange(text))
        return *range;
    if (const auto slash = text.find('/'); slash != std::string_view::npos) {
        const auto address = IpAddress::parse(text.substr(0, slash));
        if (address)
            return explainLength(text, *address, text.substr(slash + 1));
        if (isMadeOf(text.substr(0, slash), "0123456789abcdefABCDEF.:"))
            return explainNetworks(text.substr(0, slash));
    }
    if (isMadeOf(text, kDigits))
        return explainNumber(text);
    if (isMadeOf(text, kDigitsAndDots))
        return explainQuad(text);
    std::string storage;
    if (readDomain(text, storage))
        return {isNo(text, "address", "it is a domain"), "Put domains into a list of their own."};
    if (readHash(text))
        return {isNo(text, "address", "it is the hash of a file"), "Put hashes into a list of their own."};
    if (const auto colon = text.find(':');
        colon == 0 ||
        (colon != std::string_view::npos && isMadeOf(text.substr(0, colon), "0123456789abcdefABCDEF.")))
        return explainColons(text);
    return {shown(text) + " is no address, network or range",
            "Write it as 192.0.2.7, 192.0.2.0/24 or 192.0.2.1-192.0.2.9."};
}

std::optional<Complaint> remarkOnNetworks(std::string_view text, const Value& value)
{
    const auto* network = std::get_if<Cidr>(&value);
    const auto slash = text.find('/');
    if (network == nullptr || slash == std::string_view::npos)
        return std::nullopt;
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address || *address == network->address())
        return std::nullopt;
    return Complaint{shown(text) + " is taken as the whole network " + network->toString(),
                     "Write " + network->toString() + ", or " + address->toString() +
                         " for the one address."};
}

void takeNetworks(Reading& reading, std::uint64_t line, std::string_view text, std::string_view note)
{
    const auto value = readNetworks(text);
    if (!value) {
        reading.bad(line, [&] { return explainNetworks(text); });
        return;
    }
    if (auto remark = remarkOnNetworks(text, *value))
        reading.remark(line, std::move(*remark));
    reading.good(line, *value, note);
}

} // namespace bartizan::formats
