#include "engine/rules/event_values.h"

namespace bartizan {

namespace {

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

EventValues::Value& EventValues::read(std::size_t index)
{
    Value& value = m_values[index];
    if (!value.isRead) {
        value.text = valueOf(m_plan.comparedValues()[index], *m_event);
        value.isRead = true;
    }
    return value;
}

std::optional<std::uint64_t> EventValues::hash(std::size_t index, const KeyedHash& keyed)
{
    Value& value = read(index);
    if (!value.text)
        return std::nullopt;
    if (!value.isHashed) {
        value.hash = keyed(*value.text);
        value.isHashed = true;
    }
    return value.hash;
}

} // namespace bartizan
