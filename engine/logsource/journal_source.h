// Reads the system's journal on a thread of its own (`<log_format>journald</log_format>`, spec §11) and
// pushes what passes the filters into the owner's queue, each record with the origin that the kernel vouches
// for.
//
// At rest the thread sleeps until the journal gives notice, which comes up to half a second late. Once a line
// has mattered (see stayAwake()) the journal is read every few milliseconds for some seconds, so that the
// deciding line of an attack is seen at once.
#pragma once

#include "engine/base/bounded_queue.h"
#include "engine/base/clock.h"
#include "engine/base/local_file.h"
#include "engine/base/problem.h"
#include "engine/logsource/out_format.h"
#include "engine/logsource/source_batch.h"
#include "engine/platform/journal.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bartizan {

// Under this name the cursor is stored, beside the paths of files.
inline constexpr std::string_view kJournalPosition = "journal:";

class JournalSource
{
public:
    // All references outlive the object. `changed` is called on the source's thread after its status changed.
    JournalSource(JournalReader& journal, const Clock& clock, BoundedQueue<SourceBatch>& queue,
                  std::function<void()> changed = {});
    ~JournalSource(); // stops
    JournalSource(const JournalSource&) = delete;
    JournalSource& operator=(const JournalSource&) = delete;

    // Opens the journal and starts the thread, once. `sources` are the blocks with the format journald: an
    // entry is read that passes all the filters of one of them. What has no effect is returned as problems.
    [[nodiscard]] Problems start(const std::vector<LocalFile>& sources, const std::string& cursor,
                                 const HostIdentity& host = {});
    void stop();

    // Whether the journal is being read, and its lines about ssh with it: then it says better than any text
    // file who wrote them. Thread-safe.
    [[nodiscard]] bool vouchesForSsh() const;

    // A line has mattered: read without waiting for notices for some seconds. Thread-safe, cheap.
    void stayAwake();

    [[nodiscard]] SourceState state() const; // thread-safe

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace bartizan
