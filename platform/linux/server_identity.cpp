#include "platform/linux/server_identity.h"

#include <cerrno>
#include <cstring>
#include <expected>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bartizan {

namespace {

constexpr uid_t kRoot = 0;

// Or the system's error number.
std::expected<struct stat, int> statusOf(const std::filesystem::path& path)
{
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0)
        return std::unexpected(errno);
    return status;
}

bool othersMayWrite(const struct stat& status)
{
    return (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

std::filesystem::path folderOf(const std::filesystem::path& socket)
{
    const auto folder = socket.parent_path();
    return folder.empty() ? std::filesystem::path(".") : folder;
}

std::unexpected<Error> impostor(const std::filesystem::path& socket, const std::string& why)
{
    return fail(ErrorCode::PermissionDenied, "not talking to " + socket.string() + ": " + why,
                "Name the engine's own socket with --socket, or ask an administrator.");
}

bool isOurs(uid_t owner)
{
    return owner == kRoot || owner == ::geteuid();
}

} // namespace

Result<void> verifySocketPath(const std::filesystem::path& socket)
{
    const auto folder = folderOf(socket);
    const auto entry = statusOf(socket);
    const auto place = statusOf(folder);
    if (!entry || !place) {
        const int error = entry ? place.error() : entry.error();
        if (error == EACCES)
            return fail(ErrorCode::PermissionDenied,
                        "can't reach " + socket.string() + ": " + std::strerror(error));
        return fail(ErrorCode::NotFound, "there is no engine at " + socket.string());
    }
    if (!S_ISSOCK(entry->st_mode))
        return fail(ErrorCode::InvalidArgument, socket.string() + " is not a socket");
    if (othersMayWrite(*place))
        return impostor(socket, "others may write in its folder");
    if (!isOurs(place->st_uid)) {
        std::error_code error;
        const auto above = statusOf(std::filesystem::canonical(folder, error).parent_path());
        if (!above || above->st_uid != kRoot || othersMayWrite(*above))
            return impostor(socket, "its folder belongs to another user");
    }
    if (!isOurs(entry->st_uid) && entry->st_uid != place->st_uid)
        return impostor(socket, "it belongs to another user");
    return {};
}

Result<void> verifyServerProcess(int connectedSocket, const std::filesystem::path& socket)
{
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(connectedSocket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return impostor(socket, std::strerror(errno));
    const auto place = statusOf(folderOf(socket));
    if (!isOurs(peer.uid) && !(place && peer.uid == place->st_uid))
        return impostor(socket, "another user's process listens there");
    return {};
}

} // namespace bartizan
