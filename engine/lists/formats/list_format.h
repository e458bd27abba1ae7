// The formats in which others publish lists of addresses, networks, file hashes and domains.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace bartizan {

enum class ListFormat : std::uint8_t {
    AlienVault, // address#reliability#risk#type#country#…
    MispCsv,    // what MISP exports: columns "type" and "value"
    JsonLines,  // an object a line
    Ipset,      // what `ipset save` writes
    Ranges,     // name:first-last, first-last, DAT
    Hosts,      // 0.0.0.0 bad.example
    Cdb,        // key:value
    Hashes,     // MD5 or SHA-256, a file name behind it
    Addresses,  // an address, network or range a line
    Domains,
    Csv,
    Stix, // a STIX 2.1 bundle
};

struct ListFormatFacts
{
    ListFormat format;
    std::string_view name;  // as typed: "addresses", "misp-csv"
    std::string_view holds; // what a line is, after "of 20 lines 18 are …"
};

// All of them; where two understand a text equally well, the one that asks for more stands first.
[[nodiscard]] std::span<const ListFormatFacts> listFormats();
[[nodiscard]] const ListFormatFacts& listFormatFacts(ListFormat format);
[[nodiscard]] std::optional<ListFormat> listFormatFromName(std::string_view name);

} // namespace bartizan
