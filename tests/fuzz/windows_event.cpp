// Windows event-channel records, as a program on the machine may make them: the fields and the text that
// rules see stay JSON.
#include "engine/analysis/alert_json.h"
#include "engine/analysis/analysis_port.h"
#include "engine/decode/json_scanner.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace bartizan;
    static const auto analyser = [] {
        auto made = makeAnalyser({});
        (void)made->load(
            {{},
             {{"r.xml", "<group name=\"w,\"><rule id=\"7\" level=\"3\"><category>ossec</category>"
                        "<description>$(win.eventdata.a)</description></rule></group>"}},
             {}});
        return made;
    }();
    RecordBatch batch;
    batch.add({reinterpret_cast<const char*>(data), size}, batch.locationIndex("EventChannel"), 1'000'000);
    Verdicts verdicts;
    (void)analyser->analyse(batch, VerdictDetail::Everything, verdicts);
    if (verdicts.size() != 1)
        std::abort();
    const Verdict& verdict = verdicts.front();
    // Either it is an event, with its text as JSON and a rule, or nothing is known of it.
    if (verdict.fullLog.empty() != verdict.decoderName.empty() ||
        verdict.fullLog.empty() == verdict.rule.has_value())
        std::abort();
    if (!verdict.fullLog.empty() && !JsonScanner(verdict.fullLog).skipValue())
        std::abort();
    if (!JsonScanner(fieldsJson(verdict)).skipValue())
        std::abort();
    return 0;
}
