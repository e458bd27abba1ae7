// Who listens on the socket we are about to trust? Another local user may have bound it first.
// Implementations stand in platform/.
#pragma once

#include "engine/base/result.h"

#include <QString>

namespace bartizan::app {

class ServerVerifier
{
public:
    virtual ~ServerVerifier() = default;
    // `descriptor` is the connected socket, `path` the one it was connected to. PermissionDenied when the
    // other end is not an engine this user should believe; the message names who it is.
    [[nodiscard]] virtual Result<void> verify(qintptr descriptor, const QString& path) const = 0;
};

} // namespace bartizan::app
