// Who stands at the other end of a local socket.
#pragma once

#include "engine/base/result.h"
#include "engine/platform/peer_identity.h"

namespace bartizan {

// As the kernel noted it when the peer connected (SO_PEERCRED). A user the data base does not know has no
// name and no groups; where logind does not answer, there is no active local session. Error: not a connected
// local socket.
[[nodiscard]] Result<PeerIdentity> identityOfSocket(int socket);

} // namespace bartizan
