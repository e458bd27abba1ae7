#include "engine/lists/ipv6_ranges.h"

#include <algorithm>
#include <array>

namespace bartizan {

namespace {

constexpr std::array<unsigned, 3> kPrefixes{64, 48, 32};

std::uint64_t hashOf(std::uint64_t high, unsigned prefix)
{
    std::uint64_t hash = ((high >> (64 - prefix)) + prefix) * 0x9E3779B97F4A7C15U;
    hash ^= hash >> 29;
    hash *= 0xBF58476D1CE4E5B9U;
    return hash ^ (hash >> 32);
}

std::size_t wordOf(std::uint64_t hash, std::size_t words)
{
    return static_cast<std::size_t>(hash >> 6) & (words - 1);
}

std::uint64_t bitOf(std::uint64_t hash)
{
    return std::uint64_t{1} << (hash & 63);
}

bool isAtMost(const Ipv6Key& a, const Ipv6Key& b)
{
    // Without a branch: a search can't be foretold.
    return (static_cast<unsigned>(a.high < b.high) |
            (static_cast<unsigned>(a.high == b.high) & static_cast<unsigned>(a.low <= b.low))) != 0;
}

std::uint64_t bigEndian(const std::uint8_t* bytes)
{
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i)
        value = value << 8 | bytes[i];
    return value;
}

} // namespace

Ipv6Key ipv6Key(const IpAddress& address)
{
    return {bigEndian(address.bytes().data()), bigEndian(address.bytes().data() + 8)};
}

bool Ipv6Filter::mayHold(const Ipv6Key& key) const noexcept
{
    for (const unsigned prefix : kPrefixes) {
        const std::uint64_t hash = hashOf(key.high, prefix);
        if ((m_hashed.at(wordOf(hash, m_hashed.size())) & bitOf(hash)) != 0)
            return true;
    }
    const std::uint64_t coarse = key.high >> 48;
    return (m_coarse.at(static_cast<std::size_t>(coarse >> 6)) & bitOf(coarse)) != 0;
}

void Ipv6Filter::add(const Ipv6Key& first, const Ipv6Key& last, std::span<std::uint64_t> coarse,
                     std::span<std::uint64_t> hashed)
{
    for (const unsigned prefix : kPrefixes) {
        if (first.high >> (64 - prefix) == last.high >> (64 - prefix)) {
            const std::uint64_t hash = hashOf(first.high, prefix);
            hashed[wordOf(hash, hashed.size())] |= bitOf(hash);
            return;
        }
    }
    for (std::uint64_t network = first.high >> 48; network <= last.high >> 48; ++network)
        coarse[static_cast<std::size_t>(network >> 6)] |= bitOf(network);
}

AddressLabel Ipv6Ranges::labelAt(std::size_t index, const Ipv6Key& key) const noexcept
{
    return isAtMost(m_first.at(index), key) && isAtMost(key, m_last.at(index)) ? m_labels.at(index)
                                                                               : AddressLabel{0};
}

AddressLabel Ipv6Ranges::find(const Ipv6Key& key) const noexcept
{
    if (size() == 0 || !m_filter.mayHold(key))
        return 0;
    std::size_t begin = 0;
    for (std::size_t length = size(); length > 1;) {
        const std::size_t half = length / 2;
        begin += isAtMost(m_first.at(begin + half), key) ? half : 0;
        length -= half;
    }
    return labelAt(begin, key);
}

void Ipv6Ranges::findGroup(std::span<const Ipv6Key> keys, AddressLabel* labels) const noexcept
{
    std::array<std::size_t, kGroup> places{}; // of those that the filter lets through
    std::array<std::size_t, kGroup> begins{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        labels[i] = 0;
        if (size() != 0 && m_filter.mayHold(keys[i]))
            places.at(count++) = i;
    }
    // In step: each prefetches what its next step reads.
    for (std::size_t length = size(); length > 1;) {
        const std::size_t half = length / 2;
        length -= half;
        for (std::size_t i = 0; i < count; ++i) {
            begins[i] += isAtMost(m_first.at(begins[i] + half), keys[places[i]]) ? half : 0;
            m_first.prefetch(begins[i] + length / 2);
        }
    }
    for (std::size_t i = 0; i < count; ++i) {
        m_last.prefetch(begins[i]);
        m_labels.prefetch(begins[i]);
    }
    for (std::size_t i = 0; i < count; ++i)
        labels[places[i]] = labelAt(begins[i], keys[places[i]]);
}

bool Ipv6Ranges::isSound(AddressLabel lastLabel) const noexcept
{
    const auto isMapped = [](const Ipv6Key& key) { return kMappedFirst <= key && key <= kMappedLast; };
    for (std::size_t i = 0; i < size(); ++i) {
        const Ipv6Key first = m_first.at(i);
        const Ipv6Key last = m_last.at(i);
        const AddressLabel label = m_labels.at(i);
        if (label == 0 || label > lastLabel || first > last || isMapped(first) || isMapped(last) ||
            (i > 0 && m_last.at(i - 1) >= first))
            return false;
    }
    return true;
}

} // namespace bartizan
