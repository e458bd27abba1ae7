// The values of one event that composites compare, numbered as RulePlan::comparedValues(). Each is read and
// hashed at its first use.
#pragma once

#include "engine/base/keyed_hash.h"
#include "engine/rules/rule_plan.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace bartizan {

class EventValues
{
public:
    // `plan` outlives this.
    explicit EventValues(const RulePlan& plan)
        : m_plan(plan)
        , m_values(plan.comparedValues().size())
    {
    }
    // From now on those of `event`, which outlives their use.
    void reset(const Event& event)
    {
        m_event = &event;
        ++m_eventNumber;
    }
    [[nodiscard]] const std::optional<std::string_view>& operator[](std::size_t index)
    {
        return read(index).text;
    }
    // Nothing where the event has no such value.
    [[nodiscard]] std::optional<std::uint64_t> hash(std::size_t index, const KeyedHash& keyed)
    {
        Value& value = read(index);
        if (!value.text)
            return std::nullopt;
        if (value.hashedFor != m_eventNumber) {
            value.hash = keyed(*value.text);
            value.hashedFor = m_eventNumber;
        }
        return value.hash;
    }
    [[nodiscard]] std::uint64_t agentHash(const KeyedHash& keyed) const { return keyed(m_event->agent); }
    // What `make` makes of the event's values, made once for each event and number.
    template<class Make> [[nodiscard]] std::optional<std::uint64_t> key(std::size_t number, Make&& make)
    {
        if (number >= m_keys.size())
            m_keys.resize(number + 1);
        Key& key = m_keys[number];
        if (key.madeFor != m_eventNumber) {
            key.key = make();
            key.madeFor = m_eventNumber;
        }
        return key.key;
    }

private:
    // Each is valid for the event of that number.
    struct Value
    {
        std::optional<std::string_view> text;
        std::uint64_t hash = 0;
        std::uint64_t readFor = 0;
        std::uint64_t hashedFor = 0;
    };
    struct Key
    {
        std::optional<std::uint64_t> key;
        std::uint64_t madeFor = 0;
    };

    [[nodiscard]] Value& read(std::size_t index)
    {
        Value& value = m_values[index];
        if (value.readFor != m_eventNumber) {
            value.text = valueOf(m_plan.comparedValues()[index], *m_event);
            value.readFor = m_eventNumber;
        }
        return value;
    }
    [[nodiscard]] static std::optional<std::string_view> valueOf(const ComparedValue& compared,
                                                                 const Event& event);

    const RulePlan& m_plan;
    const Event* m_event = nullptr;
    std::uint64_t m_eventNumber = 0;
    std::vector<Value> m_values;
    std::vector<Key> m_keys;
};

} // namespace bartizan
