// When a subscribed list is asked for next. Pure: no clock, nothing remembered.
#pragma once

#include "engine/base/clock.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace bartizan {

struct FetchTimes
{
    EpochMs checkedAt = 0; // the server's last answer, "not modified" too; 0: none yet
    EpochMs triedAt = 0;   // the last try; 0: none yet
    int failures = 0;      // since the last answer
    // What the server said at the last try (Retry-After, max-age): a longer wait than ours is kept to, up to
    // a day.
    std::optional<std::chrono::seconds> serverAsks;
};

// The list is due once this is not after `now`; it may be asked for anew at any time. `seed` belongs to the
// list and the installation.
//
// A list that was never tried is due at once. After an answer it rests for `interval` and up to a tenth more;
// the same list and answer get the same rest, so that a restart does not hurry it. After failures it rests
// for 2, 4, 8… minutes or up to a quarter less, at most the larger of `interval` and six hours, at most a
// day; an answer ends that.
//
// Many lists may fall due together while the machine is off: one that is overdue has a slot of its own in
// every five minutes, so that they come one after the other.
//
// A clock set back postpones by one rest at most.
[[nodiscard]] EpochMs nextFetch(const FetchTimes& times, std::chrono::minutes interval, std::uint64_t seed,
                                EpochMs now);

} // namespace bartizan
