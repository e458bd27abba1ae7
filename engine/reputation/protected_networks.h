// What a list may not shut out, from what the guard protects on this machine.
#pragma once

#include "engine/reputation/list_update.h"
#include "engine/response/guard.h"

#include <vector>

namespace bartizan {

enum class ListAuthor {
    Others, // published: whatever belongs to no one host on the internet is cut out too
    Owner,  // of this machine, whose list may hold private addresses on purpose
};

// For both: own addresses and broadcast addresses, gateways, name servers, where administrators are logged in
// from, the allowlist, and the ranges that Guard::check() refuses. For Others the private and reserved ranges
// as well (RFC 6890 and its registry). Documentation ranges may be listed, as they may be blocked. Allowlist
// entries that are patterns are no networks, and not in it: ask Guard::check().
[[nodiscard]] std::vector<ProtectedNetwork> protectedNetworks(const Guard& guard, ListAuthor author);

} // namespace bartizan
