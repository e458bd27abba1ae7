#include "engine/logsource/log_sources.h"

#include <algorithm>
#include <iterator>

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

namespace {

void append(Problems& problems, Problems more)
{
    problems.insert(problems.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
}

Problem notHere(const LocalFile& source, std::string what)
{
    const ConfigPlace& place = source.formatPlace;
    return {Severity::Warning,   "source",     place.file,
            place.line,          place.column, "This system has no " + std::move(what) + ".",
            "Remove the source."};
}

} // namespace

LogSources::LogSources(LogSourcePlatform platform, const Clock& clock, BoundedQueue<SourceBatch>& queue,
                       std::function<void()> changed)
    : m_changed(std::move(changed))
    , m_files(platform.files, platform.watch, clock, queue, m_changed)
    , m_runner(std::move(platform.commands))
{
    if (platform.journal != nullptr)
        m_journal =
            std::make_unique<JournalSource>(*platform.journal, clock, queue, [this] { journalChanged(); });
    if (m_runner)
        m_commands = std::make_unique<CommandSource>(*m_runner, clock, queue, m_changed);
}

LogSources::~LogSources()
{
    stop();
}

Problems LogSources::start(const std::vector<LocalFile>& sources, const EncodedPositions& positions,
                           const HostIdentity& host)
{
    std::vector<LocalFile> files;
    std::vector<LocalFile> journals;
    std::vector<LocalFile> commands;
    for (const LocalFile& source : sources) {
        const bool isCommand = source.format == "command" || source.format == "full_command";
        (source.format == "journald" ? journals : isCommand ? commands : files).push_back(source);
    }
    std::vector<FilePosition> filePositions;
    for (const auto& [path, text] : positions) {
        if (auto position = decodePosition(path, text))
            filePositions.push_back(std::move(*position));
    }
    // The journal first: files are doubted where it knows better.
    Problems problems = startJournal(journals, positions, host);
    append(problems, m_files.start(files, filePositions, host));
    append(problems, startCommands(commands, host));
    return problems;
}

Problems LogSources::startJournal(const std::vector<LocalFile>& sources, const EncodedPositions& positions,
                                  const HostIdentity& host)
{
    if (sources.empty())
        return {};
    if (!m_journal)
        return {notHere(sources.front(), "journal to read")};
    m_readsJournal = true;
    const auto cursor = positions.find(std::string(kJournalPosition));
    Problems problems =
        m_journal->start(sources, cursor != positions.end() ? cursor->second : std::string(), host);
    journalChanged();
    return problems;
}

Problems LogSources::startCommands(const std::vector<LocalFile>& sources, const HostIdentity& host)
{
    if (sources.empty())
        return {};
    if (!m_commands)
        return {notHere(sources.front(), "shell that could run the command")};
    return m_commands->start(sources, host);
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
    if (m_commands)
        m_commands->stop();
    if (m_journal)
        m_journal->stop();
    m_files.stop();
}

std::vector<SourceState> LogSources::states() const
{
    std::vector<SourceState> states = m_files.states();
    if (m_readsJournal)
        states.push_back(m_journal->state());
    if (m_commands)
        std::ranges::move(m_commands->states(), std::back_inserter(states));
    std::ranges::sort(states, {}, &SourceState::path);
    return states;
}

} // namespace bartizan
