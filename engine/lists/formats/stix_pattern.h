// What a STIX pattern (STIX 2.1, part 9) names, where it names single addresses, domains or files:
// comparisons joined by OR.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bartizan::formats {

struct StixPattern
{
    enum class Kind { Address, Hash, Domain, Other };
    struct Value
    {
        Kind kind = Kind::Other;
        std::string text;
    };
    std::vector<Value> values;
    // Why it can't be taken entry by entry: "it says AND, …"; empty where it can.
    std::string obstacle;
};

[[nodiscard]] StixPattern readStixPattern(std::string_view pattern);

} // namespace bartizan::formats
