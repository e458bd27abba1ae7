#include "engine/logsource/file_tail.h"

#include "engine/logsource/rotation.h"

#include <algorithm>
#include <span>

namespace bartizan {

namespace {

constexpr EpochMs kLateWriterMs = 60'000;

std::uint64_t sizeOf(const LogFile& file)
{
    return file.size().value_or(0);
}

// Where the last line begins, so that one which is being written right now is seen whole.
Result<std::uint64_t> lastLineStart(LogFile& file)
{
    const auto size = file.size();
    if (!size)
        return std::unexpected(size.error());
    std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(*size, kMaxLineSize)), '\0');
    const auto count = file.read(*size - bytes.size(), bytes);
    if (!count)
        return std::unexpected(count.error());
    bytes.resize(*count);
    const auto lineEnd = bytes.rfind('\n');
    if (lineEnd == std::string::npos)
        return *size <= kMaxLineSize ? 0 : *size;
    return *size - bytes.size() + lineEnd + 1;
}

} // namespace

void FileTail::Reading::advance(std::string_view taken)
{
    offset += taken.size();
    head.append(taken.substr(0, kFingerprintSize - head.size()));
    if (taken.size() >= kFingerprintSize) {
        tail = taken.substr(taken.size() - kFingerprintSize);
    } else {
        tail.append(taken);
        if (tail.size() > kFingerprintSize)
            tail.erase(0, tail.size() - kFingerprintSize);
    }
}

FileTail::FileTail(LogFileSystem& files, ReadBuffer& buffer, std::string path, FirstSight first)
    : m_files(files)
    , m_buffer(buffer.bytes)
    , m_path(std::move(path))
    , m_first(first)
{
}

FileTail::FileTail(LogFileSystem& files, ReadBuffer& buffer, const FilePosition& stored)
    : m_files(files)
    , m_buffer(buffer.bytes)
    , m_path(stored.path)
    , m_first(FirstSight::FromStart)
    , m_behind(stored)
    , m_restored(true)
{
}

void FileTail::look()
{
    if (!m_current && !m_behind)
        (void)openFirst(); // an error is read()'s to tell
}

void FileTail::forget()
{
    m_current.reset();
    m_behind.reset();
    m_late.reset();
    m_first = FirstSight::FromStart;
    m_successorSeen = m_restored = m_lost = false;
}

Result<FileTail::Progress> FileTail::read(EpochMs now, const LineSink& sink)
{
    m_full = false;
    readLate(now, sink);
    // The limit only keeps a log that is rotated faster than it can be looked at from holding the thread.
    constexpr int kMaxSteps = 1000;
    for (int step = 0; !m_full && step < kMaxSteps; ++step) {
        if (!m_current) {
            auto opened = open();
            if (!opened && opened.error().code == ErrorCode::Busy)
                continue; // truncated between two looks at it
            if (!opened)
                return std::unexpected(opened.error());
        }
        const auto chunk = readChunk(*m_current, sink);
        if (!chunk) {
            leave();
            return std::unexpected(chunk.error());
        }
        if (*chunk == Chunk::Filled)
            return Progress::More;
        if (*chunk == Chunk::Replaced)
            leave();
        else if (*chunk == Chunk::End && !moveOn(now, sink))
            return Progress::Idle;
    }
    return Progress::More;
}

std::optional<FilePosition> FileTail::position() const
{
    if (m_current && (m_current->offset > 0 || !m_behind))
        return positionOf(*m_current);
    return m_behind;
}

bool FileTail::holds(const FileIdentity& identity) const
{
    return (m_current && m_current->file->identity() == identity) ||
           (m_late && m_late->file->identity() == identity);
}

FilePosition FileTail::positionOf(const Reading& reading) const
{
    return {m_path,
            reading.file->identity(),
            reading.offset,
            static_cast<std::uint32_t>(reading.head.size()),
            fingerprint(reading.head),
            static_cast<std::uint32_t>(reading.tail.size()),
            fingerprint(reading.tail)};
}

// Gives the current file up, to look for the place again at the next open().
void FileTail::leave()
{
    m_behind = position();
    m_restored = false;
    m_current.reset();
    m_successorSeen = false;
}

Result<void> FileTail::open()
{
    if (!m_behind)
        return openFirst();
    RotationScan scan(m_files, m_path);
    auto at = scan.find(*m_behind);
    if (!at) {
        // The log may have been copied and truncated since the scan; then the copy is there by now.
        scan = RotationScan(m_files, m_path);
        at = scan.find(*m_behind);
    }
    if (!scan.isSteady())
        return fail(ErrorCode::Busy, m_path + " is being rotated.");
    if (!at && !scan.has(0))
        return std::unexpected(scan.error());

    const auto next = scan.successor(at);
    const bool continues = at && (sizeOf(scan.piece(*at)) > m_behind->offset || !next);
    auto reading = continues ? startReading(scan.take(*at), m_behind->offset)
                             : startReading(scan.take(next.value_or(0)), 0);
    if (!reading)
        return std::unexpected(reading.error());
    if (continues && reading->offset > 0 && fingerprint(reading->tail) != m_behind->tailHash)
        return fail(ErrorCode::Busy, m_path + " is being rotated.");
    m_lost = !at && m_restored;
    if (continues || !at)
        m_behind.reset();
    if (m_late && m_late->file->identity() == reading->file->identity())
        m_late.reset();
    m_current = std::move(*reading);
    return {};
}

Result<void> FileTail::openFirst()
{
    auto file = m_files.open(m_path);
    if (!file) {
        if (file.error().code == ErrorCode::NotFound)
            m_first = FirstSight::FromStart;
        return std::unexpected(file.error());
    }
    const auto offset = m_first == FirstSight::FromEnd ? lastLineStart(**file) : Result<std::uint64_t>(0);
    if (!offset)
        return std::unexpected(offset.error());
    auto reading = startReading(std::move(*file), *offset);
    if (!reading)
        return std::unexpected(reading.error());
    m_current = std::move(*reading);
    m_first = FirstSight::FromStart;
    return {};
}

Result<FileTail::Reading> FileTail::startReading(std::unique_ptr<LogFile> file, std::uint64_t offset)
{
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(offset, kFingerprintSize));
    Reading reading{std::move(file), offset, std::string(size, '\0'), std::string(size, '\0')};
    const auto head = reading.file->read(0, reading.head);
    const auto tail = reading.file->read(offset - size, reading.tail);
    if (!head || !tail)
        return std::unexpected(!head ? head.error() : tail.error());
    reading.head.resize(*head);
    reading.tail.resize(*tail);
    return reading;
}

Result<FileTail::Chunk> FileTail::readChunk(Reading& reading, const LineSink& sink)
{
    // The bytes taken last are read along with the new ones: if they differ, the file has been truncated and
    // has grown again, however large it is by now.
    const std::size_t known = reading.tail.size();
    const auto count = reading.file->read(reading.offset - known, m_buffer);
    if (!count)
        return std::unexpected(count.error());
    const std::string_view bytes(m_buffer.data(), *count);
    if (bytes.substr(0, known) != reading.tail)
        return Chunk::Replaced;
    const std::string_view data = bytes.substr(known);
    if (data.empty())
        return Chunk::End;
    // Only after reading: what was read then is certain to be older than any rotation not noticed here.
    if (reading.offset == 0 && m_behind && hasUnreadBefore(reading))
        return Chunk::Replaced;

    const std::size_t taken = takeLines(reading, data, sink);
    if (taken == 0)
        return m_full ? Chunk::Filled : Chunk::End;
    reading.advance(data.substr(0, taken));
    m_behind.reset();
    return m_full || *count == m_buffer.size() ? Chunk::Filled : Chunk::Lines;
}

// Whether the file before has grown, or others came between, since `reading` was chosen.
bool FileTail::hasUnreadBefore(const Reading& reading)
{
    RotationScan scan(m_files, m_path);
    const auto behind = scan.find(*m_behind);
    if (!scan.isSteady())
        return true;
    if (!behind)
        return false;
    if (sizeOf(scan.piece(*behind)) > m_behind->offset)
        return true;
    const auto next = scan.successor(behind);
    return next && scan.piece(*next).identity() != reading.file->identity();
}

std::size_t FileTail::takeLines(const Reading& reading, std::string_view data, const LineSink& sink)
{
    std::size_t done = 0;
    while (done < data.size() && !m_full) {
        const std::string_view rest = data.substr(done);
        const std::size_t lineEnd = rest.find('\n');
        const bool insideCutLine = done == 0 ? reading.insideLine() : data[done - 1] != '\n';
        if (insideCutLine) {
            done += lineEnd == std::string_view::npos ? rest.size() : lineEnd + 1;
        } else if (std::min(lineEnd, rest.size()) > kMaxLineSize) {
            if (!handOver(rest.substr(0, kMaxLineSize), sink))
                break;
            ++m_cut;
            done += kMaxLineSize;
        } else if (lineEnd == std::string_view::npos) {
            break;
        } else {
            if (!handOver(rest.substr(0, lineEnd), sink))
                break;
            done += lineEnd + 1;
        }
    }
    return done;
}

// The last line of a file that nobody writes to any more.
void FileTail::takeRest(Reading& reading, const LineSink& sink)
{
    const auto count = reading.file->read(reading.offset, std::span(m_buffer).first(kMaxLineSize));
    if (!count || *count == 0)
        return;
    const std::string_view rest(m_buffer.data(), *count);
    if (!reading.insideLine() && !handOver(rest, sink)) {
        m_full = false;
        (void)handOver(rest, sink);
    }
    reading.advance(rest);
}

// False: declined.
bool FileTail::handOver(std::string_view line, const LineSink& sink)
{
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    if (line.find('\0') != std::string_view::npos) {
        ++m_dropped;
        return true;
    }
    const Room room = sink(line);
    m_full |= room != Room::More;
    return room != Room::Declined;
}

// At the end of the current file: goes on to its successor, if there is one with something in it. True: read
// on.
bool FileTail::moveOn(EpochMs now, const LineSink& sink)
{
    if (const auto log = m_files.identify(m_path); log && *log == m_current->file->identity()) {
        m_successorSeen = false;
        return false;
    }
    RotationScan scan(m_files, m_path);
    if (!scan.isSteady())
        return true;
    const auto next = scan.successor(scan.find(m_current->file->identity()));
    // An empty successor says nothing yet: the writer may not have opened it.
    if (!next || sizeOf(scan.piece(*next)) == 0)
        return false;
    // Something may have been added to the old file before the successor got its first line.
    if (!m_successorSeen) {
        m_successorSeen = true;
        return true;
    }
    auto reading = startReading(scan.take(*next), 0);
    if (!reading)
        return false;
    takeRest(*m_current, sink);
    m_behind = positionOf(*m_current);
    m_restored = false;
    m_late = std::move(m_current);
    m_lateUntil = now + kLateWriterMs;
    m_current = std::move(*reading);
    m_successorSeen = false;
    return true;
}

void FileTail::readLate(EpochMs now, const LineSink& sink)
{
    if (!m_late)
        return;
    const std::optional<FilePosition> behind = m_behind;
    m_behind.reset(); // of no concern to an old file
    const std::uint64_t before = m_late->offset;
    const auto chunk = readChunk(*m_late, sink);
    const bool isBehind = behind && behind->identity == m_late->file->identity() && behind->offset == before;
    m_behind = isBehind ? positionOf(*m_late) : behind;
    if (!chunk || *chunk == Chunk::Replaced || now > m_lateUntil)
        m_late.reset();
}

} // namespace bartizan
