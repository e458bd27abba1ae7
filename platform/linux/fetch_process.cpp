#include "platform/linux/fetch_process.h"

#include "engine/fetch/fetch_job.h"
#include "engine/fetch/fetch_report.h"
#include "platform/linux/descriptor_message.h"
#include "platform/linux/sealed_memory.h"
#include "platform/linux/spawn_plan.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bartizan {

namespace {

using Clock = std::chrono::steady_clock;

// What the fetcher may take longer than it is told to: it ends by itself with a better message.
constexpr std::chrono::seconds kGrace{5};
constexpr std::array<const char*, 3> kProxies{"http_proxy", "https_proxy", "no_proxy"};

std::unexpected<Error> cantStart(int error)
{
    return fail(ErrorCode::Unavailable, // NOLINTNEXTLINE(concurrency-mt-unsafe)
                std::string("The program that fetches lists can't be started: ") + std::strerror(error),
                "Install Bartizan again, or see whether memory or processes have run out.");
}

// A process and all it started; dead at the end.
class ProcessGroup
{
public:
    explicit ProcessGroup(pid_t process)
        : m_process(process)
        , m_life(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)))
    {
    }
    ~ProcessGroup() { (void)end(); }
    ProcessGroup(const ProcessGroup&) = delete;
    ProcessGroup& operator=(const ProcessGroup&) = delete;

    // Readable once the process has ended; -1 before Linux 5.3.
    [[nodiscard]] int life() const { return m_life.get(); }
    // As from waitpid().
    int end()
    {
        if (m_process > 0) {
            // Before the leader is waited for: its number is the group's as long as it is there.
            ::kill(-m_process, SIGKILL);
            while (::waitpid(m_process, &m_status, 0) < 0 && errno == EINTR) {
            }
            m_process = -1;
        }
        return m_status;
    }
    // Gives it a moment to end by itself, so that the status tells why it did.
    int endSoon()
    {
        pollfd life{m_life.get(), POLLIN, 0};
        if (m_life.isOpen())
            ::poll(&life, 1, 500);
        return end();
    }

private:
    pid_t m_process;
    FileDescriptor m_life;
    int m_status = 0;
};

enum class Waited { Answer, Stopped, TooLate };

// Until the answer is whole or nothing more of it can come.
Result<Waited> waitForAnswer(int channel, int life, int stop, Clock::time_point until,
                             MessageReceiver& receiver)
{
    std::array<pollfd, 3> sources{{{channel, POLLIN, 0}, {life, POLLIN, 0}, {stop, POLLIN, 0}}};
    const auto& [answer, ended, stopped] = sources;
    for (;;) {
        const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
        // Asked at each turn: one that never stops sending keeps poll() from waiting.
        if (rest <= 0)
            return Waited::TooLate;
        const int ready =
            ::poll(sources.data(), sources.size(), static_cast<int>(std::min<std::int64_t>(rest, 60'000)));
        if (ready <= 0)
            continue;
        if (stopped.revents != 0)
            return Waited::Stopped;
        if (answer.revents != 0) {
            const auto state = receiver.receive(channel);
            if (!state)
                return std::unexpected(state.error());
            if (*state == MessageReceiver::State::Done)
                return Waited::Answer;
        } else if (ended.revents != 0) {
            return Waited::Answer; // what it started may still hold the channel
        }
    }
}

std::unexpected<Error> withoutAnswer(int status)
{
    std::string how = "ended without an answer";
    if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
        how = "was ended by the signal " + std::string(::sigabbrev_np(WTERMSIG(status)) != nullptr
                                                           ? ::sigabbrev_np(WTERMSIG(status))
                                                           : std::to_string(WTERMSIG(status)));
    return fail(ErrorCode::Unavailable, "The program that fetches lists " + how,
                "It is tried again later; a smaller list takes less memory and time.");
}

} // namespace

FetchProcess::FetchProcess(std::filesystem::path program)
    : m_program(std::move(program))
{
    for (const char* name : kProxies) {
        const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): see the header
        if (value != nullptr)
            m_environment.push_back(std::string(name) + "=" + value);
    }
}

Result<FetchReport> FetchProcess::fetch(const FetchRequest& request, const std::stop_token& stop)
{
    return run(request, -1, stop);
}

Result<FetchReport> FetchProcess::compile(std::span<const std::byte> bytes, const FetchRequest& request,
                                          const std::stop_token& stop)
{
    if (bytes.size() > request.limits.downloadBytes)
        return fail(ErrorCode::Exhausted,
                    "The list has more than " + std::to_string(request.limits.downloadBytes) + " bytes",
                    "Take a smaller list, or raise the limit.");
    const auto list = sealedCopy(bytes);
    if (!list)
        return std::unexpected(list.error());
    return run(request, list->get(), stop);
}

Result<FetchReport> FetchProcess::run(const FetchRequest& request, int list, const std::stop_token& stop)
{
    const std::string job = writeFetchJob({request, list >= 0});
    if (const auto checked = readFetchJob(job); !checked)
        return std::unexpected(checked.error());
    const FileDescriptor stopped(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    const std::stop_callback wake(stop, [&] {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto size = ::write(stopped.get(), &one, sizeof one);
    });
    std::array<int, 2> ends{};
    if (!stopped.isOpen() ||
        ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0)
        return cantStart(errno);
    const FileDescriptor channel(ends[0]);
    FileDescriptor theirs(ends[1]);
    // Theirs waits; the flag belongs to each end.
    ::fcntl(theirs.get(), F_SETFL, 0);
    pid_t process = 0;
    SpawnPlan plan(STDIN_FILENO, theirs.get());
    plan.startIn("/");
    if (const int error = plan.start(m_program.string(), {m_program.string()}, m_environment, process);
        error != 0)
        return cantStart(error);
    ProcessGroup group(process);
    theirs = FileDescriptor();

    // It has room for a whole job, whether the other end reads it or not.
    if (!sendMessage(channel.get(), job, list))
        return withoutAnswer(group.endSoon());
    MessageReceiver receiver(kLongestFetchReport);
    const auto until = Clock::now() + request.limits.time + kGrace;
    const auto waited = waitForAnswer(channel.get(), group.life(), stopped.get(), until, receiver);
    if (!waited)
        return fail(ErrorCode::Corrupt,
                    "The program that fetches lists answered wrongly: " + waited.error().message,
                    "Install Bartizan again; the list that was there stays in force.");
    if (*waited == Waited::Stopped)
        return fail(ErrorCode::Busy, "Fetching the list was stopped.", "Try again.");
    if (*waited == Waited::TooLate)
        return fail(ErrorCode::Unavailable,
                    "Fetching the list took longer than " + std::to_string(request.limits.time.count()) +
                        " seconds",
                    "It is tried again later; raise the time limit if that happens each time.");
    if (receiver.text().empty())
        return withoutAnswer(group.endSoon());
    auto report = readFetchReport(receiver.text());
    if (!report)
        return report;
    // Nobody holds the memory any more then but us.
    (void)group.end();
    const bool hasImage = receiver.descriptor().isOpen();
    if (hasImage == report->notModified)
        return fail(ErrorCode::Corrupt,
                    hasImage
                        ? "The program that fetches lists handed over a list and says that it has not changed"
                        : "The program that fetches lists reports a list and handed over none",
                    "Install Bartizan again; the list that was there stays in force.");
    if (hasImage) {
        auto image = mapSealed(receiver.descriptor().get(), mostImageBytes(request.limits));
        if (!image)
            return std::unexpected(image.error());
        report->image = std::move(*image);
    }
    return report;
}

} // namespace bartizan
