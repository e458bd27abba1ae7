#include "platform/linux/local_authoriser.h"

#include "platform/linux/user_account.h"

namespace bartizan {

void LocalAuthoriser::authorise(const PeerIdentity& peer, protocol::PermissionClass permission,
                                std::function<void(Permission)> answer)
{
    answer(decide(peer, permission));
}

Permission LocalAuthoriser::decide(const PeerIdentity& peer, protocol::PermissionClass permission) const
{
    const bool owns = peer.userId == 0 || (m_operatorId && peer.userId == *m_operatorId);
    switch (permission) {
    case protocol::PermissionClass::Observe:
        return Permission::Granted;
    case protocol::PermissionClass::History:
    case protocol::PermissionClass::Respond:
        if (owns || hasOperatorGroup(peer.groups) ||
            (peer.activeLocalSession && hasAdministratorGroup(peer.groups)))
            return Permission::Granted;
        return Permission::Denied;
    case protocol::PermissionClass::Configure:
    case protocol::PermissionClass::Administer:
        return owns ? Permission::Granted : Permission::Denied;
    }
    return Permission::Denied;
}

} // namespace bartizan
