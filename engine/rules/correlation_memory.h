// The events that composites look back on (spec §8): copies of what they need, bounded in bytes.
//
// The reference walks one list per rule or group, newest first. Here each list is kept apart by the values
// that have to be the same (StreamPlan), which gives the same verdicts as long as time does not run
// backwards: skipped events can neither count nor stop the search, and running out of events is the same as
// meeting one that is too old. A chain holds only what a search can reach: of events with equal values, a
// search sees all or none, and no more than its frequency; so older ones than those leave the chain, which
// bounds what a search walks over, too (see setReach()).
//
// An event is forgotten when its timeframe is over, that is the largest of the rules that look back on it.
// Where an event count is given, the oldest are forgotten by count as in the reference. Where the memory is
// full in bytes, the source network that holds the most gives way (SourceShares).
#pragma once

#include "engine/base/keyed_hash.h"
#include "engine/rules/event_values.h"
#include "engine/rules/intrusive.h"
#include "engine/rules/rule_plan.h"
#include "engine/rules/source_shares.h"
#include "engine/rules/stored_event.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace bartizan {

class CorrelationMemory
{
public:
    struct Limits
    {
        std::size_t bytes = std::size_t{64} * 1024 * 1024;
        std::optional<std::size_t> events; // nothing: no event is forgotten for their number
        std::uint64_t secret = 0;          // see KeyedHash
    };
    struct Usage
    {
        std::size_t events = 0;
        std::size_t bytes = 0; // with what the allocator needs
        std::size_t limit = 0; // bytes
        std::uint64_t evicted =
            0; // events forgotten so far before their timeframe was over, for want of room
    };

    CorrelationMemory(const RulePlan& plan, const Limits& limits);
    ~CorrelationMemory();
    CorrelationMemory(const CorrelationMemory&) = delete;
    CorrelationMemory& operator=(const CorrelationMemory&) = delete;

    // Whether enough suitable earlier events are there; then the counter starts over (the matched marks, of
    // which `matched` is the current event's), and `doubted` is set if one of those counted was. The full
    // logs found, newest first, at most 11, are put into `previous`: views that live until the next
    // remember(). `second` is the current event's time.
    [[nodiscard]] bool search(const RulePlan& plan, const Rule& rule, const Event& event, EventValues& values,
                              std::int64_t second, int& matched, bool& doubted,
                              std::vector<std::string_view>& previous);

    // How many suitable events the last search() found before it failed.
    [[nodiscard]] int lastCount() const { return m_lastCount; }
    // How many events it looked at.
    [[nodiscard]] std::size_t lastWalk() const { return m_lastWalk; }

    // Keeps an event whose verdict is `rule`, if a rule may look back on it, and forgets what has to go.
    void remember(const RulePlan& plan, const Rule& rule, const Event& event, EventValues& values,
                  std::int64_t second, int matched, bool doubted);

    // After a reload: events of rules that are there no more are forgotten, the others are sorted anew.
    void adopt(const RulePlan& before, const RulePlan& after);

    [[nodiscard]] Usage usage() const { return {m_count, bytes(), m_limits.bytes, m_evicted}; }

private:
    // Up to so many different_* values bound what is walked over.
    static constexpr std::size_t kMostDifferent = 4;

    using OwnedEvent = std::unique_ptr<StoredEvent, StoredEvent::Delete>;

    // What is to know of a stream besides its StreamPlan.
    struct Stream
    {
        std::uint32_t timeframe = 0; // the largest of its rules
        std::uint32_t keyNumber = 0; // the same for those that part events by the same values
        std::uint16_t age = 0;
        // The most events of a chain that a search can reach, by EventLink::equal.
        std::array<std::uint32_t, kMostDifferent + 1> reach{};
    };
    // Events with one timeframe: the oldest are the first to be forgotten.
    struct Age
    {
        std::int64_t timeframe;
        IntrusiveList<StoredEvent, &StoredEvent::before, &StoredEvent::behind> events;
    };
    // A chain that an event goes into.
    struct Reference
    {
        std::uint64_t key;
        std::uint32_t stream;
        std::uint8_t equal; // see EventLink
    };

    void prepare(const RulePlan& plan);
    [[nodiscard]] std::size_t bytes() const;
    [[nodiscard]] bool isSuitable(const Correlation& correlation, const StoredEvent& earlier,
                                  const Event& current, EventValues& values) const;
    [[nodiscard]] EventLink** head(const Reference& chain);
    // Into m_references: the streams of its rule, and those whose pattern is in its log.
    template<class Values>
    void findReferences(const RulePlan& plan, const Rule& rule, const StoredEvent::Draft& draft,
                        Values& values);
    template<class Values>
    void addReference(const RulePlan& plan, std::uint32_t stream, const StoredEvent::Draft& draft,
                      Values& values);
    template<class Values>
    void addGroups(const StreamPlan& plan, const Reference& chain, bool hasDynamic, Values& values);
    template<class Values>
    [[nodiscard]] std::optional<std::uint64_t> keyOf(const RulePlan& plan, std::uint32_t stream,
                                                     DecoderType type, Values& values) const;
    void numberKeys(const RulePlan& plan);
    static void setReach(Stream& stream, const StreamPlan& plan, std::uint32_t most);
    void keep(StoredEvent::Draft& draft, std::uint64_t shareKey);
    void link(EventLink& link);
    void unlink(EventLink& link);
    void forgetUnreachable(EventLink& newest);
    void leave(EventLink& link);
    void forget(StoredEvent& event);
    void evict(StoredEvent& event, std::int64_t now);
    [[nodiscard]] std::size_t forgetExpired(std::int64_t now, std::size_t most);
    void forgetByCount(std::int64_t now, int largestFrequency);
    void forgetForRoom(std::int64_t now);

    const Limits m_limits;
    const KeyedHash m_keyed;
    std::vector<Stream> m_streams;
    std::vector<Age> m_ages; // only one where events are counted, since then age alone decides
    IntrusiveTable<EventLink> m_heads;
    SourceShares m_shares;
    std::size_t m_count = 0;
    std::size_t m_eventBytes = 0;
    std::uint64_t m_nextNumber = 0;
    std::uint64_t m_evicted = 0;
    std::optional<std::int64_t> m_expiredUntil; // the time up to which all that is over is forgotten
    int m_lastCount = 0;
    std::size_t m_lastWalk = 0;

    // Of the current event, kept to spare allocations.
    std::vector<Reference> m_references;
    std::vector<StoredEvent::Draft::Text> m_texts;
};

} // namespace bartizan
