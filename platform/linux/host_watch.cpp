#include "platform/linux/host_watch.h"

#include "platform/linux/host_routes.h"
#include "platform/linux/netlink_reading.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>

namespace bartizan {

namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} * 1024;
// A new network comes as a dozen messages: wait until it is quiet, but not for ever.
constexpr int kQuietMs = 50;
constexpr std::chrono::milliseconds kLongestDelay{500};

FileDescriptor openNetwork()
{
    FileDescriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups =
        RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
    if (socket.isOpen() && ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
        return {};
    return socket;
}

bool concerns(const nlmsghdr* message)
{
    switch (message->nlmsg_type) {
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
        return concernsDefaultRoute(message);
    case RTM_NEWADDR:
    case RTM_DELADDR:
    case RTM_NEWLINK: // IPv4 routes of a link that goes down are not reported
    case RTM_DELLINK:
        return true;
    default:
        return false;
    }
}

} // namespace

HostWatch::HostWatch(std::vector<std::string> files, std::vector<std::string> folders,
                     std::function<void()> changed)
    : m_files(std::move(files))
    , m_folders(std::move(folders))
    , m_changed(std::move(changed))
    , m_network(openNetwork())
    , m_inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK))
    , m_stop(::eventfd(0, EFD_CLOEXEC))
    , m_buffer(kBufferBytes)
{
    watchPaths();
    m_thread = std::thread([this] { run(); });
}

HostWatch::~HostWatch()
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(m_stop.get(), &one, sizeof(one));
    m_thread.join();
}

void HostWatch::watchPaths()
{
    for (const std::string& folder : m_folders) {
        const int number =
            ::inotify_add_watch(m_inotify.get(), folder.c_str(),
                                IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE);
        if (number >= 0)
            m_names[number].clear();
    }
    for (const std::string& file : m_files) {
        watchFile(file);
        std::error_code ignored;
        const std::string target = std::filesystem::weakly_canonical(file, ignored).string();
        if (!target.empty() && target != file)
            watchFile(target);
    }
}

// The file for being written, its folder for another file taking the name.
void HostWatch::watchFile(const std::string& path)
{
    const int file = ::inotify_add_watch(m_inotify.get(), path.c_str(), IN_MODIFY | IN_CLOSE_WRITE);
    if (file >= 0)
        m_names[file].clear();
    const std::filesystem::path whole(path);
    const std::string name = whole.filename().string();
    const int folder = ::inotify_add_watch(m_inotify.get(), whole.parent_path().c_str(),
                                           IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_MASK_ADD);
    if (folder < 0)
        return;
    const auto known = m_names.find(folder);
    if (known == m_names.end())
        m_names[folder] = {name};
    else if (!known->second.empty() && std::ranges::find(known->second, name) == known->second.end())
        known->second.push_back(name);
}

void HostWatch::run()
{
    using Steady = std::chrono::steady_clock;
    pollfd waiting[] = {
        {m_stop.get(), POLLIN, 0}, {m_network.get(), POLLIN, 0}, {m_inotify.get(), POLLIN, 0}};
    bool pending = false;
    Steady::time_point since;
    for (;;) {
        const int ready = ::poll(waiting, std::size(waiting), pending ? kQuietMs : -1);
        if (ready < 0 && errno != EINTR)
            return;
        if (ready > 0 && waiting[0].revents != 0)
            return;
        bool found = ready > 0 && waiting[1].revents != 0 && drainNetwork();
        if (ready > 0 && waiting[2].revents != 0)
            found |= drainFiles();
        if (found && !pending) {
            pending = true;
            since = Steady::now();
        }
        if (pending && (ready == 0 || Steady::now() - since > kLongestDelay)) {
            pending = false;
            watchPaths();
            m_changed();
        }
    }
}

bool HostWatch::drainNetwork()
{
    bool found = false;
    for (;;) {
        const ssize_t received = ::recv(m_network.get(), m_buffer.data(), m_buffer.size(), 0);
        if (received < 0 && errno == EINTR)
            continue;
        if (received < 0 && errno == ENOBUFS) { // reports were lost
            found = true;
            continue;
        }
        if (received <= 0)
            return found;
        eachMessage(m_buffer.data(), static_cast<std::size_t>(received),
                    [&](const nlmsghdr* message) { found = found || concerns(message); });
    }
}

bool HostWatch::drainFiles()
{
    bool found = false;
    for (;;) {
        const ssize_t received = ::read(m_inotify.get(), m_buffer.data(), m_buffer.size());
        if (received < 0 && errno == EINTR)
            continue;
        if (received <= 0)
            return found;
        for (std::size_t at = 0; at < static_cast<std::size_t>(received);) {
            inotify_event event{};
            std::memcpy(&event, m_buffer.data() + at, sizeof(event));
            const std::string name = event.len > 0 ? m_buffer.data() + at + sizeof(event) : "";
            at += sizeof(event) + event.len;
            if ((event.mask & IN_Q_OVERFLOW) != 0) {
                found = true;
                continue;
            }
            const auto watched = m_names.find(event.wd);
            if (watched == m_names.end())
                continue;
            const auto& names = watched->second;
            found = found || names.empty() || std::ranges::find(names, name) != names.end();
            if ((event.mask & IN_IGNORED) != 0) // the file or folder is gone
                m_names.erase(watched);
        }
    }
}

} // namespace bartizan
