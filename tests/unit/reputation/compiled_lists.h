// Compiled lists from texts, for tests.
#pragma once

#include "engine/reputation/list_update.h"

#include <QtTest>

#include <memory>
#include <string>
#include <vector>

namespace bartizan::test {

// A list together with the bytes that it is a view of.
class HeldList
{
public:
    explicit HeldList(std::vector<std::byte> image)
        : m_image(std::move(image))
    {
        auto list = CompiledList::open(m_image);
        if (!list)
            qFatal("%s", list.error().message.c_str());
        m_list = std::make_unique<CompiledList>(*list);
    }

    [[nodiscard]] const CompiledList& list() const { return *m_list; }
    [[nodiscard]] bool holds(const char* address) const
    {
        return m_list->addresses().contains(*IpAddress::parse(address));
    }

private:
    std::vector<std::byte> m_image;
    std::unique_ptr<CompiledList> m_list;
};

inline AddressRange rangeOf(const Cidr& network)
{
    return {network.address(), network.last()};
}

inline HeldList listOf(const std::vector<AddressRange>& ranges, const std::vector<std::string>& domains = {},
                       const std::vector<FileHash>& hashes = {})
{
    CompiledListBuilder builder(1 << 24);
    for (const AddressRange& range : ranges)
        builder.add(0, range);
    for (const std::string& domain : domains)
        (void)builder.take({DomainName{domain, false}, {}, {}, 0});
    for (const FileHash& hash : hashes)
        (void)builder.take({hash, {}, {}, 0});
    auto image = std::move(builder).build();
    if (!image)
        qFatal("%s", image.error().message.c_str());
    return HeldList(std::move(*image));
}

inline HeldList listOf(std::initializer_list<const char*> networks)
{
    std::vector<AddressRange> ranges;
    for (const char* network : networks)
        ranges.push_back(rangeOf(*Cidr::parse(network)));
    return listOf(ranges);
}

} // namespace bartizan::test
