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
        for (auto& value : m_values)
            value.isRead = value.isHashed = false;
        m_agentHash.reset();
    }
    [[nodiscard]] std::uint64_t agentHash(const KeyedHash& keyed)
    {
        if (!m_agentHash)
            m_agentHash = keyed(m_event->agent);
        return *m_agentHash;
    }
    [[nodiscard]] const std::optional<std::string_view>& operator[](std::size_t index)
    {
        return read(index).text;
    }
    // Nothing where the event has no such value.
    [[nodiscard]] std::optional<std::uint64_t> hash(std::size_t index, const KeyedHash& keyed);

private:
    struct Value
    {
        std::optional<std::string_view> text;
        std::uint64_t hash = 0;
        bool isRead = false;
        bool isHashed = false;
    };

    [[nodiscard]] Value& read(std::size_t index);

    const RulePlan& m_plan;
    const Event* m_event = nullptr;
    std::vector<Value> m_values;
    std::optional<std::uint64_t> m_agentHash;
};

} // namespace bartizan
