// Names behind the message ids of Windows audit-policy events, as Microsoft documents them (event 4719).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bartizan {

// "%%8274" → "Object Access", "%%12804" → "Other Object Access Events"; nothing for an unknown id.
[[nodiscard]] std::optional<std::string_view> auditCategoryName(std::string_view id);
[[nodiscard]] std::optional<std::string_view> auditSubcategoryName(std::string_view id);

// "%%8448, %%8451" → "Success removed, Failure added"; an unknown id stays as it is.
[[nodiscard]] std::string auditChangeNames(std::string_view ids);

} // namespace bartizan
