// What rules learned of the world and keep over a restart (spec §5.7, §8.5).
#pragma once

#include <cstdint>
#include <string>

namespace bartizan {

struct LearnedFact
{
    enum class Kind : std::uint8_t {
        FirstSeen, // key: a first-time-seen key; no value
        LastText,  // key: rule and host; value: the last text that check_diff saw
    };
    Kind kind = Kind::FirstSeen;
    std::string key;   // bytes of a log: hostile
    std::string value; // the same

    bool operator==(const LearnedFact&) const = default;
};

} // namespace bartizan
