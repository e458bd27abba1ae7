// First time seen (spec §5.7), the condition behind <if_fts/>.
#pragma once

#include "engine/decode/event.h"

#include <deque>
#include <string>
#include <unordered_set>

namespace bartizan {

// State of one analysis session.
class FirstSeenState
{
public:
    // Whether the event's key (by its decoder's <fts>) is new; it is known from then on. False without
    // decoder or <fts>.
    bool isFirst(const Event& event);

    // The known keys, to be kept over restarts, and what was kept.
    [[nodiscard]] const std::unordered_set<std::string>& keys() const { return m_keys; }
    void restore(std::string key) { m_keys.insert(std::move(key)); }

private:
    void shortenForIds(std::string& key);

    std::unordered_set<std::string> m_keys;
    std::deque<std::string> m_recent; // the last new keys, for similarity
};

} // namespace bartizan
