#include <QTest> // first: moc 6.4 stumbles over <compare> before it

#include "engine/response/block_keeper.h"
#include "engine/store/store.h"
#include "platform/fake/lying_backend.h"
#include "platform/fake/memory_backend.h"

#include <QTemporaryDir>

#include <array>
#include <atomic>
#include <thread>

using namespace bartizan;
using namespace std::chrono_literals;

namespace {

struct FakeClock final : Clock
{
    std::atomic<EpochMs> time = 1'800'000'000'000; // the store's threads ask too
    std::atomic<EpochMs> set = 0;                  // how far the wall clock was set
    [[nodiscard]] EpochMs now() const override { return time + set; }
    [[nodiscard]] EpochMs steadyNow() const override { return time; }
};

Cidr cidr(const char* text)
{
    return Cidr::parse(text).value();
}

BlockRequest request(const char* address, std::optional<std::chrono::seconds> duration = 600s,
                     BlockOrigin origin = BlockOrigin::Rule)
{
    BlockRequest r;
    r.address = cidr(address);
    r.duration = duration;
    r.origin = origin;
    r.ruleId = origin == BlockOrigin::Rule ? 5712 : 0;
    r.ruleDescription = "many failures";
    r.command = "firewall-drop";
    r.reason = "a log line";
    return r;
}

// A keeper on a fake firewall, with everything around it.
struct Bench
{
    explicit Bench(FirewallBackend* other = nullptr, BlockKeeper::Mode mode = BlockKeeper::Mode::Respond)
        : store(Store::openInMemory(clock, {}).value())
        , keeper(*store, other != nullptr ? other : &backend, clock, health, mode,
                 [this](const std::vector<BlockChange>& list) {
                     changes.insert(changes.end(), list.begin(), list.end());
                 })
    {
        keeper.start(guardFor({}));
    }

    static std::shared_ptr<const Guard> guardFor(std::vector<AllowlistEntry> allowlist)
    {
        return std::make_shared<const Guard>(HostAddresses{}, std::move(allowlist));
    }

    BlockRecord block(const BlockRequest& r) { return keeper.block(std::array{r}).front(); }
    [[nodiscard]] bool inKernel(const char* address)
    {
        return backend.find(cidr(address)).value().has_value();
    }

    FakeClock clock;
    MemoryBackend backend{clock};
    HealthBoard health;
    std::vector<BlockChange> changes;
    std::unique_ptr<Store> store;
    BlockKeeper keeper;
};

} // namespace

class TestBlockKeeper : public QObject
{
    Q_OBJECT

private slots:
    void block_isActiveOnlyWhenReadBack();
    void block_forADoubtfulLine_isRefusedWithTheReason();
    void block_fromALiar_isFailedWithReason();
    void release_thatIsNotBelieved_isReported();
    void ruleNeverShortens_personDoes();
    void goingOnAttack_costsNothing();
    void expiry_isOnTimeAndRecorded();
    void refusal_isRecordedOnceAndNamed();
    void lostFirewall_isRestored();
    void strangersInOurSets_areRemoved();
    void newAllowEntry_liftsBlocks();
    void restart_finishesWhatWasHalfDone();
    void observing_touchesNothing();
    void pause_holdsRulesNotPeople();
    void networksCoverAddresses();
    void batch_isOneTransactionWithOneAnswerEach();
    void repeatedOffenders_climbTheLadder();
    void twoResponsesInOneBatch_keepTheLongest();
    void lostHistory_keepsWhatStands();
    void firewallThatFailsForAMoment_isFailedAndTriedAgain();
    void settingTheClock_changesNoDuration();
    void restart_sendsOnlyWhatIsMissing();
    void list_isLoadedWhileBlocksGoOn();
    void listLoad_stopsWhenAsked();
    void observing_loadsNoList();
    void lists_haveATrafficAndAreMissedWhenLost();
};

void TestBlockKeeper::block_isActiveOnlyWhenReadBack()
{
    Bench bench;
    const auto record = bench.block(request("198.51.100.7"));
    QCOMPARE(record.state, BlockState::Active);
    QVERIFY(bench.inKernel("198.51.100.7"));
    QCOMPARE(bench.store->block(record.id).value().state, BlockState::Active);
    QCOMPARE(bench.changes.size(), 1U);
    QCOMPARE(bench.changes.front().kind, BlockChangeKind::Blocked);
    QVERIFY(bench.health.all().empty());
}

void TestBlockKeeper::block_forADoubtfulLine_isRefusedWithTheReason()
{
    Bench bench;
    BlockRequest doubtful = request("198.51.100.7");
    doubtful.doubt = "the line was written by user 1000, not by root";
    const auto record = bench.block(doubtful);
    QCOMPARE(record.state, BlockState::Refused);
    QCOMPARE(record.guard, std::string("origin"));
    QCOMPARE(record.error, doubtful.doubt);
    QVERIFY(!bench.inKernel("198.51.100.7"));
    QCOMPARE(bench.store->block(record.id).value().guard, std::string("origin"));
    QCOMPARE(bench.changes.back().kind, BlockChangeKind::Refused);
    QCOMPARE(bench.block(request("198.51.100.7")).state, BlockState::Active);
}

void TestBlockKeeper::block_fromALiar_isFailedWithReason()
{
    FakeClock clock;
    MemoryBackend inner(clock);
    LyingBackend liar(inner, LyingBackend::Lie::AddsNothing);
    Bench bench(&liar);
    const auto record = bench.block(request("198.51.100.7"));
    QCOMPARE(record.state, BlockState::Failed);
    QVERIFY(record.error.find("not there") != std::string::npos);
    QCOMPARE(bench.store->block(record.id).value().state, BlockState::Failed);
    QCOMPARE(bench.changes.back().kind, BlockChangeKind::Failed);
    QCOMPARE(bench.health.all().size(), 1U);
    QVERIFY(!bench.keeper.reconcile());
}

void TestBlockKeeper::release_thatIsNotBelieved_isReported()
{
    FakeClock clock;
    MemoryBackend inner(clock);
    LyingBackend liar(inner, LyingBackend::Lie::KeepsBlocks);
    Bench bench(&liar);
    bench.block(request("198.51.100.7"));
    QCOMPARE(bench.keeper.release(std::array{cidr("198.51.100.7")}, "alice").size(), 1U);
    QVERIFY(!bench.health.all().empty());
}

void TestBlockKeeper::ruleNeverShortens_personDoes()
{
    Bench bench;
    const auto first = bench.block(request("198.51.100.7", 3600s));
    bench.clock.time += 1000;
    QCOMPARE(bench.block(request("198.51.100.7", 60s)).expiresAt, first.expiresAt);
    const auto longer = bench.block(request("198.51.100.7", 7200s));
    QCOMPARE(longer.id, first.id);
    QCOMPARE(longer.expiresAt.value(), bench.clock.time + 7'200'000);
    const auto byPerson = bench.block(request("198.51.100.7", 30s, BlockOrigin::Person));
    QCOMPARE(byPerson.expiresAt.value(), bench.clock.time + 30'000);
    QVERIFY(bench.backend.find(cidr("198.51.100.7")).value()->remaining.value() <= 30s);
    QVERIFY(!bench.block(request("198.51.100.7", std::nullopt)).expiresAt);
    QCOMPARE(bench.keeper.standing().size(), 1U);
}

void TestBlockKeeper::goingOnAttack_costsNothing()
{
    Bench bench;
    bench.block(request("198.51.100.7", 600s));
    for (int i = 0; i < 100; ++i) {
        bench.clock.time += 100;
        bench.block(request("198.51.100.7", 600s));
    }
    QCOMPARE(bench.changes.size(), 1U);
    bench.clock.time += 300'000;
    bench.block(request("198.51.100.7", 600s));
    QCOMPARE(bench.changes.size(), 2U);
    QCOMPARE(bench.changes.back().kind, BlockChangeKind::Extended);
}

void TestBlockKeeper::expiry_isOnTimeAndRecorded()
{
    Bench bench;
    bench.block(request("198.51.100.7", 60s));
    bench.block(request("198.51.100.8", 600s));
    QCOMPARE(bench.keeper.nextExpiry().value(), bench.clock.time + 60'000);
    bench.clock.time += 59'999;
    bench.keeper.expireDue();
    QCOMPARE(bench.keeper.standing().size(), 2U);
    bench.clock.time += 1;
    bench.keeper.expireDue();
    QCOMPARE(bench.keeper.standing().size(), 1U);
    QCOMPARE(bench.changes.back().kind, BlockChangeKind::Expired);
    QCOMPARE(bench.changes.back().block.releasedAt.value(), bench.clock.time);
    QVERIFY(!bench.inKernel("198.51.100.7") && bench.inKernel("198.51.100.8"));
}

void TestBlockKeeper::refusal_isRecordedOnceAndNamed()
{
    Bench bench;
    for (int i = 0; i < 50; ++i)
        QCOMPARE(bench.block(request("127.0.0.1")).guard, std::string("loopback"));
    QCOMPARE(bench.changes.size(), 1U);
    QCOMPARE(bench.store->counters().value().refusedBlocks, 1);
    bench.clock.time += 11 * 60 * 1000;
    bench.block(request("127.0.0.1"));
    QCOMPARE(bench.changes.size(), 2U);
}

void TestBlockKeeper::lostFirewall_isRestored()
{
    Bench bench;
    bench.block(request("198.51.100.7", 60s));
    bench.block(request("2001:db8::/64", std::nullopt));
    bench.clock.time += 10'000;
    bench.backend.loseEverything();
    QVERIFY(bench.keeper.reconcile());
    QVERIFY(bench.inKernel("198.51.100.7") && bench.inKernel("2001:db8::/64"));
    QVERIFY(bench.backend.find(cidr("198.51.100.7")).value()->remaining.value() <= 50s);
    QCOMPARE(bench.backend.listAllowed().value(), bench.keeper.guard()->kernelAllowSet());
    bench.backend.loseEverything();
    QCOMPARE(bench.block(request("198.51.100.9")).state, BlockState::Active);
}

void TestBlockKeeper::strangersInOurSets_areRemoved()
{
    Bench bench;
    bench.block(request("198.51.100.7"));
    QVERIFY(bench.backend.add(std::array{FirewallEntry{cidr("203.0.113.1"), std::nullopt}}).has_value());
    QVERIFY(bench.keeper.reconcile());
    QVERIFY(!bench.inKernel("203.0.113.1") && bench.inKernel("198.51.100.7"));
}

void TestBlockKeeper::newAllowEntry_liftsBlocks()
{
    Bench bench;
    bench.block(request("198.51.100.7"));
    bench.block(request("203.0.113.7"));
    bench.keeper.setGuard(Bench::guardFor({{cidr("198.51.100.0/24"), "office"}}));
    QVERIFY(!bench.inKernel("198.51.100.7") && bench.inKernel("203.0.113.7"));
    QCOMPARE(bench.changes.back().kind, BlockChangeKind::Released);
    QCOMPARE(bench.changes.back().block.releasedBy, std::string("guard"));
    QCOMPARE(bench.block(request("198.51.100.7")).state, BlockState::Refused);
}

void TestBlockKeeper::restart_finishesWhatWasHalfDone()
{
    QTemporaryDir folder;
    const auto path = folder.filePath(QStringLiteral("history.db")).toStdString();
    FakeClock clock;
    MemoryBackend backend(clock);
    HealthBoard health;
    {
        auto store = Store::open(path, clock, {}).value();
        BlockKeeper keeper(*store, &backend, clock, health, BlockKeeper::Mode::Respond, {});
        keeper.start(Bench::guardFor({}));
        keeper.block(
            std::array{request("198.51.100.1", 60s), request("198.51.100.2"), request("198.51.100.3")});
        // As a kill leaves it: an intent without an element, an element whose release was written, an element
        // ended.
        BlockRecord intent;
        intent.address = cidr("198.51.100.4");
        intent.createdAt = clock.time;
        intent.expiresAt = clock.time + 600'000;
        QVERIFY(store->save(intent).has_value());
        auto released = keeper.covering(cidr("198.51.100.3")).value();
        released.state = BlockState::Released;
        released.releasedAt = clock.time;
        QVERIFY(store->save(released).has_value());
    }
    clock.time += 120'000;
    auto store = Store::open(path, clock, {}).value();
    std::vector<BlockChange> changes;
    BlockKeeper keeper(*store, &backend, clock, health, BlockKeeper::Mode::Respond,
                       [&](const std::vector<BlockChange>& list) {
                           changes.insert(changes.end(), list.begin(), list.end());
                       });
    keeper.start(Bench::guardFor({}));
    std::set<std::string> kernel;
    const auto entries = backend.list().value();
    for (const auto& entry : entries)
        kernel.insert(entry.address.toString());
    QCOMPARE(kernel, (std::set<std::string>{"198.51.100.2", "198.51.100.4"}));
    QCOMPARE(keeper.standing().size(), 2U);
    for (const auto& record : keeper.standing())
        QCOMPARE(record.state, BlockState::Active);
    QVERIFY(std::ranges::any_of(changes, [](const BlockChange& c) {
        return c.kind == BlockChangeKind::Expired && c.block.address.toString() == "198.51.100.1";
    }));
}

void TestBlockKeeper::observing_touchesNothing()
{
    Bench bench(nullptr, BlockKeeper::Mode::Observe);
    QCOMPARE(bench.block(request("198.51.100.7")).state, BlockState::Observed);
    QVERIFY(!bench.backend.list().has_value() || bench.backend.list().value().empty());
    QVERIFY(bench.keeper.status().observing);
}

void TestBlockKeeper::pause_holdsRulesNotPeople()
{
    Bench bench;
    bench.keeper.pauseUntil(bench.clock.time + 60'000);
    QCOMPARE(bench.block(request("198.51.100.7")).state, BlockState::Observed);
    QCOMPARE(bench.block(request("198.51.100.8", 60s, BlockOrigin::Person)).state, BlockState::Active);
    bench.clock.time += 60'001;
    QVERIFY(!bench.keeper.pausedUntil());
    QCOMPARE(bench.block(request("198.51.100.7")).state, BlockState::Active);
}

void TestBlockKeeper::networksCoverAddresses()
{
    Bench bench;
    const auto network = bench.block(request("198.51.100.0/24", 3600s, BlockOrigin::Person));
    QCOMPARE(bench.block(request("198.51.100.7", 60s)).id, network.id);
    QCOMPARE(bench.keeper.covering(cidr("198.51.100.7")).value().id, network.id);
    QVERIFY(bench.block(request("198.51.100.8", std::nullopt)).id != network.id); // outlasts the network
    QVERIFY(bench.keeper.release(std::array{cidr("198.51.100.7")}, "alice").empty());
}

void TestBlockKeeper::batch_isOneTransactionWithOneAnswerEach()
{
    Bench bench;
    std::vector<BlockRequest> requests;
    for (int i = 1; i <= 200; ++i)
        requests.push_back(request(("203.0.113." + std::to_string(i)).c_str()));
    requests.push_back(request("127.0.0.1"));
    requests.push_back(request("203.0.113.1"));
    const auto records = bench.keeper.block(requests);
    QCOMPARE(records.size(), requests.size());
    QCOMPARE(bench.keeper.standing().size(), 200U);
    QCOMPARE(records[200].state, BlockState::Refused);
    QCOMPARE(bench.keeper.releaseAll("alice").size(), 200U);
    QVERIFY(bench.backend.list().value().empty());
}

void TestBlockKeeper::repeatedOffenders_climbTheLadder()
{
    Bench bench;
    bench.keeper.setRepeatedOffenders({30min, 60min});
    for (const EpochMs seconds : {600, 1800, 3600, 3600}) {
        QCOMPARE(bench.block(request("198.51.100.7", 600s)).expiresAt.value(),
                 bench.clock.time + seconds * 1000);
        bench.keeper.releaseAll("alice");
    }
    QCOMPARE(bench.block(request("198.51.100.8", 600s)).expiresAt.value(), bench.clock.time + 600'000);
    QCOMPARE(bench.block(request("198.51.100.9", 60s, BlockOrigin::Person)).expiresAt.value(),
             bench.clock.time + 60'000);
    QVERIFY(!bench.block(request("198.51.100.7", std::nullopt)).expiresAt);
}

void TestBlockKeeper::twoResponsesInOneBatch_keepTheLongest()
{
    Bench bench;
    const auto records =
        bench.keeper.block(std::array{request("198.51.100.7", 60s), request("198.51.100.7", 600s),
                                      request("198.51.100.8", 60s), request("198.51.100.8", std::nullopt)});
    QCOMPARE(records[0].id, records[1].id);
    QCOMPARE(records[1].expiresAt.value(), bench.clock.time + 600'000);
    QVERIFY(bench.backend.find(cidr("198.51.100.7")).value()->remaining.value() > 599s);
    QVERIFY(!records[3].expiresAt);
    QVERIFY(!bench.backend.find(cidr("198.51.100.8")).value()->remaining);
    QCOMPARE(bench.store->activeBlocks().value().size(), 2U);
}

void TestBlockKeeper::lostHistory_keepsWhatStands()
{
    Bench bench;
    bench.block(request("198.51.100.7", 60s));
    bench.block(request("203.0.113.0/24", std::nullopt));
    auto empty = Store::openInMemory(bench.clock, {}).value();
    BlockKeeper next(*empty, &bench.backend, bench.clock, bench.health, BlockKeeper::Mode::Respond, {});
    next.start(Bench::guardFor({}), BlockKeeper::History::Unavailable);
    QVERIFY(bench.inKernel("198.51.100.7") && bench.inKernel("203.0.113.0/24"));
    QCOMPARE(next.standing().size(), 2U);
    bench.clock.time += 61'000;
    next.expireDue();
    QCOMPARE(next.standing().size(), 1U);
}

void TestBlockKeeper::firewallThatFailsForAMoment_isFailedAndTriedAgain()
{
    struct Failing final : ForwardingBackend
    {
        using ForwardingBackend::ForwardingBackend;
        bool broken = false;
        [[nodiscard]] Result<void> state() const
        {
            return broken ? Result<void>(fail(ErrorCode::Unavailable, "out of order")) : Result<void>();
        }
        Result<void> ensureReady() override { return broken ? state() : m_inner.ensureReady(); }
        Result<void> setAllowed(std::span<const Cidr> a) override
        {
            return broken ? state() : m_inner.setAllowed(a);
        }
        Result<void> add(std::span<const FirewallEntry> e) override
        {
            return broken ? state() : m_inner.add(e);
        }
        Result<void> remove(std::span<const Cidr> a) override { return broken ? state() : m_inner.remove(a); }
        Result<std::vector<FirewallEntry>> list() override
        {
            return broken ? Result<std::vector<FirewallEntry>>(fail(ErrorCode::Unavailable, "out of order"))
                          : m_inner.list();
        }
    };
    FakeClock clock;
    MemoryBackend inner(clock);
    Failing failing(inner);
    Bench bench(&failing);
    failing.broken = true;
    for (const char* address : {"198.51.100.7", "198.51.100.8"}) {
        const auto record = bench.block(request(address));
        QCOMPARE(record.state, BlockState::Failed);
        QCOMPARE(record.error, std::string("out of order"));
    }
    QVERIFY(!bench.keeper.reconcile());
    QVERIFY(!bench.keeper.status().error.empty());
    failing.broken = false;
    QVERIFY(bench.keeper.reconcile());
    QCOMPARE(inner.list().value().size(), 2U);
    QVERIFY(bench.keeper.status().error.empty());
    for (const auto& record : bench.keeper.standing())
        QCOMPARE(record.state, BlockState::Active);
    // A release that the firewall refuses is made good as well.
    failing.broken = true;
    bench.keeper.releaseAll("alice");
    QVERIFY(!bench.keeper.status().error.empty());
    failing.broken = false;
    QVERIFY(bench.keeper.reconcile());
    QVERIFY(inner.list().value().empty());
}

void TestBlockKeeper::settingTheClock_changesNoDuration()
{
    for (const EpochMs jump : {-86'400'000LL, 86'400'000LL}) {
        Bench bench;
        bench.block(request("198.51.100.7", 600s));
        bench.clock.set += jump;
        bench.keeper.expireDue();
        QCOMPARE(bench.keeper.standing().size(), 1U);
        QVERIFY(bench.keeper.reconcile());
        bench.clock.time += 599'000;
        bench.keeper.expireDue();
        QCOMPARE(bench.keeper.standing().size(), 1U);
        bench.clock.time += 1'001;
        bench.keeper.expireDue();
        QVERIFY(bench.keeper.standing().empty());
    }
}

void TestBlockKeeper::restart_sendsOnlyWhatIsMissing()
{
    struct Counting final : ForwardingBackend
    {
        using ForwardingBackend::ForwardingBackend;
        std::size_t added = 0;
        std::size_t removed = 0;
        Result<void> add(std::span<const FirewallEntry> entries) override
        {
            added += entries.size();
            return m_inner.add(entries);
        }
        Result<void> remove(std::span<const Cidr> addresses) override
        {
            removed += addresses.size();
            return m_inner.remove(addresses);
        }
    };
    Bench bench;
    for (const char* address : {"198.51.100.1", "198.51.100.2", "198.51.100.3", "203.0.113.0/24"})
        bench.block(request(address));
    const std::vector<Cidr> lost{cidr("198.51.100.2"), cidr("203.0.113.0/24")};
    QVERIFY(bench.backend.remove(lost));
    Counting counting(bench.backend);
    std::vector<BlockChange> changes;
    BlockKeeper next(*bench.store, &counting, bench.clock, bench.health, BlockKeeper::Mode::Respond,
                     [&](const std::vector<BlockChange>& list) { changes = list; });
    next.start(Bench::guardFor({}));
    QCOMPARE(counting.added, lost.size());
    QCOMPARE(counting.removed, 0U);
    QVERIFY(bench.inKernel("198.51.100.2") && bench.inKernel("203.0.113.0/24"));
    QCOMPARE(next.standing().size(), 4U);
    QVERIFY2(changes.empty(), "blocks are told of whose record is as it was");
    QVERIFY(next.reconcile());
    QCOMPARE(counting.added, lost.size());
}

void TestBlockKeeper::list_isLoadedWhileBlocksGoOn()
{
    Bench bench;
    std::vector<Cidr> entries;
    for (unsigned i = 0; i < 100'000; ++i) {
        const char bytes[] = {60, static_cast<char>(i >> 16), static_cast<char>(i >> 8),
                              static_cast<char>(i)};
        entries.emplace_back(*IpAddress::fromBytes({bytes, sizeof(bytes)}));
    }
    Result<void> loaded;
    std::jthread loader([&] { loaded = bench.keeper.loadList("tor", entries); });
    for (int i = 0; i < 50; ++i)
        QCOMPARE(bench.block(request(("198.51.100." + std::to_string(i)).c_str())).state, BlockState::Active);
    loader.join();
    QVERIFY(loaded);
    QCOMPARE(bench.backend.listsHolding(cidr("60.1.2.3").address()).value(), std::vector<std::string>{"tor"});
    QVERIFY(bench.keeper.loadList("tor", {}));
    QVERIFY(bench.backend.lists().value().empty());
}

void TestBlockKeeper::listLoad_stopsWhenAsked()
{
    Bench bench;
    QVERIFY(bench.keeper.loadList("tor", {cidr("192.0.2.1")}));
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(!bench.keeper.loadList("tor", {cidr("192.0.2.2")}, ListTraffic::Inbound, stop.get_token()));
    QCOMPARE(bench.backend.listsHolding(cidr("192.0.2.1").address()).value().size(), 1U);
    QVERIFY(bench.backend.listsHolding(cidr("192.0.2.2").address()).value().empty());
    QVERIFY(bench.keeper.loadList("tor", {cidr("192.0.2.2")}));
}

void TestBlockKeeper::observing_loadsNoList()
{
    Bench bench(nullptr, BlockKeeper::Mode::Observe);
    const auto loaded = bench.keeper.loadList("tor", {cidr("192.0.2.1")});
    QVERIFY(!loaded);
    QCOMPARE(loaded.error().code, ErrorCode::Unavailable);
    QCOMPARE(bench.keeper.listsInForce().error().code, ErrorCode::Unavailable);
    QCOMPARE(bench.keeper.listsHolding(cidr("192.0.2.1").address()).error().code, ErrorCode::Unavailable);
}

void TestBlockKeeper::lists_haveATrafficAndAreMissedWhenLost()
{
    Bench bench;
    QVERIFY(bench.keeper.loadList("tor", {cidr("192.0.2.1")}, ListTraffic::Both));
    QVERIFY(bench.keeper.loadList("drop", {cidr("192.0.2.0/24")}));
    QCOMPARE(bench.backend.trafficOf("tor"), ListTraffic::Both);
    QCOMPARE(bench.backend.trafficOf("drop"), ListTraffic::Inbound);
    QCOMPARE(bench.keeper.listsInForce().value(), (std::vector<std::string>{"drop", "tor"}));
    QCOMPARE(bench.keeper.listsHolding(cidr("192.0.2.1").address()).value(),
             (std::vector<std::string>{"drop", "tor"}));
    QCOMPARE(bench.keeper.listsHolding(cidr("192.0.2.2").address()).value(),
             std::vector<std::string>{"drop"});
    bench.backend.loseEverything();
    QCOMPARE(bench.keeper.listsInForce().error().code, ErrorCode::NotFound);
    QVERIFY(bench.keeper.reconcile());
    QCOMPARE(bench.keeper.listsInForce().value(), std::vector<std::string>());
    QVERIFY(bench.keeper.loadList("tor", {cidr("192.0.2.1")}, ListTraffic::Outbound));
    QCOMPARE(bench.keeper.listsInForce().value(), std::vector<std::string>{"tor"});
    QCOMPARE(bench.backend.trafficOf("tor"), ListTraffic::Outbound);
}

QTEST_GUILESS_MAIN(TestBlockKeeper)
#include "tst_block_keeper.moc"
