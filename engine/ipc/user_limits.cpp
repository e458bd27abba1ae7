#include "engine/ipc/user_limits.h"

#include <algorithm>

namespace bartizan::ipc {

namespace {

constexpr std::size_t kManyUsers = 256;
constexpr EpochMs kSecond = 1000;

} // namespace

bool UserLimits::admitConnection(std::uint32_t user)
{
    User& state = find(user);
    if (m_connections >= m_limits.connections || state.connections >= m_limits.connectionsPerUser)
        return false;
    ++m_connections;
    ++state.connections;
    return true;
}

void UserLimits::connectionClosed(std::uint32_t user)
{
    --m_connections;
    --find(user).connections;
}

bool UserLimits::admitRequest(std::uint32_t user)
{
    User& state = find(user);
    const EpochMs now = m_clock.now();
    // A clock that was set back gives nothing and takes nothing.
    const auto elapsed = static_cast<double>(std::clamp<EpochMs>(now - state.refilled, 0, kSecond));
    state.tokens = std::min<double>(m_limits.requestsPerSecond,
                                    state.tokens + elapsed * m_limits.requestsPerSecond / double{kSecond});
    state.refilled = now;
    if (state.tokens < 1 || state.inFlight >= m_limits.inFlightPerUser)
        return false;
    state.tokens -= 1;
    ++state.inFlight;
    return true;
}

void UserLimits::requestDone(std::uint32_t user)
{
    --find(user).inFlight;
}

bool UserLimits::admitRefusalRecord(std::uint32_t user)
{
    User& state = find(user);
    const EpochMs now = m_clock.now();
    if (now >= state.refusalRecorded && now - state.refusalRecorded < kSecond)
        return false;
    state.refusalRecorded = now;
    return true;
}

UserLimits::User& UserLimits::find(std::uint32_t user)
{
    const auto known = m_users.find(user);
    if (known != m_users.end())
        return known->second;
    if (m_users.size() >= kManyUsers)
        forgetIdle();
    return m_users
        .emplace(user, User{.tokens = double(m_limits.requestsPerSecond), .refilled = m_clock.now()})
        .first->second;
}

// Users of a second ago are kept: reconnecting must not fill a bucket.
void UserLimits::forgetIdle()
{
    const EpochMs now = m_clock.now();
    std::erase_if(m_users, [now](const auto& entry) {
        const User& user = entry.second;
        return user.connections == 0 && user.inFlight == 0 && now - user.refilled > kSecond &&
               now - user.refusalRecorded > kSecond;
    });
}

} // namespace bartizan::ipc
