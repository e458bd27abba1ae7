#include "engine/rules/source_shares.h"

#include "engine/net/ip_address.h"

#include <bit>

namespace bartizan {

namespace {

constexpr std::size_t kV4Bytes = 3; // of the prefix
constexpr std::size_t kV6Bytes = 6;

} // namespace

SourceShares::~SourceShares()
{
    m_table.forEach([](SourceShare& share) { delete &share; });
}

std::uint64_t SourceShares::keyOf(std::optional<std::string_view> source) const
{
    const auto address = source ? IpAddress::parse(*source) : std::nullopt;
    if (!address)
        return m_keyed(std::uint64_t{0});
    // The prefix fits into the number as it is, behind its family.
    std::uint64_t prefix = address->isV4() ? 4 : 6;
    for (std::size_t i = 0; i < (address->isV4() ? kV4Bytes : kV6Bytes); ++i)
        prefix = prefix << 8U | address->bytes()[i];
    return m_keyed(prefix);
}

std::size_t SourceShares::rankOf(std::uint64_t bytes)
{
    return static_cast<std::size_t>(std::bit_width(bytes / kSmall));
}

void SourceShares::rank(SourceShare& share)
{
    m_ranks[rankOf(share.bytes)].pushBack(share);
    m_occupied |= std::uint64_t{1} << rankOf(share.bytes);
}

void SourceShares::unrank(SourceShare& share)
{
    m_ranks[rankOf(share.bytes)].remove(share);
    if (m_ranks[rankOf(share.bytes)].front() == nullptr)
        m_occupied &= ~(std::uint64_t{1} << rankOf(share.bytes));
}

void SourceShares::add(StoredEvent& event, std::uint64_t key)
{
    SourceShare** const known = m_table.find(key, [](const SourceShare&) { return true; });
    SourceShare* const share = known != nullptr ? *known : new SourceShare;
    if (known != nullptr) {
        unrank(*share);
    } else {
        share->key = key;
        m_table.insert(*share);
    }
    share->bytes += event.size;
    share->events.pushBack(event);
    event.share = share;
    rank(*share);
}

void SourceShares::remove(StoredEvent& event)
{
    SourceShare& share = *event.share;
    const std::uint64_t left = share.bytes - event.size;
    share.events.remove(event);
    if (left > 0 && rankOf(left) == rankOf(share.bytes)) {
        share.bytes = left;
        return;
    }
    unrank(share);
    share.bytes = left;
    if (left > 0) {
        rank(share);
        return;
    }
    m_table.erase(m_table.find(share.key, [](const SourceShare&) { return true; }));
    delete &share;
}

StoredEvent* SourceShares::nextToGo() const
{
    if (m_occupied == 0)
        return nullptr;
    return m_ranks[static_cast<std::size_t>(std::bit_width(m_occupied)) - 1].front()->events.front();
}

} // namespace bartizan
