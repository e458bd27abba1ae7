// Names behind ATT&CK technique ids, for alerts. ATT&CK is a registered trademark and © of The MITRE
// Corporation; ids, names and tactics are reproduced with its permission (attack.mitre.org, terms of use).
#pragma once

#include <string_view>
#include <vector>

namespace bartizan {

struct MitreTechnique
{
    std::string_view name;                 // "Password Guessing"
    std::vector<std::string_view> tactics; // "Credential Access"
};

// An unknown id has no name and no tactics.
[[nodiscard]] MitreTechnique mitreTechnique(std::string_view id);

} // namespace bartizan
