// The machine's gateways, from the kernel's routing tables.
#pragma once

#include "engine/base/result.h"
#include "engine/net/ip_address.h"

#include <vector>

struct nlmsghdr;

namespace bartizan {

// Next hops of all default routes, of every table, each path of a multipath route included. The two halves of
// everything (0/1 and 128/1), as tunnels set them, count as default routes.
[[nodiscard]] Result<std::vector<IpAddress>> readGateways();

// Whether a route message is about such a route.
[[nodiscard]] bool concernsDefaultRoute(const nlmsghdr* message);

} // namespace bartizan
