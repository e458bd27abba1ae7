#include "engine/core/sighting_records.h"

#include "engine/base/json_writer.h"
#include "engine/base/origin_requirement.h"
#include "engine/base/utf8.h"
#include "engine/response/response_event.h"

namespace bartizan {

namespace {

constexpr std::size_t kShownName = 200;

// The program's name, which the doubt may hang on, is not that of the new record.
RecordOrigin originOf(const Sighting& sighting, const RecordOrigin& origin)
{
    if (!sighting.doubted || !doubtAbout(origin, {}).empty())
        return origin;
    return {RecordOrigin::Kind::Journal, std::nullopt, origin.transport == "kernel" ? "" : origin.transport,
            origin.unit};
}

} // namespace

std::string sightingLine(const Sighting& sighting, const WatchedList& list)
{
    JsonWriter json;
    json.beginObject();
    json.key("srcip").string(sighting.address.toString());
    json.key("list").string(forDisplay(list.name, kShownName));
    json.key("action").string(list.dryRun ? "dry_run" : "alert");
    json.key("rule_id").string(std::to_string(sighting.rule));
    json.endObject();
    return "list-sighting: " + json.text();
}

void SightingRecords::add(const Sightings& sightings, const RecordBatch& records, EpochMs now, EpochMs steady,
                          RecordBatch& own)
{
    for (const Sighting& sighting : sightings.found) {
        const auto& record = records.records()[sighting.record];
        const auto place = records.location(record);
        if (place == kSightingLocation || place == kResponseEventLocation)
            continue;
        for (const WatchedList* list : sightings.lists->lists(sighting.label)) {
            if (!isNew({sighting.address, list->name, sighting.doubted}, steady))
                continue;
            const auto origin = originOf(sighting, records.origin(record));
            own.add(sightingLine(sighting, *list), own.locationIndex(kSightingLocation), now, 0,
                    own.originIndex(origin));
        }
    }
}

bool SightingRecords::isNew(Key key, EpochMs steady)
{
    while (!m_byAge.empty() &&
           (m_byAge.front().first + kQuietTime <= steady || m_byAge.size() >= kRemembered)) {
        m_told.erase(m_byAge.front().second);
        m_byAge.pop_front();
    }
    const auto [place, added] = m_told.insert(std::move(key));
    if (added)
        m_byAge.emplace_back(steady, place);
    return added;
}

} // namespace bartizan
