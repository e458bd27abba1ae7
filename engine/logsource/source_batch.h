// What the log sources hand over, and what they say about themselves.
#pragma once

#include "engine/base/record.h"
#include "engine/base/result.h"
#include "engine/logsource/file_position.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

// At most 256 KiB (one line more) and 4,096 records. `positions` are those of the files read from, after the
// batch; whoever stores them once the records are dealt with loses and repeats nothing. A batch may hold
// positions only.
struct SourceBatch
{
    RecordBatch records;
    std::vector<FilePosition> positions;
    std::string journalCursor; // of the last journal entry dealt with; empty: as before
};

// Whether nothing more should be added.
[[nodiscard]] bool isFull(const RecordBatch& records);

enum class SourceStatus { Reading, Missing, Denied, Failed };

// "reading", "missing", "denied", "failed", as in status.
[[nodiscard]] std::string_view sourceStatusName(SourceStatus status);
// Of a source that can't be opened for this reason.
[[nodiscard]] SourceStatus sourceStatusOf(const Error& error);

struct SourceState
{
    std::string path; // or the pattern, where nothing matches it yet
    SourceStatus status = SourceStatus::Missing;
    std::string detail; // for a person; empty when all is well
    std::string cure;
    std::uint64_t lines = 0; // handed over since start
    std::uint64_t bytes = 0;
    std::uint64_t dropped = 0; // lines left out: with NUL bytes, or no JSON object in a source of JSON
    std::uint64_t cut = 0;     // lines and events over 64 KiB, of which the beginning was handed over
    std::optional<EpochMs> lastLineAt;

    bool operator==(const SourceState&) const = default;
};

} // namespace bartizan
