// Runs the commands of root's configuration from time to time and pushes what they print into the owner's
// queue (`<log_format>command</log_format>` and `full_command`, spec §11). One thread, one command at a time.
#pragma once

#include "engine/base/bounded_queue.h"
#include "engine/base/clock.h"
#include "engine/base/local_file.h"
#include "engine/base/problem.h"
#include "engine/logsource/out_format.h"
#include "engine/logsource/source_batch.h"
#include "engine/platform/command_runner.h"

#include <functional>
#include <memory>
#include <vector>

namespace bartizan {

class CommandSource
{
public:
    // All references outlive the object. `changed` is called on the source's thread after a status changed.
    CommandSource(CommandRunner& runner, const Clock& clock, BoundedQueue<SourceBatch>& queue,
                  std::function<void()> changed = {});
    ~CommandSource(); // stops
    CommandSource(const CommandSource&) = delete;
    CommandSource& operator=(const CommandSource&) = delete;

    // Once. `sources` are the blocks with the formats command and full_command; each is run at once and then
    // every `frequency` (360 s where there is none). One whose configuration file others than root could have
    // written is not run, and returned as a problem.
    [[nodiscard]] Problems start(const std::vector<LocalFile>& sources, const HostIdentity& host);
    // Kills what is running.
    void stop();

    [[nodiscard]] std::vector<SourceState> states() const; // thread-safe

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

// The seconds of `<frequency>`: a number, "hourly" or "daily". Nothing for anything else.
[[nodiscard]] std::optional<std::chrono::seconds> commandFrequency(std::string_view text);

} // namespace bartizan
