#include "platform/linux/peer_identity_linux.h"

#include "platform/linux/user_account.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/socket.h>
#include <systemd/sd-login.h>

namespace bartizan {

namespace {

// By the user, as a desktop's programs run outside of any session (systemd --user). The process can only
// narrow it: one in a remote session is not at the seat, and a process id that was handed on meanwhile gains
// nothing.
bool isAtActiveSeat(uid_t user, pid_t process)
{
    constexpr int kActiveOnly = 1;
    if (process <= 0 /* of another process namespace */ ||
        ::sd_uid_get_seats(user, kActiveOnly, nullptr) <= 0)
        return false;
    char* session = nullptr;
    if (::sd_pid_get_session(process, &session) < 0)
        return true;
    const bool remote = ::sd_session_is_remote(session) > 0;
    std::free(session);
    return !remote;
}

} // namespace

Result<PeerIdentity> identityOfSocket(int socket)
{
    ucred credentials{};
    socklen_t size = sizeof(credentials);
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return fail(ErrorCode::Internal, std::string("can't tell who connected: ") + std::strerror(errno));
    if (credentials.uid == static_cast<uid_t>(-1))
        return fail(ErrorCode::InvalidArgument, "can't tell who connected: nobody is");
    PeerIdentity identity;
    identity.userId = credentials.uid;
    identity.processId = credentials.pid;
    if (auto user = findUser(credentials.uid)) {
        identity.userName = std::move(user->name);
        identity.groups = std::move(user->groups);
    }
    identity.activeLocalSession = isAtActiveSeat(credentials.uid, credentials.pid);
    return identity;
}

} // namespace bartizan
