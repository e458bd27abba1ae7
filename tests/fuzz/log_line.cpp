// Log lines as an attacker writes them, through the built-in rules and one that reads JSON.
#include "engine/analysis/alert_json.h"
#include "engine/analysis/analysis_port.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

std::vector<bartizan::SourceFile> filesOf(const std::filesystem::path& folder)
{
    std::vector<bartizan::SourceFile> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream stream(entry.path(), std::ios::binary);
        files.push_back({entry.path().string(), std::string(std::istreambuf_iterator<char>(stream), {})});
    }
    return files;
}

bartizan::AnalysisPort& analyser()
{
    static const auto instance = [] {
        auto made = bartizan::makeAnalyser({});
        const std::filesystem::path ruleset(BARTIZAN_RULESET_DIR);
        (void)made->load({filesOf(ruleset / "decoders"), filesOf(ruleset / "rules"), {}});
        return made;
    }();
    return *instance;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace bartizan;
    RecordBatch batch;
    std::string_view text(reinterpret_cast<const char*>(data), size);
    EpochMs now = 1'000'000;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        batch.add(text.substr(0, end), batch.locationIndex("/var/log/x"), now += 10);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    Verdicts verdicts;
    (void)analyser().analyse(batch, VerdictDetail::Everything, verdicts);
    for (const auto& verdict : verdicts)
        (void)fieldsJson(verdict);
    return 0;
}
