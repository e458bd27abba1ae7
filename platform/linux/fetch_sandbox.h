// Where bartizan-fetch gives up everything that it does not need, before it meets a byte from the net.
#pragma once

#include "engine/base/result.h"

#include <chrono>
#include <cstdint>

namespace bartizan {

struct SandboxLimits
{
    std::uint64_t memoryBytes = 0; // of the address space; not kept where a sanitizer needs all of it
    std::uint64_t fileBytes = 0;   // of the memory it hands over
    std::chrono::seconds cpu{0};
};

// For good, for the whole process, which has one thread yet:
// * resource limits: memory (at most three quarters of what is free besides a gigabyte for libraries and
//   stacks), CPU time, the size of what is written, open files, processes where it runs as a user of its
//   own, no core dump;
// * started as root, it becomes the user "bartizan-fetch", or "nobody" where there is none, without groups;
// * no capabilities, no way to get any (no_new_privs), nobody may look into it, it ends with its parent;
// * system calls: those on a list that Qt Network, OpenSSL, name resolution and libarchive need; the others
//   do not exist for it (ENOSYS). Files are opened for reading only, sockets are for connecting only, no
//   process is started, no memory becomes executable. To execute, trace, mount or load a module ends it.
// Fails where any of this is not to be had: nothing is fetched then.
[[nodiscard]] Result<void> enterFetchSandbox(const SandboxLimits& limits);

} // namespace bartizan
