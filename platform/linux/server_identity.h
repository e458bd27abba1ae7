// A client's side of trust: is it really the engine that listens at this socket? Anyone can put a socket into
// a folder they own, and would be sent whatever a person types.
#pragma once

#include "engine/base/result.h"

#include <filesystem>

namespace bartizan {

// Before connecting. The folder must belong to root or to the caller, or to an account that root gave it to
// (a service's user, in a folder where only root writes), and nobody else may write in it; the socket belongs
// to one of them. NotFound: there is no socket. PermissionDenied: it is not trustworthy.
[[nodiscard]] Result<void> verifySocketPath(const std::filesystem::path& socket);

// After connecting: the process that listens runs as root, as the caller, or as the folder's owner.
[[nodiscard]] Result<void> verifyServerProcess(int connectedSocket, const std::filesystem::path& socket);

} // namespace bartizan
