// Waits for changes of addresses, default routes and some files, on one thread that sleeps at rest.
#pragma once

#include "platform/linux/file_descriptor.h"

#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

struct nlmsghdr;

namespace bartizan {

class HostWatch
{
public:
    // `files` are followed by name: written, replaced, appearing later; where a name is a link, its target
    // too. Of `folders`, any entry that comes or goes. `changed` runs on the watch's thread, once for a burst
    // of changes. What can't be watched (no such folder) is tried again at the next change.
    HostWatch(std::vector<std::string> files, std::vector<std::string> folders,
              std::function<void()> changed);
    ~HostWatch();
    HostWatch(const HostWatch&) = delete;
    HostWatch& operator=(const HostWatch&) = delete;

private:
    void run();
    void watchPaths();
    void watchFile(const std::string& path);
    [[nodiscard]] bool drainNetwork();
    [[nodiscard]] bool drainFiles();

    const std::vector<std::string> m_files;
    const std::vector<std::string> m_folders;
    std::function<void()> m_changed;
    FileDescriptor m_network; // rtnetlink
    FileDescriptor m_inotify;
    FileDescriptor m_stop; // an eventfd
    // By watch number: the entries of a folder that matter; empty = all, or the watch is of a file.
    std::map<int, std::vector<std::string>> m_names;
    std::vector<char> m_buffer;
    std::thread m_thread;
};

} // namespace bartizan
