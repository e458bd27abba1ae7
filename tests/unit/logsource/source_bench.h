// A folder with real logs, and a source manager that reads them.
#pragma once

#include "engine/logsource/source_manager.h"
#include "platform/linux/inotify_watch.h"
#include "platform/linux/log_file_system.h"

#include <QStringList>
#include <QTemporaryDir>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

namespace bartizan::test {

inline LocalFile source(const std::string& location, const std::string& format = "syslog")
{
    LocalFile file;
    file.location = location;
    file.format = format;
    return file;
}

// The real one, with a count of how often nothing had happened.
class CountingWatch final : public FileWatch
{
public:
    Result<void> add(const std::string& path, FolderWatch folder) override
    {
        return m_watch->add(path, folder);
    }
    void remove(const std::string& path) override { m_watch->remove(path); }
    std::vector<FileChange> wait(std::optional<std::chrono::milliseconds> timeout) override
    {
        auto changes = m_watch->wait(timeout);
        if (changes.empty())
            ++m_timeouts;
        return changes;
    }
    void wake() override { m_watch->wake(); }
    [[nodiscard]] int timeouts() const { return m_timeouts; }

private:
    std::unique_ptr<FileWatch> m_watch = std::move(*makeInotifyWatch());
    std::atomic<int> m_timeouts = 0;
};

// A folder with real logs and a manager that reads them.
class Bench
{
public:
    Bench()
        : m_files(makeLogFileSystem())
    {
    }
    ~Bench() { stop(); }

    [[nodiscard]] std::string path(const std::string& name) const
    {
        return m_folder.path().toStdString() + "/" + name;
    }
    void append(const std::string& name, std::string_view text)
    {
        std::ofstream(path(name), std::ios::app | std::ios::binary) << text;
    }

    Problems start(const std::vector<LocalFile>& sources, const std::vector<FilePosition>& positions = {})
    {
        m_manager =
            std::make_unique<SourceManager>(*m_files, m_watch, m_clock, m_queue, [this] { ++m_changes; });
        Problems problems = m_manager->start(sources, positions, {"desk", "192.0.2.9"});
        m_consumer = std::thread([this] {
            while (auto batch = m_queue.pop())
                take(*batch);
        });
        return problems;
    }
    void stop()
    {
        if (!m_manager)
            return;
        m_manager->stop();
        m_queue.close();
        m_consumer.join();
        m_manager.reset();
    }

    // "name: text", sorted by nothing: as they came.
    [[nodiscard]] QStringList lines()
    {
        const std::lock_guard lock(m_mutex);
        QStringList lines;
        for (const std::string& line : m_lines)
            lines << QString::fromStdString(line);
        return lines;
    }
    [[nodiscard]] std::map<std::string, FilePosition> positions()
    {
        const std::lock_guard lock(m_mutex);
        return m_positions;
    }
    [[nodiscard]] QString status(const std::string& name)
    {
        for (const SourceState& state : m_manager->states()) {
            if (state.path == path(name))
                return QString::fromUtf8(sourceStatusName(state.status));
        }
        return QStringLiteral("(none)");
    }
    [[nodiscard]] std::vector<SourceState> states() { return m_manager->states(); }
    [[nodiscard]] int changes() const { return m_changes; }
    [[nodiscard]] int timeouts() const { return m_watch.timeouts(); }

private:
    void take(const SourceBatch& batch)
    {
        const std::lock_guard lock(m_mutex);
        for (const auto& record : batch.records.records()) {
            const std::string name =
                std::filesystem::path(batch.records.location(record)).filename().string();
            m_lines.push_back(name + ": " + std::string(batch.records.text(record)));
        }
        for (const FilePosition& position : batch.positions)
            m_positions.insert_or_assign(position.path, position);
    }

    QTemporaryDir m_folder;
    std::unique_ptr<LogFileSystem> m_files;
    CountingWatch m_watch;
    SystemClock m_clock;
    BoundedQueue<SourceBatch> m_queue{4};
    std::unique_ptr<SourceManager> m_manager;
    std::thread m_consumer;
    std::atomic<int> m_changes = 0;
    std::mutex m_mutex;
    std::vector<std::string> m_lines;
    std::map<std::string, FilePosition> m_positions;
};

inline QStringList words(const char* text)
{
    return QString::fromLatin1(text).split(QLatin1Char(','), Qt::SkipEmptyParts);
}

} // namespace bartizan::test
