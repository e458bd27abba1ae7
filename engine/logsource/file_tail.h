// Follows one log through its rotations, line by line, and knows at each moment how far it is. No thread, no
// clock of its own: the owner says when to read.
//
// Rotation by rename: the old file is read to its end first, its last line even without a line end, then the
// files that came between, then the new one from its start. Rotation by copying and truncating: what had not
// been read yet is read from the copy. Both are found out as well when they happened while nobody was
// reading, from a stored position. What is recognised are the bytes read so far, not names or inodes alone.
#pragma once

#include "engine/base/clock.h"
#include "engine/logsource/file_position.h"
#include "engine/platform/log_file.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

inline constexpr std::size_t kMaxLineSize = 64 * 1024;

// Scratch space that the tails of one thread share.
struct ReadBuffer
{
    // Room for the longest line and then some, so that a line is always seen whole or known to be too long.
    std::vector<char> bytes = std::vector<char>(kFingerprintSize + 2 * kMaxLineSize);
};

enum class FirstSight {
    FromEnd, // from the last line that has no end yet; a file that is not there yet is read from its start
    FromStart,
};

class FileTail
{
public:
    enum class Room {
        More,
        Full,
        // Not taken: read() returns with a position before the line and hands it over again at the next call;
        // where that is not possible, at once. May not be said twice of a line.
        Declined,
    };
    // Takes a line without its end, and says whether there is room for one more. `line` is valid during the
    // call.
    using LineSink = std::function<Room(std::string_view line)>;

    enum class Progress {
        Idle, // everything there is has been read
        More, // the sink was full, or the slice of this call is used up
    };

    FileTail(LogFileSystem& files, ReadBuffer& buffer, std::string path, FirstSight first);
    FileTail(LogFileSystem& files, ReadBuffer& buffer, const FilePosition& stored);

    // Finds out where the log begins for us, if that is not known yet and the log is there: what is written
    // from now on is read.
    void look();
    // From now on as if the log had never been seen: what carries its name is read from its start.
    void forget();

    // Reads what there is, at most one buffer. NotFound and PermissionDenied while the log can't be opened;
    // the next call tries again. `now` only limits for how long a late writer to a rotated file is waited
    // for.
    [[nodiscard]] Result<Progress> read(EpochMs now, const LineSink& sink);

    // After the lines handed over so far. Nothing before the log has been seen for the first time.
    [[nodiscard]] std::optional<FilePosition> position() const;
    [[nodiscard]] const std::string& path() const { return m_path; }
    // Whether this is the file being read.
    [[nodiscard]] bool holds(const FileIdentity& identity) const;

    [[nodiscard]] std::uint64_t droppedLines() const { return m_dropped; } // with NUL bytes
    [[nodiscard]] std::uint64_t cutLines() const { return m_cut; }
    // Whether the stored position was nowhere to be found: lines may be missing.
    [[nodiscard]] bool lostItsPlace() const { return m_lost; }

private:
    // An open file and how much of it has been taken.
    struct Reading
    {
        std::unique_ptr<LogFile> file;
        std::uint64_t offset = 0;
        std::string head; // the first bytes, as far as taken
        std::string tail; // the bytes right before `offset`

        void advance(std::string_view taken);
        [[nodiscard]] bool insideLine() const { return !tail.empty() && tail.back() != '\n'; }
    };
    enum class Chunk {
        Lines,    // some were taken
        Filled,   // the same, and there is more
        End,      // there is no complete line
        Replaced, // the bytes taken before are not there any more
    };

    [[nodiscard]] Result<void> open();
    [[nodiscard]] Result<void> openFirst();
    [[nodiscard]] static Result<Reading> startReading(std::unique_ptr<LogFile> file, std::uint64_t offset);
    [[nodiscard]] Result<Chunk> readChunk(Reading& reading, const LineSink& sink);
    // Hands over the lines of `data`; returns how many of its bytes are done with.
    std::size_t takeLines(const Reading& reading, std::string_view data, const LineSink& sink);
    void takeRest(Reading& reading, const LineSink& sink);
    [[nodiscard]] bool handOver(std::string_view line, const LineSink& sink);
    [[nodiscard]] bool hasUnreadBefore(const Reading& reading);
    [[nodiscard]] bool moveOn(EpochMs now, const LineSink& sink);
    void readLate(EpochMs now, const LineSink& sink);
    void leave();
    [[nodiscard]] FilePosition positionOf(const Reading& reading) const;

    LogFileSystem& m_files;
    std::vector<char>& m_buffer;
    std::string m_path;
    FirstSight m_first;
    std::optional<Reading> m_current;
    // The end of the file before, until the first line of the current one is taken: rotations in between are
    // then still noticed.
    std::optional<FilePosition> m_behind;
    // The file before, kept open for a while: a program that has not reopened its log yet still writes to it.
    std::optional<Reading> m_late;
    EpochMs m_lateUntil = 0;
    bool m_successorSeen = false;
    bool m_full = false;
    std::uint64_t m_dropped = 0;
    std::uint64_t m_cut = 0;
    bool m_restored = false; // `m_behind` comes from the store
    bool m_lost = false;
};

} // namespace bartizan
