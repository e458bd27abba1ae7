// HostInfo from the kernel (addresses, routes), the resolver's files, and the records of current logins.
#pragma once

#include "engine/platform/host_info.h"

#include <memory>
#include <mutex>

namespace bartizan {

class HostWatch;

class LinuxHostInfo final : public HostInfo
{
public:
    // Where to look; tests bring their own files.
    struct Sources
    {
        std::vector<std::string> resolverFiles{"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"};
        std::string loginRecords = "/run/utmp";
    };

    LinuxHostInfo();
    explicit LinuxHostInfo(Sources sources);
    ~LinuxHostInfo() override;

    // Of the network namespace of the calling thread. Logins are those in utmp and those of logind; a remote
    // login that neither knows of (a container without both) is not seen.
    [[nodiscard]] HostAddresses read(Problems& problems) const override;
    [[nodiscard]] std::string hostName() const override;
    void watch(std::function<void()> changed) override;
    void unwatch() override;

private:
    const Sources m_sources;
    std::mutex m_mutex;
    std::unique_ptr<HostWatch> m_watch;
};

} // namespace bartizan
