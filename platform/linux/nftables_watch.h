// Listens to the kernel's reports of rule set changes. Sleeps until there is one that is not our own.
#pragma once

#include "engine/platform/firewall_backend.h"
#include "platform/linux/file_descriptor.h"

#include <cstdint>
#include <string>
#include <thread>

namespace bartizan {

class NftablesWatch final : public FirewallWatch
{
public:
    // Changes that carry `ownPortId` are not reported; lost reports count as a change.
    [[nodiscard]] static Result<std::unique_ptr<FirewallWatch>>
    start(std::string table, std::uint32_t ownPortId, std::function<void()> changed);
    ~NftablesWatch() override;

private:
    NftablesWatch(std::string table, FileDescriptor socket, FileDescriptor stop,
                  std::function<void()> changed);
    void run();
    // Reads all that is waiting; true if something concerned our table.
    [[nodiscard]] bool drain();

    const std::string m_table;
    FileDescriptor m_socket;
    FileDescriptor m_stop; // an eventfd
    std::function<void()> m_changed;
    std::vector<char> m_buffer;
    std::thread m_thread;
};

} // namespace bartizan
