// What rotation leaves beside a log: its older pieces, and in which of them a stored position lies.
#pragma once

#include "engine/logsource/file_position.h"
#include "engine/platform/log_file.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

// Whether `candidate` is named as a rotated piece of `path`: path.1, path-20261124, path.old,
// stem-20261124.ext, not compressed. If so, a key by which pieces can be ordered: smaller is newer.
[[nodiscard]] std::optional<std::string> rotationKey(std::string_view path, std::string_view candidate);

// Whether this is the name of a compressed file.
[[nodiscard]] bool isCompressedName(std::string_view path);

// `path` as a glob that matches nothing else.
[[nodiscard]] std::string escapeGlob(std::string_view path);

// Whether the bytes that `position` remembers stand in `file`. Without any (offset 0), the identity decides.
[[nodiscard]] bool fits(LogFile& file, const FilePosition& position);

// The place in `file` at `offset`.
[[nodiscard]] Result<FilePosition> positionAt(LogFile& file, const std::string& path, std::uint64_t offset);

// The log and its older pieces, all open, as they were at one moment.
class RotationScan
{
public:
    // Looks again until the names stand still, since a rotation renames one piece after the other.
    RotationScan(LogFileSystem& files, const std::string& path);

    // False when a rotation was going on all the time: what is seen here may be half of it.
    [[nodiscard]] bool isSteady() const { return m_isSteady; }
    // The piece that holds `position`, as an index; 0 is the log itself, higher is older.
    [[nodiscard]] std::optional<std::size_t> find(const FilePosition& position);
    [[nodiscard]] std::optional<std::size_t> find(const FileIdentity& identity) const;
    // What is to be read after the piece `index`: the next newer one that has something in it and is not
    // merely a copy in the making of the log itself; else the log (0), if it is there. Without an index, the
    // log.
    [[nodiscard]] std::optional<std::size_t> successor(std::optional<std::size_t> index);

    [[nodiscard]] bool has(std::size_t index) const { return m_pieces[index] != nullptr; }
    [[nodiscard]] LogFile& piece(std::size_t index) { return *m_pieces[index]; }
    [[nodiscard]] std::unique_ptr<LogFile> take(std::size_t index) { return std::move(m_pieces[index]); }
    // Why the log itself could not be opened.
    [[nodiscard]] const Error& error() const { return m_error; }

private:
    std::vector<std::unique_ptr<LogFile>> m_pieces; // the first may be null
    Error m_error;
    bool m_isSteady = false;
};

} // namespace bartizan
