// Images of address tables. The first byte chooses: an image made of the rest as it is; a right image made of
// networks, then damaged where the rest says, with a right checksum; or the same after it was opened, as by a
// process that still has the memory. What opens has to hold together; nothing may read outside.
#include "engine/lists/address_table_builder.h"
#include "engine/lists/address_table_layout.h"

#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

using namespace bartizan;
using Bytes = std::span<const std::uint8_t>;

// Exactly as long as the data, for the sanitizer.
std::vector<std::byte> copyOf(Bytes bytes)
{
    std::vector<std::byte> copy(bytes.size());
    if (!bytes.empty())
        std::memcpy(copy.data(), bytes.data(), bytes.size());
    return copy;
}

void sign(std::vector<std::byte>& image)
{
    AddressTableHeader header;
    if (image.size() < sizeof(header) || image.size() % kAddressTableAlignment != 0)
        return;
    std::memcpy(&header, image.data(), sizeof(header));
    header.magic = kAddressTableMagic;
    header.version = kAddressTableVersion;
    std::memcpy(image.data(), &header, sizeof(header));
    header.checksum = addressTableChecksum(std::span(image).subspan(kAddressTableChecked));
    std::memcpy(image.data(), &header, sizeof(header));
}

Bytes take(Bytes& bytes, std::size_t count)
{
    const Bytes taken = bytes.first(std::min(count, bytes.size()));
    bytes = bytes.subspan(taken.size());
    return taken;
}

IpAddress addressOf(Bytes bytes)
{
    std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    text.resize(text.size() > 4 ? 16 : 4);
    return *IpAddress::fromBytes(text);
}

// Networks that lie close together: two bytes each choose list, family, length and place.
std::vector<std::byte> builtOf(Bytes bytes)
{
    AddressTableBuilder builder;
    while (bytes.size() >= 4) {
        const Bytes entry = take(bytes, 4);
        const bool isV4 = entry[0] % 2 == 0;
        std::string address(isV4 ? std::string_view("\xC0\x00\x02\x00", 4)
                                 : std::string_view("\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\0", 16));
        address[isV4 ? 1U : 7U] = static_cast<char>(entry[1] % 4);
        address[isV4 ? 2U : 14U] = static_cast<char>(entry[2] % 4);
        address.back() = static_cast<char>(entry[3]);
        const unsigned bits = isV4 ? 32 : 128;
        builder.add(entry[0] / 16, Cidr(*IpAddress::fromBytes(address), bits - entry[0] / 2 % 8));
    }
    return std::move(builder).build().value();
}

// Three bytes: where, and what.
void damage(std::vector<std::byte>& image, Bytes bytes)
{
    while (bytes.size() >= 3) {
        const Bytes change = take(bytes, 3);
        image[static_cast<std::size_t>(change[0] << 8 | change[1]) % image.size()] ^= std::byte{change[2]};
    }
}

void ask(const AddressTable& table, Bytes bytes)
{
    std::vector<IpAddress> addresses;
    while (!bytes.empty())
        addresses.push_back(addressOf(take(bytes, bytes[0] % 2 == 0 ? 4 : 16)));
    table.forEachRange([&](const AddressRange& range, AddressTable::Label) {
        if (addresses.size() < 2000)
            addresses.insert(addresses.end(), {range.first, range.last});
    });
    std::vector<AddressTable::Label> labels(addresses.size());
    table.find(addresses, labels);
    std::size_t lists = 0;
    for (const auto label : labels) {
        for (const std::uint16_t list : table.lists(label))
            lists += list;
    }
    if (lists == ~std::size_t{0}) // read them all
        std::abort();
}

// Of a table that nobody else writes to.
void check(const AddressTable& table)
{
    std::optional<AddressRange> before;
    std::uint64_t count = 0;
    table.forEachRange([&](const AddressRange& range, AddressTable::Label label) {
        ++count;
        if (range.last < range.first || table.lists(label).empty() || (before && before->last >= range.first))
            std::abort();
        // The filter of IPv6 can hide what is there; nothing else can.
        for (const IpAddress& end : {range.first, range.last}) {
            const auto found = table.find(end);
            if (found != label && (end.isV4() || found != AddressTable::kNotListed))
                std::abort();
        }
        before = range;
    });
    if (count != table.rangeCount(IpFamily::V4) + table.rangeCount(IpFamily::V6))
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2)
        return 0;
    Bytes bytes(data + 1, size - 1);
    const std::uint8_t choice = data[0];
    if (choice % 3 == 0) {
        auto image = copyOf(bytes);
        if (choice >= 128)
            sign(image);
        if (const auto table = AddressTable::open(image)) {
            check(*table);
            ask(*table, bytes.first(std::min<std::size_t>(bytes.size(), 64)));
        }
        return 0;
    }
    const Bytes networks = take(bytes, std::min<std::size_t>(choice / 3U * 4U, bytes.size() / 2));
    auto image = builtOf(networks);
    const auto good = AddressTable::open(image);
    if (!good)
        std::abort();
    if (choice % 3 == 1) {
        check(*good);
        damage(image, bytes);
        sign(image);
        if (const auto table = AddressTable::open(image)) {
            check(*table);
            ask(*table, bytes);
        }
        return 0;
    }
    damage(image, bytes);
    ask(*good, bytes);
    return 0;
}
