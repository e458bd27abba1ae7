#include "engine/decode/first_seen.h"

#include "engine/decode/decoder.h"

#include <algorithm>
#include <array>

namespace bartizan {

namespace {

constexpr std::size_t kRecentKeys = 32;
constexpr std::size_t kSharedPrefix = 14;
constexpr int kSimilarKeys = 2;

constexpr std::array kKeyFields = {
    StaticField::Id,    StaticField::DstUser, StaticField::SrcUser,    StaticField::SrcIp,
    StaticField::DstIp, StaticField::Data,    StaticField::SystemName,
};

std::string keyOf(const Event& event, const FirstSeenFields& fields)
{
    std::string key = event.decoder->name();
    const auto add = [&key](bool listed, std::optional<std::string_view> value) {
        key += ' ';
        if (listed)
            key += value.value_or("");
    };
    for (const StaticField field : kKeyFields)
        add(fields.statics[static_cast<std::size_t>(field)], event.field(field));
    add(fields.location, event.location);
    for (const auto& name : fields.dynamics)
        add(true, event.dynamic(name));
    return key;
}

bool sharesPrefix(std::string_view a, std::string_view b)
{
    const auto length = std::min(a.size(), b.size());
    const auto differ = std::ranges::mismatch(a.substr(0, length), b.substr(0, length));
    return differ.in1 - a.begin() > static_cast<std::ptrdiff_t>(kSharedPrefix);
}

} // namespace

bool FirstSeenState::isFirst(const Event& event)
{
    const FirstSeenFields* fields = event.decoder != nullptr ? event.decoder->firstSeen() : nullptr;
    if (fields == nullptr)
        return false;
    std::string key = keyOf(event, *fields);
    key.resize(std::min(key.size(), kLongestKey));
    if (m_keys.contains(key))
        return false;
    if (event.type == DecoderType::Ids) {
        shortenForIds(key);
        // What was shortened stands for all that begins so.
        if (m_keys.contains(key))
            return false;
    }
    if (m_facts != nullptr)
        m_facts->push_back({LearnedFact::Kind::FirstSeen, key, {}});
    add(std::move(key));
    return true;
}

void FirstSeenState::recall(std::string key)
{
    if (!m_keys.contains(key))
        add(std::move(key));
}

void FirstSeenState::add(std::string key)
{
    if (m_keys.size() >= kMostKeys) {
        m_keys.erase(m_keys.find(*m_order.front()));
        m_order.pop_front();
    }
    m_order.push_back(&*m_keys.insert(std::move(key)).first);
}

// A scanner that makes up an id per event would otherwise be news each time.
void FirstSeenState::shortenForIds(std::string& key)
{
    const auto similar =
        std::ranges::count_if(m_recent, [&key](const auto& old) { return sharesPrefix(old, key); });
    m_recent.push_back(key);
    if (m_recent.size() > kRecentKeys)
        m_recent.pop_front();
    if (similar > kSimilarKeys)
        key.resize(kSharedPrefix);
}

} // namespace bartizan
