#include "engine/lists/formats/range_format.h"

#include "engine/base/strings.h"
#include "engine/lists/formats/address_text.h"

#include <optional>

namespace bartizan::formats {

namespace {

// From this level on DAT means "let through".
constexpr unsigned kFirstAllowedLevel = 128;

std::optional<AddressRange> readRange(std::string_view text)
{
    const auto dash = text.find('-');
    if (dash == std::string_view::npos)
        return std::nullopt;
    const auto end = [](std::string_view address) {
        address = trim(address);
        const auto padded = readPaddedAddress(address);
        return padded ? padded : IpAddress::parse(address);
    };
    const auto first = end(text.substr(0, dash));
    const auto last = first ? end(text.substr(dash + 1)) : std::nullopt;
    return last ? AddressRange::make(*first, *last) : std::nullopt;
}

struct NamedRange
{
    std::optional<AddressRange> range;
    std::string_view name;
    bool isAllowed = false;
};

// The name may hold colons, commas and dashes.
NamedRange readP2p(std::string_view text)
{
    if (const auto colon = text.rfind(':'); colon != std::string_view::npos) {
        if (const auto range = readRange(text.substr(colon + 1)))
            return {range, trim(text.substr(0, colon))};
    }
    if (const auto range = readRange(text))
        return {range, {}};
    // An IPv6 range has colons of its own.
    const auto colon = text.find(':');
    if (colon == std::string_view::npos)
        return {};
    return {readRange(text.substr(colon + 1)), trim(text.substr(0, colon))};
}

NamedRange readDat(std::string_view text)
{
    const auto comma = text.find(',');
    if (comma == std::string_view::npos)
        return {};
    const auto behind = text.substr(comma + 1);
    const auto second = behind.find(',');
    const auto level = parseNumber<unsigned>(trim(behind.substr(0, second)));
    if (!level)
        return {};
    const auto name = second == std::string_view::npos ? std::string_view() : trim(behind.substr(second + 1));
    return {readRange(text.substr(0, comma)), name, *level >= kFirstAllowedLevel};
}

// Where the range was meant to be, for the complaint.
std::string_view rangePart(std::string_view text)
{
    if (const auto comma = text.find(',');
        comma != std::string_view::npos && readDat(text).name.data() != nullptr)
        return trim(text.substr(0, comma));
    const auto colon = text.rfind(':');
    const bool isV6 = text.find(':') != colon;
    return colon == std::string_view::npos || isV6 ? text : trim(text.substr(colon + 1));
}

} // namespace

void readRangeLine(Reading& reading, const Line& line)
{
    if (isBlankOrComment(line.text))
        return reading.blank();
    const auto text = trim(line.text);
    auto found = readP2p(text);
    if (!found.range)
        found = readDat(text);
    if (!found.range) {
        reading.bad(line.number, [&] {
            const auto part = rangePart(text);
            if (part.find('-') == std::string_view::npos)
                return Complaint{shown(part) + " is no range: it has no '-'",
                                 "Write it as 192.0.2.1-192.0.2.9, or read the list as addresses."};
            return explainNetworks(part);
        });
        return;
    }
    if (found.isAllowed)
        reading.leaveOut();
    else
        reading.good(line.number, *found.range, found.name);
}

} // namespace bartizan::formats
