#include "engine/rules/correlation_memory.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace bartizan {

namespace {

constexpr std::size_t kMostPrevious = 11;
constexpr std::size_t kForgottenAtOnce = 10;
// After a flood a whole one may be over in the same second; nobody is to wait for that.
constexpr std::size_t kMostExpiredAtOnce = 64;

// Of what has to be the same. Nothing where the event lacks one of the values.
template<class Values>
std::optional<std::uint64_t> sameKeyOf(const StreamPlan& stream, DecoderType type, const KeyedHash& keyed,
                                       Values& values)
{
    std::uint64_t key = stream.byAgent ? values.agentHash(keyed) : 0;
    if (stream.byType)
        key = KeyedHash::joined(key, static_cast<std::uint64_t>(type));
    for (const auto index : stream.keyValues) {
        const auto hash = values.hash(index, keyed);
        if (!hash)
            return std::nullopt;
        key = KeyedHash::joined(key, *hash);
    }
    return key;
}

bool haveSameKeys(const StreamPlan& one, const StreamPlan& other)
{
    return one.keyValues == other.keyValues && one.byAgent == other.byAgent && one.byType == other.byType;
}

// The values of different_*; that neither event may lack every dynamic field is one more where there are
// several.
std::size_t differentCount(const StreamPlan& stream)
{
    const auto values = stream.differentValues.size();
    return values + (stream.needsDynamic && values > 1 ? 1 : 0);
}

// The values of a remembered event, numbered as in another plan.
class RenumberedValues
{
public:
    RenumberedValues(const StoredEvent& event, std::span<const std::optional<std::uint16_t>> oldIndex)
        : m_event(event)
        , m_oldIndex(oldIndex)
    {
    }
    [[nodiscard]] std::optional<std::string_view> operator[](std::size_t index) const
    {
        return m_oldIndex[index] ? m_event.value(*m_oldIndex[index]) : std::nullopt;
    }
    [[nodiscard]] std::uint64_t agentHash(const KeyedHash& keyed) const
    {
        return keyed(m_event.text(m_event.agent));
    }
    [[nodiscard]] std::optional<std::uint64_t> hash(std::size_t index, const KeyedHash& keyed) const
    {
        const auto value = (*this)[index];
        return value ? std::optional(keyed(*value)) : std::nullopt;
    }
    template<class Make> [[nodiscard]] std::optional<std::uint64_t> key(std::size_t, Make&& make) const
    {
        return make();
    }

private:
    const StoredEvent& m_event;
    std::span<const std::optional<std::uint16_t>> m_oldIndex;
};

} // namespace

CorrelationMemory::CorrelationMemory(const RulePlan& plan, const Limits& limits)
    : m_limits(limits)
    , m_keyed(limits.secret)
    , m_shares(m_keyed)
{
    prepare(plan);
}

CorrelationMemory::~CorrelationMemory()
{
    for (auto& age : m_ages) {
        while (StoredEvent* event = age.events.front()) {
            age.events.remove(*event);
            StoredEvent::Delete()(event);
        }
    }
}

void CorrelationMemory::prepare(const RulePlan& plan)
{
    m_streams.assign(plan.streams().size(), {});
    for (const auto& rule : plan.rules()) {
        if (!rule.correlation)
            continue;
        Stream& stream = m_streams[rule.correlation->stream];
        stream.timeframe =
            std::max(stream.timeframe, static_cast<std::uint32_t>(rule.correlation->timeframe));
        stream.reach[0] =
            std::max(stream.reach[0], static_cast<std::uint32_t>(rule.correlation->earlier) + 1);
    }
    for (std::size_t i = 0; i < m_streams.size(); ++i)
        setReach(m_streams[i], plan.streams()[i], std::max(m_streams[i].reach[0], 1U));
    numberKeys(plan);
    m_ages.clear();
    if (m_limits.events) {
        m_ages.push_back({std::numeric_limits<std::int64_t>::max(), {}});
        return;
    }
    std::vector<std::uint32_t> timeframes;
    timeframes.reserve(m_streams.size());
    for (const auto& stream : m_streams)
        timeframes.push_back(stream.timeframe);
    std::ranges::sort(timeframes);
    const auto repeated = std::ranges::unique(timeframes);
    timeframes.erase(repeated.begin(), repeated.end());
    for (const auto timeframe : timeframes)
        m_ages.push_back({timeframe, {}});
    for (auto& stream : m_streams) {
        const auto age = std::ranges::lower_bound(timeframes, stream.timeframe);
        stream.age = static_cast<std::uint16_t>(age - timeframes.begin());
    }
}

// A search counts at most `most` events. Those equal in all different_* values it sees all or none of, so
// that any `most` of them are enough. Of those equal in some, each other value can hide the ones that are
// equal in it as well, of which there are no more than their own chain may have; with `most` besides, enough
// are left.
void CorrelationMemory::setReach(Stream& stream, const StreamPlan& plan, std::uint32_t most)
{
    const auto count = differentCount(plan);
    stream.reach[0] = count == 0 ? most : std::numeric_limits<std::uint32_t>::max();
    if (count > kMostDifferent) {
        stream.reach[1] = most; // only those equal in all
        return;
    }
    for (std::size_t equal = count; equal > 0; --equal)
        stream.reach[equal] =
            equal == count ? most
                           : most + static_cast<std::uint32_t>(count - equal) * stream.reach[equal + 1];
}

void CorrelationMemory::numberKeys(const RulePlan& plan)
{
    const auto& streams = plan.streams();
    for (std::uint32_t i = 0; i < streams.size(); ++i) {
        const auto first = std::ranges::find_if(
            streams, [&](const StreamPlan& known) { return haveSameKeys(known, streams[i]); });
        m_streams[i].keyNumber = static_cast<std::uint32_t>(first - streams.begin());
    }
}

template<class Values>
std::optional<std::uint64_t> CorrelationMemory::keyOf(const RulePlan& plan, std::uint32_t stream,
                                                      DecoderType type, Values& values) const
{
    const auto same = values.key(m_streams[stream].keyNumber,
                                 [&] { return sameKeyOf(plan.streams()[stream], type, m_keyed, values); });
    return same ? std::optional(KeyedHash::joined(*same, stream)) : std::nullopt;
}

std::size_t CorrelationMemory::bytes() const
{
    return m_eventBytes + m_heads.bytes() + m_shares.bytes() + m_streams.capacity() * sizeof(Stream) +
           m_ages.capacity() * sizeof(Age);
}

bool CorrelationMemory::isSuitable(const Correlation& correlation, const StoredEvent& earlier,
                                   const Event& current, EventValues& values) const
{
    if (!correlation.anyAgent && earlier.text(earlier.agent) != current.agent)
        return false;
    if (correlation.sameType && earlier.type != current.type)
        return false;
    for (const auto index : correlation.same) {
        const auto before = earlier.value(index);
        if (!before || before != values[index])
            return false;
    }
    for (const auto index : correlation.different) {
        const auto before = earlier.value(index);
        if (before && before == values[index])
            return false;
    }
    return !correlation.needsDynamic || earlier.hasDynamic || !current.dynamicFields().empty();
}

EventLink** CorrelationMemory::head(const Reference& chain)
{
    return m_heads.find(chain.key, [&](const EventLink& known) {
        return known.stream == chain.stream && known.equal == chain.equal;
    });
}

bool CorrelationMemory::search(const RulePlan& plan, const Rule& rule, const Event& current,
                               EventValues& values, std::int64_t second, int& matched, bool& doubted,
                               std::vector<std::string_view>& previous)
{
    previous.clear();
    m_lastCount = 0;
    m_lastWalk = 0;
    const Correlation& correlation = *rule.correlation;
    const auto key = keyOf(plan, correlation.stream, current.type, values);
    if (!key)
        return false;
    EventLink** const chain = head({*key, correlation.stream, 0});
    int count = 0;
    bool isDoubted = false;
    StoredEvent* first = nullptr;
    for (EventLink* at = chain != nullptr ? *chain : nullptr; at != nullptr; at = at->older) {
        StoredEvent& earlier = at->event();
        ++m_lastWalk;
        if (second - earlier.second > correlation.timeframe)
            break;
        if (!isSuitable(correlation, earlier, current, values))
            continue;
        if (earlier.matched >= rule.level)
            break;
        if (previous.size() < kMostPrevious)
            previous.push_back(earlier.text(earlier.fullLog));
        isDoubted |= earlier.doubted;
        if (count < correlation.earlier) {
            m_lastCount = ++count;
            if (first == nullptr)
                first = &earlier;
            continue;
        }
        matched = rule.level;
        doubted |= isDoubted;
        if (first != nullptr)
            first->matched = static_cast<std::uint8_t>(rule.level);
        return true;
    }
    previous.clear();
    return false;
}

template<class Values>
void CorrelationMemory::addReference(const RulePlan& plan, std::uint32_t stream,
                                     const StoredEvent::Draft& draft, Values& values)
{
    const auto key = keyOf(plan, stream, draft.type, values);
    if (!key)
        return;
    m_references.push_back({*key, stream, 0});
    addGroups(plan.streams()[stream], {*key, stream, 0}, draft.hasDynamic, values);
}

// A chain for each choice among the different_* values, of the events that are equal in those. Where there
// are very many values, only one for those equal in all.
template<class Values>
void CorrelationMemory::addGroups(const StreamPlan& plan, const Reference& chain, bool hasDynamic,
                                  Values& values)
{
    const auto count = differentCount(plan);
    if (count == 0)
        return;
    const bool onlyAll = count > kMostDifferent;
    const auto hashOf = [&](std::size_t number) {
        if (number == plan.differentValues.size())
            return std::uint64_t{hasDynamic};
        const auto hash = values.hash(plan.differentValues[number], m_keyed);
        return hash ? KeyedHash::joined(1, *hash) : 0;
    };
    // A single value is parted here: an event without any dynamic field lacks the value, too.
    const bool isParted = count == 1 && plan.needsDynamic && hasDynamic;
    const std::uint32_t end = onlyAll ? 2 : 1U << count;
    for (std::uint32_t choice = 1; choice < end; ++choice) {
        std::uint64_t key = KeyedHash::joined(chain.key, isParted ? end : choice);
        for (std::size_t number = 0; number < count; ++number) {
            if (onlyAll || (choice >> number & 1U) != 0)
                key = KeyedHash::joined(key, hashOf(number));
        }
        m_references.push_back({key, chain.stream, static_cast<std::uint8_t>(std::popcount(choice))});
    }
}

template<class Values>
void CorrelationMemory::findReferences(const RulePlan& plan, const Rule& rule,
                                       const StoredEvent::Draft& draft, Values& values)
{
    m_references.clear();
    for (const auto stream : plan.streamsOf(rule.index))
        addReference(plan, stream, draft, values);
    for (const auto& regex : plan.regexStreams()) {
        if (regex.pattern->matches(draft.log))
            addReference(plan, regex.stream, draft, values);
    }
}

void CorrelationMemory::link(EventLink& link)
{
    link.isHead = link.isLinked = true;
    ++link.event().linked;
    EventLink** const place = head({link.key, link.stream, link.equal});
    if (place == nullptr) {
        link.newer = &link;
        link.length = 1;
        m_heads.insert(link);
        return;
    }
    EventLink& before = **place;
    link.older = &before;
    link.newer = before.newer;
    link.length = before.length + 1;
    link.next = before.next;
    before.newer = &link;
    before.isHead = false;
    *place = &link;
}

void CorrelationMemory::unlink(EventLink& link)
{
    EventLink** const place = head({link.key, link.stream, link.equal});
    link.isLinked = false;
    --link.event().linked;
    if (!link.isHead) {
        EventLink& newest = **place;
        --newest.length;
        link.newer->older = link.older;
        (link.older != nullptr ? link.older : &newest)->newer = link.newer;
    } else if (link.older == nullptr) {
        m_heads.erase(place);
    } else {
        EventLink& newest = *link.older;
        newest.isHead = true;
        newest.newer = link.newer;
        newest.length = link.length - 1;
        newest.next = link.next;
        *place = &newest;
    }
    link.isHead = false;
}

// The oldest of a chain of equals, where there are more than a search can reach.
void CorrelationMemory::forgetUnreachable(EventLink& newest)
{
    while (newest.length > m_streams[newest.stream].reach[newest.equal])
        leave(*newest.newer);
}

// Takes an event out of the chain that is searched, and out of those of equals that belong to it.
void CorrelationMemory::leave(EventLink& link)
{
    StoredEvent& event = link.event();
    const auto links = event.links();
    std::size_t at = link.index;
    while (links[at].equal > 0)
        --at;
    do {
        unlink(links[at]);
        ++at;
    } while (at < links.size() && links[at].equal > 0);
    if (event.linked == 0 && !m_limits.events)
        forget(event);
}

void CorrelationMemory::forget(StoredEvent& event)
{
    for (const auto& link : event.links())
        m_heads.expect(link.key);
    for (auto& link : event.links()) {
        if (link.isLinked)
            unlink(link);
    }
    m_ages[event.age].events.remove(event);
    m_shares.remove(event);
    m_eventBytes -= event.size;
    --m_count;
    StoredEvent::Delete()(&event);
}

void CorrelationMemory::evict(StoredEvent& event, std::int64_t now)
{
    if (event.linked > 0 && now - event.second <= event.timeframe)
        ++m_evicted;
    forget(event);
}

std::size_t CorrelationMemory::forgetExpired(std::int64_t now, std::size_t most)
{
    if (m_expiredUntil == now)
        return 0;
    std::size_t forgotten = 0;
    for (auto& age : m_ages) {
        for (StoredEvent* oldest = age.events.front();
             oldest != nullptr && now - oldest->second > age.timeframe; oldest = age.events.front()) {
            if (forgotten == most)
                return forgotten;
            forget(*oldest);
            ++forgotten;
        }
    }
    m_expiredUntil = now;
    return forgotten;
}

// As the reference: at least ten, and all that are older in seconds than the largest frequency (spec §8.1).
void CorrelationMemory::forgetByCount(std::int64_t now, int largestFrequency)
{
    if (!m_limits.events || m_count <= *m_limits.events)
        return;
    auto& events = m_ages.front().events;
    for (std::size_t forgotten = 0;
         m_count > 1 && (forgotten < kForgottenAtOnce || now - events.front()->second > largestFrequency);
         ++forgotten)
        evict(*events.front(), now);
}

void CorrelationMemory::forgetForRoom(std::int64_t now)
{
    while (bytes() > m_limits.bytes) {
        if (forgetExpired(now, 1) > 0)
            continue;
        StoredEvent* const event = m_shares.nextToGo();
        if (event == nullptr)
            break;
        evict(*event, now);
    }
}

// `draft` has its texts and m_references its chains.
void CorrelationMemory::keep(StoredEvent::Draft& draft, std::uint64_t shareKey)
{
    std::uint16_t age = 0;
    draft.linkCount = m_references.size();
    draft.timeframe = 0;
    for (const auto& reference : m_references) {
        draft.timeframe = std::max(draft.timeframe, m_streams[reference.stream].timeframe);
        age = std::max(age, m_streams[reference.stream].age);
    }
    for (const auto& reference : m_references)
        m_heads.expect(reference.key);
    OwnedEvent made = StoredEvent::make(draft);
    StoredEvent& event = *made;
    event.age = age;
    m_shares.add(event, shareKey);
    m_ages[age].events.pushBack(*made.release());
    m_eventBytes += event.size;
    ++m_count;
    const auto links = event.links();
    for (std::size_t i = 0; i < links.size(); ++i) {
        links[i].key = m_references[i].key;
        links[i].stream = m_references[i].stream;
        links[i].equal = m_references[i].equal;
        link(links[i]);
    }
    // Those equal in more values first: the others rely on them being within their bounds.
    for (std::size_t equal = kMostDifferent + 1; equal-- > 0;) {
        for (auto& newest : links) {
            if (newest.equal == equal && newest.isHead)
                forgetUnreachable(newest);
        }
    }
}

void CorrelationMemory::remember(const RulePlan& plan, const Rule& rule, const Event& current,
                                 EventValues& values, std::int64_t second, int matched, bool doubted)
{
    StoredEvent::Draft draft;
    draft.ruleId = rule.id;
    draft.matched = matched;
    draft.type = current.type;
    draft.hasDynamic = !current.dynamicFields().empty();
    draft.doubted = doubted;
    draft.second = second;
    draft.log = current.log;
    draft.agent = current.agent;
    findReferences(plan, rule, draft, values);
    // An event that nothing looks back on only takes its place in a count.
    if (!m_references.empty() || m_limits.events) {
        draft.number = m_nextNumber++;
        draft.fullLog = current.fullLog;
        m_texts.clear();
        for (const auto index : plan.valuesOf(rule.index)) {
            if (const auto& value = values[index])
                m_texts.push_back({index, *value});
        }
        draft.values = m_texts;
        keep(draft, m_shares.keyOf(current.field(StaticField::SrcIp)));
    }
    forgetByCount(second, plan.largestFrequency());
    (void)forgetExpired(second, kMostExpiredAtOnce);
    forgetForRoom(second);
}

void CorrelationMemory::adopt(const RulePlan& before, const RulePlan& after)
{
    std::vector<std::optional<std::uint16_t>> oldIndex; // of each value to compare; nothing: not copied
    for (const auto& compared : after.comparedValues()) {
        const auto found = std::ranges::find(before.comparedValues(), compared);
        oldIndex.push_back(
            found == before.comparedValues().end()
                ? std::nullopt
                : std::optional(static_cast<std::uint16_t>(found - before.comparedValues().begin())));
    }
    struct Old
    {
        std::uint64_t number;
        StoredEvent* event;
        std::uint64_t shareKey;
    };
    std::vector<Old> events;
    for (auto& age : m_ages) {
        for (StoredEvent* event = age.events.front(); event != nullptr; event = event->behind) {
            events.push_back({event->number, event, event->share->key});
            m_shares.remove(*event);
        }
    }
    std::ranges::sort(events, {}, &Old::number);
    m_heads.clear();
    prepare(after);
    m_expiredUntil.reset();
    for (const auto& [number, event, shareKey] : events) {
        const OwnedEvent old(event);
        m_eventBytes -= old->size;
        --m_count;
        const Rule* const rule = after.find(old->ruleId);
        m_references.clear();
        auto draft = old->draft(m_texts);
        m_texts.clear();
        if (rule != nullptr && old->linkCount > 0) {
            const RenumberedValues values(*old, oldIndex);
            findReferences(after, *rule, draft, values);
            for (std::size_t index = 0; index < oldIndex.size(); ++index) {
                if (const auto value = values[index])
                    m_texts.push_back({static_cast<std::uint16_t>(index), *value});
            }
        }
        draft.values = m_texts;
        if (!m_references.empty() || m_limits.events)
            keep(draft, shareKey);
        forgetForRoom(draft.second);
    }
}

} // namespace bartizan
