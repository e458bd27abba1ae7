// The lists that others publish for everybody: facts to choose by, in a data file. Nothing in it is
// subscribed to until a person says so.
#pragma once

#include "engine/base/result.h"
#include "engine/lists/formats/list_format.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

enum class CatalogueHolds : std::uint8_t { Addresses, Domains, Hashes };
enum class CatalogueUse : std::uint8_t { Tag, Alert, Block };

// As in the file: "addresses", "block".
[[nodiscard]] std::string_view catalogueName(CatalogueHolds holds);
[[nodiscard]] std::string_view catalogueName(CatalogueUse use);

struct CatalogueList
{
    std::string id; // as isListName() asks for; unique
    std::string name;
    std::string publisher;
    std::string url;      // https
    std::string homepage; // https
    // A short name, what is not allowed included; none where the publisher does not say.
    std::optional<std::string> licence;
    std::string licenceUrl; // https; may be empty
    ListFormat format = ListFormat::Addresses;
    std::string column; // ListOptions::column
    CatalogueHolds holds = CatalogueHolds::Addresses;
    std::optional<std::uint64_t> entries; // about
    std::chrono::minutes update{0}; // how often the publisher wants to be asked at most; 5 min to 30 days
    // How many innocents a block by it would hit:
    // 1 only hijacked or unassigned networks, or confirmed command-and-control servers
    // 2 attackers seen by a publisher that checks and forgets soon
    // 3 attackers as reported or measured, unchecked: an address that changed hands may still be on it
    // 4 merged from sources of different care, or networks where neighbours stand in for attackers
    // 5 everybody of a kind (an anonymiser, a cloud): most of them did nothing
    int aggressiveness = 0;
    CatalogueUse use = CatalogueUse::Tag; // as we suggest it; blocks are of new inbound connections
    std::string about;                    // what it is, a sentence
    std::string mayHit;                   // whom it may hit wrongly, a sentence
};

// A catalogue with anything in it that is not understood is refused as a whole; the message names the file,
// the list and the member.
[[nodiscard]] Result<std::vector<CatalogueList>> readCatalogue(std::span<const std::byte> bytes,
                                                               const std::string& fileName);

[[nodiscard]] const CatalogueList* findInCatalogue(std::span<const CatalogueList> lists, std::string_view id);

// Where the catalogue is, in a build tree and in an installation alike: share/bartizan/lists/catalogue.json
// beside or above the folder of the programs. Empty when it is not there.
[[nodiscard]] std::string findCatalogue(const std::string& programFolder);

} // namespace bartizan
