// Time as an input. The engine reads no clock but this one, so tests and replay can bring their own.
#pragma once

#include <chrono>
#include <cstdint>

namespace bartizan {

// Wall-clock time in milliseconds since 1970-01-01 00:00 UTC.
using EpochMs = std::int64_t;

class Clock
{
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual EpochMs now() const = 0;
    // Milliseconds that never jump, from an arbitrary start; they stand still while the computer sleeps, as
    // the kernel's own timeouts do. A clock that is never set may leave it equal to now().
    [[nodiscard]] virtual EpochMs steadyNow() const { return now(); }
};

// Thread-safe.
class SystemClock final : public Clock
{
public:
    [[nodiscard]] EpochMs now() const override
    {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
                   std::chrono::system_clock::now().time_since_epoch())
            .count();
    }
    [[nodiscard]] EpochMs steadyNow() const override
    {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
                   std::chrono::steady_clock::now().time_since_epoch())
            .count();
    }
};

} // namespace bartizan
