// What passes between one's own lists and those who show and edit them.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/problem.h"
#include "engine/lists/formats/list_reader.h"
#include "engine/net/address_range.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bartizan {

struct EntryAddition
{
    std::string text; // as typed: see entry_check.h
    std::string note; // becomes the entry's value; that of an entry which is there already is replaced
    std::optional<EpochMs> expiresAt{}; // the same: without one, an entry counts until it is removed
};

struct EntryEdit
{
    std::vector<EntryAddition> add;
    std::vector<std::string> remove; // in any spelling of the same; a range: all its networks
};

enum class OverlapKind : std::uint8_t { Same, Covers, CoveredBy, Touches };

struct EntryOverlap
{
    std::string entry; // of the change
    OverlapKind kind = OverlapKind::Same;
    std::string other; // the entry that it overlaps with; empty where it is of another list
    std::string list;  // that other list; empty where it is the same one
};

// The names of other lists that hold any address of the range.
using ListsHolding = std::function<std::vector<std::string>(const AddressRange& range)>;

// Of a change that was made, or of one that was not: with an Error among the problems nothing is written.
struct EditOutcome
{
    std::uint64_t added = 0;
    std::uint64_t changed = 0;
    std::uint64_t removed = 0;
    // The line is that in `add`, in `remove` or in what was imported, from 1. Errors, warnings (lines of an
    // import that were skipped), notes.
    Problems problems;
    std::vector<EntryOverlap> overlaps; // the first 100
    std::uint64_t overlapCount = 0;     // of all of them

    [[nodiscard]] bool isWritten() const;
};

enum class ImportMode : std::uint8_t {
    Append,
    Replace, // what is not imported is removed; comments stay
};

struct ImportOutcome
{
    EditOutcome edit;
    ListFormat format = ListFormat::Addresses;
    std::string detection; // why it was taken for that format; empty where it was named
    ListCounts counts;
    std::uint64_t expired = 0; // left out: not valid any more
};

enum class ExportForm : std::uint8_t { Cdb, Plain, Csv, Json };

struct OwnListInfo
{
    std::uint64_t entries = 0;
    EpochMs modified = 0;
    std::uint64_t expiring = 0;
};

struct OwnListEntry
{
    std::string key;
    std::string note;
    std::uint64_t line = 0; // in the file, from 1
    std::optional<EpochMs> addedAt{};
    std::string addedBy;
    std::optional<EpochMs> expiresAt{};
    std::string problem; // why the line does not work; empty where it does
};

struct EntryPage
{
    std::vector<OwnListEntry> entries;
    std::uint64_t total = 0; // that fit the filter
};

} // namespace bartizan
