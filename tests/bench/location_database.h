// A database in the MaxMind format (maxmind.github.io/MaxMind-DB) that says yes of some IPv4 addresses and
// nothing else: large enough for a comparison.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::bench {

class LocationDatabase
{
public:
    void add(std::uint32_t address)
    {
        std::size_t node = 0;
        for (int bit = 31; bit > 0; --bit) {
            const std::size_t side = address >> bit & 1;
            if (m_nodes[node][side] == kNothing) {
                m_nodes[node][side] = static_cast<std::uint32_t>(m_nodes.size());
                m_nodes.push_back({kNothing, kNothing});
            }
            node = m_nodes[node][side];
        }
        m_nodes[node][address & 1] = kFound;
    }

    [[nodiscard]] std::string bytes() const
    {
        constexpr std::uint32_t kDataSeparator = 16;
        const auto count = static_cast<std::uint32_t>(m_nodes.size());
        std::string file;
        file.reserve(m_nodes.size() * 8 + 256);
        for (const auto& node : m_nodes) {
            for (const std::uint32_t record : node)
                file += number(record == kNothing ? count
                               : record == kFound ? count + kDataSeparator
                                                  : record);
        }
        file.append(kDataSeparator, '\0');
        file += "\xE0"; // an empty map
        file += "\xab\xcd\xefMaxMind.com";
        file += "\xE9" + text("node_count") + "\xc4" + number(count) + text("record_size") + "\xa1\x20" +
                text("ip_version") + "\xa1\x04" + text("binary_format_major_version") + "\xa1\x02" +
                text("binary_format_minor_version") + std::string("\xa0") + text("database_type") +
                text("Test") + text("languages") + std::string("\x00\x04", 2) + text("description") + "\xE0" +
                text("build_epoch") + std::string("\x01\x02\x01", 3);
        return file;
    }

private:
    static constexpr std::uint32_t kNothing = 0xFFFFFFFF;
    static constexpr std::uint32_t kFound = 0xFFFFFFFE;

    static std::string number(std::uint32_t value)
    {
        return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
                static_cast<char>(value)};
    }
    static std::string text(std::string_view value)
    {
        return std::string(1, static_cast<char>(0x40 | value.size())) + std::string(value); // up to 28 bytes
    }

    std::vector<std::array<std::uint32_t, 2>> m_nodes{{kNothing, kNothing}};
};

} // namespace bartizan::bench
