// Gives alerts their ids before they are written, and folds equal ones of a minute into one id. Thread-safe.
#pragma once

#include "engine/store/records.h"

#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace bartizan::store {

class AlertFolder
{
public:
    // The ids in use end with `lastId`; `newest` are the newest rows, of which those of the last minute can
    // still be folded into.
    void seed(AlertId lastId, std::span<const AlertRecord> newest);

    enum class By {
        Source, // rule, source address, location, origin
        Rule,   // the same without the source address, which is taken out of the alert
    };
    // See Store::assignId.
    bool assign(AlertRecord& alert, By by = By::Source);

    // No alert will be folded into this row or an older one any more.
    [[nodiscard]] AlertId settledThrough() const;

    [[nodiscard]] AlertId lastId() const;

private:
    std::unordered_map<std::string, AlertId>& rowsOf(EpochMs time);

    mutable std::mutex m_mutex;
    AlertId m_lastId = 0;
    AlertId m_settled = 0;
    EpochMs m_minute = -1;
    std::unordered_map<std::string, AlertId> m_rows; // of m_minute
};

// Alerts with the same id become one, at the place of the first.
void foldById(std::vector<AlertRecord>& alerts);

} // namespace bartizan::store
