// What a client may cost the engine (docs/ipc.md).
#pragma once

#include <chrono>
#include <cstddef>

#include <QtGlobal>

namespace bartizan::ipc {

struct Limits
{
    int connections = 32;
    int connectionsPerUser = 8;
    int requestsPerSecond = 50; // per user; a full second's worth may come at once
    int inFlightPerUser = 16;
    int refusalsInARow = 200; // requests beyond the above, per connection; then it ends
    std::chrono::milliseconds helloTimeout{5000};
    std::size_t unacknowledgedEvents = 256;
    qint64 queuedBytes = 1 << 20;
    // Events kept for clients that come back.
    std::size_t keptEvents = 1000;
    std::size_t keptEventBytes = 8U << 20;
};

} // namespace bartizan::ipc
