#include "platform/linux/inotify_watch.h"

#include "platform/linux/file_descriptor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unordered_map>

namespace bartizan {

namespace {

constexpr std::uint32_t kFileMask = IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF;
// IN_ATTRIB tells of a repaired permission; writing into a file of the folder does not raise it.
constexpr std::uint32_t kItselfMask = IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_MASK_ADD;
constexpr std::uint32_t kContentsMask = kItselfMask | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;
constexpr std::size_t kFilesPerPath = 2;

std::unexpected<Error> watchError(const std::string& path, int error)
{
    const std::string what =
        path + " can't be watched: " + std::strerror(error); // NOLINT(concurrency-mt-unsafe)
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return fail(ErrorCode::NotFound, what);
    case EACCES:
    case EPERM:
        return fail(ErrorCode::PermissionDenied, what, "Let the engine's user read it.");
    case ENOSPC:
        return fail(ErrorCode::Exhausted, what, "Raise fs.inotify.max_user_watches with sysctl.");
    default:
        return fail(ErrorCode::Unavailable, what);
    }
}

class InotifyWatch final : public FileWatch
{
public:
    InotifyWatch(FileDescriptor inotify, FileDescriptor wakeUp)
        : m_inotify(std::move(inotify))
        , m_wakeUp(std::move(wakeUp))
    {
    }

    Result<void> add(const std::string& path, FolderWatch folder) override;
    void remove(const std::string& path) override;
    std::vector<FileChange> wait(std::optional<std::chrono::milliseconds> timeout) override;
    void wake() override;

private:
    void release(int watch, const std::string& path);
    void readEvents(std::vector<FileChange>& changes);

    FileDescriptor m_inotify;
    FileDescriptor m_wakeUp;
    // One watch descriptor per inode: several names may share it.
    std::unordered_map<int, std::vector<std::string>> m_paths;
    std::unordered_map<std::string, std::vector<int>> m_watches; // newest last
};

Result<void> InotifyWatch::add(const std::string& path, FolderWatch folder)
{
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0)
        return watchError(path, errno);
    const std::uint32_t folderMask = folder == FolderWatch::Contents ? kContentsMask : kItselfMask;
    const std::uint32_t mask = S_ISDIR(status.st_mode) ? folderMask : kFileMask;
    const int watch = ::inotify_add_watch(m_inotify.get(), path.c_str(), mask);
    if (watch < 0)
        return watchError(path, errno);

    auto& watches = m_watches[path];
    if (!watches.empty() && watches.back() == watch)
        return {};
    std::erase(watches, watch);
    watches.push_back(watch);
    auto& names = m_paths[watch];
    if (std::ranges::find(names, path) == names.end())
        names.push_back(path);
    if (watches.size() > kFilesPerPath) {
        const int oldest = watches.front();
        watches.erase(watches.begin());
        release(oldest, path);
    }
    return {};
}

void InotifyWatch::remove(const std::string& path)
{
    const auto found = m_watches.find(path);
    if (found == m_watches.end())
        return;
    const std::vector<int> watches = std::move(found->second);
    m_watches.erase(found);
    for (const int watch : watches)
        release(watch, path);
}

void InotifyWatch::release(int watch, const std::string& path)
{
    const auto found = m_paths.find(watch);
    if (found == m_paths.end())
        return;
    std::erase(found->second, path);
    if (!found->second.empty())
        return;
    m_paths.erase(found);
    ::inotify_rm_watch(m_inotify.get(), watch);
}

std::vector<FileChange> InotifyWatch::wait(std::optional<std::chrono::milliseconds> timeout)
{
    std::array<pollfd, 2> sources{{{m_inotify.get(), POLLIN, 0}, {m_wakeUp.get(), POLLIN, 0}}};
    constexpr std::int64_t kLongest = 24LL * 3600 * 1000;
    const int milliseconds =
        timeout ? static_cast<int>(std::clamp<std::int64_t>(timeout->count(), 0, kLongest)) : -1;
    while (::poll(sources.data(), sources.size(), milliseconds) < 0 && errno == EINTR) {
    }
    if ((sources[1].revents & POLLIN) != 0) {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto size = ::read(m_wakeUp.get(), &count, sizeof count);
    }
    std::vector<FileChange> changes;
    if ((sources[0].revents & POLLIN) != 0)
        readEvents(changes);
    return changes;
}

void InotifyWatch::readEvents(std::vector<FileChange>& changes)
{
    alignas(inotify_event) std::array<char, 32 * 1024> buffer;
    const auto size = ::read(m_inotify.get(), buffer.data(), buffer.size());
    for (std::size_t at = 0; size > 0 && at < static_cast<std::size_t>(size);) {
        inotify_event event{};
        std::memcpy(&event, buffer.data() + at, sizeof event);
        std::string name;
        if (event.len > 0)
            name = buffer.data() + at + sizeof event; // padded with zeros
        at += sizeof event + event.len;

        if ((event.mask & IN_Q_OVERFLOW) != 0) {
            changes.push_back({{}, {}, true});
            continue;
        }
        const auto found = m_paths.find(event.wd);
        if (found == m_paths.end())
            continue; // of a watch that has been taken off
        for (const std::string& path : found->second) {
            const FileChange change{path, name, false};
            const auto same = [&](const FileChange& other) {
                return other.path == change.path && other.name == change.name && !other.overflow;
            };
            if (std::ranges::none_of(changes, same))
                changes.push_back(change);
        }
        if ((event.mask & IN_IGNORED) != 0) {
            for (const std::string& path : found->second) {
                if (const auto watches = m_watches.find(path); watches != m_watches.end())
                    std::erase(watches->second, event.wd);
            }
            m_paths.erase(found);
        }
    }
}

void InotifyWatch::wake()
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto size = ::write(m_wakeUp.get(), &one, sizeof one);
}

} // namespace

Result<std::unique_ptr<FileWatch>> makeInotifyWatch()
{
    FileDescriptor inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    FileDescriptor wakeUp(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!inotify.isOpen() || !wakeUp.isOpen()) {
        return fail(ErrorCode::Exhausted,
                    std::string("File watching is not available: ") +
                        std::strerror(errno), // NOLINT(concurrency-mt-unsafe)
                    "Raise fs.inotify.max_user_instances with sysctl.");
    }
    return std::make_unique<InotifyWatch>(std::move(inotify), std::move(wakeUp));
}

} // namespace bartizan
