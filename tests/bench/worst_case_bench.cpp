// What the worst lines cost that can be written against a rule set, in milliseconds of CPU time, as JSON.
// Usage: worst_case_bench RULESET_FOLDER [BYTES...]   (the folder holds decoders/ and rules/; default 8192
// and 65536)
#include "engine/analysis/analyser.h"
#include "engine/base/json_writer.h"
#include "engine/pattern/match_budget.h"
#include "tests/bench/ruleset_folder.h"
#include "tests/hostile/hostile_lines.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <map>

using namespace bartizan;
using namespace bartizan::test;

namespace {

double cpuMilliseconds()
{
    std::timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

struct Kind
{
    std::size_t lines = 0;
    double total = 0;
    double slowest = 0;
    std::int64_t steps = 0;
    std::size_t bytes = 0;
    std::size_t cutOff = 0;
    std::string owner;
};

double costOf(Analyser& analyser, const HostileLine& line)
{
    RecordBatch batch;
    batch.add(line.text, batch.locationIndex(line.location), 1'760'000'000'000);
    Verdicts verdicts;
    const double before = cpuMilliseconds();
    static_cast<void>(analyser.analyse(batch, VerdictDetail::Everything, verdicts));
    return cpuMilliseconds() - before;
}

void note(Analyser& analyser, const HostileLine& line, std::map<std::string, Kind>& kinds)
{
    double cost = costOf(analyser, line);
    Kind& kind = kinds[line.kind];
    // Twice where it counts: whatever else the machine did is no part of it.
    if (cost > kind.slowest)
        cost = std::min(cost, costOf(analyser, line));
    ++kind.lines;
    kind.total += cost;
    kind.cutOff += analyser.lastCost() >= MatchBudget::kStepsPerRecord ? 1 : 0;
    if (cost > kind.slowest) {
        kind.slowest = cost;
        kind.steps = analyser.lastCost();
        kind.bytes = line.text.size();
        kind.owner = line.owner;
    }
}

void print(std::size_t size, const std::map<std::string, Kind>& kinds)
{
    for (const auto& [name, kind] : kinds) {
        JsonWriter json;
        json.beginObject().key("size").number(static_cast<std::int64_t>(size)).key("kind").string(name);
        json.key("lines").number(static_cast<std::int64_t>(kind.lines));
        json.key("slowest_line_ms").real(kind.slowest).key("by").string(kind.owner);
        json.key("bytes").number(static_cast<std::int64_t>(kind.bytes)).key("steps").number(kind.steps);
        json.key("mean_ms").real(kind.total / static_cast<double>(kind.lines));
        json.key("cut_off").number(static_cast<std::int64_t>(kind.cutOff)).endObject();
        std::puts(json.take().c_str());
    }
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2)
        return std::fputs("usage: worst_case_bench RULESET_FOLDER [BYTES...]\n", stderr), 2;
    const RulesetSource source = rulesetBelow(argv[1]);
    Analyser analyser({});
    if (!analyser.load(source))
        return std::fputs("no rule could be loaded\n", stderr), 1;
    std::vector<std::size_t> sizes;
    for (int i = 2; i < argc; ++i)
        sizes.push_back(std::strtoul(argv[i], nullptr, 10));
    if (sizes.empty())
        sizes = {8192, 65536};
    for (const std::size_t size : sizes) {
        std::map<std::string, Kind> kinds;
        for (const auto& line : hostileLines(source, size))
            note(analyser, line, kinds);
        for (const auto& line : oddLines(size))
            note(analyser, line, kinds);
        print(size, kinds);
    }
    return 0;
}
