#include "engine/logsource/log_sources.h"

namespace bartizan {

EncodedPositions encodedPositions(const SourceBatch& batch)
{
    EncodedPositions positions;
    for (const FilePosition& position : batch.positions)
        positions.insert_or_assign(position.path, encodePosition(position));
    if (!batch.journalCursor.empty())
        positions.insert_or_assign(std::string(kJournalPosition), batch.journalCursor);
    return positions;
}

LogSources::LogSources(LogFileSystem& files, FileWatch& watch, JournalReader* journal, const Clock& clock,
                       BoundedQueue<SourceBatch>& queue, std::function<void()> changed)
    : m_changed(std::move(changed))
    , m_files(files, watch, clock, queue, m_changed)
{
    if (journal != nullptr)
        m_journal = std::make_unique<JournalSource>(*journal, clock, queue, [this] { journalChanged(); });
}

LogSources::~LogSources()
{
    stop();
}

Problems LogSources::start(const std::vector<LocalFile>& sources, const EncodedPositions& positions)
{
    Problems problems;
    std::vector<LocalFile> files;
    std::vector<LocalFile> journals;
    for (const LocalFile& source : sources)
        (source.format == "journald" ? journals : files).push_back(source);
    if (!journals.empty() && m_journal) {
        m_readsJournal = true;
        const auto cursor = positions.find(std::string(kJournalPosition));
        problems = m_journal->start(journals, cursor != positions.end() ? cursor->second : std::string());
        journalChanged(); // before the files are read: they are doubted where the journal knows better
    } else if (!journals.empty()) {
        const ConfigPlace& place = journals.front().formatPlace;
        problems.push_back({Severity::Warning, "source", place.file, place.line, place.column,
                            "This system has no journal to read.", "Remove the source."});
    }

    std::vector<FilePosition> filePositions;
    for (const auto& [path, text] : positions) {
        if (auto position = decodePosition(path, text))
            filePositions.push_back(std::move(*position));
    }
    auto more = m_files.start(files, filePositions);
    problems.insert(problems.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
    return problems;
}

void LogSources::journalChanged()
{
    m_files.setOrigin(m_journal->vouchesForSsh() ? RecordOrigin::Kind::Unverified
                                                 : RecordOrigin::Kind::Unknown);
    if (m_changed)
        m_changed();
}

void LogSources::stayAwake()
{
    if (m_readsJournal)
        m_journal->stayAwake();
}

void LogSources::stop()
{
    if (m_journal)
        m_journal->stop();
    m_files.stop();
}

std::vector<SourceState> LogSources::states() const
{
    std::vector<SourceState> states = m_files.states();
    if (m_readsJournal)
        states.push_back(m_journal->state());
    return states;
}

} // namespace bartizan
