// The permission classes of docs/ipc.md, decided at once from what the kernel and the user data base say.
#pragma once

#include "engine/platform/authoriser.h"

#include <optional>

namespace bartizan {

class LocalAuthoriser final : public Authoriser
{
public:
    // `operatorId`: a user who may do everything (--operator).
    explicit LocalAuthoriser(std::optional<std::uint32_t> operatorId = std::nullopt)
        : m_operatorId(operatorId)
    {
    }

    void authorise(const PeerIdentity& peer, protocol::PermissionClass permission,
                   std::function<void(Permission)> answer) override;

private:
    [[nodiscard]] Permission decide(const PeerIdentity& peer, protocol::PermissionClass permission) const;

    std::optional<std::uint32_t> m_operatorId;
};

} // namespace bartizan
