// Reads files for replay, line by line, with the time that stands in the lines.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/ctl/offline/record_time.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::offline {

class ReplayReader
{
public:
    // Called for each line, in order; false ends the reading.
    using Take = std::function<bool(std::string_view text, const std::string& path, EpochMs time)>;

    // `now` is the time where no line has one.
    ReplayReader(EpochMs now, Take take)
        : m_clock(now)
        , m_take(std::move(take))
    {
    }

    // One file behind the other; time goes on. False where `take` ended it.
    [[nodiscard]] Result<bool> file(const std::string& path);
    // Behind the last file.
    [[nodiscard]] bool finish();

    [[nodiscard]] std::uint64_t lines() const { return m_lines; }
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }

private:
    struct HeldLine
    {
        std::string text;
        std::string path;
    };

    [[nodiscard]] bool take(std::string_view text, const std::string& path);
    [[nodiscard]] bool release(EpochMs time);

    RecordClock m_clock;
    Take m_take;
    std::vector<HeldLine> m_held;
    std::size_t m_heldBytes = 0;
    std::uint64_t m_lines = 0;
    std::uint64_t m_bytes = 0;
};

} // namespace bartizan::offline
