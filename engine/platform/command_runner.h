// Running the commands of root's configuration (`<log_format>command</log_format>`).
#pragma once

#include "engine/base/result.h"

#include <chrono>
#include <string>

namespace bartizan {

class CommandRunner
{
public:
    virtual ~CommandRunner() = default;

    struct Output
    {
        std::string text;      // standard output, at most 1 MiB
        bool isCut = false;    // there was more, and it was killed
        bool timedOut = false; // it did not end in time and was killed
        int status = 0;        // its exit status; the shell's own are below
    };
    static constexpr int kNotExecutable = 126;
    static constexpr int kNotFound = 127;

    // Hands `command` to the system's shell, with nothing on standard input, standard error thrown away, a
    // fixed PATH and no descriptor of ours, and waits for its end and that of its output. After `patience`
    // its process group is killed. Unavailable where it can't be started, Busy after stop().
    virtual Result<Output> run(const std::string& command, std::chrono::milliseconds patience) = 0;

    // Kills what is running; every run() from now on returns at once. From any thread.
    virtual void stop() = 0;

    // Whether nobody but root, or the engine's own user, could have written this configuration file: a
    // regular file, in folders that others can't write. NotFound or PermissionDenied (with a cure)
    // otherwise.
    [[nodiscard]] virtual Result<void> checkTrusted(const std::string& file) const = 0;
};

} // namespace bartizan
