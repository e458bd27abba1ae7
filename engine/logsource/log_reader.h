// Reads one log for the source manager: its lines become events of a batch, shaped as its source says. The
// position it reports never passes an event that is still being assembled, so a restart reads that one again
// from its first line.
#pragma once

#include "engine/base/clock.h"
#include "engine/logsource/event_assembler.h"
#include "engine/logsource/file_tail.h"
#include "engine/logsource/line_shaper.h"
#include "engine/logsource/source_batch.h"

#include <memory>
#include <optional>

namespace bartizan {

class LogReader
{
public:
    // All references outlive the reader; the shaper is shared by the logs of one source and used during
    // read() and flush() only.
    LogReader(LogFileSystem& files, const Clock& clock, const LocalFile& settings, LineShaper& shaper,
              FileTail tail);

    // See FileTail::look().
    void look() { m_tail.look(); }
    // Reads until `records` is full, at most one buffer. True: there is more.
    [[nodiscard]] bool read(RecordBatch& records, RecordOrigin::Kind origin);

    // When the pending event is complete without another line, in steady time. Nothing: never, or nothing is
    // pending.
    [[nodiscard]] std::optional<EpochMs> due() const;
    // Hands over the pending event as it is.
    void flush(RecordBatch& records, RecordOrigin::Kind origin);

    // Where to go on after a restart. Nothing before the log has been seen, or when it is left out.
    [[nodiscard]] std::optional<FilePosition> position() const;
    // Whether this is the file being read.
    [[nodiscard]] bool holds(const FileIdentity& identity) const { return m_tail.holds(identity); }
    // Whether `ignore_binaries` applies to what is in the log now.
    [[nodiscard]] bool isLeftOut() const { return m_isLeftOut; }
    [[nodiscard]] const SourceState& state() const { return m_state; }

private:
    enum class Content { Nothing, Text, Binary };
    [[nodiscard]] Content firstContent();
    [[nodiscard]] FileTail::Room takeLine(std::string_view line, RecordBatch& records);
    void addEvent(std::string_view event, RecordBatch& records);
    void updateStatus(const Result<FileTail::Progress>& result);

    LogFileSystem& m_files;
    const Clock& m_clock;
    LineShaper& m_shaper;
    FileTail m_tail;
    std::unique_ptr<EventAssembler> m_assembler; // where events have several lines
    bool m_isUndecided;                          // whether it is a binary file
    bool m_isLeftOut = false;
    RecordOrigin::Kind m_origin = RecordOrigin::Kind::Unknown; // of the events handed over now
    SourceState m_state;

    std::optional<FilePosition> m_held; // before the first line of the pending event
    // A line that begins an event is declined once, since only then its place is known.
    bool m_declined = false;
    std::optional<FilePosition> m_before; // before the declined line
};

} // namespace bartizan
