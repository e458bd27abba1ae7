// Failed log-ins from ten million different addresses through the built-in rules: does the correlation memory
// stay below its limit, and does the last million cost what the first did?
//
//     correlation_bench [lines [limit in MiB]]
//
// Prints one object of JSON. CPU times are those of the whole process, making the lines included.
#include "engine/analysis/analysis_port.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace bartizan;

namespace {

constexpr std::uint64_t kLinesPerSecond = 20'000; // of the records' own time
constexpr std::uint64_t kLinesPerBatch = 1'000;
constexpr std::uint64_t kMillion = 1'000'000;
constexpr EpochMs kStart = 1'732'446'000'000;

std::vector<SourceFile> filesBelow(const std::filesystem::path& folder)
{
    std::vector<SourceFile> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file())
            continue;
        std::ifstream file(entry.path(), std::ios::binary);
        files.push_back({entry.path().filename().string(), std::string(std::istreambuf_iterator<char>(file),
                                                                       std::istreambuf_iterator<char>())});
    }
    return files;
}

double cpuSeconds()
{
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double residentMib()
{
    std::ifstream statm("/proc/self/statm");
    std::uint64_t total = 0;
    std::uint64_t resident = 0;
    statm >> total >> resident;
    return static_cast<double>(resident) * 4096 / (1024 * 1024);
}

// No address comes twice: multiplying by an odd number only mixes them.
std::string addressOf(std::uint64_t number)
{
    char text[64];
    if (number % 4 != 0) {
        const auto mixed = static_cast<std::uint32_t>(number * 2654435761U);
        std::snprintf(text, sizeof text, "%u.%u.%u.%u", mixed >> 24U, mixed >> 16U & 0xFFU,
                      mixed >> 8U & 0xFFU, mixed & 0xFFU);
    } else {
        const std::uint64_t mixed = number * 0x9E3779B97F4A7C15U;
        std::snprintf(text, sizeof text, "2001:%x:%x:%x::%x", static_cast<unsigned>(mixed >> 48U),
                      static_cast<unsigned>(mixed >> 32U & 0xFFFFU),
                      static_cast<unsigned>(mixed >> 16U & 0xFFFFU), static_cast<unsigned>(mixed & 0xFFFFU));
    }
    return text;
}

std::string lineOf(std::uint64_t number)
{
    return "Nov 24 11:00:00 host sshd[" + std::to_string(number % 30'000 + 1'000) +
           "]: Failed password for invalid user u" + std::to_string(number % 977) + " from " +
           addressOf(number) + " port " + std::to_string(number % 60'000 + 1'024) + " ssh2";
}

} // namespace

int main(int argc, char** argv)
{
    const std::uint64_t lines = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10 * kMillion;
    AnalysisOptions options;
    options.secret = 0x5DEECE66D;
    if (argc > 2)
        options.correlationBytes = std::strtoull(argv[2], nullptr, 10) * 1024 * 1024;
    const auto analyser = makeAnalyser(options);
    const std::filesystem::path folder = BARTIZAN_SOURCE_DIR "/resources/ruleset";
    const auto loaded = analyser->load({filesBelow(folder / "decoders"), filesBelow(folder / "rules"), {}});
    if (!loaded || lines < kLinesPerBatch) {
        std::fprintf(stderr, "%s\n", loaded ? "at least 1000 lines" : loaded.error().message.c_str());
        return 1;
    }

    const std::uint64_t part = std::min(kMillion, lines / 2);
    const double residentBefore = residentMib();
    const double cpuBefore = cpuSeconds();
    double cpuFirst = 0;
    double cpuBeforeLast = 0;
    double residentPeak = 0;
    std::size_t peak = 0;
    RecordBatch batch;
    Verdicts verdicts;
    for (std::uint64_t done = 0; done < lines;) {
        const auto location = batch.locationIndex("/var/log/auth.log");
        for (const auto end = std::min(done + kLinesPerBatch, lines); done < end; ++done)
            batch.add(lineOf(done), location, kStart + static_cast<EpochMs>(done * 1'000 / kLinesPerSecond));
        (void)analyser->analyse(batch, VerdictDetail::AlertsOnly, verdicts);
        verdicts.clear();
        batch.clear();
        peak = std::max(peak, analyser->correlation().bytes);
        residentPeak = std::max(residentPeak, residentMib());
        if (cpuFirst == 0 && done >= part)
            cpuFirst = cpuSeconds() - cpuBefore;
        if (cpuBeforeLast == 0 && done >= lines - part)
            cpuBeforeLast = cpuSeconds();
    }
    const double cpuAfter = cpuSeconds();
    const auto usage = analyser->correlation();
    const auto rate = [](std::uint64_t count, double seconds) {
        return static_cast<double>(count) / seconds;
    };
    std::printf("{\"lines\": %llu, \"cpu_seconds\": %.2f, \"lines_per_cpu_second\": %.0f, "
                "\"first_lines_per_cpu_second\": %.0f, \"last_lines_per_cpu_second\": %.0f, "
                "\"correlation_limit_bytes\": %zu, \"correlation_peak_bytes\": %zu, "
                "\"correlation_events\": %zu, \"evicted\": %llu, "
                "\"rss_before_mib\": %.1f, \"rss_after_mib\": %.1f, \"rss_peak_mib\": %.1f}\n",
                static_cast<unsigned long long>(lines), cpuAfter - cpuBefore,
                rate(lines, cpuAfter - cpuBefore), rate(part, cpuFirst), rate(part, cpuAfter - cpuBeforeLast),
                usage.limit, peak, usage.events, static_cast<unsigned long long>(usage.evicted),
                residentBefore, residentMib(), residentPeak);
    return peak <= usage.limit ? 0 : 1;
}
