#include "platform/linux/desktop/socket_peer_verifier.h"

#include <QFile>
#include <QFileInfo>

#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>

namespace bartizan::app {

namespace {

constexpr auto kEngineUser = "bartizan";

std::optional<uid_t> engineUser()
{
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4096> buffer{};
    if (getpwnam_r(kEngineUser, &entry, buffer.data(), buffer.size(), &found) != 0 || !found)
        return std::nullopt;
    return found->pw_uid;
}

bool isTrusted(uid_t user)
{
    return user == 0 || user == geteuid() || user == engineUser();
}

} // namespace

Result<void> SocketPeerVerifier::verify(qintptr descriptor, const QString& path) const
{
    ucred peer{};
    socklen_t size = sizeof(peer);
    if (getsockopt(static_cast<int>(descriptor), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return fail(ErrorCode::PermissionDenied, "the system does not say who listens on the socket");
    if (!isTrusted(peer.uid))
        return fail(ErrorCode::PermissionDenied, "a program of user " + std::to_string(peer.uid) +
                                                     " (process " + std::to_string(peer.pid) +
                                                     ") listens on " + path.toStdString());
    // Whoever may write the folder may put another socket there for the next connection.
    const QByteArray folder = QFile::encodeName(QFileInfo(path).absolutePath());
    struct stat info{};
    if (::stat(folder.constData(), &info) != 0)
        return fail(ErrorCode::PermissionDenied, "the folder of the socket can't be examined");
    const bool othersMayReplace = (info.st_mode & S_IWOTH) != 0 && (info.st_mode & S_ISVTX) == 0;
    if (!isTrusted(info.st_uid) || othersMayReplace)
        return fail(ErrorCode::PermissionDenied,
                    "others may write the folder of the socket, " + folder.toStdString());
    return {};
}

} // namespace bartizan::app
