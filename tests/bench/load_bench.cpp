// CPU seconds of each step of loading a rule set, the median of several runs, as JSON.
// Usage: load_bench RULESET_FOLDER
#include "engine/analysis/ruleset.h"
#include "engine/base/json_writer.h"
#include "engine/decode/decoder_model.h"
#include "engine/rules/rule_reader.h"
#include "tests/bench/ruleset_folder.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <functional>

using namespace bartizan;

namespace {

double cpuSeconds()
{
    std::timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double medianOf(const std::function<void()>& step)
{
    std::array<double, 7> seconds{};
    for (double& one : seconds) {
        const double before = cpuSeconds();
        step();
        one = cpuSeconds() - before;
    }
    std::ranges::sort(seconds);
    return seconds[seconds.size() / 2];
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2)
        return std::fputs("usage: load_bench RULESET_FOLDER\n", stderr), 2;
    RulesetSource source;
    const double files = medianOf([&] { source = test::rulesetBelow(argv[1]); });
    Problems problems;
    const double readDecoders = medianOf([&] {
        for (const auto& file : source.decoders)
            static_cast<void>(loadDecoders(file, problems));
    });
    std::shared_ptr<const DecoderSet> decoders;
    const double compileDecoders =
        medianOf([&] { decoders = DecoderSet::compile(source.decoders, problems); });
    const double readRules = medianOf([&] {
        for (const auto& file : source.rules) {
            std::vector<RuleText> rules;
            readRuleFile(file, rules, problems);
        }
    });
    std::shared_ptr<const RulePlan> rules;
    const double compileRules =
        medianOf([&] { rules = RulePlan::compile(source.rules, *decoders, {}, problems); });
    std::shared_ptr<const Ruleset> ruleset;
    const double whole = medianOf([&] {
        Problems found;
        ruleset = Ruleset::compile(source, found);
    });
    JsonWriter json;
    json.beginObject().key("rules").number(static_cast<std::int64_t>(ruleset->summary.rules));
    json.key("decoders").number(static_cast<std::int64_t>(ruleset->summary.decoders));
    json.key("read_files").real(files).key("read_decoders").real(readDecoders);
    json.key("compile_decoders").real(compileDecoders - readDecoders).key("read_rules").real(readRules);
    json.key("compile_rules").real(compileRules - readRules).key("load").real(whole).endObject();
    std::puts(json.take().c_str());
    return 0;
}
