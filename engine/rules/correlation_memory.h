// The events that composites look back on (spec §8): copies of what they need, bounded in number and bytes.
//
// The reference walks one list per rule or group, newest first. Here each list is kept apart by the values
// that have to be the same (StreamPlan), which gives the same verdicts as long as time does not run
// backwards: skipped events can neither count nor stop the search, and running out of events is the same as
// meeting one that is too old.
#pragma once

#include "engine/rules/rule_plan.h"

#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bartizan {

// The values of one event that composites compare, numbered as RulePlan::comparedValues(). Each is read at
// its first use.
class EventValues
{
public:
    // `plan` outlives this.
    explicit EventValues(const RulePlan& plan)
        : m_plan(plan)
    {
    }
    // From now on those of `event`, which outlives their use.
    void reset(const Event& event)
    {
        m_event = &event;
        m_values.assign(m_plan.comparedValues().size(), std::nullopt);
    }
    [[nodiscard]] const std::optional<std::string_view>& operator[](std::size_t index);

private:
    const RulePlan& m_plan;
    const Event* m_event = nullptr;
    std::vector<std::optional<std::optional<std::string_view>>> m_values; // outer: read
};

class CorrelationMemory
{
public:
    explicit CorrelationMemory(std::size_t capacity)
        : m_capacity(capacity)
    {
    }

    // Whether enough suitable earlier events are there; then the counter starts over (the matched marks, of
    // which `matched` is the current event's), and `doubted` is set if one of those counted was. The full
    // logs found, newest first, at most 11, are put into `previous`: views that live until the next
    // remember(). `second` is the current event's time.
    [[nodiscard]] bool search(const RulePlan& plan, const Rule& rule, const Event& event, EventValues& values,
                              std::int64_t second, int& matched, bool& doubted,
                              std::vector<std::string_view>& previous);

    // How many suitable events the last search() found before it failed.
    [[nodiscard]] int lastCount() const { return m_lastCount; }

    // Keeps an event whose verdict is `rule`, and forgets the oldest where there are too many.
    void remember(const RulePlan& plan, const Rule& rule, const Event& event, EventValues& values,
                  std::int64_t second, int matched, bool doubted);

    // After a reload: events of rules that are there no more are forgotten, the others are sorted anew.
    void adopt(const RulePlan& before, const RulePlan& after);

    [[nodiscard]] std::size_t size() const { return m_events.size(); }

private:
    static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
    static constexpr std::size_t kMostSpare = 256;
    static constexpr std::size_t kMostBytes = std::size_t{64} * 1024 * 1024;

    struct Range
    {
        std::uint32_t offset = kNone; // kNone: the event has no such value
        std::uint32_t size = 0;
    };
    struct Reference
    {
        std::uint32_t stream;
        std::uint64_t key;
    };
    struct StoredValue
    {
        std::uint16_t index; // of the compared value
        Range range;
    };
    struct StoredEvent
    {
        std::int64_t second = 0;
        std::uint32_t ruleId = 0;
        int matched = 0;
        DecoderType type = DecoderType::Syslog;
        bool hasDynamic = false;
        bool doubted = false;
        std::string bytes;
        Range agent;
        Range log;
        Range fullLog;
        std::vector<StoredValue> values;   // those that are compared where it is linked
        std::vector<Reference> references; // where it is linked, once per link

        [[nodiscard]] std::optional<std::string_view> text(Range range) const
        {
            if (range.offset == kNone)
                return std::nullopt;
            return std::string_view(bytes).substr(range.offset, range.size);
        }
        [[nodiscard]] std::optional<std::string_view> value(std::size_t index) const
        {
            for (const auto& stored : values) {
                if (stored.index == index)
                    return text(stored.range);
            }
            return std::nullopt;
        }
        [[nodiscard]] Range append(std::string_view value);
        // As new, with the room it has.
        void clear();
    };
    // An event's place in the chain of one key of one stream.
    struct Link
    {
        std::uint64_t number; // of the event
        std::uint32_t older;
        std::uint32_t newer;
    };
    struct Chain
    {
        std::uint32_t newest = kNone;
        std::uint32_t oldest = kNone;
    };

    [[nodiscard]] StoredEvent& event(std::uint64_t number) { return m_events[number - m_firstNumber]; }
    [[nodiscard]] bool isSuitable(const Correlation& correlation, const StoredEvent& earlier,
                                  const Event& current, EventValues& values) const;
    // Which streams the event belongs to: those of its rule, and those whose pattern is in its log.
    template<class Values>
    void findReferences(const RulePlan& plan, const Rule& rule, std::string_view agent, std::string_view log,
                        Values& values, StoredEvent& stored) const;
    void copyTexts(const Event& event, std::span<const std::uint16_t> compared, EventValues& values,
                   StoredEvent& stored) const;
    void link(std::uint64_t number);
    void unlinkOldest(const StoredEvent& stored);
    void forgetOldest();
    void forgetOverflow(std::int64_t now, int largestFrequency);

    std::size_t m_capacity;
    std::size_t m_byteCount = 0;
    int m_lastCount = 0;
    std::uint64_t m_firstNumber = 0; // of m_events.front()
    std::deque<StoredEvent> m_events;
    std::vector<StoredEvent> m_spare; // forgotten ones, for their memory
    std::vector<std::unordered_map<std::uint64_t, Chain>> m_streams;
    std::vector<Link> m_links;
    std::vector<std::uint32_t> m_freeLinks;
};

} // namespace bartizan
