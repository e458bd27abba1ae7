#include "engine/logsource/command_source.h"

#include "engine/base/strings.h"
#include "engine/base/utf8.h"
#include "engine/logsource/line_shaper.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace bartizan {

namespace {

using Moment = std::chrono::steady_clock::time_point;

constexpr std::chrono::seconds kDefaultFrequency{360};
constexpr std::chrono::seconds kLongestRun{60};
constexpr std::size_t kMaxEvent = 64 * 1024;

} // namespace

std::optional<std::chrono::seconds> commandFrequency(std::string_view text)
{
    text = trim(text);
    if (text.empty())
        return kDefaultFrequency;
    if (text == "hourly")
        return std::chrono::hours(1);
    if (text == "daily")
        return std::chrono::hours(24);
    constexpr int kMost = 31 * 24 * 3600;
    const auto seconds = parseNumber<int>(text);
    return seconds && *seconds > 0 && *seconds <= kMost ? std::optional(std::chrono::seconds(*seconds))
                                                        : std::nullopt;
}

class CommandSource::Impl
{
public:
    Impl(CommandRunner& runner, const Clock& clock, BoundedQueue<SourceBatch>& queue,
         std::function<void()> changed)
        : m_runner(runner)
        , m_clock(clock)
        , m_queue(queue)
        , m_changed(std::move(changed))
    {
    }

    Problems start(const std::vector<LocalFile>& sources, const HostIdentity& host);
    void stop();
    [[nodiscard]] std::vector<SourceState> states() const;

private:
    struct Command
    {
        std::string text;
        std::string name;     // the alias, or the text
        bool isWhole = false; // full_command: all the output is one event
        std::chrono::seconds frequency{};
        LineShaper shaper;
        Moment next;
        SourceState state;
    };

    void add(const LocalFile& settings, const HostIdentity& host, Problems& problems);
    void run();
    void runCommand(Command& command);
    void report(Command& command, const CommandRunner::Output& output);
    void pushOutput(Command& command, std::string_view output);
    void addEvent(Command& command, std::string text, RecordBatch& records);
    void setStatus(Command& command, SourceStatus status, std::string detail, std::string cure);

    CommandRunner& m_runner;
    const Clock& m_clock;
    BoundedQueue<SourceBatch>& m_queue;
    std::function<void()> m_changed;
    std::vector<Command> m_commands;
    std::thread m_thread;
    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_stopping = false; // guarded by m_mutex, as the commands' states
};

Problems CommandSource::Impl::start(const std::vector<LocalFile>& sources, const HostIdentity& host)
{
    Problems problems;
    for (const LocalFile& settings : sources)
        add(settings, host, problems);
    if (!m_commands.empty())
        m_thread = std::thread([this] { run(); });
    return problems;
}

void CommandSource::Impl::add(const LocalFile& settings, const HostIdentity& host, Problems& problems)
{
    const auto refuse = [&](const ConfigPlace& place, std::string message, std::string cure) {
        problems.push_back({Severity::Error, "source", place.file, place.line, place.column,
                            std::move(message), std::move(cure)});
    };
    if (const auto trusted = m_runner.checkTrusted(settings.place.file); !trusted) {
        refuse(settings.formatPlace, "The command is not run: " + trusted.error().message,
               trusted.error().cure);
        return;
    }
    const auto frequency = commandFrequency(settings.frequency);
    if (!frequency) {
        refuse(settings.place,
               "The frequency " + forDisplay(settings.frequency, 40) + " is no time; the command is not run.",
               "Write seconds, hourly or daily.");
        return;
    }
    auto shaper = LineShaper::make(settings, problems, host);
    if (!shaper)
        return;
    Command command{settings.command,
                    settings.alias.empty() ? settings.command : settings.alias,
                    settings.format == "full_command",
                    *frequency,
                    std::move(*shaper),
                    std::chrono::steady_clock::now(),
                    {}};
    command.state.path = "command: " + forDisplay(command.name, 120);
    command.state.status = SourceStatus::Reading;
    m_commands.push_back(std::move(command));
}

void CommandSource::Impl::stop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_all();
    if (m_thread.joinable()) {
        m_runner.stop();
        m_thread.join();
    }
}

std::vector<SourceState> CommandSource::Impl::states() const
{
    const std::lock_guard lock(m_mutex);
    std::vector<SourceState> states;
    states.reserve(m_commands.size());
    for (const Command& command : m_commands)
        states.push_back(command.state);
    return states;
}

void CommandSource::Impl::run()
{
    for (;;) {
        Command& command = *std::ranges::min_element(m_commands, {}, &Command::next);
        {
            std::unique_lock lock(m_mutex);
            if (m_wake.wait_until(lock, command.next, [this] { return m_stopping; }))
                return;
        }
        runCommand(command);
        // From the start of this run; runs that were missed are not made up for.
        while (command.next <= std::chrono::steady_clock::now())
            command.next += command.frequency;
    }
}

void CommandSource::Impl::runCommand(Command& command)
{
    const auto output =
        m_runner.run(command.text, std::min<std::chrono::seconds>(command.frequency, kLongestRun));
    if (!output) {
        if (output.error().code != ErrorCode::Busy)
            setStatus(command, SourceStatus::Failed, output.error().message, output.error().cure);
        return;
    }
    pushOutput(command, output->text);
    report(command, *output);
}

void CommandSource::Impl::report(Command& command, const CommandRunner::Output& output)
{
    if (output.timedOut)
        setStatus(command, SourceStatus::Failed, "It did not end in time and was killed.",
                  "Let it end within a minute, and within its frequency.");
    else if (output.status == CommandRunner::kNotFound)
        setStatus(command, SourceStatus::Failed, "The shell did not find it (exit status 127).",
                  "Install it, correct its name, or write its whole path.");
    else if (output.status == CommandRunner::kNotExecutable)
        setStatus(command, SourceStatus::Failed, "The shell may not execute it (exit status 126).",
                  "chmod +x the file, or name its interpreter.");
    else
        setStatus(command, SourceStatus::Reading,
                  output.isCut ? "Its output is over 1 MiB; the rest was left out." : "", "");
}

void CommandSource::Impl::pushOutput(Command& command, std::string_view output)
{
    while (output.ends_with('\n'))
        output.remove_suffix(1);
    if (output.empty())
        return;
    const std::string prefix = "ossec: output: '" + command.name + "':";
    SourceBatch batch;
    const auto push = [&] {
        if (!batch.records.empty())
            (void)m_queue.push(std::move(batch)); // false: the engine is stopping
        batch = {};
    };
    if (command.isWhole) {
        addEvent(command, prefix + '\n' + std::string(output), batch.records);
    } else {
        for (const std::string_view line : split(output, '\n')) {
            addEvent(command, prefix + ' ' + std::string(line), batch.records);
            if (isFull(batch.records))
                push();
        }
    }
    push();
}

void CommandSource::Impl::addEvent(Command& command, std::string text, RecordBatch& records)
{
    const EpochMs now = m_clock.now();
    const bool isCut = text.size() > kMaxEvent;
    if (isCut)
        text.resize(kMaxEvent);
    std::string_view event = text;
    const bool isText = text.find('\0') == std::string::npos;
    const auto verdict = isText ? command.shaper.shape(event, {command.name, now, command.name})
                                : LineShaper::Verdict::Invalid;
    const std::lock_guard lock(m_mutex);
    command.state.cut += isCut ? 1 : 0;
    if (verdict == LineShaper::Verdict::Invalid)
        ++command.state.dropped;
    if (verdict != LineShaper::Verdict::Keep)
        return;
    records.add(event, records.locationIndex(command.name), now);
    ++command.state.lines;
    command.state.bytes += event.size() + 1;
    command.state.lastLineAt = now;
}

void CommandSource::Impl::setStatus(Command& command, SourceStatus status, std::string detail,
                                    std::string cure)
{
    {
        const std::lock_guard lock(m_mutex);
        if (command.state.status == status && command.state.detail == detail)
            return;
        command.state.status = status;
        command.state.detail = std::move(detail);
        command.state.cure = std::move(cure);
    }
    if (m_changed)
        m_changed();
}

CommandSource::CommandSource(CommandRunner& runner, const Clock& clock, BoundedQueue<SourceBatch>& queue,
                             std::function<void()> changed)
    : m_impl(std::make_unique<Impl>(runner, clock, queue, std::move(changed)))
{
}

CommandSource::~CommandSource()
{
    m_impl->stop();
}

Problems CommandSource::start(const std::vector<LocalFile>& sources, const HostIdentity& host)
{
    return m_impl->start(sources, host);
}

void CommandSource::stop()
{
    m_impl->stop();
}

std::vector<SourceState> CommandSource::states() const
{
    return m_impl->states();
}

} // namespace bartizan
