// What it costs a line that its source address is looked for in the watched lists. Prints JSON.
// Usage: sighting_bench RULESET_FOLDER [ENTRIES...]   (1,000,000 and 10,000,000 otherwise)
#include "engine/analysis/analysis_port.h"
#include "engine/lists/address_table_builder.h"
#include "tests/bench/bench_measures.h"
#include "tests/bench/ruleset_folder.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <stdexcept>

namespace {

using namespace bartizan;

constexpr std::size_t kLines = 50'000;
constexpr int kTurns = 7;

IpAddress v4(std::uint32_t number)
{
    const std::array<char, 4> bytes{static_cast<char>(number >> 24U), static_cast<char>(number >> 16U),
                                    static_cast<char>(number >> 8U), static_cast<char>(number)};
    return *IpAddress::fromBytes({bytes.data(), bytes.size()});
}

// Single addresses of the lower half of the space: visitors come from the upper one.
std::shared_ptr<const WatchedLists> watched(std::size_t entries, std::mt19937& random)
{
    AddressTableBuilder builder;
    for (std::size_t i = 0; i < entries; ++i)
        builder.add(0, Cidr(v4(static_cast<std::uint32_t>(random()) & 0x7FFF'FFFFU), 32));
    auto image = std::make_shared<std::vector<std::byte>>(std::move(builder).build().value());
    const auto table = AddressTable::open(*image).value();
    return std::make_shared<const WatchedLists>(table, image, std::vector<WatchedList>{{"list", false}});
}

RecordBatch visits(std::mt19937& random)
{
    RecordBatch batch;
    for (std::size_t i = 0; i < kLines; ++i)
        batch.add(
            v4(static_cast<std::uint32_t>(random()) | 0x8000'0000U).toString() +
                R"( - - [10/Oct/2031:10:00:00 +0000] "GET /index.html HTTP/1.1" 200 512 "-" "Mozilla/5.0")",
            batch.locationIndex("access.log"), 1'900'000'000'000);
    return batch;
}

double microsecondsPerLine(AnalysisPort& analysis, const RecordBatch& batch)
{
    Verdicts verdicts;
    const auto cost =
        bench::costOf([&] { (void)analysis.analyse(batch, VerdictDetail::AlertsOnly, verdicts); });
    if (!analysis.takeSightings().found.empty())
        throw std::runtime_error("a visitor is listed");
    return cost.cpuSeconds * 1e6 / static_cast<double>(kLines);
}

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values[values.size() / 2];
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2)
        return std::fputs("usage: sighting_bench RULESET_FOLDER [ENTRIES...]\n", stderr), 2;
    std::vector<std::size_t> sizes;
    for (int i = 2; i < argc; ++i)
        sizes.push_back(std::stoul(argv[i]));
    if (sizes.empty())
        sizes = {1'000'000, 10'000'000};
    const auto analysis = makeAnalyser({});
    if (!analysis->load(test::rulesetBelow(argv[1])))
        return std::fputs("the rules can't be loaded\n", stderr), 1;
    std::mt19937 random(1);
    const auto batch = visits(random);
    JsonWriter json;
    json.beginArray();
    for (const std::size_t entries : sizes) {
        const auto lists = watched(entries, random);
        std::vector<double> without;
        std::vector<double> with;
        for (int turn = 0; turn < kTurns; ++turn) {
            (void)analysis->changeLists({{}, std::shared_ptr<const WatchedLists>()});
            without.push_back(microsecondsPerLine(*analysis, batch));
            (void)analysis->changeLists({{}, lists});
            with.push_back(microsecondsPerLine(*analysis, batch));
        }
        json.beginObject();
        json.key("entries").number(static_cast<std::int64_t>(entries));
        json.key("without_microseconds_per_line").real(median(without));
        json.key("with_microseconds_per_line").real(median(with));
        json.endObject();
    }
    json.endArray();
    std::puts(json.text().c_str());
    return 0;
}
