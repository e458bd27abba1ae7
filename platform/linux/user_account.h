// Users and their groups from the system's data base (files, LDAP, ...).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

struct UserAccount
{
    std::uint32_t userId = 0;
    std::string name;
    std::vector<std::string> groups;
};

[[nodiscard]] std::optional<UserAccount> findUser(std::uint32_t userId);
[[nodiscard]] std::optional<UserAccount> findUser(const std::string& name);

// Whether one of the groups is one whose members may become root: sudo, wheel, admin.
[[nodiscard]] bool hasAdministratorGroup(std::span<const std::string> groups);
// Whether one of them is the group whose members may see and lift blocks: bartizan.
[[nodiscard]] bool hasOperatorGroup(std::span<const std::string> groups);

} // namespace bartizan
