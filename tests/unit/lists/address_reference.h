// What an address table has to answer, said as plainly as can be: every range of every list is compared.
#pragma once

#include "engine/lists/address_table_builder.h"

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace bartizan::test {

class AddressReference
{
public:
    void add(std::uint16_t list, const AddressRange& range) { m_ranges.emplace_back(list, range); }

    [[nodiscard]] std::vector<std::uint16_t> lists(const IpAddress& address) const
    {
        std::set<std::uint16_t> found;
        for (const auto& [list, range] : m_ranges) {
            if (address.family() == range.first.family() && range.first <= address && address <= range.last)
                found.insert(list);
        }
        return {found.begin(), found.end()};
    }

    // The addresses where an answer may change, and those beside them.
    [[nodiscard]] std::vector<IpAddress> edges() const
    {
        std::set<IpAddress> found;
        for (const auto& [list, range] : m_ranges) {
            for (const IpAddress& end : {range.first, range.last}) {
                found.insert(end);
                if (const auto next = end.next())
                    found.insert(*next);
                if (const auto before = previous(end))
                    found.insert(*before);
            }
        }
        return {found.begin(), found.end()};
    }

private:
    static std::optional<IpAddress> previous(const IpAddress& address)
    {
        std::string bytes(address.byteView());
        for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
            const auto value = static_cast<unsigned char>(*byte);
            *byte = static_cast<char>(value - 1);
            if (value != 0)
                return IpAddress::fromBytes(bytes);
        }
        return std::nullopt;
    }

    std::vector<std::pair<std::uint16_t, AddressRange>> m_ranges;
};

} // namespace bartizan::test
