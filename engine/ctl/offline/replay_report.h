// What replay found, counted verdict by verdict and shown in the end.
#pragma once

#include "engine/analysis/analysis_port.h"
#include "engine/base/offender_ladder.h"
#include "engine/ctl/offline/offline.h"

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace bartizan::offline {

class ReplayReport
{
public:
    // `responder` may be empty: nothing is blocked then.
    ReplayReport(Responder responder, std::vector<std::chrono::minutes> ladder)
        : m_responder(std::move(responder))
        , m_ladder(std::move(ladder))
    {
    }

    // In the order of the records; `at` is the time of the verdict's record.
    void count(const Verdict& verdict, EpochMs at);

    struct Work
    {
        std::uint64_t lines = 0;
        std::uint64_t bytes = 0;
        double seconds = 0;
        double cpuSeconds = 0; // of all threads
    };
    // One JSON document (architecture.md §4.4), or text for a person.
    [[nodiscard]] std::string json(const Work& work) const;
    void show(std::ostream& out, const Work& work) const;

private:
    struct Block
    {
        std::string address;
        std::uint32_t rule;
        EpochMs at;
        std::int64_t seconds; // 0 = permanent
    };
    struct RuleAlerts
    {
        std::uint64_t count = 0;
        int level = 0;
        std::string description; // of the first one
    };
    void blockFor(Block block);

    Responder m_responder;
    OffenderLadder<std::string> m_ladder;
    std::uint64_t m_alerts = 0;
    std::map<std::uint32_t, RuleAlerts> m_alertsByRule;
    std::vector<Block> m_blocks;
    std::unordered_map<std::string, EpochMs> m_blockedUntil;
};

} // namespace bartizan::offline
