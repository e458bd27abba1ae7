// All log sources of a configuration, of every kind, behind one door: files (SourceManager) and the journal
// (JournalSource). Each kind reads on a thread of its own and pushes into the owner's queue.
#pragma once

#include "engine/logsource/journal_source.h"
#include "engine/logsource/source_batch.h"
#include "engine/logsource/source_manager.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace bartizan {

// How far each log has been read, by its path (or kJournalPosition), as text for a store that need not know
// what is in it.
using EncodedPositions = std::map<std::string, std::string>;
[[nodiscard]] EncodedPositions encodedPositions(const SourceBatch& batch);

class LogSources
{
public:
    // All references outlive the object. `changed`: see SourceManager; called on the thread of any source.
    // `journal` may be null: this system has none.
    LogSources(LogFileSystem& files, FileWatch& watch, JournalReader* journal, const Clock& clock,
               BoundedQueue<SourceBatch>& queue, std::function<void()> changed);
    ~LogSources(); // stops
    LogSources(const LogSources&) = delete;
    LogSources& operator=(const LogSources&) = delete;

    // Once. What can't be read is returned as problems (component "source"), the rest runs.
    [[nodiscard]] Problems start(const std::vector<LocalFile>& sources, const EncodedPositions& positions);

    // Returns when the last batches have been pushed. The consumer must go on popping, or close the queue,
    // until then. Harmless when repeated.
    void stop();

    // A line of the journal has mattered: see JournalSource. Thread-safe.
    void stayAwake();

    // Thread-safe. Sorted by path.
    [[nodiscard]] std::vector<SourceState> states() const;

private:
    void journalChanged();

    std::function<void()> m_changed;
    SourceManager m_files;
    std::unique_ptr<JournalSource> m_journal;
    bool m_readsJournal = false;
};

} // namespace bartizan
