// Events that tell of one thing in several lines (spec §5.6): a later one inherits fields from earlier ones.
#pragma once

#include "engine/decode/event.h"

#include <array>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

namespace bartizan {

// State of one analysis session. Time is the events' receivedAt.
class AccumulateState
{
public:
    AccumulateState() = default;
    AccumulateState(const AccumulateState&) = delete;
    AccumulateState& operator=(const AccumulateState&) = delete;

    // Does nothing unless the event's decoder accumulates and the event has an id.
    void apply(Event& event);

    // Never more than this: a sender of ever new ids makes the oldest ones forgotten.
    static constexpr std::size_t kMostEntries = 16'384;
    [[nodiscard]] std::size_t size() const { return m_entries.size(); }

private:
    static constexpr std::size_t kCarriedCount = 7;
    using Order = std::list<const std::string*>; // of keys, the one touched last at the end
    struct Entry
    {
        EpochMs touchedAt = 0;
        Order::iterator place;
        std::array<std::optional<std::string>, kCarriedCount> values;
    };
    Entry& touch(EpochMs now);
    void drop(std::unordered_map<std::string, Entry>::iterator entry);

    std::unordered_map<std::string, Entry> m_entries;
    Order m_order;
    std::string m_key;
};

} // namespace bartizan
