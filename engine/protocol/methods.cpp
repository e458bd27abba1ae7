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
    Method{"allow.list", PermissionClass::History, false},
    Method{"block.add", PermissionClass::Respond, true},
    Method{"block.remove", PermissionClass::Respond, true},
    Method{"pause", PermissionClass::Respond, true},
    Method{"resume", PermissionClass::Respond, true},
    Method{"allow.add", PermissionClass::Configure, true},
    Method{"allow.remove", PermissionClass::Configure, true},
    Method{"reload", PermissionClass::Configure, true},
    Method{"lists.update", PermissionClass::Configure, true},
};

} // namespace

std::span<const Method> methods() { return kMethods; }

std::optional<Method> findMethod(std::string_view name)
{
    const auto found = std::ranges::find(kMethods, name, &Method::name);
    return found != kMethods.end() ? std::optional(*found) : std::nullopt;
}

std::string_view permissionName(PermissionClass permission)
{
    switch (permission) {
    case PermissionClass::Observe: return "observe";
    case PermissionClass::History: return "history";
    case PermissionClass::Respond: return "respond";
    case PermissionClass::Configure: return "configure";
    case PermissionClass::Administer: return "administer";
    }
    return "administer";
}

} // namespace bartizan::protocol
