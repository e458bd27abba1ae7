#include "engine/ctl/offline/replay_report.h"

#include "engine/base/json_writer.h"
#include "engine/base/timestamp.h"
#include "engine/base/utf8.h"

#include <algorithm>
#include <limits>
#include <ostream>

namespace bartizan::offline {

namespace {

double linesPerSecond(const ReplayReport::Work& work)
{
    return work.seconds > 0 ? static_cast<double>(work.lines) / work.seconds : 0;
}

} // namespace

void ReplayReport::count(const Verdict& verdict, EpochMs at)
{
    if (verdict.alert) {
        ++m_alerts;
        RuleAlerts& alerts = m_alertsByRule[verdict.rule->id];
        if (alerts.count++ == 0) {
            alerts.level = verdict.rule->level;
            alerts.description = verdict.rule->description;
        }
    }
    if (!verdict.respond || !m_responder)
        return;
    for (auto& block : m_responder(verdict))
        blockFor({std::move(block.address), verdict.rule->id, at, block.seconds});
}

// An address that is blocked already is only blocked for longer; one that was blocked before climbs the
// ladder.
void ReplayReport::blockFor(Block block)
{
    static constexpr EpochMs kForever = std::numeric_limits<EpochMs>::max();
    EpochMs& until = m_blockedUntil[block.address];
    const bool isBlocked = until > block.at;
    if (!isBlocked && block.seconds > 0)
        block.seconds = m_ladder.next(block.address, std::chrono::seconds(block.seconds)).count();
    until = std::max(until, block.seconds == 0 ? kForever : block.at + block.seconds * 1000);
    if (!isBlocked)
        m_blocks.push_back(std::move(block));
}

std::string ReplayReport::json(const Work& work) const
{
    JsonWriter json;
    json.beginObject();
    json.key("lines").number(static_cast<std::int64_t>(work.lines));
    json.key("bytes").number(static_cast<std::int64_t>(work.bytes));
    json.key("seconds").real(work.seconds);
    json.key("cpu_seconds").real(work.cpuSeconds);
    json.key("lines_per_second").real(linesPerSecond(work));
    json.key("alerts").number(static_cast<std::int64_t>(m_alerts));
    json.key("alerts_by_rule").beginObject();
    for (const auto& [rule, alerts] : m_alertsByRule)
        json.key(std::to_string(rule)).number(static_cast<std::int64_t>(alerts.count));
    json.endObject();
    json.key("would_block").beginArray();
    for (const auto& block : m_blocks) {
        json.beginObject();
        json.key("address").string(block.address);
        json.key("rule").string(std::to_string(block.rule));
        json.key("at").string(isoUtc(block.at));
        json.key("seconds");
        if (block.seconds > 0)
            json.number(block.seconds);
        else
            json.null();
        json.endObject();
    }
    json.endArray().endObject();
    return json.take();
}

void ReplayReport::show(std::ostream& out, const Work& work) const
{
    out << work.lines << " lines, " << work.bytes << " bytes in " << work.seconds << " s ("
        << static_cast<std::uint64_t>(linesPerSecond(work)) << " lines a second)\n"
        << m_alerts << " alerts\n";
    for (const auto& [id, alerts] : m_alertsByRule) {
        out << "    " << alerts.count << " x rule " << id << " (level " << alerts.level
            << "): " << forDisplay(alerts.description) << '\n';
    }
    out << m_blocks.size() << (m_blocks.size() == 1 ? " block" : " blocks") << " would have been made\n";
    for (const auto& block : m_blocks) {
        out << "    " << isoUtc(block.at) << "  " << forDisplay(block.address) << "  rule " << block.rule
            << ", ";
        if (block.seconds > 0)
            out << block.seconds << " s\n";
        else
            out << "permanent\n";
    }
    out.flush();
}

} // namespace bartizan::offline
