// A remembered event: one block of memory with its links, the values that are compared, and its text. A value
// that is part of the log is a place in it.
#pragma once

#include "engine/decode/event.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace bartizan {

struct StoredEvent;
struct SourceShare; // rules/source_shares.h

// An event's place in a chain of events that are looked back on together, newest first. The newest is the
// head, which alone is in the table of chains.
struct EventLink
{
    std::uint64_t key = 0;
    EventLink* next = nullptr;  // the table's
    EventLink* older = nullptr; // nullptr: it is the oldest
    EventLink* newer = nullptr; // of the head: the oldest
    std::uint32_t stream = 0;
    std::uint32_t length = 0; // of the head: how many are in the chain
    std::uint16_t index = 0;  // among the event's links
    // How many different_* values are equal in the chain, which is then never searched; 0: it is searched.
    std::uint8_t equal = 0;
    bool isHead = false;
    bool isLinked = false;

    [[nodiscard]] StoredEvent& event();
};

struct StoredEvent
{
    struct Range
    {
        std::uint32_t offset;
        std::uint32_t size;
    };
    struct Value
    {
        std::uint16_t index; // of the compared value
        Range range;
    };
    // What one is made of. The texts are copied.
    struct Draft
    {
        std::uint32_t ruleId = 0;
        int matched = 0;
        DecoderType type = DecoderType::Syslog;
        bool hasDynamic = false;
        bool doubted = false;
        std::uint64_t number = 0;
        std::int64_t second = 0;
        std::uint32_t timeframe = 0;
        std::string_view fullLog;
        std::string_view log;
        std::string_view agent;
        struct Text
        {
            std::uint16_t index;
            std::string_view text;
        };
        std::span<const Text> values;
        std::size_t linkCount = 0; // made, not set; without one the texts are left out
    };

    std::uint64_t number = 0; // events are numbered as they come
    std::int64_t second = 0;
    std::uint32_t ruleId = 0;
    std::uint32_t timeframe = 0; // seconds, after which nothing looks back on it
    SourceShare* share = nullptr;
    StoredEvent* before = nullptr; // in the list by age
    StoredEvent* behind = nullptr;
    StoredEvent* shareBefore = nullptr; // in that of its share
    StoredEvent* shareBehind = nullptr;
    std::uint32_t size = 0; // bytes, with what the allocator needs
    Range fullLog{};
    Range log{};
    Range agent{};
    std::uint16_t linkCount = 0;
    std::uint16_t valueCount = 0;
    std::uint16_t linked = 0; // how many of the links are in a chain
    std::uint16_t age = 0;    // the list by age
    std::uint8_t matched = 0;
    DecoderType type = DecoderType::Syslog;
    bool hasDynamic = false;
    bool doubted = false;

    struct Delete
    {
        void operator()(StoredEvent* event) const;
    };
    [[nodiscard]] static std::unique_ptr<StoredEvent, Delete> make(const Draft& draft);

    [[nodiscard]] std::span<EventLink> links();
    [[nodiscard]] std::span<const Value> values() const;
    [[nodiscard]] std::string_view text(Range range) const;
    [[nodiscard]] std::optional<std::string_view> value(std::size_t index) const;
    // What it is made of, as views into it; its values are put into `values`.
    [[nodiscard]] Draft draft(std::vector<Draft::Text>& values) const;
};

inline std::span<EventLink> StoredEvent::links()
{
    return {reinterpret_cast<EventLink*>(this + 1), linkCount};
}

inline StoredEvent& EventLink::event()
{
    return *(reinterpret_cast<StoredEvent*>(this - index) - 1);
}

} // namespace bartizan
