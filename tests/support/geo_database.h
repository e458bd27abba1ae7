// Writes small location databases in the MaxMind format (maxmind.github.io/MaxMind-DB): a tree of 24-bit
// records over IPv4 addresses, entries with a country and a region.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::test {

class GeoDatabase
{
public:
    // `bits` is the length of the network's prefix; `region` may be empty.
    void add(std::array<std::uint8_t, 4> network, int bits, std::string_view country,
             std::string_view region = {})
    {
        std::string entry;
        if (region.empty()) {
            entry = map(1) + text("country") + map(1) + text("iso_code") + text(country);
        } else {
            entry = map(2) + text("country") + map(1) + text("iso_code") + text(country) +
                    text("subdivisions") + array(1) + map(1) + text("names") + map(1) + text("en") +
                    text(region);
        }
        std::size_t node = 0;
        for (int bit = 0; bit < bits; ++bit) {
            const int side = network[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8) & 1;
            Record& record = m_nodes[node].at(static_cast<std::size_t>(side));
            if (bit + 1 == bits) {
                record = {Record::Kind::Data, m_data.size()};
            } else {
                if (record.kind != Record::Kind::Node) {
                    record = {Record::Kind::Node, m_nodes.size()};
                    node = m_nodes.size();
                    m_nodes.emplace_back();
                } else {
                    node = record.value;
                }
            }
        }
        m_data += entry;
    }

    [[nodiscard]] std::string bytes() const
    {
        std::string file;
        for (const auto& node : m_nodes) {
            for (const Record& record : node)
                file += number(valueOf(record), 3);
        }
        file.append(16, '\0');
        file += m_data;
        file += "\xab\xcd\xefMaxMind.com";
        file += map(9) + text("node_count") + unsigned32(m_nodes.size()) + text("record_size") +
                unsigned16(24) + text("ip_version") + unsigned16(4) + text("binary_format_major_version") +
                unsigned16(2) + text("binary_format_minor_version") + unsigned16(0) + text("database_type") +
                text("Test") + text("languages") + array(0) + text("description") + map(0) +
                text("build_epoch") + std::string("\x08\x02") + number(1, 8);
        return file;
    }

private:
    struct Record
    {
        enum class Kind { Nothing, Node, Data };
        Kind kind = Kind::Nothing;
        std::size_t value = 0;
    };

    [[nodiscard]] std::size_t valueOf(const Record& record) const
    {
        if (record.kind == Record::Kind::Node)
            return record.value;
        return m_nodes.size() + (record.kind == Record::Kind::Data ? record.value + 16 : 0);
    }
    static std::string number(std::size_t value, int bytes)
    {
        std::string text;
        for (int byte = bytes - 1; byte >= 0; --byte)
            text += static_cast<char>(value >> (8 * byte) & 0xFF);
        return text;
    }
    static std::string unsigned32(std::size_t value) { return "\xc4" + number(value, 4); }
    static std::string unsigned16(std::size_t value) { return "\xa2" + number(value, 2); }
    static std::string map(int pairs) { return std::string(1, static_cast<char>(0xE0 | pairs)); }
    static std::string array(int items) { return std::string(1, static_cast<char>(items)) + '\x04'; }
    static std::string text(std::string_view value)
    {
        return std::string(1, static_cast<char>(0x40 | value.size())) + std::string(value); // up to 28 bytes
    }

    std::vector<std::array<Record, 2>> m_nodes = std::vector<std::array<Record, 2>>(1);
    std::string m_data;
};

} // namespace bartizan::test
