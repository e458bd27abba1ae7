#include "engine/store/alert_folder.h"

#include "engine/store/alert_table.h"

#include <algorithm>

namespace bartizan::store {

namespace {

constexpr EpochMs kMinute = 60'000;
// An attacker can make every line differ. Beyond this many rows in a minute folding starts afresh: an equal
// alert then gets a second row.
constexpr std::size_t kRowsPerMinute = 16'384;

std::string foldKey(const AlertRecord& alert)
{
    std::string key = std::to_string(alert.ruleId);
    key += '\n';
    key += std::to_string(alert.sourceAddress.size()); // so that no text can reach into its neighbour
    key += '\n';
    key += alert.sourceAddress;
    key += alert.location;
    key += alert.originJson;
    return key;
}

} // namespace

void AlertFolder::seed(AlertId lastId, std::span<const AlertRecord> newest)
{
    const std::lock_guard lock(m_mutex);
    m_lastId = std::max(m_lastId, lastId);
    for (const AlertRecord& alert : newest) {
        if (alert.firstTime / kMinute == newest.front().firstTime / kMinute)
            rowsOf(alert.firstTime).try_emplace(foldKey(alert), alert.id);
    }
    // Those are the newest ones.
    m_settled = m_lastId;
    for (const auto& [key, id] : m_rows)
        m_settled = std::min(m_settled, id - 1);
}

bool AlertFolder::assign(AlertRecord& alert, By by)
{
    alert.sourceAddress = by == By::Rule ? std::string() : canonicalAddress(alert.sourceAddress);
    std::string key = foldKey(alert);
    const std::lock_guard lock(m_mutex);
    const auto [row, isNew] = rowsOf(alert.lastTime).try_emplace(std::move(key), m_lastId + 1);
    if (isNew)
        ++m_lastId;
    alert.id = row->second;
    return isNew;
}

AlertId AlertFolder::settledThrough() const
{
    const std::lock_guard lock(m_mutex);
    return m_settled;
}

AlertId AlertFolder::lastId() const
{
    const std::lock_guard lock(m_mutex);
    return m_lastId;
}

std::unordered_map<std::string, AlertId>& AlertFolder::rowsOf(EpochMs time)
{
    const EpochMs minute = time / kMinute;
    if (minute != m_minute || m_rows.size() >= kRowsPerMinute)
        m_rows.clear();
    if (m_rows.empty())
        m_settled = m_lastId;
    m_minute = minute;
    return m_rows;
}

void foldById(std::vector<AlertRecord>& alerts)
{
    std::unordered_map<AlertId, std::size_t> places;
    places.reserve(alerts.size());
    std::size_t kept = 0;
    for (std::size_t i = 0; i < alerts.size(); ++i) {
        const auto [place, isFirst] = places.try_emplace(alerts[i].id, kept);
        if (isFirst) {
            if (kept != i)
                alerts[kept] = std::move(alerts[i]);
            ++kept;
            continue;
        }
        AlertRecord& row = alerts[place->second];
        row.count += alerts[i].count;
        row.lastTime = std::max(row.lastTime, alerts[i].lastTime);
        row.lastLog = std::move(alerts[i].lastLog.empty() ? alerts[i].firstLog : alerts[i].lastLog);
    }
    alerts.resize(kept);
}

} // namespace bartizan::store
