// Images of compiled lists. The first byte chooses: an image made of the rest as it is; a right image of
// hashes and domains made of the rest, then damaged, with a right checksum; or the same after it was opened,
// as by a process that still has the memory. What opens has to hold together; nothing may read outside.
#include "engine/lists/compiled_list.h"
#include "engine/lists/compiled_list_layout.h"

#include <cstdlib>
#include <cstring>

namespace {

using namespace bartizan;
using Bytes = std::span<const std::uint8_t>;
using Image = std::vector<std::byte>;

Image copyOf(Bytes bytes)
{
    Image copy(bytes.size());
    if (!bytes.empty())
        std::memcpy(copy.data(), bytes.data(), bytes.size());
    return copy;
}

void sign(Image& image)
{
    CompiledListHeader header;
    if (image.size() < sizeof(header) || image.size() % kAddressTableAlignment != 0)
        return;
    std::memcpy(&header, image.data(), sizeof(header));
    header.magic = kCompiledListMagic;
    header.version = kCompiledListVersion;
    std::memcpy(image.data(), &header, sizeof(header));
    header.checksum = addressTableChecksum(std::span(image).subspan(kCompiledListChecked));
    std::memcpy(image.data(), &header, sizeof(header));
}

Bytes take(Bytes& bytes, std::size_t count)
{
    const Bytes taken = bytes.first(std::min(count, bytes.size()));
    bytes = bytes.subspan(taken.size());
    return taken;
}

std::string domainOf(Bytes bytes)
{
    static constexpr std::string_view kLetters = "ab-.1_ABz\xFF";
    std::string name;
    for (const std::uint8_t byte : bytes)
        name += kLetters[byte % kLetters.size()];
    return name;
}

// Each entry: kind and length, then its bytes.
Image builtOf(Bytes bytes)
{
    CompiledListBuilder builder(100'000);
    while (!bytes.empty()) {
        const std::uint8_t kind = take(bytes, 1)[0];
        const Bytes value = take(bytes, kind / 4U % 32U);
        ListEntry entry;
        FileHash hash;
        hash.algorithm = kind % 4 == 0 ? FileHash::Algorithm::Md5 : FileHash::Algorithm::Sha256;
        std::copy_n(value.begin(), std::min(value.size(), hash.size()), hash.bytes.begin());
        const std::string name = domainOf(value);
        if (kind % 4 < 2)
            entry.value = hash;
        else
            entry.value = DomainName{name, kind % 4 == 3};
        (void)builder.take(entry);
    }
    CompiledListBuilder none(0);
    // What can't be an entry makes none.
    auto image = std::move(builder).build();
    return image ? std::move(*image) : std::move(none).build().value();
}

// Behind the address table, which another target damages, and in the header; three bytes: where, and what.
void damage(Image& image, Bytes bytes)
{
    CompiledListHeader header;
    std::memcpy(&header, image.data(), sizeof(header));
    const std::size_t table = header.addressBytes;
    while (bytes.size() >= 3) {
        const Bytes change = take(bytes, 3);
        const std::size_t place =
            static_cast<std::size_t>(change[0] << 8 | change[1]) % (image.size() - table);
        image[place < sizeof(header) ? place : place + table] ^= std::byte{change[2]};
    }
}

std::size_t ask(const CompiledList& list, Bytes bytes)
{
    std::size_t answers = list.holdsDomain(domainOf(bytes)) ? 1U : 0U;
    list.forEachHash([&](const FileHash& hash) { answers += list.holds(hash) ? 1U : 0U; });
    list.forEachDomain([&](const DomainName& name) {
        answers += list.holdsDomain("a." + std::string(name.name)) ? 1U : 0U;
        answers += list.holdsDomain(name.name) ? 1U : 0U;
    });
    return answers;
}

// Of a list that nobody else writes to.
void check(const CompiledList& list)
{
    std::uint64_t hashes = 0;
    std::uint64_t domains = 0;
    std::string before;
    FileHash hashBefore;
    list.forEachHash([&](const FileHash& hash) {
        if (!list.holds(hash) || (hashes > 0 && hash <= hashBefore))
            std::abort();
        hashBefore = hash;
        ++hashes;
    });
    list.forEachDomain([&](const DomainName& name) {
        if (!list.holdsDomain(name.name) || name.name <= before ||
            (name.withSubdomains && name.name.size() < 240 &&
             !list.holdsDomain("x.y." + std::string(name.name))))
            std::abort();
        before = name.name;
        ++domains;
    });
    if (hashes != list.hashCount() || domains != list.domainCount())
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
        if (const auto list = CompiledList::open(image)) {
            check(*list);
            (void)ask(*list, bytes.first(std::min<std::size_t>(bytes.size(), 64)));
        }
        return 0;
    }
    const Bytes entries = take(bytes, bytes.size() / 2 + choice / 3U % 16U);
    auto image = builtOf(entries);
    const auto good = CompiledList::open(image);
    if (!good)
        std::abort();
    if (choice % 3 == 1) {
        check(*good);
        damage(image, bytes);
        sign(image);
        if (const auto list = CompiledList::open(image))
            check(*list);
        return 0;
    }
    damage(image, bytes);
    (void)ask(*good, bytes.first(std::min<std::size_t>(bytes.size(), 64)));
    return 0;
}
