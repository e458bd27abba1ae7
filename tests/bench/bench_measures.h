// What benchmarks measure with: CPU time of the whole process, wall time, percentiles.
#pragma once

#include "engine/base/json_writer.h"

#include <chrono>
#include <functional>
#include <vector>

namespace bartizan::bench {

struct Cost
{
    double cpuSeconds = 0; // user and system, all threads
    double wallSeconds = 0;
};

[[nodiscard]] Cost costOf(const std::function<void()>& work);

// `name`: an object with p50, p99 and max, in milliseconds.
void writeMilliseconds(JsonWriter& json, std::string_view name, std::vector<double> milliseconds);

} // namespace bartizan::bench
