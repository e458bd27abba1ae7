// Believes an engine only if the kernel says that it runs as root, as the engine's own user, or as the very
// user who asks (an engine run from a checkout), and that nobody else could have put the socket there.
#pragma once

#include "app/client/server_verifier.h"

namespace bartizan::app {

class SocketPeerVerifier : public ServerVerifier
{
public:
    [[nodiscard]] Result<void> verify(qintptr descriptor, const QString& path) const override;
};

} // namespace bartizan::app
