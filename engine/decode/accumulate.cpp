#include "engine/decode/accumulate.h"

#include "engine/decode/decoder.h"

namespace bartizan {

namespace {

constexpr EpochMs kKeepFor = 120'000;
constexpr int kLookupsPerCleaning = 200;
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
    if (++m_lookups >= kLookupsPerCleaning) {
        m_lookups = 0;
        dropOld(event.receivedAt);
    }
    m_key.assign(event.hostname.value_or(""));
    m_key.append(1, '\0').append(event.decoder->name()).append(1, '\0').append(*id);
    Entry& entry = m_entries[m_key];
    if (event.receivedAt - entry.touchedAt > kKeepFor)
        entry = {};
    entry.touchedAt = event.receivedAt;
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

void AccumulateState::dropOld(EpochMs now)
{
    std::erase_if(m_entries, [now](const auto& entry) { return now - entry.second.touchedAt > kKeepFor; });
}

} // namespace bartizan
