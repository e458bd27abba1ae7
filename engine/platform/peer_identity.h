// Who stands at the other end of the control socket, as the kernel tells it (never as the peer says).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bartizan {

struct PeerIdentity
{
    std::uint32_t userId = 0xFFFFFFFF;
    std::int64_t processId = 0;
    std::string userName;            // for the audit; may be empty
    std::vector<std::string> groups; // names of the user's groups, from the system's data base
    bool activeLocalSession = false; // has an active session at this machine's own seat
};

} // namespace bartizan
