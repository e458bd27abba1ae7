// All log sources of a configuration, of every kind, behind one door: files (SourceManager), the journal
// (JournalSource) and commands (CommandSource). Each kind reads on a thread of its own and pushes into the
// owner's queue.
#pragma once

#include "engine/logsource/command_source.h"
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

// What the sources read with. All but `commands` outlives them.
struct LogSourcePlatform
{
    LogFileSystem& files;
    FileWatch& watch;
    JournalReader* journal = nullptr;          // this system may have none
    std::unique_ptr<CommandRunner> commands{}; // the same
};

class LogSources
{
public:
    // All references outlive the object. `changed`: see SourceManager; called on the thread of any source.
    LogSources(LogSourcePlatform platform, const Clock& clock, BoundedQueue<SourceBatch>& queue,
               std::function<void()> changed);
    ~LogSources(); // stops
    LogSources(const LogSources&) = delete;
    LogSources& operator=(const LogSources&) = delete;

    // Once. What can't be read is returned as problems (component "source"), the rest runs.
    [[nodiscard]] Problems start(const std::vector<LocalFile>& sources, const EncodedPositions& positions,
                                 const HostIdentity& host = {});

    // Returns when the last batches have been pushed. The consumer must go on popping, or close the queue,
    // until then. Harmless when repeated.
    void stop();

    // A line of the journal has mattered: see JournalSource. Thread-safe.
    void stayAwake();

    // Thread-safe. Sorted by path.
    [[nodiscard]] std::vector<SourceState> states() const;

private:
    void journalChanged();
    Problems startJournal(const std::vector<LocalFile>& sources, const EncodedPositions& positions,
                          const HostIdentity& host);
    Problems startCommands(const std::vector<LocalFile>& sources, const HostIdentity& host);

    std::function<void()> m_changed;
    SourceManager m_files;
    std::unique_ptr<JournalSource> m_journal;
    std::unique_ptr<CommandRunner> m_runner;
    std::unique_ptr<CommandSource> m_commands;
    bool m_readsJournal = false;
};

} // namespace bartizan
