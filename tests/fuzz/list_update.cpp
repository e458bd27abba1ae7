// Three versions of a list, one after the other, and protected networks: four bytes each choose where a
// network goes, its family, length and place. What comes out holds nothing that is protected and all else
// that was published, and it opens.
#include "engine/reputation/list_update.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace {

using namespace bartizan;

Cidr networkOf(std::span<const std::uint8_t> entry)
{
    const bool isV4 = entry[0] % 2 == 0;
    std::string address(isV4 ? std::string_view("\xC0\x00\x02\x00", 4)
                             : std::string_view("\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\0", 16));
    address[address.size() - 2] = static_cast<char>(entry[2]);
    address[address.size() - 1] = static_cast<char>(entry[3]);
    const IpAddress first = *IpAddress::fromBytes(address);
    return {first, first.bitCount() - entry[1] % 13}; // wider ones are slow to build
}

void require(bool holds)
{
    if (!holds)
        std::abort();
}

// At the ends of every network, and beside them.
void check(const CompiledList& fetched, const CompiledList& made, const ListUpdate& update,
           const std::vector<ProtectedNetwork>& networks, const std::vector<Cidr>& all)
{
    const auto checkOne = [&](const IpAddress& address) {
        const bool isProtected = std::ranges::any_of(
            networks, [&](const auto& network) { return network.network.contains(address); });
        const auto numbers = made.addresses().lists(made.addresses().find(address));
        require(numbers.size() == (fetched.addresses().contains(address) && !isProtected ? 1U : 0U));
        require(numbers.empty() || numbers.front() < update.generations.size());
    };
    for (const Cidr& network : all) {
        checkOne(network.address());
        checkOne(network.last());
        if (const auto next = network.last().next())
            checkOne(*next);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::vector<CompiledListBuilder> builders;
    for (int i = 0; i < 3; ++i)
        builders.emplace_back(1000);
    std::vector<ProtectedNetwork> networks;
    std::vector<Cidr> all;
    for (std::span<const std::uint8_t> bytes(data, std::min<std::size_t>(size, 400)); bytes.size() >= 4;
         bytes = bytes.subspan(4)) {
        const Cidr network = networkOf(bytes.first(4));
        const std::size_t where = bytes[0] / 2 % 4;
        all.push_back(network);
        if (where == 3)
            networks.push_back({network, "allowlist", "the allowlist"});
        else
            builders[where].add(bytes[0] / 8, {network.address(), network.last()});
    }
    std::vector<std::byte> image;
    std::optional<CompiledList> inForce;
    std::vector<EpochMs> generations;
    for (std::size_t i = 0; i < builders.size(); ++i) {
        const auto published = std::move(builders[i]).build().value();
        const CompiledList fetched = CompiledList::open(published).value();
        const ListBounds bounds{.mostRanges = i == 2 ? 8U : 1000U};
        auto update = prepareUpdate(fetched, inForce ? &*inForce : nullptr, generations,
                                    static_cast<EpochMs>(i), networks, bounds);
        if (!update) // more ranges than the bound
            return 0;
        CompiledList made = CompiledList::open(update->image).value();
        check(fetched, made, *update, networks, all);
        image = std::move(update->image);
        inForce = made;
        generations = update->generations;
    }
    return 0;
}
