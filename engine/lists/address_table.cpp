#include "engine/lists/address_table.h"

#include "engine/lists/address_table_layout.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <string>

namespace bartizan {

namespace {

template<std::size_t Size> IpAddress addressOf(std::uint64_t high, std::uint64_t low)
{
    std::array<char, 16> bytes{};
    for (std::size_t i = 0; i < 8; ++i) {
        bytes.at(i) = static_cast<char>(high >> (56 - 8 * i));
        bytes.at(8 + i) = static_cast<char>(low >> (56 - 8 * i));
    }
    return *IpAddress::fromBytes({bytes.data(), Size});
}

struct Parts
{
    AddressTableHeader header;
    std::array<std::span<const std::byte>, AddressTableHeader::kSections> sections;

    template<class T> [[nodiscard]] AddressTableSection<T> section(AddressTablePart part) const
    {
        return AddressTableSection<T>(sections.at(static_cast<std::size_t>(part)));
    }
    [[nodiscard]] std::uint64_t size(AddressTablePart part) const
    {
        return header.sizes.at(static_cast<std::size_t>(part));
    }
};

// Nothing where the sections do not fill the image exactly.
std::optional<Parts> partsOf(const AddressTableHeader& header, std::span<const std::byte> image)
{
    Parts parts{header, {}};
    std::uint64_t offset = addressTablePadded(sizeof(AddressTableHeader));
    for (std::size_t i = 0; i < parts.sections.size(); ++i) {
        if (offset > image.size() || header.sizes.at(i) > image.size() / kAddressTableElements.at(i))
            return std::nullopt;
        const std::uint64_t bytes = header.sizes.at(i) * kAddressTableElements.at(i);
        if (bytes > image.size() - offset)
            return std::nullopt;
        parts.sections.at(i) =
            image.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(bytes));
        offset += addressTablePadded(bytes);
    }
    return offset == image.size() ? std::optional(parts) : std::nullopt;
}

bool sizesFit(const Parts& parts)
{
    using enum AddressTablePart;
    const auto v6 = parts.size(V6Labels);
    const auto filter = parts.size(V6Filter);
    return parts.size(V4Roots) == (parts.size(V4Words) == 0 ? 0 : Ipv4Tree::kRoots) &&
           parts.size(V6First) == v6 && parts.size(V6Last) == v6 &&
           parts.size(V6Coarse) == (v6 == 0 ? 0 : Ipv6Filter::kCoarseWords) &&
           (v6 == 0 ? filter == 0 : filter >= Ipv6Filter::kLeastWords && std::has_single_bit(filter)) &&
           parts.size(LabelEnds) <= kLastAddressLabel;
}

bool labelsAreSound(const Parts& parts)
{
    const auto ends = parts.section<std::uint32_t>(AddressTablePart::LabelEnds);
    const auto lists = parts.section<std::uint16_t>(AddressTablePart::LabelLists);
    std::size_t at = 0;
    for (std::size_t label = 0; label < ends.size(); ++label) {
        const std::uint32_t end = ends.at(label);
        if (end <= at || end > lists.size())
            return false;
        for (std::size_t begin = at; at < end; ++at) {
            if (lists.at(at) >= parts.header.lists || (at > begin && lists.at(at) <= lists.at(at - 1)))
                return false;
        }
    }
    return at == lists.size();
}

} // namespace

Result<AddressTable> AddressTable::open(std::span<const std::byte> image)
{
    const auto refuse = [](std::string_view why) {
        return fail(ErrorCode::Corrupt, "The compiled address list is damaged: " + std::string(why),
                    "Update or import the list again.");
    };
    if (reinterpret_cast<std::uintptr_t>(image.data()) % alignof(std::uint64_t) != 0)
        return fail(ErrorCode::InvalidArgument,
                    "The compiled address list does not start at a multiple of 8");
    AddressTableHeader header;
    if (image.size() < sizeof(header) || image.size() % kAddressTableAlignment != 0)
        return refuse("its length is wrong");
    std::memcpy(&header, image.data(), sizeof(header));
    if (header.magic != kAddressTableMagic)
        return refuse("it begins with something else");
    if (header.version != kAddressTableVersion)
        return fail(ErrorCode::Unsupported, "The compiled address list is of another version",
                    "Update or import the list again.");
    const auto parts = partsOf(header, image);
    if (!parts || !sizesFit(*parts))
        return refuse("its counts do not fit its length");
    if (header.checksum != addressTableChecksum(image.subspan(kAddressTableChecked)))
        return refuse("its checksum is wrong");

    using enum AddressTablePart;
    AddressTable table;
    table.m_v4 = Ipv4Tree(parts->section<Ipv4Rank>(V4Roots), parts->section<Ipv4Rank>(V4Blocks),
                          parts->section<std::uint32_t>(V4Words));
    table.m_v6 = Ipv6Ranges(
        Ipv6Filter(parts->section<std::uint64_t>(V6Coarse), parts->section<std::uint64_t>(V6Filter)),
        parts->section<Ipv6Key>(V6First), parts->section<Ipv6Key>(V6Last),
        parts->section<AddressLabel>(V6Labels));
    table.m_labelEnds = parts->section<std::uint32_t>(LabelEnds);
    table.m_labelLists = parts->section<std::uint16_t>(LabelLists);
    if (!labelsAreSound(*parts))
        return refuse("its labels are out of order");
    const auto lastLabel = static_cast<Label>(table.m_labelEnds.size());
    const bool v4IsSound =
        table.m_v4.walk(lastLabel, [&](std::uint32_t, std::uint32_t, Label) { ++table.m_v4Ranges; });
    if (!v4IsSound || table.m_v4Ranges != header.v4Ranges)
        return refuse("its IPv4 addresses are out of order");
    if (!table.m_v6.isSound(lastLabel))
        return refuse("its IPv6 addresses are out of order");
    return table;
}

AddressTable::Label AddressTable::find(const IpAddress& address) const noexcept
{
    return address.isV4() ? m_v4.find(ipv4Key(address)) : m_v6.find(ipv6Key(address));
}

void AddressTable::find(std::span<const IpAddress> addresses, std::span<Label> labels) const noexcept
{
    constexpr std::size_t kGroup = std::min(Ipv4Tree::kGroup, Ipv6Ranges::kGroup);
    std::array<std::uint32_t, kGroup> v4;
    std::array<Ipv6Key, kGroup> v6;
    std::array<std::uint8_t, kGroup> v4Places;
    std::array<std::uint8_t, kGroup> v6Places;
    std::array<Label, kGroup> found;
    for (std::size_t begin = 0; begin < addresses.size(); begin += kGroup) {
        const std::size_t count = std::min(kGroup, addresses.size() - begin);
        std::size_t v4Count = 0;
        std::size_t v6Count = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const IpAddress& address = addresses[begin + i];
            if (address.isV4()) {
                v4Places[v4Count] = static_cast<std::uint8_t>(i);
                v4[v4Count++] = ipv4Key(address);
            } else {
                v6Places[v6Count] = static_cast<std::uint8_t>(i);
                v6[v6Count++] = ipv6Key(address);
            }
        }
        m_v4.findGroup({v4.data(), v4Count}, found.data());
        for (std::size_t i = 0; i < v4Count; ++i)
            labels[begin + v4Places[i]] = found[i];
        m_v6.findGroup({v6.data(), v6Count}, found.data());
        for (std::size_t i = 0; i < v6Count; ++i)
            labels[begin + v6Places[i]] = found[i];
    }
}

std::span<const std::uint16_t> AddressTable::lists(Label label) const noexcept
{
    const std::size_t size = m_labelLists.size();
    const std::size_t begin = label > 1 ? std::min<std::size_t>(m_labelEnds.at(label - 2U), size) : 0;
    const std::size_t end = label > 0 ? std::min<std::size_t>(m_labelEnds.at(label - 1U), size) : 0;
    return begin < end ? std::span(m_labelLists.data() + begin, end - begin)
                       : std::span<const std::uint16_t>{};
}

void AddressTable::forEachRange(const std::function<void(const AddressRange&, Label)>& visit) const
{
    // Checked before; where others have damaged the image since, it ends early.
    (void)m_v4.walk(
        static_cast<Label>(m_labelEnds.size()), [&](std::uint32_t first, std::uint32_t last, Label label) {
            visit({addressOf<4>(std::uint64_t{first} << 32, 0), addressOf<4>(std::uint64_t{last} << 32, 0)},
                  label);
        });
    for (std::size_t i = 0; i < m_v6.size(); ++i) {
        const Ipv6Key first = m_v6.first(i);
        const Ipv6Key last = m_v6.last(i);
        visit({addressOf<16>(first.high, first.low), addressOf<16>(last.high, last.low)}, m_v6.label(i));
    }
}

} // namespace bartizan
