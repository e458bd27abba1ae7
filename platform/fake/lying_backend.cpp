#include "platform/fake/lying_backend.h"

namespace bartizan {

Result<void> LyingBackend::add(std::span<const FirewallEntry> entries)
{
    if (m_lie == Lie::AddsNothing)
        return {};
    return m_inner.add(entries);
}

Result<void> LyingBackend::remove(std::span<const Cidr> addresses)
{
    if (m_lie == Lie::KeepsBlocks)
        return {};
    return m_inner.remove(addresses);
}

Result<std::optional<FirewallEntry>> LyingBackend::find(const Cidr& address)
{
    auto found = m_inner.find(address);
    if (m_lie == Lie::RemovesLater && found && *found) {
        if (auto removed = m_inner.remove(std::span(&address, 1)); !removed)
            return std::unexpected(removed.error());
    }
    return found;
}

} // namespace bartizan
