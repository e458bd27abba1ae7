// A list keeper with all that it needs: a server, a firewall and a clock that the test turns.
#pragma once

#include <QTest> // first: moc 6.4 stumbles over <compare> before it

#include "engine/reputation/list_keeper.h"
#include "engine/store/store.h"
#include "platform/fake/memory_backend.h"

#include <QTemporaryDir>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>

namespace bartizan {

using namespace std::chrono_literals;

constexpr int kPatience = 60'000; // milliseconds; a sanitizer takes its time over half of all addresses
inline constexpr EpochMs kStart = 1'800'000'000'000;
inline constexpr EpochMs kHour = 3'600'000;

struct FakeClock final : Clock
{
    std::atomic<EpochMs> time = kStart;
    [[nodiscard]] EpochMs now() const override { return time; }
};

class Bytes final : public ListImage
{
public:
    explicit Bytes(const std::vector<std::byte>& bytes)
        : m_words((bytes.size() + 7) / 8)
        , m_size(bytes.size())
    {
        std::memcpy(m_words.data(), bytes.data(), bytes.size());
    }
    [[nodiscard]] std::span<const std::byte> bytes() const override
    {
        return std::as_bytes(std::span(m_words)).first(m_size);
    }

private:
    std::vector<std::uint64_t> m_words;
    std::size_t m_size;
};

inline std::shared_ptr<ListImage> imageOf(const std::vector<const char*>& networks)
{
    CompiledListBuilder builder(1'000'000);
    for (const char* network : networks) {
        const auto cidr = Cidr::parse(network).value();
        builder.add(0, {cidr.address(), cidr.last()});
    }
    return std::make_shared<Bytes>(std::move(builder).build().value());
}

// Single addresses from 198.51.100.0 on.
inline std::shared_ptr<ListImage> imageOfMany(std::uint32_t count, std::uint32_t first = 0xC6336400)
{
    CompiledListBuilder builder(10'000'000);
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t number = first + 2 * i;
        const char bytes[] = {static_cast<char>(number >> 24), static_cast<char>(number >> 16),
                              static_cast<char>(number >> 8), static_cast<char>(number)};
        const auto address = IpAddress::fromBytes({bytes, 4}).value();
        builder.add(0, {address, address});
    }
    return std::make_shared<Bytes>(std::move(builder).build().value());
}

// A server that answers as it is told.
class FakeFetcher final : public ListFetcher
{
public:
    std::function<void(const FetchRequest&)> beforeAnswer; // set while nothing is downloaded

    Result<FetchReport> fetch(const FetchRequest& request, const std::stop_token&) override
    {
        if (beforeAnswer)
            beforeAnswer(request);
        const std::lock_guard lock(m_mutex);
        ++m_tries;
        m_last = request;
        if (m_image == nullptr)
            return fail(ErrorCode::Unavailable, "the server does not answer", "Try again later.");
        FetchReport report;
        report.etag = m_etag;
        report.notModified = !request.etag.empty() && request.etag == m_etag;
        if (!report.notModified)
            report.image = m_image;
        report.format = "addresses";
        return report;
    }
    Result<FetchReport> compile(std::span<const std::byte>, const FetchRequest&,
                                const std::stop_token&) override
    {
        return fail(ErrorCode::Unsupported, "not here");
    }

    void serve(std::shared_ptr<ListImage> image, std::string etag = {})
    {
        const std::lock_guard lock(m_mutex);
        m_image = std::move(image);
        m_etag = std::move(etag);
    }
    void goDown() { serve(nullptr); }
    [[nodiscard]] int tries() const
    {
        const std::lock_guard lock(m_mutex);
        return m_tries;
    }
    [[nodiscard]] FetchRequest last() const
    {
        const std::lock_guard lock(m_mutex);
        return m_last;
    }

private:
    mutable std::mutex m_mutex;
    std::shared_ptr<ListImage> m_image;
    std::string m_etag;
    FetchRequest m_last;
    int m_tries = 0;
};

inline ListSettings settings(const char* name, ListUse use = ListUse::Tag)
{
    ListSettings one;
    one.name = name;
    one.url = "https://lists.example/" + std::string(name);
    one.use = use;
    one.interval = 60min;
    return one;
}

// A firewall, told how a load of a list goes.
class ToldBackend final : public FirewallBackend
{
public:
    explicit ToldBackend(FirewallBackend& kernel)
        : m_kernel(kernel)
    {
    }

    [[nodiscard]] std::string_view name() const override { return m_kernel.name(); }
    Result<void> ensureReady() override { return m_kernel.ensureReady(); }
    Result<void> setAllowed(std::span<const Cidr> addresses) override
    {
        return m_kernel.setAllowed(addresses);
    }
    Result<void> add(std::span<const FirewallEntry> entries) override { return m_kernel.add(entries); }
    Result<void> remove(std::span<const Cidr> addresses) override { return m_kernel.remove(addresses); }
    [[nodiscard]] Result<std::optional<FirewallEntry>> find(const Cidr& address) override
    {
        return m_kernel.find(address);
    }
    [[nodiscard]] Result<std::vector<FirewallEntry>> list() override { return m_kernel.list(); }
    [[nodiscard]] Result<std::vector<Cidr>> listAllowed() override { return m_kernel.listAllowed(); }
    [[nodiscard]] Result<std::unique_ptr<ListLoad>> beginList(std::string name, std::vector<Cidr> entries,
                                                              ListTraffic traffic) override
    {
        if (beforeLoad)
            beforeLoad();
        if (refusesLists)
            return fail(ErrorCode::Exhausted, "the kernel has no room");
        return m_kernel.beginList(std::move(name), std::move(entries), traffic);
    }
    [[nodiscard]] Result<std::vector<std::string>> lists() override { return m_kernel.lists(); }
    [[nodiscard]] Result<std::vector<std::string>> listsHolding(const IpAddress& address) override
    {
        return m_kernel.listsHolding(address);
    }
    Result<void> teardown() override { return m_kernel.teardown(); }

    std::function<void()> beforeLoad;
    std::atomic<bool> refusesLists = false;

private:
    FirewallBackend& m_kernel;
};

// As in the engine: Qt brings the nudge only, the work changes hands under a lock that the thread sanitizer
// sees.
class MainThread : public QObject
{
public:
    void post(std::function<void()> work)
    {
        {
            const std::lock_guard lock(m_mutex);
            m_work.push_back(std::move(work));
        }
        QMetaObject::invokeMethod(this, [this] { doAll(); }, Qt::QueuedConnection);
    }

private:
    void doAll()
    {
        std::vector<std::function<void()>> work;
        {
            const std::lock_guard lock(m_mutex);
            work.swap(m_work);
        }
        for (const auto& one : work)
            one();
    }

    std::mutex m_mutex;
    std::vector<std::function<void()>> m_work;
};

// Everything that a list keeper needs; the engine around it can be ended and begun again.
struct Bench
{
    Bench()
        : store(Store::openInMemory(clock, {}).value())
        , blocks(*store, &firewall, clock, health, BlockKeeper::Mode::Respond, {[](const auto&) {}})
    {
        HostAddresses host;
        host.own = {IpAddress::parse("203.0.113.10").value()};
        host.gateways = {IpAddress::parse("203.0.113.1").value()};
        host.nameServers = {IpAddress::parse("203.0.113.53").value()};
        blocks.start(std::make_shared<const Guard>(
            std::move(host),
            std::vector<AllowlistEntry>{{Cidr::parse("203.0.113.64/30").value(), "the office"}}));
        begin();
    }

    void begin()
    {
        keeper = std::make_unique<ListKeeper>(
            folder.path().toStdString(),
            ListKeeper::Ports{
                &fetcher, blocks, clock, health,
                [context = context.get()](std::function<void()> work) { context->post(std::move(work)); },
                [this](const std::string& name, const SharedList& list) { rules[name] = list; },
                [this](std::shared_ptr<const WatchedLists> lists) { watched = std::move(lists); },
                [](const std::string&) {}});
        keeper->start({}, 1);
    }
    void end()
    {
        keeper.reset();
        context = std::make_unique<MainThread>(); // what is under way is dropped, as the engine does
    }

    // Waits until nothing is downloaded any more.
    bool settle()
    {
        return QTest::qWaitFor(
            [this] { return std::ranges::none_of(keeper->lists(), &ListInForce::isBusy); });
    }
    // Until one of those that are due then has been asked for: each has a slot of its own.
    bool fetchAfter(EpochMs wait)
    {
        clock.time += wait;
        for (const auto& list : keeper->lists())
            clock.time =
                std::max<EpochMs>(clock.time, std::min(list.nextFetch.value_or(0), clock.time + 300'000));
        keeper->fetchDue();
        return settle();
    }
    [[nodiscard]] ListState state(const char* name) const { return keeper->find(name)->state; }
    [[nodiscard]] bool ruleHolds(const char* name, const char* address)
    {
        const auto list = rules[name];
        return list && list->list.addresses().contains(IpAddress::parse(address).value());
    }
    [[nodiscard]] bool inFirewall(const char* name, const char* address)
    {
        const auto names = blocks.listsHolding(IpAddress::parse(address).value());
        return names && std::ranges::find(*names, name) != names->end();
    }
    bool waitForFirewall(const char* name)
    {
        return QTest::qWaitFor([&] {
            const auto one = keeper->find(name);
            return one && one->firewall && one->firewall->state != FirewallLists::State::Loading;
        });
    }
    [[nodiscard]] bool complains(const char* text) const
    {
        return std::ranges::any_of(health.all(), [&](const Problem& problem) {
            return problem.message.find(text) != std::string::npos;
        });
    }

    QTemporaryDir folder;
    FakeClock clock;
    MemoryBackend backend{clock};
    ToldBackend firewall{backend};
    HealthBoard health;
    FakeFetcher fetcher;
    std::unique_ptr<Store> store;
    BlockKeeper blocks;
    std::map<std::string, SharedList> rules;
    std::shared_ptr<const WatchedLists> watched;
    std::unique_ptr<MainThread> context = std::make_unique<MainThread>();
    std::unique_ptr<ListKeeper> keeper;
};

} // namespace bartizan
