// The firewall's side of docs' speed table, in a network namespace of its own: 100,000 blocks restored at
// start, one block, and a block while a million entries of lists are loaded, swapped and changed. Figures are
// of this machine at this moment; compare ratios. Usage: firewall_bench [BLOCKS [LIST-ENTRIES]]; JSON on
// standard output.
#include "engine/response/block_keeper.h"
#include "engine/store/store.h"
#include "platform/linux/nftables_backend.h"
#include "platform/linux/nftables_netlink.h"
#include "tests/bench/bench_measures.h"
#include "tests/support/network_namespace.h"

#include <QCoreApplication>
#include <QTemporaryDir>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <sys/resource.h>
#include <thread>

using namespace bartizan;
using namespace std::chrono_literals;
using bench::Cost;
using bench::costOf;

namespace {

template<class T> T require(Result<T> result)
{
    if (!result)
        throw std::runtime_error(result.error().message);
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

IpAddress v4(std::uint32_t host)
{
    const char bytes[] = {static_cast<char>(host >> 24), static_cast<char>(host >> 16),
                          static_cast<char>(host >> 8), static_cast<char>(host)};
    return *IpAddress::fromBytes({bytes, sizeof(bytes)});
}

IpAddress v6(std::uint32_t network)
{
    std::string bytes(16, '\0');
    bytes[0] = 0x20;
    bytes[1] = 0x01;
    for (int i = 0; i < 4; ++i)
        bytes[static_cast<std::size_t>(2 + i)] = static_cast<char>(network >> (24 - 8 * i));
    bytes[15] = 1;
    return *IpAddress::fromBytes(bytes);
}

// The i-th of many different numbers below 2^32, neighbours far apart; none is 0, which ipset does not take.
std::uint32_t spread(std::uint32_t i)
{
    return (i + 1) * 2654435761U;
}

// Seven of ten are addresses (one of them IPv6), three networks (one of them IPv6).
std::vector<Cidr> listEntries(std::uint32_t count, std::uint32_t seed)
{
    std::vector<Cidr> entries;
    entries.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t number = spread(i + seed);
        switch (i % 10) {
        case 0:
        case 1:
            entries.emplace_back(v4(number), 28);
            break;
        case 2:
            entries.emplace_back(v6(number), 48);
            break;
        case 3:
            entries.emplace_back(v6(number));
            break;
        default:
            entries.emplace_back(v4(number));
        }
    }
    return entries;
}

struct Engine
{
    SystemClock clock;
    HealthBoard health;
    NftablesBackend backend;
    std::unique_ptr<FirewallWatch> watch;
    std::unique_ptr<Store> store;
    std::unique_ptr<BlockKeeper> keeper;
    std::size_t restored = 0;

    explicit Engine(const std::string& file)
        : watch(require(backend.watch([] {})))
        , store(require(Store::open(file, clock, {})))
        , keeper(std::make_unique<BlockKeeper>(
              *store, &backend, clock, health, BlockKeeper::Mode::Respond,
              [this](const std::vector<BlockChange>& changes) { restored += changes.size(); }))
    {
    }

    void start()
    {
        keeper->start(std::make_shared<const Guard>(HostAddresses{}, std::vector<AllowlistEntry>{}));
        if (!keeper->status().ready)
            throw std::runtime_error(keeper->status().error);
    }
};

void writeHistory(const std::string& file, std::uint32_t blocks)
{
    const SystemClock clock;
    const auto store = require(Store::open(file, clock, {}));
    std::vector<BlockRecord> records(blocks);
    for (std::uint32_t i = 0; i < blocks; ++i) {
        BlockRecord& record = records[i];
        record.address = i % 10 == 9 ? Cidr(v6(spread(i))) : Cidr(v4(spread(i)));
        record.state = BlockState::Active;
        record.ruleId = 5712;
        record.ruleLevel = 10;
        record.ruleDescription =
            "sshd: brute force trying to get access to the system. Authentication failed.";
        record.command = "firewall-drop";
        record.reason = "Nov 24 12:00:00 desk sshd[4711]: Failed password for root from " +
                        record.address.toString() + " port 4022 ssh2";
        record.createdAt = clock.now();
        record.expiresAt = clock.now() + (3600 + i % 3600) * EpochMs{1000};
        record.backend = "nftables";
    }
    require(store->save(records));
}

void write(JsonWriter& json, std::string_view prefix, const Cost& cost)
{
    json.key(std::string(prefix) + "_cpu_seconds").real(cost.cpuSeconds);
    json.key(std::string(prefix) + "_wall_seconds").real(cost.wallSeconds);
}

// The least that can be done: the elements, nothing kept, nothing read back.
Cost rawNetlink(std::uint32_t blocks)
{
    constexpr std::size_t kBatch = 5000;
    NftablesBackend backend("baseline");
    require(backend.ensureReady());
    const auto connection = require(nft::Connection::open());
    std::vector<nft::Element> v4Elements;
    std::vector<nft::Element> v6Elements;
    for (std::uint32_t i = 0; i < blocks; ++i) {
        const IpAddress address = i % 10 == 9 ? v6(spread(i)) : v4(spread(i));
        (address.isV4() ? v4Elements : v6Elements).push_back({nft::Key(address), 3'600'000, false});
    }
    const Cost cost = costOf([&] {
        nft::Transaction transaction;
        for (const auto& [set, elements] : {std::pair("block4", &v4Elements), {"block6", &v6Elements}}) {
            for (std::span<const nft::Element> left(*elements); !left.empty();) {
                const auto part = left.first(std::min(left.size(), kBatch));
                left = left.subspan(part.size());
                transaction.begin();
                transaction.createElements("baseline", set, part, nft::Creation::Exclusive);
                if (connection->commit(transaction) != 0)
                    throw std::runtime_error("the baseline can't be put into the kernel");
            }
        }
    });
    require(backend.teardown());
    return cost;
}

// Nothing where ipset is not installed.
std::optional<double> ipsetRestoreSeconds(std::uint32_t blocks, const std::string& folder)
{
    const std::string file = folder + "/ipset";
    std::ofstream text(file);
    text << "create baseline4 hash:ip timeout 0 maxelem 1000000\n"
            "create baseline6 hash:ip family inet6 timeout 0 maxelem 1000000\n";
    for (std::uint32_t i = 0; i < blocks; ++i) {
        const bool isV6 = i % 10 == 9;
        text << (isV6 ? "add baseline6 " : "add baseline4 ")
             << (isV6 ? v6(spread(i)) : v4(spread(i))).toString() << " timeout 3600\n";
    }
    text.close();
    if (std::system("command -v ipset >/dev/null") != 0)
        return std::nullopt;
    rusage before{};
    rusage after{};
    ::getrusage(RUSAGE_CHILDREN, &before);
    const auto done = test::runProgram({"ipset", "restore", "-file", file});
    ::getrusage(RUSAGE_CHILDREN, &after);
    (void)test::runProgram({"ipset", "destroy"});
    if (done.exitCode != 0)
        throw std::runtime_error("ipset restore failed");
    const auto seconds = [](const timeval& from, const timeval& to) {
        return static_cast<double>(to.tv_sec - from.tv_sec) +
               static_cast<double>(to.tv_usec - from.tv_usec) / 1e6;
    };
    return seconds(before.ru_utime, after.ru_utime) + seconds(before.ru_stime, after.ru_stime);
}

void measureRestore(JsonWriter& json, const std::string& folder, std::uint32_t blocks)
{
    const std::string file = folder + "/history";
    writeHistory(file, blocks);
    json.key("restore").beginObject();
    json.key("blocks").number(blocks);
    {
        Engine engine(file);
        write(json, "start_with_empty_kernel", costOf([&] { engine.start(); }));
        json.key("blocks_restored").number(static_cast<std::int64_t>(engine.restored));
        json.key("blocks_in_kernel").number(static_cast<std::int64_t>(require(engine.backend.list()).size()));
    }
    {
        Engine engine(file);
        write(json, "start_with_full_kernel", costOf([&] { engine.start(); }));
        json.key("blocks_restored_again").number(static_cast<std::int64_t>(engine.restored));
        require(engine.backend.teardown());
    }
    write(json, "raw_netlink", rawNetlink(blocks));
    json.key("ipset_restore_cpu_seconds");
    if (const auto seconds = ipsetRestoreSeconds(blocks, folder))
        json.real(*seconds);
    else
        json.null();
    json.endObject();
}

// Blocks one new address after the other until `meanwhile` has ended; how long each took.
class Blocker
{
public:
    explicit Blocker(Engine& engine)
        : m_engine(engine)
    {
    }

    std::vector<double> during(const std::function<void()>& meanwhile)
    {
        std::atomic<bool> over = false;
        std::exception_ptr failure;
        std::thread other([&] {
            try {
                meanwhile();
            } catch (...) {
                failure = std::current_exception();
            }
            over = true;
        });
        std::vector<double> milliseconds;
        while (!over) {
            milliseconds.push_back(one());
            std::this_thread::sleep_for(20ms);
        }
        other.join();
        if (failure)
            std::rethrow_exception(failure);
        return milliseconds;
    }

private:
    double one()
    {
        BlockRequest request;
        request.address = v4(0xC6120000U + m_next++); // 198.18.0.0/15
        request.duration = 3600s;
        request.command = "firewall-drop";
        const auto begin = std::chrono::steady_clock::now();
        const auto records = m_engine.keeper->block({&request, 1});
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
        if (records.front().state != BlockState::Active)
            throw std::runtime_error("a block failed: " + records.front().error);
        return took.count();
    }

    Engine& m_engine;
    std::uint32_t m_next = 0;
};

void measureBlocks(JsonWriter& json, const std::string& folder, std::uint32_t count)
{
    Engine engine(folder + "/blocks");
    engine.start();
    Blocker blocker(engine);
    json.key("block_alone").beginObject();
    bench::writeMilliseconds(json, "block_milliseconds",
                             blocker.during([] { std::this_thread::sleep_for(4s); }));
    json.endObject();

    const auto load = [&](std::string_view name, std::vector<Cidr> entries) {
        Cost cost;
        const auto milliseconds = blocker.during([&] {
            cost = costOf([&] { require(engine.keeper->loadList("bench", std::move(entries))); });
            std::this_thread::sleep_for(1s); // the kernel frees what was replaced behind our back
        });
        json.key(name).beginObject();
        bench::writeMilliseconds(json, "block_milliseconds", milliseconds);
        write(json, "load", cost);
        json.endObject();
    };
    json.key("list_entries").number(count);
    load("block_while_list_is_loaded", listEntries(count, 0));
    load("block_while_list_is_replaced_by_another", listEntries(count, count));
    auto changed = listEntries(count, count);
    const auto fresh = listEntries(std::min(count, 1000U), 3 * count);
    std::ranges::copy(fresh, changed.begin());
    load("block_while_2000_entries_are_changed", std::move(changed));
    load("block_while_list_is_taken_away", {});
    require(engine.backend.teardown());
}

std::uint32_t argument(int count, char** values, int at, std::uint32_t otherwise)
{
    return at < count ? static_cast<std::uint32_t>(std::strtoul(values[at], nullptr, 10)) : otherwise;
}

} // namespace

int main(int count, char** values)
{
    const QCoreApplication application(count, values);
    if (const std::string missing = test::missingPrivilege(); !missing.empty()) {
        std::fprintf(stderr, "firewall_bench: %s\n", missing.c_str());
        return 1;
    }
    try {
        const QTemporaryDir folder;
        const test::NetworkNamespace space("bench");
        JsonWriter json;
        json.beginObject();
        space.run([&] {
            measureRestore(json, folder.path().toStdString(), argument(count, values, 1, 100'000));
            measureBlocks(json, folder.path().toStdString(), argument(count, values, 2, 1'000'000));
        });
        json.endObject();
        std::printf("%s\n", json.text().c_str());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "firewall_bench: %s\n", error.what());
        return 1;
    }
    return 0;
}
