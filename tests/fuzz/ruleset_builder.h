// Interprets a fuzzer's bytes as choices and writes a rule set and records with them: elements and attributes
// of every kind with fitting values, now and then with others, and rules that refer to each other.
#pragma once

#include "engine/analysis/analysis_port.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace bartizan::fuzz {

class Choices
{
public:
    explicit Choices(std::span<const std::uint8_t> bytes)
        : m_bytes(bytes)
    {
    }

    // From 0 to below `end` (at most 256, not 0); 0 when the bytes have run out.
    std::size_t below(std::size_t end) { return next() % end; }
    bool oneIn(std::size_t count) { return below(count) == count - 1; }
    template<class List> std::string_view pick(const List& list)
    {
        return std::data(list)[below(std::size(list))];
    }
    // A few bytes as they are.
    std::string raw()
    {
        std::string text;
        for (std::size_t size = below(8); size > 0; --size)
            text += static_cast<char>(next());
        return text;
    }
    [[nodiscard]] bool isEmpty() const { return m_bytes.empty(); }

private:
    std::uint8_t next()
    {
        if (m_bytes.empty())
            return 0;
        const auto byte = m_bytes.front();
        m_bytes = m_bytes.subspan(1);
        return byte;
    }

    std::span<const std::uint8_t> m_bytes;
};

[[nodiscard]] AnalysisOptions buildOptions(Choices& choices);
[[nodiscard]] RulesetSource buildRuleset(Choices& choices);
// Some records: their texts fit the patterns of buildRuleset().
[[nodiscard]] RecordBatch buildRecords(Choices& choices);

} // namespace bartizan::fuzz
