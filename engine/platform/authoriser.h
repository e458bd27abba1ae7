// Who may do what. One interface, so that polkit or a Windows token can stand behind it later.
#pragma once

#include "engine/platform/peer_identity.h"
#include "engine/protocol/methods.h"

#include <functional>

namespace bartizan {

enum class Permission { Granted, Denied };

class Authoriser
{
public:
    virtual ~Authoriser() = default;
    // Answers through `answer`, at once or later (a person may be asked), on the caller's thread.
    virtual void authorise(const PeerIdentity& peer, protocol::PermissionClass permission,
                           std::function<void(Permission)> answer) = 0;
};

} // namespace bartizan
