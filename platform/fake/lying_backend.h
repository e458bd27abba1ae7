// A firewall that says yes and does something else, around a real one: proves that what is shown as blocked
// was read back, not believed.
#pragma once

#include "platform/fake/forwarding_backend.h"

namespace bartizan {

class LyingBackend final : public ForwardingBackend
{
public:
    enum class Lie {
        AddsNothing,  // add() succeeds, nothing is there
        KeepsBlocks,  // remove() succeeds, all is still there
        RemovesLater, // a block is there when it is read back the first time, and gone ever after
    };

    // `inner` must outlive the liar.
    LyingBackend(FirewallBackend& inner, Lie lie)
        : ForwardingBackend(inner)
        , m_lie(lie)
    {
    }

    Result<void> add(std::span<const FirewallEntry> entries) override;
    Result<void> remove(std::span<const Cidr> addresses) override;
    [[nodiscard]] Result<std::optional<FirewallEntry>> find(const Cidr& address) override;

private:
    Lie m_lie;
};

} // namespace bartizan
