#include "platform/linux/folder_reader_linux.h"

#include "platform/linux/file_descriptor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace bartizan {

namespace {

constexpr int kCommonFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW;

std::unexpected<Error> linkError()
{
    return fail(ErrorCode::Refused, "a link, which is not followed", "Put a copy of the file in its place.");
}

std::unexpected<Error> systemError(int error)
{
    if (error == ENOENT)
        return fail(ErrorCode::NotFound, "not there");
    if (error == EACCES || error == EPERM)
        return fail(ErrorCode::PermissionDenied, "not to be read by this user", "Run it as root.");
    return fail(ErrorCode::Unavailable, std::strerror(error)); // NOLINT(concurrency-mt-unsafe)
}

FolderEntry::Kind kindOf(int folder, const char* name)
{
    struct stat status{};
    if (::fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return FolderEntry::Kind::Other;
    return S_ISREG(status.st_mode)   ? FolderEntry::Kind::File
           : S_ISDIR(status.st_mode) ? FolderEntry::Kind::Folder
           : S_ISLNK(status.st_mode) ? FolderEntry::Kind::Link
                                     : FolderEntry::Kind::Other;
}

Result<FileDescriptor> step(int folder, const std::string& name, int flags)
{
    if (name.empty() || name == "." || name == "..")
        return fail(ErrorCode::Refused, "not a plain path");
    FileDescriptor next(::openat(folder, name.c_str(), kCommonFlags | flags)); // NOLINT(*-vararg)
    if (next.isOpen())
        return next;
    const int error = errno;
    if ((error == ELOOP || error == ENOTDIR) && kindOf(folder, name.c_str()) == FolderEntry::Kind::Link)
        return linkError();
    return systemError(error == ENOTDIR ? ENOENT : error);
}

class LinuxFolderReader final : public FolderReader
{
public:
    explicit LinuxFolderReader(FileDescriptor top)
        : m_top(std::move(top))
    {
    }

    [[nodiscard]] Result<std::vector<FolderEntry>> list(const std::string& path) const override
    {
        auto folder = open(path, O_DIRECTORY);
        if (!folder)
            return std::unexpected(folder.error());
        const std::unique_ptr<DIR, void (*)(DIR*)> stream(::fdopendir(folder->get()),
                                                          [](DIR* open) { ::closedir(open); });
        if (stream == nullptr)
            return systemError(errno);
        const int descriptor = folder->release(); // the stream's now
        std::vector<FolderEntry> entries;
        while (const dirent* entry = ::readdir(stream.get())) { // NOLINT(concurrency-mt-unsafe)
            const std::string_view name(static_cast<const char*>(entry->d_name));
            if (name != "." && name != "..")
                entries.push_back({std::string(name), kindOf(descriptor, entry->d_name)});
        }
        std::ranges::sort(entries, {}, &FolderEntry::name);
        return entries;
    }

    [[nodiscard]] Result<std::string> read(const std::string& path, std::size_t limit) const override
    {
        auto file = open(path, O_NONBLOCK | O_NOCTTY); // a FIFO must not stop it
        if (!file)
            return std::unexpected(file.error());
        struct stat status{};
        if (::fstat(file->get(), &status) != 0)
            return systemError(errno);
        if (!S_ISREG(status.st_mode))
            return fail(ErrorCode::Unsupported, "not a regular file");
        std::string bytes;
        std::array<char, 65536> block;
        for (;;) {
            const auto size = ::read(file->get(), block.data(), block.size());
            if (size < 0 && errno == EINTR)
                continue;
            if (size < 0)
                return systemError(errno);
            if (size == 0)
                return bytes;
            bytes.append(block.data(), static_cast<std::size_t>(size));
            if (bytes.size() > limit)
                return fail(ErrorCode::Exhausted,
                            "larger than " + std::to_string(limit / (1024UL * 1024)) + " MiB");
        }
    }

private:
    // `flags` are for the last step; the others are folders.
    [[nodiscard]] Result<FileDescriptor> open(const std::string& path, int flags) const
    {
        if (path.empty())
            return FileDescriptor(::openat(m_top.get(), ".", kCommonFlags | flags)); // NOLINT(*-vararg)
        FileDescriptor folder;
        for (std::size_t at = 0;;) {
            const auto slash = path.find('/', at);
            const bool isLast = slash == std::string::npos;
            auto next = step(folder.isOpen() ? folder.get() : m_top.get(), path.substr(at, slash - at),
                             isLast ? flags : O_DIRECTORY);
            if (!next || isLast)
                return next;
            folder = std::move(*next);
            at = slash + 1;
        }
    }

    FileDescriptor m_top;
};

} // namespace

Result<std::unique_ptr<FolderReader>> openFolderReader(const std::string& folder)
{
    FileDescriptor top(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); // NOLINT(*-vararg)
    if (top.isOpen())
        return std::make_unique<LinuxFolderReader>(std::move(top));
    if (errno == EACCES || errno == EPERM)
        return fail(ErrorCode::PermissionDenied, folder + " can't be read by this user.", "Run it as root.");
    return fail(ErrorCode::NotFound, "There is no folder " + folder + ".", "Check the path.");
}

} // namespace bartizan
