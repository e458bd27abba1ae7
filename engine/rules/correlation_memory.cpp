#include "engine/rules/correlation_memory.h"

#include <algorithm>

namespace bartizan {

namespace {

constexpr std::size_t kMostPrevious = 11;
constexpr std::size_t kForgottenAtOnce = 10;

std::uint64_t mixed(std::uint64_t hash, std::string_view text)
{
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    return (hash ^ 0xFFU) * 0x100000001B3U; // a border between the values
}

// Nothing where the event lacks a value that would have to be the same.
template<class Values>
std::optional<std::uint64_t> keyOf(const StreamPlan& stream, std::string_view agent, DecoderType type,
                                   Values& values)
{
    std::uint64_t hash = 0xCBF29CE484222325U;
    if (stream.byAgent)
        hash = mixed(hash, agent);
    if (stream.byType)
        hash = (hash ^ static_cast<std::uint64_t>(type)) * 0x100000001B3U;
    for (const auto index : stream.keyValues) {
        const auto& value = values[index];
        if (!value)
            return std::nullopt;
        hash = mixed(hash, *value);
    }
    return hash;
}

std::optional<std::string_view> valueOf(const ComparedValue& compared, const Event& event)
{
    switch (compared.kind) {
    case ComparedValue::Kind::Location:
        return event.location;
    case ComparedValue::Kind::Static:
        return event.field(compared.field);
    case ComparedValue::Kind::Dynamic:
        return event.dynamic(compared.name);
    case ComparedValue::Kind::Never:
        break;
    }
    return std::nullopt;
}

} // namespace

const std::optional<std::string_view>& EventValues::operator[](std::size_t index)
{
    auto& value = m_values[index];
    if (!value)
        value.emplace(valueOf(m_plan.comparedValues()[index], *m_event));
    return *value;
}

void CorrelationMemory::StoredEvent::clear()
{
    hasDynamic = doubted = false;
    bytes.clear();
    agent = log = fullLog = Range{};
    values.clear();
    references.clear();
}

CorrelationMemory::Range CorrelationMemory::StoredEvent::append(std::string_view value)
{
    const Range range{static_cast<std::uint32_t>(bytes.size()), static_cast<std::uint32_t>(value.size())};
    bytes += value;
    return range;
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

bool CorrelationMemory::search(const RulePlan& plan, const Rule& rule, const Event& current,
                               EventValues& values, std::int64_t second, int& matched, bool& doubted,
                               std::vector<std::string_view>& previous)
{
    previous.clear();
    m_lastCount = 0;
    const Correlation& correlation = *rule.correlation;
    if (correlation.stream >= m_streams.size())
        return false;
    const auto key = keyOf(plan.streams()[correlation.stream], current.agent, current.type, values);
    if (!key)
        return false;
    const auto& chains = m_streams[correlation.stream];
    const auto chain = chains.find(*key);
    if (chain == chains.end())
        return false;
    int count = 0;
    bool isDoubted = false;
    StoredEvent* first = nullptr;
    for (auto at = chain->second.newest; at != kNone; at = m_links[at].older) {
        StoredEvent& earlier = event(m_links[at].number);
        if (second - earlier.second > correlation.timeframe)
            break;
        if (!isSuitable(correlation, earlier, current, values))
            continue;
        if (earlier.matched >= rule.level)
            break;
        if (previous.size() < kMostPrevious)
            previous.push_back(*earlier.text(earlier.fullLog));
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
            first->matched = rule.level;
        return true;
    }
    previous.clear();
    return false;
}

template<class Values>
void CorrelationMemory::findReferences(const RulePlan& plan, const Rule& rule, std::string_view agent,
                                       std::string_view log, Values& values, StoredEvent& stored) const
{
    for (const auto stream : plan.streamsOf(rule.index)) {
        if (const auto key = keyOf(plan.streams()[stream], agent, stored.type, values))
            stored.references.push_back({stream, *key});
    }
    for (const auto& regex : plan.regexStreams()) {
        const auto key = keyOf(plan.streams()[regex.stream], agent, stored.type, values);
        if (key && regex.pattern->matches(log))
            stored.references.push_back({regex.stream, *key});
    }
}

void CorrelationMemory::copyTexts(const Event& event, std::span<const std::uint16_t> compared,
                                  EventValues& values, StoredEvent& stored) const
{
    stored.fullLog = stored.append(event.fullLog);
    stored.agent = stored.append(event.agent);
    // Nearly always the log is the end of the full one.
    stored.log = event.fullLog.ends_with(event.log)
                     ? Range{static_cast<std::uint32_t>(event.fullLog.size() - event.log.size()),
                             static_cast<std::uint32_t>(event.log.size())}
                     : stored.append(event.log);
    for (const auto index : compared) {
        if (const auto& value = values[index])
            stored.values.push_back({index, stored.append(*value)});
    }
}

void CorrelationMemory::link(std::uint64_t number)
{
    for (const auto& reference : event(number).references) {
        std::uint32_t at = 0;
        if (m_freeLinks.empty()) {
            at = static_cast<std::uint32_t>(m_links.size());
            m_links.emplace_back();
        } else {
            at = m_freeLinks.back();
            m_freeLinks.pop_back();
        }
        Chain& chain = m_streams[reference.stream][reference.key];
        m_links[at] = {number, chain.newest, kNone};
        if (chain.newest != kNone)
            m_links[chain.newest].newer = at;
        else
            chain.oldest = at;
        chain.newest = at;
    }
}

// The oldest event of all is the oldest in each of its chains.
void CorrelationMemory::unlinkOldest(const StoredEvent& stored)
{
    for (const auto& reference : stored.references) {
        auto& chains = m_streams[reference.stream];
        const auto chain = chains.find(reference.key);
        const auto at = chain->second.oldest;
        m_freeLinks.push_back(at);
        const auto newer = m_links[at].newer;
        if (newer == kNone) {
            chains.erase(chain);
        } else {
            m_links[newer].older = kNone;
            chain->second.oldest = newer;
        }
    }
}

void CorrelationMemory::forgetOldest()
{
    unlinkOldest(m_events.front());
    m_byteCount -= m_events.front().bytes.size();
    if (m_spare.size() < kMostSpare)
        m_spare.push_back(std::move(m_events.front()));
    m_events.pop_front();
    ++m_firstNumber;
}

// As the reference: at least ten, and all that are older in seconds than the largest frequency (spec §8.1).
void CorrelationMemory::forgetOverflow(std::int64_t now, int largestFrequency)
{
    for (std::size_t forgotten = 0;
         m_events.size() > 1 &&
         (forgotten < kForgottenAtOnce || now - m_events.front().second > largestFrequency ||
          m_byteCount > kMostBytes);
         ++forgotten)
        forgetOldest();
}

void CorrelationMemory::remember(const RulePlan& plan, const Rule& rule, const Event& current,
                                 EventValues& values, std::int64_t second, int matched, bool doubted)
{
    m_streams.resize(plan.streams().size());
    if (m_spare.empty()) {
        m_events.emplace_back();
    } else {
        m_events.push_back(std::move(m_spare.back()));
        m_spare.pop_back();
        m_events.back().clear();
    }
    StoredEvent& stored = m_events.back();
    stored.second = second;
    stored.ruleId = rule.id;
    stored.matched = matched;
    stored.doubted = doubted;
    stored.type = current.type;
    stored.hasDynamic = !current.dynamicFields().empty();
    findReferences(plan, rule, current.agent, current.log, values, stored);
    // An event that nothing looks back on only takes its place in the count.
    if (!stored.references.empty()) {
        copyTexts(current, plan.valuesOf(rule.index), values, stored);
        m_byteCount += stored.bytes.size();
        link(m_firstNumber + m_events.size() - 1);
    }
    if (m_events.size() > m_capacity || m_byteCount > kMostBytes)
        forgetOverflow(second, plan.largestFrequency());
}

void CorrelationMemory::adopt(const RulePlan& before, const RulePlan& after)
{
    constexpr std::size_t kNew = std::numeric_limits<std::size_t>::max();
    std::vector<std::size_t> oldIndex; // of each value to compare; kNew: not copied so far
    for (const auto& compared : after.comparedValues()) {
        const auto found = std::ranges::find(before.comparedValues(), compared);
        oldIndex.push_back(found == before.comparedValues().end()
                               ? kNew
                               : static_cast<std::size_t>(found - before.comparedValues().begin()));
    }
    m_streams.assign(after.streams().size(), {});
    m_links.clear();
    m_freeLinks.clear();
    for (std::size_t i = 0; i < m_events.size(); ++i) {
        StoredEvent& stored = m_events[i];
        stored.references.clear();
        const Rule* rule = after.find(stored.ruleId);
        if (rule == nullptr || stored.fullLog.offset == kNone)
            continue;
        std::vector<std::optional<std::string_view>> values;
        std::vector<StoredValue> kept;
        for (std::size_t index = 0; index < oldIndex.size(); ++index) {
            const auto old = std::ranges::find(stored.values, oldIndex[index], &StoredValue::index);
            const bool isKept = old != stored.values.end();
            values.push_back(isKept ? stored.text(old->range) : std::nullopt);
            if (isKept)
                kept.push_back({static_cast<std::uint16_t>(index), old->range});
        }
        stored.values = std::move(kept);
        findReferences(after, *rule, *stored.text(stored.agent), *stored.text(stored.log), values, stored);
        link(m_firstNumber + i);
    }
}

} // namespace bartizan
