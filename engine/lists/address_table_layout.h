// The bytes of an address table. Numbers are in the machine's own order: an image does not travel.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace bartizan {

// 1 to 32,767: a combination of lists; 0: not listed.
using AddressLabel = std::uint16_t;
inline constexpr AddressLabel kLastAddressLabel = 0x7FFF;

// An array in an image. What others may change meanwhile is copied before it is looked at, and an index
// outside reads as zeros.
template<class T> class AddressTableSection
{
public:
    AddressTableSection() = default;
    explicit AddressTableSection(std::span<const std::byte> bytes)
        : m_bytes(bytes.data())
        , m_size(bytes.size() / sizeof(T))
    {
    }

    [[nodiscard]] std::size_t size() const { return m_size; }
    [[nodiscard]] T at(std::size_t index) const
    {
        T value{};
        if (index < m_size) [[likely]]
            std::memcpy(&value, m_bytes + index * sizeof(T), sizeof(T));
        return value;
    }
    void prefetch(std::size_t index) const
    {
        if (index < m_size)
            __builtin_prefetch(m_bytes + index * sizeof(T));
    }
    [[nodiscard]] const T* data() const { return reinterpret_cast<const T*>(m_bytes); }

private:
    const std::byte* m_bytes = nullptr;
    std::size_t m_size = 0;
};

struct AddressTableHeader
{
    std::array<char, 8> magic{};
    std::uint64_t checksum = 0; // of everything behind it
    std::uint32_t version = 0;
    std::uint32_t lists = 0; // one more than the highest number of a list
    std::uint64_t v4Ranges = 0;
    // Elements of the sections, in the order in which they follow; each starts at a multiple of 64 bytes.
    static constexpr std::size_t kSections = 10;
    std::array<std::uint64_t, kSections> sizes{};
};
static_assert(sizeof(AddressTableHeader) == 112);

enum class AddressTablePart : std::uint8_t {
    V4Roots,    // Ipv4Tree
    V4Blocks,   //
    V4Words,    //
    V6Coarse,   // Ipv6Ranges
    V6Filter,   //
    V6First,    //
    V6Last,     //
    V6Labels,   //
    LabelEnds,  // for each label, from 1 on: where its lists end in LabelLists
    LabelLists, // ascending for each label
};

inline constexpr std::array<char, 8> kAddressTableMagic{'B', 'Z', 'A', 'D', 'D', 'R', 'S', '\n'};
inline constexpr std::uint32_t kAddressTableVersion = 1;
inline constexpr std::size_t kAddressTableAlignment = 64;
// Where what the checksum covers begins.
inline constexpr std::size_t kAddressTableChecked = offsetof(AddressTableHeader, version);
inline constexpr std::array<std::size_t, AddressTableHeader::kSections> kAddressTableElements{
    16, 16, 4, 8, 8, 16, 16, 2, 4, 2};

[[nodiscard]] constexpr std::uint64_t addressTablePadded(std::uint64_t bytes)
{
    return (bytes + kAddressTableAlignment - 1) / kAddressTableAlignment * kAddressTableAlignment;
}

// Finds damage, not intent. `bytes` is a multiple of 8 long.
[[nodiscard]] inline std::uint64_t addressTableChecksum(std::span<const std::byte> bytes)
{
    const AddressTableSection<std::uint64_t> words(bytes);
    std::uint64_t sum = bytes.size();
    for (std::size_t i = 0; i < words.size(); ++i) {
        sum = (sum ^ words.at(i)) * 0x9E3779B97F4A7C15U;
        sum ^= sum >> 32;
    }
    return sum;
}

} // namespace bartizan
