#include "engine/rules/stored_event.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <new>
#include <vector>

namespace bartizan {

namespace {

// Blocks come in few sizes, so that what one leaves behind fits the next.
constexpr std::size_t kGrain = 32;
// What an allocator keeps beside a block.
constexpr std::size_t kAllocatorBytes = 8;

static_assert(sizeof(StoredEvent) % alignof(EventLink) == 0);
static_assert(alignof(StoredEvent::Value) <= alignof(EventLink));

bool isPartOf(std::string_view part, std::string_view whole)
{
    return !std::less<>{}(part.data(), whole.data()) &&
           !std::less<>{}(whole.data() + whole.size(), part.data() + part.size());
}

// Lays texts one behind the other, but for those that are part of the first.
class TextLayout
{
public:
    explicit TextLayout(std::string_view fullLog)
        : m_fullLog(fullLog)
        , m_size(fullLog.size())
    {
    }
    StoredEvent::Range place(std::string_view text)
    {
        if (isPartOf(text, m_fullLog))
            return {static_cast<std::uint32_t>(text.data() - m_fullLog.data()),
                    static_cast<std::uint32_t>(text.size())};
        const StoredEvent::Range range{static_cast<std::uint32_t>(m_size),
                                       static_cast<std::uint32_t>(text.size())};
        m_size += text.size();
        return range;
    }
    [[nodiscard]] std::size_t size() const { return m_size; }

private:
    std::string_view m_fullLog;
    std::size_t m_size;
};

std::size_t textSize(const StoredEvent::Draft& draft)
{
    TextLayout layout(draft.fullLog);
    (void)layout.place(draft.log);
    (void)layout.place(draft.agent);
    for (const auto& value : draft.values)
        (void)layout.place(value.text);
    return layout.size();
}

} // namespace

void StoredEvent::Delete::operator()(StoredEvent* event) const
{
    // Nothing in it has a destructor to run.
    ::operator delete(event);
}

std::unique_ptr<StoredEvent, StoredEvent::Delete> StoredEvent::make(const Draft& draft)
{
    const bool isLean = draft.linkCount == 0;
    std::size_t size = sizeof(StoredEvent) + kAllocatorBytes;
    if (!isLean)
        size += draft.linkCount * sizeof(EventLink) + draft.values.size() * sizeof(Value) + textSize(draft);
    size = (size + kGrain - 1) / kGrain * kGrain;
    std::unique_ptr<StoredEvent, Delete> made(new (::operator new(size - kAllocatorBytes)) StoredEvent);
    StoredEvent& stored = *made;
    stored.number = draft.number;
    stored.second = draft.second;
    stored.ruleId = draft.ruleId;
    stored.timeframe = draft.timeframe;
    stored.size = static_cast<std::uint32_t>(size);
    stored.matched = static_cast<std::uint8_t>(draft.matched);
    stored.type = draft.type;
    stored.hasDynamic = draft.hasDynamic;
    stored.doubted = draft.doubted;
    if (isLean)
        return made;

    stored.linkCount = static_cast<std::uint16_t>(draft.linkCount);
    stored.valueCount = static_cast<std::uint16_t>(draft.values.size());
    auto* const links = reinterpret_cast<EventLink*>(&stored + 1);
    for (std::uint16_t i = 0; i < stored.linkCount; ++i)
        (new (links + i) EventLink)->index = i;
    auto* const values = reinterpret_cast<Value*>(links + stored.linkCount);
    char* const text = reinterpret_cast<char*>(values + stored.valueCount);
    TextLayout layout(draft.fullLog);
    const auto put = [&](std::string_view part) {
        const Range range = layout.place(part);
        std::ranges::copy(part, text + range.offset);
        return range;
    };
    stored.fullLog = put(draft.fullLog);
    stored.log = put(draft.log);
    stored.agent = put(draft.agent);
    for (std::size_t i = 0; i < draft.values.size(); ++i)
        new (values + i) Value{draft.values[i].index, put(draft.values[i].text)};
    return made;
}

std::span<const StoredEvent::Value> StoredEvent::values() const
{
    const auto* const links = reinterpret_cast<const EventLink*>(this + 1);
    return {reinterpret_cast<const Value*>(links + linkCount), valueCount};
}

std::string_view StoredEvent::text(Range range) const
{
    const auto* const texts = reinterpret_cast<const char*>(values().data() + valueCount);
    return {texts + range.offset, range.size};
}

std::optional<std::string_view> StoredEvent::value(std::size_t index) const
{
    for (const auto& value : values()) {
        if (value.index == index)
            return text(value.range);
    }
    return std::nullopt;
}

StoredEvent::Draft StoredEvent::draft(std::vector<Draft::Text>& texts) const
{
    texts.clear();
    for (const auto& value : values())
        texts.push_back({value.index, text(value.range)});
    Draft draft;
    draft.ruleId = ruleId;
    draft.matched = matched;
    draft.type = type;
    draft.hasDynamic = hasDynamic;
    draft.doubted = doubted;
    draft.number = number;
    draft.second = second;
    draft.timeframe = timeframe;
    if (linkCount > 0) {
        draft.fullLog = text(fullLog);
        draft.log = text(log);
        draft.agent = text(agent);
        draft.values = texts;
    }
    return draft;
}

} // namespace bartizan
