// Where the control server's connections come from: a Unix socket or a named pipe, implemented in platform/.
// It is the listener that knows who connected, because only the kernel can tell.
#pragma once

#include "engine/base/result.h"
#include "engine/platform/peer_identity.h"

#include <QLocalSocket>

#include <functional>
#include <memory>

namespace bartizan::ipc {

// All calls on the Qt main thread.
class Listener
{
public:
    using Accepted = std::function<void(std::unique_ptr<QLocalSocket>, const PeerIdentity&)>;

    virtual ~Listener() = default;
    // From now on `accepted` is called for each connection. Busy: another live engine holds the address.
    virtual Result<void> listen(Accepted accepted) = 0;
    // Gives the address up and removes its traces. Connections that were handed out stay.
    virtual void close() = 0;
};

} // namespace bartizan::ipc
