// The table of methods: what can be asked of the engine, and which permission class it takes (docs/ipc.md).
#pragma once

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
// "observe", "history", ...
[[nodiscard]] std::string_view permissionName(PermissionClass permission);

} // namespace bartizan::protocol
