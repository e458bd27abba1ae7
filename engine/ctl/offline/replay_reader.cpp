#include "engine/ctl/offline/replay_reader.h"

#include <algorithm>
#include <fstream>
#include <utility>

namespace bartizan::offline {

namespace {

constexpr std::size_t kMostHeld = 4096;
constexpr std::size_t kMostHeldBytes = std::size_t{8} * 1024 * 1024;
constexpr std::size_t kLongestLine = std::size_t{64} * 1024; // as the log sources cut

} // namespace

Result<bool> ReplayReader::file(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return fail(ErrorCode::NotFound, "Can't read " + path, "Check the path and the permissions.");
    std::string line;
    while (std::getline(file, line)) {
        ++m_lines;
        m_bytes += line.size() + (file.eof() ? 0 : 1);
        if (line.ends_with('\r'))
            line.pop_back();
        if (!take(std::string_view(line).substr(0, kLongestLine), path))
            return false;
    }
    if (file.bad())
        return fail(ErrorCode::Unavailable, "Reading " + path + " failed", "Check the disk.");
    return true;
}

bool ReplayReader::finish()
{
    return m_clock.hasStarted() || release(m_clock.startNow());
}

// The lines before the first stamp wait for it, so that time does not begin with today and jump back; but
// only so many of them.
bool ReplayReader::take(std::string_view text, const std::string& path)
{
    const EpochMs time = m_clock.timeOf(text);
    if (m_clock.hasStarted())
        return release(time) && m_take(text, path, time);
    m_held.push_back({std::string(text), path});
    m_heldBytes += text.size();
    if (m_held.size() < kMostHeld && m_heldBytes < kMostHeldBytes)
        return true;
    return release(m_clock.startNow());
}

bool ReplayReader::release(EpochMs time)
{
    return std::ranges::all_of(std::exchange(m_held, {}), [this, time](const HeldLine& line) {
        return m_take(line.text, line.path, time);
    });
}

} // namespace bartizan::offline
