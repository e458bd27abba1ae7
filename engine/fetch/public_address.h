// Which addresses a list may come from. A list's address is what somebody typed or what a server redirected
// to: it must not make the fetcher ask services of this machine or the network it is in.
#pragma once

#include "engine/net/ip_address.h"

namespace bartizan::fetch {

// Not of this machine, a private network, a link, a group, or set aside (IANA's special-purpose registries);
// for an IPv6 address that stands for an IPv4 one behind a translator, of that one.
[[nodiscard]] bool isPublic(const IpAddress& address);

} // namespace bartizan::fetch
