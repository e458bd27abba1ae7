// The table of methods: what can be asked of the engine, and which permission class it takes (docs/ipc.md).
#pragma once

#include <QJsonObject>

#include <optional>
#include <span>
#include <string_view>

namespace bartizan::protocol {

enum class PermissionClass { Observe, History, Respond, Configure, Administer };

struct Method
{
    std::string_view name;
    PermissionClass permission;
    bool audited;
};

[[nodiscard]] std::span<const Method> methods();
[[nodiscard]] std::optional<Method> findMethod(std::string_view name);
// What this very call takes: a permanent block and a pause of more than 15 minutes are `configure`.
[[nodiscard]] PermissionClass requiredPermission(const Method& method, const QJsonObject& params);

struct EventKind
{
    std::string_view name;
    PermissionClass permission;
};

[[nodiscard]] std::span<const EventKind> eventKinds();
[[nodiscard]] std::optional<EventKind> findEventKind(std::string_view name);

// "observe", "history", ...
[[nodiscard]] std::string_view permissionName(PermissionClass permission);
// Observe ... Administer, in that order.
[[nodiscard]] std::span<const PermissionClass> permissionClasses();

} // namespace bartizan::protocol
