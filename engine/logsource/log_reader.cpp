#include "engine/logsource/log_reader.h"

#include "engine/base/utf8.h"

namespace bartizan {

LogReader::LogReader(LogFileSystem& files, const Clock& clock, const LocalFile& settings, LineShaper& shaper,
                     FileTail tail)
    : m_files(files)
    , m_clock(clock)
    , m_shaper(shaper)
    , m_tail(std::move(tail))
    , m_assembler(EventAssembler::make(settings))
    , m_isUndecided(settings.ignoreBinaries)
{
    m_state.path = m_tail.path();
}

bool LogReader::read(RecordBatch& records, RecordOrigin::Kind origin)
{
    if (m_isUndecided) {
        const Content content = firstContent();
        m_isLeftOut = content == Content::Binary;
        m_isUndecided = content != Content::Text; // what replaces it may be text
        if (m_isLeftOut) {
            m_tail.forget();
            return false;
        }
    }
    m_origin = origin;
    const EpochMs now = m_clock.now();
    const std::uint64_t droppedBefore = m_tail.droppedLines();
    const auto sink = [&](std::string_view line) { return takeLine(line, records); };
    Result<FileTail::Progress> result = FileTail::Progress::More;
    do {
        if (m_declined)
            m_before = m_tail.position();
        result = m_tail.read(now, sink);
    } while (m_declined && result && !isFull(records));
    m_state.dropped += m_tail.droppedLines() - droppedBefore;
    m_state.cut = m_tail.cutLines() + (m_assembler ? m_assembler->cutEvents() : 0);
    updateStatus(result);
    return result && *result == FileTail::Progress::More;
}

FileTail::Room LogReader::takeLine(std::string_view line, RecordBatch& records)
{
    if (!m_assembler) {
        addEvent(line, records);
    } else {
        const bool begins = m_assembler->begins(line);
        if (begins && !m_declined) {
            m_declined = true;
            m_before = m_tail.position();
            return FileTail::Room::Declined;
        }
        m_declined = false;
        m_assembler->take(line, m_clock.steadyNow(),
                          [&](std::string_view event) { addEvent(event, records); });
        if (!m_assembler->isPending())
            m_held.reset();
        else if (begins)
            m_held = m_before;
    }
    return isFull(records) ? FileTail::Room::Full : FileTail::Room::More;
}

std::optional<EpochMs> LogReader::due() const
{
    return m_assembler ? m_assembler->due() : std::nullopt;
}

void LogReader::flush(RecordBatch& records, RecordOrigin::Kind origin)
{
    m_origin = origin;
    if (m_assembler)
        m_assembler->flush([&](std::string_view event) { addEvent(event, records); });
    m_held.reset();
}

std::optional<FilePosition> LogReader::position() const
{
    return m_isLeftOut ? std::nullopt : m_held ? m_held : m_tail.position();
}

// As far as the first bytes tell.
LogReader::Content LogReader::firstContent()
{
    constexpr std::size_t kLooked = 1024;
    constexpr std::size_t kLongestCharacter = 4;
    const auto file = m_files.open(m_tail.path());
    std::string bytes(kLooked, '\0');
    const auto count = file ? (*file)->read(0, bytes) : Result<std::size_t>(0);
    if (!count || *count == 0)
        return Content::Nothing;
    bytes.resize(*count);
    if (bytes.find('\0') != std::string::npos)
        return Content::Binary;
    for (std::string_view rest = bytes; !rest.empty();) {
        const std::size_t length = utf8SequenceLength(rest);
        // A character may be cut in two at the end of what is looked at.
        if (length == 0)
            return *count == kLooked && rest.size() < kLongestCharacter ? Content::Text : Content::Binary;
        rest.remove_prefix(length);
    }
    return Content::Text;
}

void LogReader::addEvent(std::string_view event, RecordBatch& records)
{
    const EpochMs now = m_clock.now();
    const std::size_t size = event.size() + 1;
    switch (m_shaper.shape(event, {m_state.path, now})) {
    case LineShaper::Verdict::Keep:
        records.add(event, records.locationIndex(m_state.path), now, 0,
                    records.originIndex({m_origin, {}, {}, {}}));
        ++m_state.lines;
        m_state.bytes += size;
        m_state.lastLineAt = now;
        break;
    case LineShaper::Verdict::Invalid:
        ++m_state.dropped;
        break;
    case LineShaper::Verdict::Filtered:
        break;
    }
}

void LogReader::updateStatus(const Result<FileTail::Progress>& result)
{
    m_state.detail.clear();
    m_state.cure.clear();
    if (!result) {
        m_state.status = sourceStatusOf(result.error());
        m_state.detail = result.error().message;
        m_state.cure = result.error().cure;
        if (m_state.status == SourceStatus::Missing)
            m_state.cure = "It is read as soon as it appears.";
        return;
    }
    m_state.status = SourceStatus::Reading;
    if (*result == FileTail::Progress::More)
        return;
    if (const auto identity = m_files.identify(m_state.path); !identity) {
        m_state.status = sourceStatusOf(identity.error());
        m_state.detail = m_state.path + " has been renamed or removed.";
        m_state.cure = "It is read as soon as it appears again.";
    } else if (m_tail.lostItsPlace()) {
        m_state.detail =
            "The log was rotated while it was not being read, and the old part can't be found: lines may be "
            "missing.";
    }
}

} // namespace bartizan
