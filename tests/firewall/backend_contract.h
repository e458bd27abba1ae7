// What every FirewallBackend must do, told by reading back only. A backend that breaks it says where.
#pragma once

#include "engine/platform/firewall_backend.h"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace bartizan::test {

// Lets time pass for the backend: sleeps, or moves the clock it was given.
using Wait = std::function<void(std::chrono::milliseconds)>;

// One sentence for each breach; empty if the contract holds. Begins by setting the backend up, ends by taking
// it down.
[[nodiscard]] std::vector<std::string> contractBreaches(FirewallBackend& backend, const Wait& wait);

} // namespace bartizan::test
