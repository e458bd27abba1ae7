#include "platform/linux/host_logins.h"

#include "platform/linux/file_descriptor.h"
#include "platform/linux/user_account.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <memory>
#include <optional>
#include <systemd/sd-login.h>
#include <utmp.h>

namespace bartizan {

namespace {

bool isAdministrator(const std::optional<UserAccount>& user)
{
    return user &&
           (user->userId == 0 || hasAdministratorGroup(user->groups) || hasOperatorGroup(user->groups));
}

// An address without its zone ("fe80::1%eth0").
std::optional<IpAddress> parseHost(std::string_view host)
{
    return IpAddress::parse(host.substr(0, host.find('%')));
}

template<std::size_t size> std::string_view textOf(const char (&field)[size])
{
    return {field, ::strnlen(field, size)};
}

std::optional<IpAddress> addressOf(const utmp& record)
{
    if (const auto host = parseHost(textOf(record.ut_host)))
        return host;
    const auto* bytes = reinterpret_cast<const char*>(record.ut_addr_v6);
    const bool isV4 = record.ut_addr_v6[1] == 0 && record.ut_addr_v6[2] == 0 && record.ut_addr_v6[3] == 0;
    if (isV4 && record.ut_addr_v6[0] == 0)
        return std::nullopt;
    return IpAddress::fromBytes({bytes, isV4 ? 4U : 16U});
}

bool isCurrent(const utmp& record)
{
    // A crash leaves records behind; their process is gone.
    return record.ut_type == USER_PROCESS && (::kill(record.ut_pid, 0) == 0 || errno == EPERM);
}

Result<void> readUtmp(const std::string& file, std::vector<IpAddress>& peers)
{
    const FileDescriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!descriptor.isOpen()) {
        if (errno == ENOENT || errno == ENOTDIR)
            return {};
        return fail(ErrorCode::PermissionDenied,
                    std::string("can't read the current logins: ") + std::strerror(errno),
                    "Let the engine's user read this file (group utmp).");
    }
    std::map<std::string, bool, std::less<>> administrators; // each user is looked up once
    utmp record{};
    while (::read(descriptor.get(), &record, sizeof(record)) == static_cast<ssize_t>(sizeof(record))) {
        const auto address = addressOf(record);
        if (!address || !isCurrent(record))
            continue;
        const std::string user(textOf(record.ut_user));
        auto known = administrators.find(user);
        if (known == administrators.end())
            known = administrators.emplace(user, isAdministrator(findUser(user))).first;
        if (known->second)
            peers.push_back(*address);
    }
    return {};
}

// What sd-login allocated.
struct Freed
{
    void operator()(char* text) const { std::free(text); }
};
using OwnedText = std::unique_ptr<char, Freed>;

std::optional<IpAddress> administratorPeerOf(const char* session)
{
    uid_t user = 0;
    if (::sd_session_is_remote(session) <= 0 || ::sd_session_get_uid(session, &user) < 0)
        return std::nullopt;
    char* text = nullptr;
    if (::sd_session_get_state(session, &text) < 0)
        return std::nullopt;
    const OwnedText state(text);
    if (std::string_view(state.get()) == "closing") // logged out; a background process is left
        return std::nullopt;
    if (::sd_session_get_remote_host(session, &text) < 0)
        return std::nullopt;
    const OwnedText host(text);
    const auto address = parseHost(host.get());
    if (!address || !isAdministrator(findUser(user)))
        return std::nullopt;
    return address;
}

void readSessions(std::vector<IpAddress>& peers)
{
    char** sessions = nullptr;
    if (::sd_get_sessions(&sessions) < 0 || sessions == nullptr)
        return; // no logind
    for (char** session = sessions; *session != nullptr; ++session) {
        const OwnedText owned(*session);
        if (const auto peer = administratorPeerOf(owned.get()))
            peers.push_back(*peer);
    }
    std::free(static_cast<void*>(sessions));
}

} // namespace

Result<std::vector<IpAddress>> readAdministratorPeers(const std::string& loginRecords)
{
    std::vector<IpAddress> peers;
    readSessions(peers);
    if (auto read = readUtmp(loginRecords, peers); !read && peers.empty())
        return std::unexpected(read.error());
    return peers;
}

} // namespace bartizan
