#include "engine/rules/event_values.h"

namespace bartizan {

std::optional<std::string_view> EventValues::valueOf(const ComparedValue& compared, const Event& event)
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

} // namespace bartizan
