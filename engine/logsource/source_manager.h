// Reads all file sources of a configuration on one thread and pushes what it read into the owner's queue. A
// full queue stops the reading, so nothing is dropped. At rest the thread sleeps in the FileWatch and nothing
// wakes it.
#pragma once

#include "engine/base/bounded_queue.h"
#include "engine/base/clock.h"
#include "engine/base/local_file.h"
#include "engine/base/problem.h"
#include "engine/logsource/out_format.h"
#include "engine/logsource/source_batch.h"
#include "engine/platform/file_watch.h"
#include "engine/platform/log_file.h"

#include <functional>
#include <memory>
#include <vector>

namespace bartizan {

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

    // Looks at the logs and starts the thread: what is written to them from then on is read. `positions` are
    // the stored ones, of these or other paths. What can't be read by this version is returned as problems
    // (component "source"), the rest runs. Once per manager. `host` is what texts made of the lines say of
    // this machine.
    [[nodiscard]] Problems start(const std::vector<LocalFile>& sources,
                                 const std::vector<FilePosition>& positions, const HostIdentity& host = {});

    // What is known of who wrote the lines; Unknown at first. Thread-safe.
    void setOrigin(RecordOrigin::Kind kind);

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
