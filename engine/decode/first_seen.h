// First time seen (spec §5.7), the condition behind <if_fts/>.
#pragma once

#include "engine/base/learned_fact.h"
#include "engine/decode/event.h"

#include <deque>
#include <string>
#include <unordered_set>
#include <vector>

namespace bartizan {

// State of one analysis session.
class FirstSeenState
{
public:
    // Whether the event's key (by its decoder's <fts>) is new; it is known from then on. False without
    // decoder or <fts>.
    bool isFirst(const Event& event);

    // From now on what is new is added to `facts` too, which outlives this.
    void teach(std::vector<LearnedFact>* facts) { m_facts = facts; }
    // A key known from before a restart.
    void recall(std::string key);

private:
    // An attacker chooses what stands in a key: the oldest keys go when there are too many.
    static constexpr std::size_t kMostKeys = 100'000;
    static constexpr std::size_t kLongestKey = 2048;

    void shortenForIds(std::string& key);
    void add(std::string key);

    std::unordered_set<std::string> m_keys;
    std::deque<const std::string*> m_order; // the same, oldest first: a set's elements stay where they are
    std::vector<LearnedFact>* m_facts = nullptr;
    std::deque<std::string> m_recent; // the last new keys, for similarity
};

} // namespace bartizan
