// A source address that a watched list holds becomes a record of its own, which runs through the rules: base
// rule 200400, and users' rules on it.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/record.h"
#include "engine/lists/watched_lists.h"

#include <cstddef>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace bartizan {

// The location of these records. Unlike those of blocks they may lead to a response, but never to another
// sighting.
inline constexpr std::string_view kSightingLocation = "list-sighting";

// Not thread-safe.
class SightingRecords
{
public:
    // Of an address and a list there is one record in this time; which were told lately is forgotten early
    // where there are more than kRemembered.
    static constexpr EpochMs kQuietTime = 3'600'000;
    static constexpr std::size_t kRemembered = 65'536;

    // Adds to `own` what `sightings` in `records` come to. `now` stands in the records; `steady` is
    // Clock::steadyNow().
    void add(const Sightings& sightings, const RecordBatch& records, EpochMs now, EpochMs steady,
             RecordBatch& own);

private:
    // Once more where the first sighting was not to be acted on.
    using Key = std::tuple<IpAddress, std::string, bool>;
    [[nodiscard]] bool isNew(Key key, EpochMs steady);

    std::set<Key> m_told;
    std::deque<std::pair<EpochMs, std::set<Key>::iterator>> m_byAge;
};

// `list-sighting: {"srcip":"192.0.2.7","list":"firehol","action":"alert","rule_id":"5710"}`
[[nodiscard]] std::string sightingLine(const Sighting& sighting, const WatchedList& list);

} // namespace bartizan
