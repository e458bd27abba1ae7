#include "engine/reputation/schedule/fetch_schedule.h"

#include "engine/base/keyed_hash.h"

#include <algorithm>

namespace bartizan {

namespace {

constexpr EpochMs kMinute = 60'000;
constexpr EpochMs kHour = 60 * kMinute;
constexpr EpochMs kDay = 24 * kHour;
constexpr EpochMs kLongestBackOff = 6 * kHour;
constexpr EpochMs kLongestInterval = 366 * kDay;
// Overdue lists share a round; who looks within a slot finds its list due.
constexpr EpochMs kRound = 5 * kMinute;
constexpr EpochMs kSlot = 30'000;

// From 0 to `most`.
EpochMs drawn(std::uint64_t seed, EpochMs moment, EpochMs most)
{
    const std::uint64_t number = KeyedHash(seed)(static_cast<std::uint64_t>(moment));
    return static_cast<EpochMs>(number % (static_cast<std::uint64_t>(most) + 1));
}

EpochMs backOff(const FetchTimes& times, EpochMs interval, std::uint64_t seed)
{
    constexpr int kMostDoublings = 20;
    const EpochMs doubled = kMinute << std::min(times.failures, kMostDoublings);
    const EpochMs wait = std::min({doubled, std::max(interval, kLongestBackOff), kDay});
    return wait - drawn(seed, times.triedAt, wait / 4);
}

EpochMs slotOf(EpochMs now, std::uint64_t seed)
{
    const EpochMs offset = drawn(seed, 0, kRound - 1);
    const EpochMs earliest = now - kSlot + 1;
    const EpochMs past = ((earliest - offset) % kRound + kRound) % kRound;
    return earliest + (past == 0 ? 0 : kRound - past);
}

} // namespace

EpochMs nextFetch(const FetchTimes& times, std::chrono::minutes interval, std::uint64_t seed, EpochMs now)
{
    if (times.triedAt == 0 && times.checkedAt == 0)
        return now;
    const EpochMs ours =
        std::clamp<EpochMs>(interval / std::chrono::milliseconds(1), kMinute, kLongestInterval);
    const EpochMs theirs =
        times.serverAsks ? std::clamp<EpochMs>(times.serverAsks->count(), 0, kDay / 1000) * 1000 : 0;

    const bool failed = times.failures > 0;
    const EpochMs from = failed ? times.triedAt : times.checkedAt;
    EpochMs rest = 0;
    if (failed) {
        rest = std::max(backOff(times, ours, seed), theirs);
    } else {
        rest = std::max(ours, theirs);
        rest += drawn(seed, times.checkedAt, rest / 10);
    }
    EpochMs due = from + rest;
    // A try that is ahead was told by a clock that was set back since.
    if (times.triedAt <= now)
        due = std::max(due, times.triedAt + kMinute);

    // From a clock that went ahead: nobody knows how old it is.
    if (from > now + rest)
        due = now - kSlot;
    return now < due + kSlot ? due : slotOf(now, seed);
}

} // namespace bartizan
