#include "tests/bench/bench_measures.h"

#include <algorithm>
#include <sys/resource.h>

namespace bartizan::bench {

namespace {

double cpuSeconds()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

} // namespace

Cost costOf(const std::function<void()>& work)
{
    const double cpu = cpuSeconds();
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    return {cpuSeconds() - cpu, wall.count()};
}

void writeMilliseconds(JsonWriter& json, std::string_view name, std::vector<double> milliseconds)
{
    std::ranges::sort(milliseconds);
    const auto percentile = [&](double share) {
        const auto at = static_cast<std::size_t>(share * static_cast<double>(milliseconds.size()));
        return milliseconds.at(std::min(at, milliseconds.size() - 1));
    };
    json.key(name).beginObject();
    json.key("count").number(static_cast<std::int64_t>(milliseconds.size()));
    if (!milliseconds.empty()) {
        json.key("p50").real(percentile(0.5));
        json.key("p99").real(percentile(0.99));
        json.key("max").real(milliseconds.back());
    }
    json.endObject();
}

} // namespace bartizan::bench
