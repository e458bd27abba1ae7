#include "tests/plain/plain_session.h"

#include "engine/base/strings.h"

#include <algorithm>

namespace bartizan::plain {

namespace {

constexpr std::size_t kMostPrevious = 11;

// One same_… or different_… of a rule: the value on either side.
std::optional<std::string_view> valueOf(const RelationText& relation, const PlainMemory& earlier)
{
    if (relation.isDynamic)
        return earlier.dynamic(relation.field);
    if (relation.field == "location")
        return earlier.location;
    if (const auto field = staticFieldFromName(relation.field))
        return earlier.statics[static_cast<std::size_t>(*field)];
    return std::nullopt;
}

std::optional<std::string_view> valueOf(const RelationText& relation, const Event& current)
{
    if (relation.isDynamic)
        return current.dynamic(relation.field);
    if (relation.field == "location")
        return current.location;
    const auto field = staticFieldFromName(relation.field);
    return field ? current.field(*field) : std::nullopt;
}

bool relationHolds(const RelationText& relation, const PlainMemory& earlier, const Event& current)
{
    const auto before = valueOf(relation, earlier);
    const auto now = valueOf(relation, current);
    const bool equal = before && now && *before == *now;
    if (relation.kind == RelationKind::Same)
        return equal;
    if (relation.isDynamic && earlier.dynamics.empty() && current.dynamicFields().empty())
        return false;
    return !equal;
}

bool relationsHold(const PlainRule& rule, const PlainMemory& earlier, const Event& current)
{
    return std::ranges::all_of(rule.body.text.relations, [&](const RelationText& relation) {
        return relationHolds(relation, earlier, current);
    });
}

std::shared_ptr<PlainMemory> copyOf(const PlainEvent& event)
{
    auto copy = std::make_shared<PlainMemory>();
    copy->second = event.second;
    copy->fullLog = event.event.fullLog;
    copy->log = event.event.log;
    copy->agent = event.event.agent;
    copy->location = event.event.location;
    copy->type = event.event.type;
    for (std::size_t i = 0; i < kStaticFieldCount; ++i)
        copy->statics[i] = event.event.field(static_cast<StaticField>(i));
    for (const auto& field : event.event.dynamicFields())
        copy->dynamics.emplace_back(field.name, field.value);
    copy->matched = event.matched;
    copy->isDoubted = event.isDoubted || event.countedDoubted;
    return copy;
}

} // namespace

std::optional<std::string_view> PlainMemory::dynamic(std::string_view name) const
{
    for (const auto& [known, value] : dynamics) {
        if (equalsIgnoreCase(known, name))
            return value;
    }
    return std::nullopt;
}

void PlainSession::accumulate(PlainEvent& event)
{
    static constexpr std::array kCarried{StaticField::DstUser, StaticField::SrcUser, StaticField::DstIp,
                                         StaticField::SrcIp,   StaticField::DstPort, StaticField::SrcPort,
                                         StaticField::Data};
    constexpr EpochMs kKeptFor = 120'000;
    Event& now = event.event;
    const auto id = now.field(StaticField::Id);
    if (event.decoder == nullptr || !event.decoder->model.accumulates || !id)
        return;
    const auto isOld = [&](const Accumulated& entry) { return now.receivedAt - entry.touchedAt > kKeptFor; };
    if (++m_accumulateLookups >= 200) {
        m_accumulateLookups = 0;
        std::erase_if(m_accumulated, [&](const auto& entry) { return isOld(entry.second); });
    }
    auto& entry =
        m_accumulated[{std::string(now.hostname.value_or("")), event.decoder->shownName, std::string(*id)}];
    if (isOld(entry))
        entry.values.clear();
    entry.touchedAt = now.receivedAt;
    for (const auto field : kCarried) {
        const auto value = now.field(field);
        const auto stored = entry.values.find(field);
        if (!value || value->empty()) {
            if (stored != entry.values.end())
                now.setField(field, now.keep(stored->second));
        } else if (stored == entry.values.end() && value->size() < 80) {
            entry.values.emplace(field, *value);
        }
    }
}

bool PlainSession::isFirst(const PlainEvent& event)
{
    if (event.decoder == nullptr || !event.decoder->model.firstSeen)
        return false;
    const FirstSeenFields& fields = *event.decoder->model.firstSeen;
    const Event& now = event.event;
    std::string key = event.decoder->shownName;
    for (const auto field : {StaticField::Id, StaticField::DstUser, StaticField::SrcUser, StaticField::SrcIp,
                             StaticField::DstIp, StaticField::Data, StaticField::SystemName}) {
        key += ' ';
        if (fields.statics[static_cast<std::size_t>(field)])
            key += now.field(field).value_or("");
    }
    key += ' ';
    if (fields.location)
        key += now.location;
    for (const auto& name : fields.dynamics)
        key.append(" ").append(now.dynamic(name).value_or(""));
    if (m_firstSeen.contains(key))
        return false;
    if (now.type == DecoderType::Ids) {
        const auto similar = std::ranges::count_if(m_recentFirstSeen, [&](const std::string& known) {
            return known.size() > 14 && key.size() > 14 && known.substr(0, 15) == key.substr(0, 15);
        });
        m_recentFirstSeen.push_back(key);
        if (m_recentFirstSeen.size() > 32)
            m_recentFirstSeen.pop_front();
        if (similar > 2)
            key.resize(14);
    }
    return m_firstSeen.insert(key).second;
}

std::optional<std::string> PlainSession::textChanged(const PlainRule& rule, std::string_view host,
                                                     std::string_view text)
{
    const std::string now(text.substr(0, std::size_t{64} * 1024));
    const auto [stored, isNew] = m_texts.try_emplace(std::pair(rule.body.text.id, std::string(host)), now);
    if (isNew || stored->second == now)
        return std::nullopt;
    return std::exchange(stored->second, now);
}

bool PlainSession::search(const PlainRule& rule, PlainEvent& cur)
{
    cur.previous.clear();
    const RuleText& text = rule.body.text;
    const bool wholeMemory = rule.countedRule == nullptr && !rule.countsGroup;
    const List& list = rule.countedRule != nullptr ? m_ofRule[rule.countedRule]
                       : rule.countsGroup          ? m_ofComposite[&rule]
                                                   : m_memory;
    int count = 0;
    std::shared_ptr<PlainMemory> first;
    bool doubted = false;
    std::vector<std::string> previous;
    for (const auto& e : list) {
        if (cur.second - e->second > text.timeframe)
            return false;
        if (!text.globalFrequency && e->agent != cur.event.agent)
            continue;
        if (wholeMemory && (e->type != cur.event.type || !rule.body.matchedRegex->matches(e->log)))
            continue;
        if (!relationsHold(rule, *e, cur.event))
            continue;
        if (e->matched >= text.level)
            return false;
        if (previous.size() < kMostPrevious)
            previous.push_back(e->fullLog);
        doubted = doubted || e->isDoubted;
        if (count < rule.storedFrequency()) {
            ++count;
            if (first == nullptr)
                first = e;
            continue;
        }
        cur.matched = text.level;
        if (first != nullptr)
            first->matched = text.level;
        cur.previous = std::move(previous);
        cur.countedDoubted = cur.countedDoubted || doubted;
        return true;
    }
    return false;
}

void PlainSession::forgetOldest()
{
    for (auto* lists : {&m_ofRule, &m_ofComposite}) {
        for (auto& [key, list] : *lists)
            std::erase(list, m_memory.back());
    }
    m_memory.pop_back();
}

void PlainSession::remember(const PlainRule& rule, const PlainEvent& event, int largestFrequency,
                            std::int64_t largestTimeframe)
{
    const auto copy = copyOf(event);
    m_memory.push_front(copy);
    if (rule.isCounted) {
        m_ofRule[&rule].push_front(copy);
    } else {
        for (const auto* composite : rule.groupCounters)
            m_ofComposite[composite].push_front(copy);
    }
    if (!m_memorySize) {
        while (event.second - m_memory.back()->second > largestTimeframe)
            forgetOldest();
        return;
    }
    if (m_memory.size() <= *m_memorySize)
        return;
    for (int gone = 0;
         m_memory.size() > 1 && (gone < 10 || event.second - m_memory.back()->second > largestFrequency);
         ++gone)
        forgetOldest();
}

} // namespace bartizan::plain
