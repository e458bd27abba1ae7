// Decoder, rule and list files as somebody may write them; a line runs through whatever loaded.
#include "engine/analysis/analysis_port.h"

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace bartizan;
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto first = text.find('\x01');
    const auto second = text.find('\x01', first == std::string::npos ? first : first + 1);
    const auto analyser = makeAnalyser({});
    RulesetSource source;
    source.decoders.push_back({"d.xml", text.substr(0, first)});
    if (first != std::string::npos)
        source.rules.push_back(
            {"r.xml", text.substr(first + 1, second == std::string::npos ? second : second - first - 1)});
    if (second != std::string::npos)
        source.lists.push_back({"l", text.substr(second + 1)});
    (void)analyser->load(source);
    RecordBatch batch;
    batch.add("Mar  7 04:02:11 gate sshd[311]: hello from 192.0.2.1", batch.locationIndex("x"), 1000);
    Verdicts verdicts;
    (void)analyser->analyse(batch, VerdictDetail::Everything, verdicts);
    return 0;
}
