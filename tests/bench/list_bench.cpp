// Address tables (engine/lists) beside a sorted vector with binary search and libmaxminddb: build, size,
// look-ups; and new versions of a list made fit to be put in force. Each look-up waits for the one before, so
// what it costs is its latency; batched ones do not. Usage: list_bench [ENTRIES…] (default: a million and ten
// million); JSON on standard output.
#include "engine/lists/address_table_builder.h"
#include "engine/reputation/list_update.h"
#include "tests/bench/bench_measures.h"
#include "tests/bench/location_database.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <maxminddb.h>
#include <netinet/in.h>
#include <numeric>
#include <random>
#include <stdexcept>

using namespace bartizan;
using bench::costOf;

namespace {

constexpr std::size_t kAsked = 2'000'000;

IpAddress v4(std::uint32_t number)
{
    const char bytes[] = {static_cast<char>(number >> 24), static_cast<char>(number >> 16),
                          static_cast<char>(number >> 8), static_cast<char>(number)};
    return *IpAddress::fromBytes({bytes, sizeof(bytes)});
}

IpAddress v6(std::uint64_t high, std::uint64_t low)
{
    std::string bytes;
    for (const std::uint64_t half : {high, low}) {
        for (int shift = 56; shift >= 0; shift -= 8)
            bytes += static_cast<char>(half >> shift);
    }
    return *IpAddress::fromBytes(bytes);
}

// Addresses of the whole space.
std::vector<Cidr> scattered(std::size_t count, std::mt19937_64& random)
{
    std::vector<Cidr> entries;
    entries.reserve(count);
    while (entries.size() < count)
        entries.emplace_back(v4(static_cast<std::uint32_t>(random())));
    return entries;
}

// As lists are: some hosts of the same networks, whole networks now and then.
std::vector<Cidr> clustered(std::size_t count, std::mt19937_64& random)
{
    std::vector<Cidr> entries;
    entries.reserve(count);
    while (entries.size() < count) {
        const auto network = static_cast<std::uint32_t>(random());
        if (random() % 16 == 0)
            entries.emplace_back(v4(network), static_cast<unsigned>(20 + random() % 10));
        for (std::uint64_t hosts = 1 + random() % 24; hosts > 0 && entries.size() < count; --hosts)
            entries.emplace_back(v4((network & 0xFFFFFF00U) | static_cast<std::uint32_t>(random() & 0xFF)));
    }
    return entries;
}

// Hosts and /64 networks of 65,536 providers.
std::vector<Cidr> scatteredV6(std::size_t count, std::mt19937_64& random)
{
    std::vector<Cidr> entries;
    entries.reserve(count);
    while (entries.size() < count) {
        const std::uint64_t high = 0x2A00'0000'0000'0000U | (random() & 0x0000'FFFF'FFFF'FFFFU);
        entries.emplace_back(v6(high, random()), random() % 4 == 0 ? 64U : 128U);
    }
    return entries;
}

std::vector<IpAddress> hitsOf(const std::vector<Cidr>& entries, std::mt19937_64& random)
{
    std::vector<IpAddress> asked;
    asked.reserve(kAsked);
    while (asked.size() < kAsked)
        asked.push_back(entries[random() % entries.size()].address());
    return asked;
}

template<class Make> std::vector<IpAddress> missesOf(const AddressTable& table, Make&& make)
{
    std::vector<IpAddress> asked;
    asked.reserve(kAsked);
    while (asked.size() < kAsked) {
        const IpAddress address = make();
        if (!table.contains(address))
            asked.push_back(address);
    }
    return asked;
}

double nanoseconds(const std::function<void()>& work)
{
    return costOf(work).cpuSeconds * 1e9 / static_cast<double>(kAsked);
}

// `find` gives below 32,768: the next index depends on it, and is the next.
template<class Find> double latency(const std::vector<IpAddress>& asked, std::size_t expected, Find&& find)
{
    std::size_t found = 0;
    const double cost = nanoseconds([&] {
        for (std::size_t i = 0; i < asked.size();) {
            const std::size_t answer = find(asked[i]);
            found += answer != 0;
            i += 1 + (answer >> 15);
        }
    });
    if (found != expected)
        throw std::runtime_error("a look-up is wrong");
    return cost;
}

double batched(const std::vector<IpAddress>& asked, std::size_t expected, const AddressTable& table)
{
    std::vector<AddressTable::Label> labels(asked.size());
    constexpr std::size_t kBatch = 512;
    const double cost = nanoseconds([&] {
        for (std::size_t i = 0; i < asked.size(); i += kBatch) {
            const std::size_t count = std::min(kBatch, asked.size() - i);
            table.find(std::span(asked).subspan(i, count), std::span(labels).subspan(i, count));
        }
    });
    if (asked.size() - static_cast<std::size_t>(std::ranges::count(labels, 0)) != expected)
        throw std::runtime_error("a batched look-up is wrong");
    return cost;
}

// Reads that wait for each other, anywhere in 256 MiB: what one cache miss costs at this moment.
double dependentRead()
{
    constexpr std::size_t kLines = std::size_t{1} << 22;
    struct alignas(64) Line
    {
        std::uint32_t next = 0;
    };
    std::vector<Line> lines(kLines);
    std::vector<std::uint32_t> order(kLines);
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::shuffle(order, std::mt19937(1));
    for (std::size_t i = 0; i < kLines; ++i)
        lines[order[i]].next = order[(i + 1) % kLines];
    std::uint32_t at = order[0];
    const double cost = nanoseconds([&] {
        for (std::size_t i = 0; i < kAsked; ++i)
            at = lines[at].next;
    });
    if (at != order[kAsked % kLines])
        throw std::runtime_error("the chain is wrong");
    return cost;
}

struct Built
{
    std::vector<std::byte> image;
    double cpuSeconds = 0;
};

Built build(const std::vector<Cidr>& entries, std::uint16_t lists = 1)
{
    Built built;
    built.cpuSeconds = costOf([&] {
                           AddressTableBuilder builder;
                           for (std::size_t i = 0; i < entries.size(); ++i)
                               builder.add(static_cast<std::uint16_t>(i % lists), entries[i]);
                           built.image = std::move(builder).build().value();
                       }).cpuSeconds;
    return built;
}

void lookUps(JsonWriter& json, const AddressTable& table, const std::vector<IpAddress>& hits,
             const std::vector<IpAddress>& misses)
{
    const auto find = [&](const IpAddress& address) { return table.find(address); };
    json.key("hit_nanoseconds").real(latency(hits, hits.size(), find));
    json.key("miss_nanoseconds").real(latency(misses, 0, find));
    json.key("batched_hit_nanoseconds").real(batched(hits, hits.size(), table));
    json.key("batched_miss_nanoseconds").real(batched(misses, 0, table));
}

void sortedVector(JsonWriter& json, const AddressTable& table, const std::vector<IpAddress>& hits,
                  const std::vector<IpAddress>& misses)
{
    std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges;
    table.forEachRange([&](const AddressRange& range, AddressTable::Label) {
        ranges.emplace_back(ipv4Key(range.first), ipv4Key(range.last));
    });
    const auto find = [&](const IpAddress& address) {
        const std::uint32_t key = ipv4Key(address);
        const auto after = std::ranges::upper_bound(ranges, key, {}, [](const auto& r) { return r.first; });
        return static_cast<AddressTable::Label>(after != ranges.begin() && std::prev(after)->second >= key);
    };
    json.key("sorted_vector").beginObject();
    json.key("hit_nanoseconds").real(latency(hits, hits.size(), find));
    json.key("miss_nanoseconds").real(latency(misses, 0, find));
    json.key("bytes_per_range").real(8);
    json.endObject();
}

void maxMind(JsonWriter& json, const std::vector<Cidr>& entries, const std::vector<IpAddress>& hits,
             const std::vector<IpAddress>& misses)
{
    std::string bytes;
    const auto cost = costOf([&] {
        bench::LocationDatabase database;
        for (const Cidr& entry : entries)
            database.add(ipv4Key(entry.address()));
        bytes = database.bytes();
    });
    std::string folder = (std::filesystem::temp_directory_path() / "list_bench.XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr)
        throw std::runtime_error("no temporary folder");
    const std::string file = folder + "/addresses.mmdb";
    std::ofstream(file, std::ios::binary) << bytes;
    MMDB_s database;
    const int opened = MMDB_open(file.c_str(), MMDB_MODE_MMAP, &database);
    std::filesystem::remove_all(folder);
    if (opened != MMDB_SUCCESS)
        throw std::runtime_error(std::string("libmaxminddb: ") + MMDB_strerror(opened));
    const auto find = [&](const IpAddress& address) {
        sockaddr_in name{};
        name.sin_family = AF_INET;
        std::memcpy(&name.sin_addr, address.bytes().data(), sizeof(name.sin_addr));
        int error = MMDB_SUCCESS;
        const auto result = MMDB_lookup_sockaddr(&database, reinterpret_cast<const sockaddr*>(&name), &error);
        return static_cast<AddressTable::Label>(error == MMDB_SUCCESS && result.found_entry);
    };
    json.key("libmaxminddb").beginObject();
    json.key("build_cpu_seconds").real(cost.cpuSeconds);
    json.key("bytes_per_entry").real(static_cast<double>(bytes.size()) / static_cast<double>(entries.size()));
    json.key("hit_nanoseconds").real(latency(hits, hits.size(), find));
    json.key("miss_nanoseconds").real(latency(misses, 0, find));
    json.endObject();
    MMDB_close(&database);
}

void oneTable(JsonWriter& json, const std::vector<Cidr>& entries, std::mt19937_64& random)
{
    const Built built = build(entries);
    std::optional<AddressTable> table;
    const auto opening = costOf([&] { table = AddressTable::open(built.image).value(); });
    const bool isV4 = entries.front().family() == IpFamily::V4;
    const auto ranges = table->rangeCount(isV4 ? IpFamily::V4 : IpFamily::V6);
    const auto hits = hitsOf(entries, random);
    const auto misses = missesOf(*table, [&] {
        return isV4 ? v4(static_cast<std::uint32_t>(random()))
                    : v6(0x2A00'0000'0000'0000U | (random() & 0x0000'FFFF'FFFF'FFFFU), random());
    });
    json.key("entries").number(static_cast<std::int64_t>(entries.size()));
    json.key("ranges").number(static_cast<std::int64_t>(ranges));
    json.key("build_cpu_seconds").real(built.cpuSeconds);
    json.key("open_cpu_seconds").real(opening.cpuSeconds);
    json.key("bytes_per_entry")
        .real(static_cast<double>(built.image.size()) / static_cast<double>(entries.size()));
    json.key("bytes_per_range").real(static_cast<double>(built.image.size()) / static_cast<double>(ranges));
    lookUps(json, *table, hits, misses);
    if (isV4)
        sortedVector(json, *table, hits, misses);
    // Larger, its records of 32 bits do not reach.
    if (isV4 && entries.size() <= 1'000'000 && std::ranges::all_of(entries, &Cidr::isSingle))
        maxMind(json, entries, hits, misses);
}

// The same entries in one list and in many: which of them hold an address?
void manyLists(JsonWriter& json, std::uint16_t lists, const std::vector<Cidr>& entries,
               std::mt19937_64& random)
{
    std::vector<Cidr> given = entries; // each in two lists, by chance
    given.insert(given.end(), entries.begin(), entries.end());
    std::ranges::shuffle(given, random);
    const Built built = build(given, lists);
    const AddressTable table = AddressTable::open(built.image).value();
    const auto hits = hitsOf(entries, random);
    std::size_t told = 0;
    const auto find = [&](const IpAddress& address) {
        const auto label = table.find(address);
        told += table.lists(label).size();
        return label;
    };
    json.beginObject();
    json.key("lists").number(lists);
    json.key("build_cpu_seconds").real(built.cpuSeconds);
    json.key("which_lists_nanoseconds").real(latency(hits, hits.size(), find));
    json.key("batched_hit_nanoseconds").real(batched(hits, hits.size(), table));
    json.key("lists_per_hit").real(static_cast<double>(told) / static_cast<double>(hits.size()));
    json.endObject();
}

std::vector<std::byte> compiled(std::span<const Cidr> entries)
{
    CompiledListBuilder builder(entries.size());
    for (const Cidr& entry : entries)
        builder.add(0, {entry.address(), entry.last()});
    return std::move(builder).build().value();
}

// A new version of a list with a twentieth of it changed, made fit to be put in force.
void update(JsonWriter& json, std::size_t count, std::mt19937_64& random)
{
    auto entries = clustered(count, random);
    const std::vector<ProtectedNetwork> networks{{*Cidr::parse("10.0.0.0/8"), "special_range", "private"},
                                                 {*Cidr::parse("224.0.0.0/3"), "special_range", "reserved"}};
    const auto prepare = [&](const CompiledList* inForce, std::span<const EpochMs> generations, EpochMs now) {
        const auto image = compiled(entries);
        const CompiledList fetched = CompiledList::open(image).value();
        ListUpdate made;
        const auto cost =
            costOf([&] { made = prepareUpdate(fetched, inForce, generations, now, networks, {}).value(); });
        return std::pair(std::move(made), cost.cpuSeconds);
    };
    const auto [before, firstSeconds] = prepare(nullptr, {}, 1000);
    const CompiledList inForce = CompiledList::open(before.image).value();
    for (std::size_t i = 0; i < entries.size(); i += 20)
        entries[i] = v4(static_cast<std::uint32_t>(random()));
    const auto [after, nextSeconds] = prepare(&inForce, before.generations, 2000);
    json.beginObject();
    json.key("entries").number(static_cast<std::int64_t>(count));
    json.key("ranges").number(static_cast<std::int64_t>(after.ranges));
    json.key("added").number(static_cast<std::int64_t>(after.added));
    json.key("removed").number(static_cast<std::int64_t>(after.removed));
    json.key("first_cpu_seconds").real(firstSeconds);
    json.key("next_cpu_seconds").real(nextSeconds);
    json.endObject();
}

void measure(JsonWriter& json, const std::vector<std::size_t>& sizes)
{
    std::mt19937_64 random(20);
    json.beginObject();
    json.key("dependent_read_nanoseconds").real(dependentRead());
    json.key("tables").beginArray();
    for (const std::size_t size : sizes) {
        for (const auto& [kind, make] : {std::pair("scattered", &scattered), {"clustered", &clustered}}) {
            json.beginObject();
            json.key("kind").string(kind);
            oneTable(json, make(size, random), random);
            json.endObject();
        }
    }
    json.beginObject();
    json.key("kind").string("ipv6");
    oneTable(json, scatteredV6(std::min<std::size_t>(sizes.front(), 1'000'000), random), random);
    json.endObject();
    json.endArray();
    json.key("many_lists").beginArray();
    const auto entries = scattered(std::min<std::size_t>(sizes.front(), 1'000'000), random);
    for (const std::uint16_t lists : std::initializer_list<std::uint16_t>{1, 8, 64})
        manyLists(json, lists, entries, random);
    json.endArray();
    json.key("updates").beginArray();
    for (const std::size_t size : sizes)
        update(json, size, random);
    json.endArray();
    json.endObject();
}

} // namespace

int main(int argc, char** argv)
{
    std::vector<std::size_t> sizes;
    for (int i = 1; i < argc; ++i)
        sizes.push_back(std::strtoull(argv[i], nullptr, 10));
    if (sizes.empty())
        sizes = {1'000'000, 10'000'000};
    if (std::ranges::count(sizes, 0U) > 0) {
        std::fprintf(stderr, "usage: list_bench [ENTRIES...]\n");
        return 2;
    }
    try {
        JsonWriter json;
        measure(json, sizes);
        std::printf("%s\n", json.text().c_str());
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "list_bench: %s\n", error.what());
        return 1;
    }
}
