#include "engine/lists/formats/list_format.h"

#include <algorithm>
#include <array>

namespace bartizan {

namespace {

constexpr std::array kFormats{
    ListFormatFacts{ListFormat::AlienVault, "alienvault", "an address with reliability, risk and type"},
    ListFormatFacts{ListFormat::MispCsv, "misp-csv", "a MISP attribute"},
    ListFormatFacts{ListFormat::JsonLines, "jsonl", "a JSON object with an address, hash or domain"},
    ListFormatFacts{ListFormat::Ipset, "ipset", "an 'add' of ipset"},
    ListFormatFacts{ListFormat::Ranges, "ranges", "a range of addresses"},
    ListFormatFacts{ListFormat::Hosts, "hosts", "a host file's mapping to nowhere"},
    ListFormatFacts{ListFormat::Cdb, "cdb", "an address, hash or domain with ':' and a value"},
    ListFormatFacts{ListFormat::Hashes, "hashes", "the MD5 or SHA-256 of a file"},
    ListFormatFacts{ListFormat::Addresses, "addresses", "an address, network or range"},
    ListFormatFacts{ListFormat::Domains, "domains", "a domain"},
    ListFormatFacts{ListFormat::Csv, "csv", "a row with an address, hash or domain"},
    ListFormatFacts{ListFormat::Stix, "stix", "a STIX indicator"},
};

} // namespace

std::span<const ListFormatFacts> listFormats()
{
    return kFormats;
}

const ListFormatFacts& listFormatFacts(ListFormat format)
{
    return *std::ranges::find(kFormats, format, &ListFormatFacts::format);
}

std::optional<ListFormat> listFormatFromName(std::string_view name)
{
    const auto found = std::ranges::find(kFormats, name, &ListFormatFacts::name);
    return found != kFormats.end() ? std::optional(found->format) : std::nullopt;
}

} // namespace bartizan
