// Reads all file sources of a configuration on one thread and pushes what it read into the owner's queue. A
// full queue stops the reading, so nothing is dropped. At rest the thread sleeps in the FileWatch and nothing
// wakes it.
#pragma once

#include "engine/base/bounded_queue.h"
#include "engine/base/clock.h"
#include "engine/base/local_file.h"
#include "engine/base/problem.h"
#include "engine/base/record.h"
#include "engine/logsource/file_position.h"
#include "engine/platform/file_watch.h"
#include "engine/platform/log_file.h"

#include <cstdint>
#include <functional>
#include <memory>
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
};

enum class SourceStatus { Reading, Missing, Denied, Failed };

// "reading", "missing", "denied", "failed", as in status.
[[nodiscard]] std::string_view sourceStatusName(SourceStatus status);

struct SourceState
{
    std::string path; // or the pattern, where nothing matches it yet
    SourceStatus status = SourceStatus::Missing;
    std::string detail; // for a person; empty when all is well
    std::string cure;
    std::uint64_t lines = 0; // handed over since start
    std::uint64_t bytes = 0;
    std::uint64_t dropped = 0; // lines left out: with NUL bytes, or no JSON object in a source of JSON
    std::uint64_t cut = 0;     // lines over 64 KiB, of which the beginning was handed over
    std::optional<EpochMs> lastLineAt;

    bool operator==(const SourceState&) const = default;
};

class SourceManager
{
public:
    // All references outlive the manager. `changed` is called on the manager's thread after a source's
    // status, detail or the set of sources changed (not for mere counters); it may call states().
    SourceManager(LogFileSystem& files, FileWatch& watch, const Clock& clock,
                  BoundedQueue<SourceBatch>& queue, std::function<void()> changed = {});
    ~SourceManager(); // stops
    SourceManager(const SourceManager&) = delete;
    SourceManager& operator=(const SourceManager&) = delete;

    // Starts the thread. `positions` are the stored ones, of these or other paths. What can't be read by this
    // version is returned as problems (component "source"), the rest runs. Once per manager.
    [[nodiscard]] Problems start(const std::vector<LocalFile>& sources,
                                 const std::vector<FilePosition>& positions);

    // Returns when the last batch has been pushed and the thread has ended. The consumer must go on popping,
    // or close the queue, until then. Harmless when repeated.
    void stop();

    // Thread-safe. Sorted by path.
    [[nodiscard]] std::vector<SourceState> states() const;

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace bartizan
