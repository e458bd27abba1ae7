// Reads a list in one of the formats of list_format.h from bytes that anybody may have made.
//
// Pure: no file, no clock; nothing is kept of the bytes. Works on the whole list, mapped or read by the
// caller, in one pass and with memory that does not grow with it (limits below). Unpacking is the caller's.
// Different threads may read different lists.
#pragma once

#include "engine/base/problem.h"
#include "engine/lists/formats/list_entry.h"
#include "engine/lists/formats/list_format.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bartizan {

struct ListLimits
{
    std::size_t longestLine = std::size_t{64} * 1024; // bytes; of CSV: a row, of STIX: a text
    unsigned deepestJson = 32;
    std::size_t mostProblems = 100; // the rest is counted
    std::size_t longestNote = 200;  // bytes; longer ones are cut
};

struct ListOptions
{
    ListFormat format = ListFormat::Addresses;
    // csv: the column's number from 1 or its name in the header; jsonl: the member's name. Empty: found.
    std::string column;
    char separator = '\0'; // csv: ',' ';' or tab; 0: found
    std::string fileName;  // for problems
    ListLimits limits;
};

// Of STIX, a "line" is an object of the bundle.
struct ListCounts
{
    std::uint64_t good = 0;
    std::uint64_t bad = 0;
    std::uint64_t leftOut = 0; // understood, and nothing for a list: a URL, a revoked indicator, localhost
    std::uint64_t blank = 0;   // empty, a comment or a header
    // Entries; a good line may hold several.
    std::uint64_t networks = 0;
    std::uint64_t hashes = 0;
    std::uint64_t domains = 0;

    [[nodiscard]] std::uint64_t entries() const { return networks + hashes + domains; }
    [[nodiscard]] std::uint64_t lines() const { return good + bad + leftOut + blank; }
};

struct ListReading
{
    ListCounts counts;
    // Component "lists". An error is about the whole, a warning about a line that was skipped, a note about
    // one that was taken with a remark. Each says what is wrong and, as its cure, what to write instead.
    Problems problems;
    bool isWhole = false; // false: the sink ended it, or it is no such list at all (an error says why)
    std::string layout;   // csv: "column 2 (dst_ip), separated by ','"; else empty
};

[[nodiscard]] ListReading readList(std::string_view bytes, const ListOptions& options, ListEntrySink& sink);

} // namespace bartizan
