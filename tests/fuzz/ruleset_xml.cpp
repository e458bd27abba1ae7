// Rule sets made of choices, and records, through the engine's analysis and the plain one: every verdict has
// to be equal.
#include "engine/analysis/analyser.h"
#include "tests/differential/verdict_compare.h"
#include "tests/fuzz/ruleset_builder.h"
#include "tests/plain/plain_evaluator.h"

#include <cstdio>
#include <cstdlib>

namespace {

using namespace bartizan;

[[noreturn]] void stop(const RulesetSource& source, const RecordBatch& batch, std::size_t until,
                       const std::string& what)
{
    for (const auto* files : {&source.decoders, &source.rules}) {
        for (const auto& file : *files)
            std::fprintf(stderr, "--- %s\n%s\n", file.name.c_str(), file.bytes.c_str());
    }
    for (std::size_t i = 0; i < batch.records().size() && i <= until; ++i) {
        const auto& record = batch.records()[i];
        std::fprintf(stderr, "%lld s%u %.*s: %.*s\n", static_cast<long long>(record.receivedAt),
                     record.session, static_cast<int>(batch.location(record).size()),
                     batch.location(record).data(), static_cast<int>(record.size), batch.text(record).data());
    }
    std::fprintf(stderr, "=== %s\n", what.c_str());
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Choices choices({data, size});
    const AnalysisOptions options = fuzz::buildOptions(choices);
    const RulesetSource source = fuzz::buildRuleset(choices);
    const RecordBatch batch = fuzz::buildRecords(choices);
    Analyser fast(options);
    plain::PlainEvaluator evaluator(options);
    const bool loads = evaluator.load(source);
    if (fast.load(source).has_value() != loads)
        stop(source, batch, 0, "only one of the two loads");
    if (!loads)
        return 0;
    if (fast.summary().rules != evaluator.ruleCount() || fast.summary().decoders != evaluator.decoderCount())
        stop(source, batch, 0,
             std::to_string(fast.summary().rules) + " rules and " + std::to_string(fast.summary().decoders) +
                 " decoders, plain " + std::to_string(evaluator.ruleCount()) + " and " +
                 std::to_string(evaluator.decoderCount()));
    Verdicts verdicts;
    (void)fast.analyse(batch, VerdictDetail::Everything, verdicts);
    const auto expected = evaluator.analyse(batch);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const auto difference = test::verdictDifference(verdicts.at(i), expected[i]);
        if (!difference.empty())
            stop(source, batch, i,
                 "mode " + std::string(options.mode == AnalysisMode::Tester ? "tester" : "daemon") +
                     ", memory of " + std::to_string(options.memorySize.value_or(0)) + "\n" + difference +
                     "engine: " + test::verdictSummary(verdicts[i]) +
                     "\nplain:  " + test::verdictSummary(expected[i]));
    }
    return 0;
}
