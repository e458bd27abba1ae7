// Lists in a whole pipeline: they change while lines flow and while none comes in, and what is sighted is
// told, answered, and told no more.
#include <QTest> // first: moc 6.4 stumbles over <compare> before it

#include "engine/config/configuration.h"
#include "engine/config/ruleset_files.h"
#include "engine/core/pipeline.h"
#include "engine/lists/address_table_builder.h"
#include "engine/lists/cdb_list.h"
#include "engine/lists/lookup_list.h"
#include "engine/store/store.h"
#include "platform/fake/memory_backend.h"

#include <atomic>
#include <map>

using namespace bartizan;
using namespace std::chrono_literals;

class TestPipelineLists : public QObject
{
    Q_OBJECT

private slots:
    void noEventSeesNeitherOrBothVersions();
    void aChangeNeedsNoLine();
    void aSightingIsToldAndAnswered();
    void aDoubtedSightingBlocksNobody();
    void jobsAfterTheEndAreAnswered();
};

namespace {

constexpr const char* kDecoders = R"(<decoder name="t"><prematch>^t </prematch></decoder>
<decoder name="t-f"><parent>t</parent><regex>ip=(\S+)</regex><order>srcip</order></decoder>)";

constexpr const char* kRules = R"(<group name="local,">
<rule id="100100" level="5"><decoded_as>t</decoded_as>
  <list field="srcip" lookup="address_match_key">lists/a</list><description>a</description></rule>
<rule id="100102" level="5"><if_sid>100100</if_sid>
  <list field="srcip" lookup="address_match_key">lists/b</list><description>both</description></rule>
<rule id="100101" level="5"><decoded_as>t</decoded_as>
  <list field="srcip" lookup="address_match_key">lists/b</list><description>b</description></rule>
</group>)";

std::shared_ptr<const LookupList> textList(const std::string& text)
{
    Problems problems;
    return makeLookupList(CdbList::compile(text, "list", problems));
}

ListChanges complementary(bool swapped)
{
    return {{{"a", textList(swapped ? "192.0.2.2:\n" : "192.0.2.1:\n")},
             {"b", textList(swapped ? "192.0.2.1:\n" : "192.0.2.2:\n")}},
            {}};
}

ListChanges watching(const char* network, bool dryRun)
{
    AddressTableBuilder builder;
    builder.add(0, *Cidr::parse(network));
    auto image = std::make_shared<std::vector<std::byte>>(std::move(builder).build().value());
    const auto table = AddressTable::open(*image).value();
    return {{},
            std::make_shared<const WatchedLists>(table, image, std::vector<WatchedList>{{"bad", dryRun}})};
}

struct Bench
{
    Bench()
        : store(Store::openInMemory(clock, {}).value())
        , keeper(*store, &backend, clock, health, BlockKeeper::Mode::Respond,
                 [this](const std::vector<BlockChange>& changes) { pipeline->recordChanges(changes); })
        , pipeline(std::make_unique<Pipeline>(makeAnalyser({}), queue, *store, keeper, clock, health, "host"))
    {
        keeper.start(std::make_shared<const Guard>(HostAddresses{}, std::vector<AllowlistEntry>{}));
        pipeline->start();
    }
    ~Bench()
    {
        queue.close();
        pipeline->stop();
    }

    // The built-in rules and the test's; whoever is in a list is blocked.
    bool load()
    {
        Problems problems;
        auto source = readRulesetFolder(BARTIZAN_SOURCE_DIR "/resources/ruleset", problems);
        if (!source)
            return false;
        source->decoders.push_back({"9000-local.xml", kDecoders});
        source->rules.push_back({"9000-local.xml", kRules});
        Configuration configuration;
        configuration.commands.push_back({"firewall-drop", "firewall-drop", true, {}, {}, {}});
        ActiveResponse response;
        response.command = "firewall-drop";
        response.rulesGroup = "reputation_list";
        response.timeout = 600s;
        configuration.activeResponses.push_back(response);
        auto policy = std::make_unique<const ResponsePolicy>(configuration, problems);
        return pipeline->load(std::move(*source), std::move(policy)).get().has_value();
    }

    void push(const std::vector<std::string>& lines, const RecordOrigin& origin = {})
    {
        SourceBatch batch;
        for (const auto& line : lines)
            batch.records.add(line, batch.records.locationIndex("log"), clock.now(), 0,
                              batch.records.originIndex(origin));
        queue.push(std::move(batch));
    }
    // Alerts by rule, when all that was pushed is dealt with.
    std::map<std::uint32_t, std::int64_t> alerts()
    {
        pipeline->drain();
        (void)store->flush();
        std::map<std::uint32_t, std::int64_t> counts;
        AlertQuery query;
        query.limit = 1000;
        const auto page = store->alerts(query).value();
        for (const auto& alert : page.items)
            counts[alert.ruleId] += alert.count;
        return counts;
    }
    bool isBlocked(const char* address) { return backend.find(*Cidr::parse(address)).value().has_value(); }

    SystemClock clock;
    MemoryBackend backend{clock};
    HealthBoard health;
    BoundedQueue<SourceBatch> queue{16};
    std::unique_ptr<Store> store;
    BlockKeeper keeper;
    std::unique_ptr<Pipeline> pipeline;
};

} // namespace

void TestPipelineLists::noEventSeesNeitherOrBothVersions()
{
    Bench bench;
    bench.pipeline->changeLists(complementary(false)).wait();
    QVERIFY(bench.load());
    constexpr int kChanges = 10'000;
    std::atomic<bool> done = false;
    std::thread changing([&] {
        for (int i = 1; i <= kChanges; ++i)
            bench.pipeline->changeLists(complementary(i % 2 != 0)).wait();
        done = true;
    });
    const std::vector<std::string> lines{"t ip=192.0.2.1", "t ip=192.0.2.2", "t ip=192.0.2.2",
                                         "t ip=192.0.2.1"};
    std::uint64_t pushed = 0;
    while (!done) {
        bench.push(lines);
        pushed += lines.size();
    }
    changing.join();
    const auto alerts = bench.alerts();
    QCOMPARE(bench.pipeline->counters().lines, pushed);
    QCOMPARE(bench.pipeline->counters().alerts, pushed); // one rule each…
    QVERIFY(!alerts.contains(100102));                   // …and never both
    QVERIFY(alerts.contains(100100) && alerts.contains(100101));
}

void TestPipelineLists::aChangeNeedsNoLine()
{
    Bench bench;
    bench.pipeline->changeLists(complementary(false)).wait();
    QVERIFY(bench.load());
    const auto before = bench.pipeline->rulesetSummary();
    auto changed = bench.pipeline->changeLists({{{"a", textList("192.0.2.1:\n192.0.2.3:\n")}}, {}});
    QCOMPARE(changed.wait_for(1s), std::future_status::ready);
    QCOMPARE(changed.get().old.size(), 1U);
    QCOMPARE(bench.pipeline->rulesetSummary().listEntries, before.listEntries + 1);
}

void TestPipelineLists::aSightingIsToldAndAnswered()
{
    Bench bench;
    QVERIFY(bench.load());
    bench.pipeline->changeLists(watching("198.51.100.0/24", false)).wait();
    bench.push({"t ip=192.0.2.9", "t ip=198.51.100.7", "t ip=198.51.100.7"});
    auto alerts = bench.alerts();
    QCOMPARE(alerts[200401], 1);
    QVERIFY(bench.isBlocked("198.51.100.7"));
    QVERIFY(!bench.isBlocked("192.0.2.9"));
    QCOMPARE(alerts[651], 1); // the block's own record, whose address is listed as well
    bench.push({"t ip=198.51.100.7"});
    QCOMPARE(bench.alerts()[200401], 1);
    bench.pipeline->changeLists(watching("198.51.100.0/24", true)).wait();
    bench.push({"t ip=198.51.100.8"});
    QCOMPARE(bench.alerts()[200402], 1);
}

void TestPipelineLists::aDoubtedSightingBlocksNobody()
{
    Bench bench;
    QVERIFY(bench.load());
    bench.pipeline->changeLists(watching("198.51.100.0/24", false)).wait();
    bench.push({"t ip=198.51.100.7"}, {RecordOrigin::Kind::Journal, 1000U, "syslog", "user@1000.service"});
    QCOMPARE(bench.alerts()[200401], 1);
    QVERIFY(!bench.isBlocked("198.51.100.7"));
    bench.push({"t ip=198.51.100.7"});
    (void)bench.alerts();
    QVERIFY(bench.isBlocked("198.51.100.7"));
}

void TestPipelineLists::jobsAfterTheEndAreAnswered()
{
    Bench bench;
    bench.queue.close();
    bench.pipeline->stop();
    auto changed = bench.pipeline->changeLists(complementary(false));
    QCOMPARE(changed.wait_for(0s), std::future_status::ready);
}

QTEST_APPLESS_MAIN(TestPipelineLists)
#include "tst_pipeline_lists.moc"
