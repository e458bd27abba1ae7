// What each user has in use, and whether they may have more. Root is no exception: a runaway script can be
// root's.
#pragma once

#include "engine/base/clock.h"
#include "engine/ipc/limits.h"

#include <cstdint>
#include <map>

namespace bartizan::ipc {

class UserLimits
{
public:
    UserLimits(const Limits& limits, const Clock& clock)
        : m_limits(limits)
        , m_clock(clock)
    {
    }

    [[nodiscard]] bool admitConnection(std::uint32_t user);
    void connectionClosed(std::uint32_t user);
    [[nodiscard]] int connections() const { return m_connections; }

    // Takes a token of the user's bucket and a place among the requests in flight, or nothing.
    [[nodiscard]] bool admitRequest(std::uint32_t user);
    void requestDone(std::uint32_t user);

    // True at most once a second: whether this refusal is written down.
    [[nodiscard]] bool admitRefusalRecord(std::uint32_t user);

private:
    struct User
    {
        int connections = 0;
        int inFlight = 0;
        double tokens = 0;
        EpochMs refilled = 0;
        EpochMs refusalRecorded = 0;
    };

    User& find(std::uint32_t user);
    void forgetIdle();

    const Limits m_limits;
    const Clock& m_clock;
    std::map<std::uint32_t, User> m_users;
    int m_connections = 0;
};

} // namespace bartizan::ipc
