#include "engine/lists/compiled_list.h"

#include "engine/lists/compiled_list_layout.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace bartizan {

namespace {

struct Parts
{
    std::span<const std::byte> addresses;
    std::span<const std::byte> md5;
    std::span<const std::byte> sha256;
    std::span<const std::byte> domainEnds;
    std::span<const std::byte> domainBytes;
};

bool isZero(std::span<const std::byte> bytes)
{
    return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

// Cuts an image into its sections.
class Cutter
{
public:
    explicit Cutter(std::span<const std::byte> image)
        : m_image(image)
        , m_offset(sizeof(CompiledListHeader))
    {
    }

    std::span<const std::byte> take(std::uint64_t count, std::size_t size)
    {
        const std::uint64_t room = m_image.size() - m_offset;
        if (m_failed || count > room / size || addressTablePadded(count * size) > room) {
            m_failed = true;
            return {};
        }
        const auto bytes = static_cast<std::size_t>(count * size);
        const auto padded = static_cast<std::size_t>(addressTablePadded(bytes));
        const auto section = m_image.subspan(m_offset, bytes);
        m_failed = !isZero(m_image.subspan(m_offset + bytes, padded - bytes));
        m_offset += padded;
        return section;
    }
    [[nodiscard]] bool isFilled() const { return !m_failed && m_offset == m_image.size(); }

private:
    std::span<const std::byte> m_image;
    std::size_t m_offset;
    bool m_failed = false;
};

std::optional<Parts> partsOf(const CompiledListHeader& header, std::span<const std::byte> image)
{
    Cutter cutter(image);
    Parts parts;
    parts.addresses = cutter.take(header.addressBytes, 1);
    parts.md5 = cutter.take(header.md5, 16);
    parts.sha256 = cutter.take(header.sha256, 32);
    parts.domainEnds = cutter.take(header.domains, sizeof(std::uint32_t));
    parts.domainBytes = cutter.take(header.domainBytes, 1);
    return cutter.isFilled() && header.reserved == 0 ? std::optional(parts) : std::nullopt;
}

// The first element that `isBefore` is not true of. What others change meanwhile may lead it astray, not
// outside.
template<class Before> std::size_t lowerBound(std::size_t size, Before&& isBefore)
{
    std::size_t begin = 0;
    while (size > 0) {
        const std::size_t half = size / 2;
        if (isBefore(begin + half)) {
            begin += half + 1;
            size -= half + 1;
        } else {
            size = half;
        }
    }
    return begin;
}

template<class Hash> bool holds(const AddressTableSection<Hash>& hashes, const Hash& hash)
{
    const auto place = lowerBound(hashes.size(), [&](std::size_t i) { return hashes.at(i) < hash; });
    return place < hashes.size() && hashes.at(place) == hash;
}

template<class Hash> bool isAscending(const AddressTableSection<Hash>& hashes)
{
    for (std::size_t i = 1; i < hashes.size(); ++i) {
        if (hashes.at(i) <= hashes.at(i - 1))
            return false;
    }
    return true;
}

template<class Hash> void normalise(std::vector<Hash>& hashes)
{
    std::ranges::sort(hashes);
    const auto repeated = std::ranges::unique(hashes);
    hashes.erase(repeated.begin(), repeated.end());
}

template<class Hash> Hash bytesOf(const FileHash& hash)
{
    Hash bytes{};
    std::ranges::copy_n(hash.bytes.begin(), static_cast<std::ptrdiff_t>(bytes.size()), bytes.begin());
    return bytes;
}

template<class Hash>
void visitAll(const AddressTableSection<Hash>& hashes, FileHash::Algorithm algorithm,
              const std::function<void(const FileHash&)>& visit)
{
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        FileHash hash;
        hash.algorithm = algorithm;
        std::ranges::copy(hashes.at(i), hash.bytes.begin());
        visit(hash);
    }
}

bool isDomain(std::string_view name)
{
    return !name.empty() && name.size() <= kLongestDomain && std::ranges::all_of(name, isDomainByte);
}

void append(std::vector<std::byte>& image, std::span<const std::byte> section)
{
    image.insert(image.end(), section.begin(), section.end());
    image.resize(static_cast<std::size_t>(addressTablePadded(image.size())));
}

} // namespace

Result<CompiledList> CompiledList::open(std::span<const std::byte> image)
{
    const auto refuse = [](std::string_view why) {
        return fail(ErrorCode::Corrupt, "The compiled list is damaged: " + std::string(why),
                    "Update or import the list again.");
    };
    if (reinterpret_cast<std::uintptr_t>(image.data()) % alignof(std::uint64_t) != 0)
        return fail(ErrorCode::InvalidArgument, "The compiled list does not start at a multiple of 8");
    CompiledListHeader header;
    if (image.size() < sizeof(header) || image.size() % kAddressTableAlignment != 0)
        return refuse("its length is wrong");
    std::memcpy(&header, image.data(), sizeof(header));
    if (header.magic != kCompiledListMagic)
        return refuse("it begins with something else");
    if (header.version != kCompiledListVersion)
        return fail(ErrorCode::Unsupported, "The compiled list is of another version",
                    "Update or import the list again.");
    const auto parts = partsOf(header, image);
    if (!parts)
        return refuse("its counts do not fit its length");
    if (header.checksum != addressTableChecksum(image.subspan(kCompiledListChecked)))
        return refuse("its checksum is wrong");
    auto addresses = AddressTable::open(parts->addresses);
    if (!addresses)
        return std::unexpected(std::move(addresses.error()));

    CompiledList list(*addresses);
    list.m_md5 = AddressTableSection<Md5>(parts->md5);
    list.m_sha256 = AddressTableSection<Sha256>(parts->sha256);
    list.m_domainEnds = AddressTableSection<std::uint32_t>(parts->domainEnds);
    list.m_domainBytes = parts->domainBytes;
    if (!isAscending(list.m_md5) || !isAscending(list.m_sha256))
        return refuse("its hashes are out of order");
    if (!list.domainsAreSound())
        return refuse("its domains are out of order");
    return list;
}

bool CompiledList::domainsAreSound() const noexcept
{
    std::uint32_t begin = 0;
    std::string_view before;
    for (std::size_t i = 0; i < m_domainEnds.size(); ++i) {
        const std::uint32_t end = m_domainEnds.at(i) / 2;
        if (end <= begin || end > m_domainBytes.size())
            return false;
        const std::string_view name = domainAt(i).name;
        if (!isDomain(name) || name <= before)
            return false;
        before = name;
        begin = end;
    }
    return begin == m_domainBytes.size();
}

DomainName CompiledList::domainAt(std::size_t index) const noexcept
{
    const std::uint32_t word = m_domainEnds.at(index);
    const std::size_t end = std::min<std::size_t>(word / 2, m_domainBytes.size());
    const std::size_t begin = index > 0 ? std::min<std::size_t>(m_domainEnds.at(index - 1) / 2, end) : 0;
    return {{reinterpret_cast<const char*>(m_domainBytes.data()) + begin, end - begin}, word % 2 != 0};
}

bool CompiledList::holds(const FileHash& hash) const noexcept
{
    return hash.algorithm == FileHash::Algorithm::Md5 ? bartizan::holds(m_md5, bytesOf<Md5>(hash))
                                                      : bartizan::holds(m_sha256, bytesOf<Sha256>(hash));
}

bool CompiledList::holdsListedDomain(std::string_view name, bool withSubdomains) const noexcept
{
    const auto place =
        lowerBound(m_domainEnds.size(), [&](std::size_t i) { return domainAt(i).name < name; });
    if (place >= m_domainEnds.size())
        return false;
    const DomainName found = domainAt(place);
    return found.name == name && (found.withSubdomains || !withSubdomains);
}

bool CompiledList::holdsDomain(std::string_view name) const noexcept
{
    // None is longer; what is keeps its parents from being asked for, of which there may be very many.
    if (m_domainEnds.size() == 0 || name.empty() || name.size() > kLongestDomain)
        return false;
    if (holdsListedDomain(name, false))
        return true;
    for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
        name.remove_prefix(dot + 1);
        if (holdsListedDomain(name, true))
            return true;
    }
    return false;
}

std::uint64_t CompiledList::hashCount() const noexcept
{
    return std::uint64_t{m_md5.size()} + m_sha256.size();
}

std::uint64_t CompiledList::domainCount() const noexcept
{
    return m_domainEnds.size();
}

void CompiledList::forEachHash(const std::function<void(const FileHash&)>& visit) const
{
    visitAll(m_md5, FileHash::Algorithm::Md5, visit);
    visitAll(m_sha256, FileHash::Algorithm::Sha256, visit);
}

void CompiledList::forEachDomain(const std::function<void(const DomainName&)>& visit) const
{
    for (std::size_t i = 0; i < m_domainEnds.size(); ++i)
        visit(domainAt(i));
}

CompiledListBuilder::CompiledListBuilder(std::uint64_t mostEntries)
    : m_mostEntries(mostEntries)
{
}

bool CompiledListBuilder::hasRoom()
{
    if (m_entries < m_mostEntries)
        ++m_entries;
    else
        m_isTooLarge = true;
    return !m_isTooLarge;
}

bool CompiledListBuilder::take(const ListEntry& entry)
{
    if (!hasRoom())
        return false;
    if (const auto* network = std::get_if<Cidr>(&entry.value)) {
        m_addresses.add(0, *network);
    } else if (const auto* domain = std::get_if<DomainName>(&entry.value)) {
        addDomain(*domain);
    } else {
        const auto& hash = std::get<FileHash>(entry.value);
        if (hash.algorithm == FileHash::Algorithm::Md5)
            m_md5.push_back(bytesOf<std::array<std::uint8_t, 16>>(hash));
        else
            m_sha256.push_back(hash.bytes);
    }
    return !m_isTooLarge;
}

void CompiledListBuilder::add(std::uint16_t number, const AddressRange& range)
{
    if (hasRoom() && !m_addresses.add(number, range) && m_mistake.empty())
        m_mistake =
            "\"" + range.first.toString() + "-" + range.last.toString() + "\" is no range of addresses";
}

void CompiledListBuilder::addDomain(const DomainName& domain)
{
    if (!isDomain(domain.name)) {
        if (m_mistake.empty())
            m_mistake = "An entry is no domain in lower case of up to 253 bytes";
        return;
    }
    if (domain.name.size() > kMostDomainBytes - m_domainBytes.size()) {
        m_isTooLarge = true;
        return;
    }
    m_domains.push_back({static_cast<std::uint32_t>(m_domainBytes.size()),
                         static_cast<std::uint8_t>(domain.name.size()), domain.withSubdomains});
    m_domainBytes += domain.name;
}

std::string_view CompiledListBuilder::nameOf(const Domain& domain) const
{
    return std::string_view(m_domainBytes).substr(domain.offset, domain.size);
}

void CompiledListBuilder::normaliseDomains()
{
    std::ranges::sort(m_domains, {}, [this](const Domain& domain) { return nameOf(domain); });
    std::size_t count = 0;
    for (const Domain& domain : m_domains) {
        if (count > 0 && nameOf(m_domains[count - 1]) == nameOf(domain))
            m_domains[count - 1].withSubdomains |= domain.withSubdomains;
        else
            m_domains[count++] = domain;
    }
    m_domains.resize(count);
}

Result<std::vector<std::byte>> CompiledListBuilder::build() &&
{
    if (m_isTooLarge)
        return fail(ErrorCode::Exhausted,
                    "The list has more than " + std::to_string(m_mostEntries) + " entries",
                    "Take a smaller list, or raise the limit.");
    if (!m_mistake.empty())
        return fail(ErrorCode::InvalidArgument, std::move(m_mistake));
    const auto addresses = std::move(m_addresses).build();
    if (!addresses)
        return std::unexpected(addresses.error());
    normalise(m_md5);
    normalise(m_sha256);
    normaliseDomains();
    std::vector<std::uint32_t> ends;
    std::string names;
    ends.reserve(m_domains.size());
    for (const Domain& domain : m_domains) {
        names += nameOf(domain);
        ends.push_back(static_cast<std::uint32_t>(names.size() * 2 + (domain.withSubdomains ? 1 : 0)));
    }

    CompiledListHeader header;
    header.magic = kCompiledListMagic;
    header.version = kCompiledListVersion;
    header.addressBytes = addresses->size();
    header.md5 = m_md5.size();
    header.sha256 = m_sha256.size();
    header.domains = ends.size();
    header.domainBytes = names.size();
    std::vector<std::byte> image;
    image.reserve(sizeof(header) + addresses->size() + m_md5.size() * 16 + m_sha256.size() * 32 +
                  ends.size() * sizeof(std::uint32_t) + names.size() + 5 * kAddressTableAlignment);
    image.resize(sizeof(header));
    append(image, *addresses);
    append(image, std::as_bytes(std::span(m_md5)));
    append(image, std::as_bytes(std::span(m_sha256)));
    append(image, std::as_bytes(std::span(ends)));
    append(image, std::as_bytes(std::span(names)));
    std::memcpy(image.data(), &header, sizeof(header));
    header.checksum = addressTableChecksum(std::span(image).subspan(kCompiledListChecked));
    std::memcpy(image.data(), &header, sizeof(header));
    return image;
}

} // namespace bartizan
