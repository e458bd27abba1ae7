// Events that tell of one thing in several lines (spec §5.6): a later one inherits fields from earlier ones.
#pragma once

#include "engine/decode/event.h"

#include <array>
#include <optional>
#include <string>
#include <unordered_map>

namespace bartizan {

// State of one analysis session. Time is the events' receivedAt.
class AccumulateState
{
public:
    // Does nothing unless the event's decoder accumulates and the event has an id.
    void apply(Event& event);

private:
    static constexpr std::size_t kCarriedCount = 7;
    struct Entry
    {
        EpochMs touchedAt = 0;
        std::array<std::optional<std::string>, kCarriedCount> values;
    };
    void dropOld(EpochMs now);

    std::unordered_map<std::string, Entry> m_entries;
    std::string m_key;
    int m_lookups = 0;
};

} // namespace bartizan
