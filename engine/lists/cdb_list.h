// A CDB list (spec §9): keys with values, compiled from the text of its file and then only read. Thread-safe
// to read.
#pragma once

#include "engine/base/problem.h"
#include "engine/net/cidr.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bartizan {

class CdbList
{
public:
    CdbList() = default;

    // Lines that can't be used are reported as warnings (component "lists"), the first few one by one; the
    // rest of the list works.
    [[nodiscard]] static CdbList compile(std::string_view text, std::string_view fileName,
                                         Problems& problems);

    // The value of a key, bytewise equal.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view key) const;

    // The address walk: the whole text, then what is left at each '.' from the right ("10.1.2.", "10.1.",
    // "10.").
    [[nodiscard]] std::optional<std::string_view> findAddress(std::string_view text) const;

    // Ours, asked for by networks="yes" only: keys that are networks ("192.0.2.0/24") or IPv6 addresses,
    // whatever their spelling, mean what they contain; the smallest network that holds the address counts.
    // Nothing where `text` is no address.
    [[nodiscard]] std::optional<std::string_view> findNetwork(std::string_view text) const;

    [[nodiscard]] std::size_t size() const { return m_entries.size(); }

private:
    struct Entry
    {
        std::uint32_t offset; // of the key in m_bytes; the value follows it
        std::uint32_t keySize;
        std::uint32_t valueSize;
    };

    enum class Added { Yes, Repeated };
    Added add(std::string_view key, std::string_view value);
    void addNetwork(std::string_view key, std::uint32_t entry);
    [[nodiscard]] std::string_view valueOf(const Entry& entry) const
    {
        return std::string_view(m_bytes).substr(entry.offset + entry.keySize, entry.valueSize);
    }
    void grow();
    [[nodiscard]] std::size_t slotOf(std::string_view key) const;
    [[nodiscard]] std::string_view keyOf(const Entry& entry) const
    {
        return std::string_view(m_bytes).substr(entry.offset, entry.keySize);
    }

    std::string m_bytes;
    std::vector<Entry> m_entries;
    std::vector<std::uint32_t> m_slots; // open addressing; 0 = free, else index into m_entries + 1
    std::size_t m_longestKey = 0;
    std::unordered_map<Cidr, std::uint32_t, CidrHash> m_networks; // to m_entries
    // The lengths that occur, longest first, of IPv4 and of IPv6.
    std::array<std::vector<unsigned>, 2> m_lengths;
};

} // namespace bartizan
