#include "engine/logsource/log_sources.h"

namespace bartizan {

EncodedPositions encodedPositions(const SourceBatch& batch)
{
    EncodedPositions positions;
    for (const FilePosition& position : batch.positions)
        positions.insert_or_assign(position.path, encodePosition(position));
    return positions;
}

LogSources::LogSources(LogFileSystem& files, FileWatch& watch, const Clock& clock,
                       BoundedQueue<SourceBatch>& queue, std::function<void()> changed)
    : m_files(files, watch, clock, queue, std::move(changed))
{
}

LogSources::~LogSources()
{
    stop();
}

Problems LogSources::start(const std::vector<LocalFile>& sources, const EncodedPositions& positions)
{
    std::vector<FilePosition> filePositions;
    for (const auto& [path, text] : positions) {
        if (auto position = decodePosition(path, text))
            filePositions.push_back(std::move(*position));
    }
    return m_files.start(sources, filePositions);
}

void LogSources::stop()
{
    m_files.stop();
}

std::vector<SourceState> LogSources::states() const
{
    return m_files.states();
}

} // namespace bartizan
