#include "platform/linux/shell_runner.h"

#include "engine/base/utf8.h"
#include "platform/linux/file_descriptor.h"
#include "platform/linux/spawn_plan.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bartizan {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostOutput = 1024 * std::size_t{1024};

std::unexpected<Error> startError(int error)
{
    return fail(ErrorCode::Unavailable,
                std::string("The shell can't be started: ") + // NOLINTNEXTLINE(concurrency-mt-unsafe)
                    std::strerror(error) + ".",
                "It is tried again when it is due next; see whether memory or processes have run out.");
}

class ShellRunner final : public CommandRunner
{
public:
    ShellRunner()
        : m_stop(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
    {
    }

    Result<Output> run(const std::string& command, std::chrono::milliseconds patience) override;
    void stop() override
    {
        m_stopped = true;
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto size = ::write(m_stop.get(), &one, sizeof one);
    }
    [[nodiscard]] Result<void> checkTrusted(const std::string& file) const override;

private:
    // Until the end of the output and of `process`. False: it was time to stop.
    bool collect(int output, pid_t process, Clock::time_point until, Output& result) const;

    FileDescriptor m_stop; // readable from stop() on
    std::atomic<bool> m_stopped = false;
};

Result<CommandRunner::Output> ShellRunner::run(const std::string& command, std::chrono::milliseconds patience)
{
    if (m_stopped)
        return fail(ErrorCode::Busy, "the engine is stopping");
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return startError(errno);
    const FileDescriptor output(ends[0]);
    FileDescriptor input(ends[1]);
    pid_t process = 0;
    SpawnPlan plan(STDOUT_FILENO, input.get());
    if (const int error = plan.start(
            "/bin/sh", {"sh", "-c", command},
            {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}, process);
        error != 0)
        return startError(error);
    input = FileDescriptor();

    Output result;
    const bool ended = collect(output.get(), process, Clock::now() + patience, result);
    result.timedOut = !ended && !result.isCut;
    // Also after its end: what it left behind must not pile up with each run.
    ::kill(-process, SIGKILL);
    int status = 0;
    while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    if (m_stopped)
        return fail(ErrorCode::Busy, "the engine is stopping");
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    return result;
}

bool ShellRunner::collect(int output, pid_t process, Clock::time_point until, Output& result) const
{
    // A process may close its output and go on working. Before Linux 5.3 that counts as its end.
    const FileDescriptor life(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
    std::array<char, 16 * 1024> buffer;
    // poll() passes over negative descriptors: those of which nothing is waited for any more.
    std::array<pollfd, 3> sources{{{output, POLLIN, 0}, {life.get(), POLLIN, 0}, {m_stop.get(), POLLIN, 0}}};
    auto& [printed, ended, stopped] = sources;
    while (printed.fd >= 0 || ended.fd >= 0) {
        const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
        const int ready =
            ::poll(sources.data(), sources.size(), static_cast<int>(std::max<std::int64_t>(0, rest.count())));
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0 || stopped.revents != 0)
            return false;
        if (ended.revents != 0)
            ended.fd = -1;
        if (printed.revents == 0)
            continue;
        const auto size = ::read(output, buffer.data(), buffer.size());
        if (size <= 0) {
            printed.fd = -1;
            continue;
        }
        const auto room = kMostOutput - result.text.size();
        result.text.append(buffer.data(), std::min(static_cast<std::size_t>(size), room));
        if (static_cast<std::size_t>(size) > room) {
            result.isCut = true;
            return false;
        }
    }
    return true;
}

// Whether only root, or we, may exchange what is at `place` or change what is in it.
Result<void> checkPlace(const std::filesystem::path& place)
{
    const std::string shown = forDisplay(place.string());
    struct stat status{};
    if (::lstat(place.c_str(), &status) != 0)
        return fail(ErrorCode::NotFound, shown + " can't be looked at.");
    if (status.st_uid != 0 && status.st_uid != ::geteuid())
        return fail(ErrorCode::PermissionDenied, shown + " does not belong to root.",
                    "chown -h root " + shown);
    // In a sticky folder nobody can exchange the files of others; a link has no mode of its own.
    const bool isSticky = S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0;
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !isSticky && !S_ISLNK(status.st_mode))
        return fail(ErrorCode::PermissionDenied, shown + " can be written by others than its owner.",
                    "chmod go-w " + shown);
    return {};
}

Result<void> ShellRunner::checkTrusted(const std::string& file) const
{
    std::error_code error;
    const std::filesystem::path named = std::filesystem::absolute(file, error);
    const std::filesystem::path real = std::filesystem::canonical(named, error);
    if (error)
        return fail(ErrorCode::NotFound, forDisplay(file) + " can't be looked at.");
    if (!std::filesystem::is_regular_file(real, error))
        return fail(ErrorCode::PermissionDenied, forDisplay(file) + " is not a regular file.",
                    "Write the command into bartizan.conf.");
    // Where links lead, and where they stand.
    for (const std::filesystem::path& path : {real, named}) {
        for (std::filesystem::path place = path; place.has_relative_path(); place = place.parent_path()) {
            if (auto checked = checkPlace(place); !checked)
                return checked;
        }
    }
    return {};
}

} // namespace

std::unique_ptr<CommandRunner> makeShellRunner()
{
    return std::make_unique<ShellRunner>();
}

} // namespace bartizan
