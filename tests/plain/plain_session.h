// What one session remembers: everything of spec §5.6, §5.7 and §8 that outlives an event.
#pragma once

#include "engine/decode/event.h"
#include "tests/plain/plain_rules.h"

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace bartizan::plain {

// An event on its way through the rules.
struct PlainEvent
{
    Event event;
    const PlainDecoder* decoder = nullptr; // the one shown
    std::int64_t second = 0;
    int matched = 0;        // the mark of spec §8.2
    bool isDoubted = false; // its own origin
    bool countedDoubted = false;
    std::optional<bool> isFirst; // asked for once: asking makes the key a known one
    std::vector<std::string> previous;
    std::optional<std::string> textBefore; // check_diff
};

// A copy of an event that rules may look back on.
struct PlainMemory
{
    std::int64_t second = 0;
    std::string fullLog;
    std::string log;
    std::string agent;
    std::string location;
    DecoderType type = DecoderType::Syslog;
    std::array<std::optional<std::string>, kStaticFieldCount> statics;
    std::vector<std::pair<std::string, std::string>> dynamics;
    int matched = 0;
    bool isDoubted = false;

    [[nodiscard]] std::optional<std::string_view> dynamic(std::string_view name) const;
};

class PlainSession
{
public:
    // `memorySize`: how many events are remembered; nothing: all that a rule may still look back on.
    explicit PlainSession(std::optional<std::size_t> memorySize)
        : m_memorySize(memorySize)
    {
    }

    void accumulate(PlainEvent& event);
    // Whether the event's key is new (spec §5.7).
    bool isFirst(const PlainEvent& event);
    // The text before, where it differs (spec §8.5).
    std::optional<std::string> textChanged(const PlainRule& rule, std::string_view host,
                                           std::string_view text);
    // The search of spec §8.2: sets the marks and event.previous where it succeeds.
    bool search(const PlainRule& rule, PlainEvent& event);
    // Spec §8.1. The last two are the largest of any rule; the timeframe in seconds.
    void remember(const PlainRule& rule, const PlainEvent& event, int largestFrequency,
                  std::int64_t largestTimeframe);

    std::map<const PlainRule*, std::uint64_t> fired;
    std::map<const PlainRule*, std::int64_t> ignoredSince;
    EpochMs lastTime = 0;

private:
    void forgetOldest();

    using List = std::deque<std::shared_ptr<PlainMemory>>; // newest first

    struct Accumulated
    {
        EpochMs touchedAt = 0;
        std::map<StaticField, std::string> values;
    };

    std::optional<std::size_t> m_memorySize;
    std::map<std::array<std::string, 3>, Accumulated> m_accumulated;
    int m_accumulateLookups = 0;
    std::set<std::string> m_firstSeen;
    std::deque<std::string> m_recentFirstSeen;
    std::map<std::pair<std::uint32_t, std::string>, std::string> m_texts;
    List m_memory;
    std::map<const PlainRule*, List> m_ofRule;      // by the rule that if_matched_sid names
    std::map<const PlainRule*, List> m_ofComposite; // by the composite with if_matched_group
};

} // namespace bartizan::plain
