#include "engine/protocol/methods.h"

#include <algorithm>
#include <array>

namespace bartizan::protocol {

namespace {

constexpr std::array kMethods{
    Method{"hello", PermissionClass::Observe, false},
    Method{"status", PermissionClass::Observe, false},
    Method{"events.subscribe", PermissionClass::Observe, false},
    Method{"alerts.list", PermissionClass::History, false},
    Method{"blocks.list", PermissionClass::History, false},
    Method{"why", PermissionClass::History, false},
    Method{"lists", PermissionClass::History, false},
    Method{"lists.catalogue", PermissionClass::History, false},
    Method{"lists.entries", PermissionClass::History, false},
    Method{"lists.lookup", PermissionClass::History, false},
    Method{"lists.dry_run", PermissionClass::History, false},
    Method{"lists.export", PermissionClass::History, false},
    Method{"allow.list", PermissionClass::History, false},
    Method{"block.add", PermissionClass::Respond, true},
    Method{"block.remove", PermissionClass::Respond, true},
    Method{"pause", PermissionClass::Respond, true},
    Method{"resume", PermissionClass::Respond, true},
    Method{"allow.add", PermissionClass::Configure, true},
    Method{"allow.remove", PermissionClass::Configure, true},
    Method{"reload", PermissionClass::Configure, true},
    Method{"lists.preview", PermissionClass::Configure, true},
    Method{"lists.add", PermissionClass::Configure, true},
    Method{"lists.set", PermissionClass::Configure, true},
    Method{"lists.remove", PermissionClass::Configure, true},
    Method{"lists.update", PermissionClass::Configure, true},
    Method{"lists.accept", PermissionClass::Configure, true},
    Method{"lists.reject", PermissionClass::Configure, true},
    Method{"lists.edit", PermissionClass::Configure, true},
    Method{"lists.import", PermissionClass::Configure, true},
    Method{"lists.undo", PermissionClass::Configure, true},
};

constexpr std::array kEventKinds{
    EventKind{"alert", PermissionClass::History},
    EventKind{"block", PermissionClass::History},
    EventKind{"lists", PermissionClass::History},
    EventKind{"status", PermissionClass::Observe},
};

constexpr std::array kPermissionClasses{PermissionClass::Observe, PermissionClass::History,
                                        PermissionClass::Respond, PermissionClass::Configure,
                                        PermissionClass::Administer};

constexpr double kLongestRespondPause = 900;

} // namespace

std::span<const Method> methods()
{
    return kMethods;
}

std::optional<Method> findMethod(std::string_view name)
{
    const auto found = std::ranges::find(kMethods, name, &Method::name);
    return found != kMethods.end() ? std::optional(*found) : std::nullopt;
}

PermissionClass requiredPermission(const Method& method, const QJsonObject& params)
{
    // A value of the wrong type is refused by the handler; until then it counts as the greater wish.
    const auto permanent = params[QLatin1String("permanent")];
    if (method.name == "block.add" && !permanent.isUndefined() && !permanent.isNull() && permanent != false)
        return PermissionClass::Configure;
    const auto seconds = params[QLatin1String("seconds")];
    if (method.name == "pause" && seconds.toDouble() > kLongestRespondPause)
        return PermissionClass::Configure;
    return method.permission;
}

std::span<const EventKind> eventKinds()
{
    return kEventKinds;
}

std::optional<EventKind> findEventKind(std::string_view name)
{
    const auto found = std::ranges::find(kEventKinds, name, &EventKind::name);
    return found != kEventKinds.end() ? std::optional(*found) : std::nullopt;
}

std::span<const PermissionClass> permissionClasses()
{
    return kPermissionClasses;
}

std::string_view permissionName(PermissionClass permission)
{
    switch (permission) {
    case PermissionClass::Observe:
        return "observe";
    case PermissionClass::History:
        return "history";
    case PermissionClass::Respond:
        return "respond";
    case PermissionClass::Configure:
        return "configure";
    case PermissionClass::Administer:
        return "administer";
    }
    return "administer";
}

} // namespace bartizan::protocol
