#include "engine/decode/accumulate.h"

#include "engine/decode/decoder.h"

namespace bartizan {

namespace {

constexpr EpochMs kKeepFor = 120'000;
constexpr std::size_t kLongestKey = 2048; // a longer one is nobody's id
constexpr std::size_t kLongestCarried = 79;

constexpr std::array kCarried = {
    StaticField::DstUser, StaticField::SrcUser, StaticField::DstIp, StaticField::SrcIp,
    StaticField::DstPort, StaticField::SrcPort, StaticField::Data,
};

} // namespace

void AccumulateState::apply(Event& event)
{
    const auto id = event.field(StaticField::Id);
    if (event.decoder == nullptr || !event.decoder->accumulates() || !id)
        return;
    m_key.assign(event.hostname.value_or(""));
    m_key.append(1, '\0').append(event.decoder->name()).append(1, '\0').append(*id);
    if (m_key.size() > kLongestKey)
        return;
    Entry& entry = touch(event.receivedAt);
    static_assert(kCarried.size() == kCarriedCount);
    for (std::size_t i = 0; i < kCarried.size(); ++i) {
        const auto value = event.field(kCarried[i]);
        const bool lacks = !value || value->empty();
        if (lacks && entry.values[i])
            event.setField(kCarried[i], event.keep(*entry.values[i]));
        else if (!lacks && !entry.values[i] && value->size() <= kLongestCarried)
            entry.values[i].emplace(*value);
    }
}

// The entry of m_key, after those that are too old or too many are gone.
AccumulateState::Entry& AccumulateState::touch(EpochMs now)
{
    while (!m_order.empty()) {
        const auto oldest = m_entries.find(*m_order.front());
        if (now - oldest->second.touchedAt <= kKeepFor)
            break;
        drop(oldest);
    }
    const auto [found, isNew] = m_entries.try_emplace(m_key);
    Entry& entry = found->second;
    if (isNew)
        entry.place = m_order.insert(m_order.end(), &found->first);
    else
        m_order.splice(m_order.end(), m_order, entry.place);
    entry.touchedAt = now;
    if (m_entries.size() > kMostEntries)
        drop(m_entries.find(*m_order.front()));
    return entry;
}

void AccumulateState::drop(std::unordered_map<std::string, Entry>::iterator entry)
{
    m_order.erase(entry->second.place);
    m_entries.erase(entry);
}

} // namespace bartizan
