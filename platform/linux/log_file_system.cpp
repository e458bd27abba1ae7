#include "platform/linux/log_file_system.h"

#include "platform/linux/file_descriptor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bartizan {

namespace {

constexpr int kMaxLinks = 8;

std::string errorText(int error)
{
    return std::strerror(error); // NOLINT(concurrency-mt-unsafe)
}

std::string userName(uid_t id)
{
    std::array<char, 4096> buffer;
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
        return found->pw_name;
    return std::to_string(id);
}

std::string groupName(gid_t id)
{
    std::array<char, 4096> buffer;
    group entry{};
    group* found = nullptr;
    if (::getgrgid_r(id, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
        return found->gr_name;
    return std::to_string(id);
}

FileIdentity identityOf(const struct stat& status)
{
    return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino)};
}

std::unexpected<Error> openError(const std::string& path, int error)
{
    if (error == ENOENT || error == ENOTDIR)
        return fail(ErrorCode::NotFound, path + " does not exist.");
    if (error != EACCES && error != EPERM)
        return fail(ErrorCode::Unavailable, path + " can't be opened: " + errorText(error) + ".");

    const std::string user = userName(::geteuid());
    struct stat status{};
    std::string cure = "Give " + user + " the right to enter its folder.";
    if (::stat(path.c_str(), &status) == 0) {
        cure = (status.st_mode & S_IRGRP) != 0
                   ? "Add " + user + " to the group " + groupName(status.st_gid) + " and restart the engine."
                   : "Give " + user + " the right to read it, e.g. setfacl -m u:" + user + ":r " + path;
    }
    return fail(ErrorCode::PermissionDenied, "The user " + user + " may not read " + path + ".",
                std::move(cure));
}

class LinuxLogFile final : public LogFile
{
public:
    LinuxLogFile(FileDescriptor descriptor, FileIdentity identity, std::string path)
        : m_descriptor(std::move(descriptor))
        , m_identity(identity)
        , m_path(std::move(path))
    {
    }

    [[nodiscard]] FileIdentity identity() const override { return m_identity; }

    [[nodiscard]] Result<std::uint64_t> size() const override
    {
        struct stat status{};
        if (::fstat(m_descriptor.get(), &status) != 0)
            return fail(ErrorCode::Unavailable, m_path + ": " + errorText(errno));
        return static_cast<std::uint64_t>(status.st_size);
    }

    Result<std::size_t> read(std::uint64_t offset, std::span<char> into) override
    {
        ssize_t size = 0;
        do {
            size = ::pread(m_descriptor.get(), into.data(), into.size(), static_cast<off_t>(offset));
        } while (size < 0 && errno == EINTR);
        if (size < 0)
            return fail(ErrorCode::Unavailable, m_path + " can't be read: " + errorText(errno));
        return static_cast<std::size_t>(size);
    }

private:
    FileDescriptor m_descriptor;
    FileIdentity m_identity;
    std::string m_path;
};

// Where the link leads, or nothing with errno set. The link's owner is checked on a descriptor of the link
// itself, so it can't be exchanged between check and use.
Result<std::string> followLink(const std::string& path)
{
    const FileDescriptor link(::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)); // NOLINT(*-vararg)
    struct stat status{};
    if (!link.isOpen() || ::fstat(link.get(), &status) != 0)
        return openError(path, errno);
    if (!S_ISLNK(status.st_mode))
        return path; // exchanged meanwhile
    if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
        return fail(ErrorCode::PermissionDenied,
                    path + " is a link made by " + userName(status.st_uid) + ", which is not followed.",
                    "Name the file itself as the location, or let root make the link.");
    }
    std::array<char, PATH_MAX> target;
    const auto size = ::readlinkat(link.get(), "", target.data(), target.size());
    if (size <= 0)
        return openError(path, size < 0 ? errno : ENOENT);
    std::string text(target.data(), static_cast<std::size_t>(size));
    if (text.front() != '/')
        text.insert(0, path, 0, path.rfind('/') + 1);
    return text;
}

class LinuxLogFileSystem final : public LogFileSystem
{
public:
    [[nodiscard]] Result<std::unique_ptr<LogFile>> open(const std::string& path) override
    {
        std::string place = path;
        for (int links = 0; links <= kMaxLinks; ++links) {
            constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW;
            FileDescriptor descriptor(::open(place.c_str(), kFlags)); // NOLINT(*-vararg)
            if (descriptor.isOpen())
                return checked(std::move(descriptor), path);
            if (errno != ELOOP)
                return openError(path, errno);
            auto target = followLink(place);
            if (!target)
                return std::unexpected(target.error());
            place = std::move(*target);
        }
        return openError(path, ELOOP);
    }

    [[nodiscard]] Result<FileIdentity> identify(const std::string& path) override
    {
        struct stat status{};
        if (::stat(path.c_str(), &status) != 0)
            return openError(path, errno);
        return identityOf(status);
    }

    [[nodiscard]] Result<EpochMs> modifiedAt(const std::string& path) override
    {
        struct stat status{};
        if (::stat(path.c_str(), &status) != 0)
            return openError(path, errno);
        return static_cast<EpochMs>(status.st_mtim.tv_sec) * 1000 + status.st_mtim.tv_nsec / 1'000'000;
    }

    [[nodiscard]] std::vector<std::string> glob(const std::string& pattern) override
    {
        glob_t found{};
        std::vector<std::string> paths;
        if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0)
            paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
        ::globfree(&found);
        std::ranges::sort(paths);
        return paths;
    }

private:
    static Result<std::unique_ptr<LogFile>> checked(FileDescriptor descriptor, const std::string& path)
    {
        struct stat status{};
        if (::fstat(descriptor.get(), &status) != 0)
            return openError(path, errno);
        if (!S_ISREG(status.st_mode))
            return fail(ErrorCode::Unsupported, path + " is not a regular file.",
                        "Name a log file as the location.");
        return std::make_unique<LinuxLogFile>(std::move(descriptor), identityOf(status), path);
    }
};

} // namespace

std::unique_ptr<LogFileSystem> makeLogFileSystem()
{
    return std::make_unique<LinuxLogFileSystem>();
}

} // namespace bartizan
