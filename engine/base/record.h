// What a log source hands to the analysis: lines with their place and time of reception, many in one buffer.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/record_origin.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

// Records back to back in one buffer. A batch is a value: it can be moved through a queue or written to a
// pipe.
class RecordBatch
{
public:
    struct Record
    {
        std::uint32_t offset = 0;   // of the text in `bytes`
        std::uint32_t size = 0;     // without the line end
        std::uint32_t location = 0; // index into `locations`
        std::uint32_t session = 0;  // analysis state is kept per session; the engine uses 0 only
        EpochMs receivedAt = 0;
        std::uint32_t origin = 0; // index into `origins`; 0 is an unknown one
    };

    // The location's index, for add(). Locations are few; the look-up is linear from the newest.
    std::uint32_t locationIndex(std::string_view location)
    {
        for (std::size_t i = m_locations.size(); i-- > 0;) {
            if (m_locations[i] == location)
                return static_cast<std::uint32_t>(i);
        }
        m_locations.emplace_back(location);
        return static_cast<std::uint32_t>(m_locations.size() - 1);
    }

    // The same for the origin.
    std::uint32_t originIndex(const RecordOrigin& origin)
    {
        for (std::size_t i = m_origins.size(); i-- > 0;) {
            if (m_origins[i] == origin)
                return static_cast<std::uint32_t>(i);
        }
        m_origins.push_back(origin);
        return static_cast<std::uint32_t>(m_origins.size() - 1);
    }

    void add(std::string_view text, std::uint32_t location, EpochMs receivedAt, std::uint32_t session = 0,
             std::uint32_t origin = 0)
    {
        m_records.push_back({static_cast<std::uint32_t>(m_bytes.size()),
                             static_cast<std::uint32_t>(text.size()), location, session, receivedAt, origin});
        m_bytes.append(text);
    }

    [[nodiscard]] std::string_view text(const Record& record) const
    {
        return std::string_view(m_bytes).substr(record.offset, record.size);
    }
    [[nodiscard]] std::string_view location(const Record& record) const
    {
        return m_locations[record.location];
    }
    [[nodiscard]] const RecordOrigin& origin(const Record& record) const { return m_origins[record.origin]; }
    [[nodiscard]] const std::vector<Record>& records() const { return m_records; }
    [[nodiscard]] std::size_t byteCount() const { return m_bytes.size(); }
    [[nodiscard]] bool empty() const { return m_records.empty(); }
    void clear()
    {
        m_bytes.clear();
        m_locations.clear();
        m_origins.resize(1);
        m_records.clear();
    }

private:
    std::string m_bytes;
    std::vector<std::string> m_locations;
    std::vector<RecordOrigin> m_origins{RecordOrigin{}};
    std::vector<Record> m_records;
};

} // namespace bartizan
