// Lists that change while records are analysed.
#include "engine/lists/address_table_builder.h"
#include "engine/lists/cdb_list.h"
#include "tests/unit/analysis/analysis_bench.h"

#include <QtTest>

#include <atomic>
#include <mutex>
#include <thread>

using namespace bartizan;
using namespace bartizan::test;

class TestListChanges : public QObject
{
    Q_OBJECT

private slots:
    void rulesSeeTheNewList();
    void manyListsChangeAtOnce();
    void correlationSurvives();
    void rulesThatWaitAreTold();
    void aListThatWentIsLookedIntoUntilTheRulesAreLoaded();
    void whatWasBroughtStaysOverALoad();
    void summaryCounts();
    void listedSourcesAreNoticed();
    void nothingIsNoticedUnwatched();
};

namespace {

std::shared_ptr<const LookupList> textList(const std::string& text)
{
    Problems problems;
    return makeLookupList(CdbList::compile(text, "list", problems));
}

std::string lookUp(const std::string& id, const std::string& list)
{
    return "<rule id=\"" + id + "\" level=\"5\"><decoded_as>t</decoded_as><list field=\"srcip\" " +
           "lookup=\"address_match_key\">etc/lists/" + list + "</list><description>d</description></rule>";
}

std::shared_ptr<const WatchedLists>
watched(const std::vector<std::pair<const char*, std::uint16_t>>& networks, std::vector<WatchedList> lists)
{
    AddressTableBuilder builder;
    for (const auto& [network, list] : networks)
        builder.add(list, *Cidr::parse(network));
    auto image = std::make_shared<std::vector<std::byte>>(std::move(builder).build().value());
    const auto table = AddressTable::open(*image).value();
    return std::make_shared<const WatchedLists>(table, image, std::move(lists));
}

} // namespace

void TestListChanges::rulesSeeTheNewList()
{
    AnalysisBench bench;
    QVERIFY(bench.load(lookUp("100", "l"), {{"l", "192.0.2.1:\n"}}).empty());
    QCOMPARE(bench.rules({"t ip=192.0.2.1", "t ip=192.0.2.2"}), std::string("100 0"));
    const auto before = bench.analyser().ruleset();
    const auto fresh = textList("192.0.2.2:\n");
    auto replaced = bench.analyser().changeLists({{{"l", fresh}}, {}});
    QVERIFY(!replaced.rulesWait);
    QCOMPARE(replaced.old.size(), 1U);
    QCOMPARE(bench.rules({"t ip=192.0.2.1", "t ip=192.0.2.2"}), std::string("0 100"));
    QCOMPARE(bench.analyser().ruleset(), before);
    // Freed by whoever has what was replaced, and by nobody else.
    const std::weak_ptr<const void> old = replaced.old.front();
    replaced.old.clear();
    QVERIFY(old.expired());
}

// Two lists that between them hold every address once, whichever version is in force: an event that met one
// of each would match both rules or neither.
void TestListChanges::manyListsChangeAtOnce()
{
    AnalysisBench bench;
    QVERIFY(bench
                .load(lookUp("100", "a") + lookUp("101", "b") +
                          "<rule id=\"102\" level=\"6\"><if_sid>100</if_sid><list field=\"srcip\" "
                          "lookup=\"address_match_key\">b</list><description>both</description></rule>",
                      {{"a", "192.0.2.1:\n"}, {"b", "192.0.2.2:\n"}})
                .empty());
    constexpr int kChanges = 10'000;
    std::mutex mutex;
    std::optional<ListChanges> handedOver; // as through the pipeline: taken between two batches
    std::atomic<int> taken = 0;
    std::thread other([&] {
        for (int i = 0; i < kChanges; ++i) {
            const bool odd = i % 2 != 0;
            ListChanges changes{{{"a", textList(odd ? "192.0.2.1:\n" : "192.0.2.2:\n")},
                                 {"b", textList(odd ? "192.0.2.2:\n" : "192.0.2.1:\n")}},
                                {}};
            {
                const std::lock_guard lock(mutex);
                handedOver = std::move(changes);
            }
            while (taken <= i)
                std::this_thread::yield();
        }
    });
    RecordBatch batch;
    for (int i = 0; i < 8; ++i)
        batch.add(i % 2 != 0 ? "t ip=192.0.2.1" : "t ip=192.0.2.2", batch.locationIndex("test"), bench.now);
    int wrong = 0;
    std::array<int, 2> seen{};
    while (taken < kChanges) {
        std::optional<ListChanges> changes;
        {
            const std::lock_guard lock(mutex);
            changes.swap(handedOver);
        }
        if (changes) {
            (void)bench.analyser().changeLists(std::move(*changes));
            ++taken;
        }
        Verdicts verdicts;
        (void)bench.analyser().analyse(batch, VerdictDetail::Everything, verdicts);
        for (std::size_t i = 0; i < verdicts.size(); ++i) {
            const auto rule = verdicts[i].rule ? verdicts[i].rule->id : 0;
            if (rule == 100 || rule == 101)
                ++seen.at(rule - 100);
            else
                ++wrong;
        }
    }
    other.join();
    QCOMPARE(wrong, 0);
    QVERIFY(seen[0] > kChanges && seen[1] > kChanges);
}

void TestListChanges::correlationSurvives()
{
    AnalysisBench bench;
    QVERIFY(bench
                .load(lookUp("100", "l") +
                          "<rule id=\"101\" level=\"9\" frequency=\"4\" timeframe=\"60\">"
                          "<if_matched_sid>100</if_matched_sid><description>many</description></rule>",
                      {{"l", "192.0.2.1:\n"}})
                .empty());
    QCOMPARE(bench.rules({"t ip=192.0.2.1", "t ip=192.0.2.1"}), std::string("100 100"));
    (void)bench.analyser().changeLists({{{"l", textList("192.0.2.2:\n")}}, {}});
    QCOMPARE(bench.rules({"t ip=192.0.2.1", "t ip=192.0.2.2", "t ip=192.0.2.2"}), std::string("0 100 101"));
}

void TestListChanges::rulesThatWaitAreTold()
{
    AnalysisBench bench;
    const std::string rules = lookUp("100", "late") +
                              "<rule id=\"101\" level=\"1\"><decoded_as>t</decoded_as>"
                              "<description>d</description></rule>";
    QCOMPARE(bench.load(rules).size(), 1U);
    QVERIFY(!bench.analyser().changeLists({{{"other", textList("x:\n")}}, {}}).rulesWait);
    QVERIFY(bench.analyser().changeLists({{{"late", textList("192.0.2.1:\n")}}, {}}).rulesWait);
    QCOMPARE(bench.rule("t ip=192.0.2.1"), 101U);
    QVERIFY(bench.load(rules).empty());
    QCOMPARE(bench.rule("t ip=192.0.2.1"), 100U);
    QVERIFY(!bench.analyser().changeLists({{{"late", textList("192.0.2.2:\n")}}, {}}).rulesWait);
}

void TestListChanges::aListThatWentIsLookedIntoUntilTheRulesAreLoaded()
{
    AnalysisBench bench;
    const std::string rules = lookUp("100", "l") + "<rule id=\"101\" level=\"1\"><decoded_as>t</decoded_as>"
                                                   "<description>d</description></rule>";
    QVERIFY(bench.load(rules, {{"l", "192.0.2.1:\n"}}).empty());
    QVERIFY(!bench.analyser().changeLists({{{"never", nullptr}}, {}}).rulesWait);
    const auto gone = bench.analyser().changeLists({{{"l", nullptr}}, {}});
    QVERIFY(gone.rulesWait);
    QCOMPARE(gone.old.size(), 1U);
    QCOMPARE(bench.rule("t ip=192.0.2.1"), 100U);
    QCOMPARE(bench.load(rules).size(), 1U);
    QCOMPARE(bench.rule("t ip=192.0.2.1"), 101U);
}

void TestListChanges::whatWasBroughtStaysOverALoad()
{
    AnalysisBench bench;
    (void)bench.analyser().changeLists({{{"l", textList("192.0.2.1:\n")}}, {}}); // before the first load
    QVERIFY(bench.load(lookUp("100", "l")).empty());
    QCOMPARE(bench.rule("t ip=192.0.2.1"), 100U);
    QVERIFY(bench.load(lookUp("100", "l"), {{"l", "192.0.2.2:\n"}}).empty());
    QCOMPARE(bench.rules({"t ip=192.0.2.1", "t ip=192.0.2.2"}), std::string("100 0"));
}

void TestListChanges::summaryCounts()
{
    AnalysisBench bench;
    const auto counts = [&] {
        const auto summary = bench.analyser().summary();
        return std::pair(summary.lists, summary.listEntries);
    };
    QVERIFY(bench.load(lookUp("100", "l"), {{"l", "a:\nb:\n"}, {"m", "c:\n"}}).empty());
    QCOMPARE(counts(), std::pair(std::size_t{2}, std::size_t{3}));
    (void)bench.analyser().changeLists({{{"l", textList("a:\n")}, {"n", textList("a:\nb:\nc:\n")}}, {}});
    QCOMPARE(counts(), std::pair(std::size_t{3}, std::size_t{5}));
    (void)bench.analyser().changeLists({{{"m", nullptr}, {"n", nullptr}}, {}});
    QCOMPARE(counts(), std::pair(std::size_t{1}, std::size_t{1}));
}

void TestListChanges::listedSourcesAreNoticed()
{
    AnalysisBench bench;
    QVERIFY(bench.load("<rule id=\"100\" level=\"0\"><match>known</match><description>d</description></rule>")
                .empty());
    auto lists = watched({{"192.0.2.0/24", 0}, {"192.0.2.7/32", 1}, {"2001:db8::/32", 1}},
                         {{"first", false}, {"second", true}});
    (void)bench.analyser().changeLists({{}, lists});
    RecordBatch batch;
    for (const char* line : {"t ip=192.0.2.7 known", "t ip=198.51.100.1", "t to=192.0.2.7", "t ip=nowhere",
                             "t ip=2001:DB8:0::9", "no address"})
        batch.add(line, batch.locationIndex("test"), bench.now);
    Verdicts verdicts;
    QVERIFY(bench.analyser().analyse(batch, VerdictDetail::AlertsOnly, verdicts));
    QCOMPARE(verdicts.size(), 0U);
    const auto sightings = bench.analyser().takeSightings();
    QCOMPARE(sightings.found.size(), 2U);
    QCOMPARE(sightings.lists, lists);
    const auto& both = sightings.found[0];
    QCOMPARE(both.record, 0U);
    QCOMPARE(both.rule, 100U);
    QCOMPARE(both.address, *IpAddress::parse("192.0.2.7"));
    const auto names = sightings.lists->lists(both.label);
    QCOMPARE(names.size(), 2U);
    QCOMPARE(names[0]->name, std::string("first"));
    QVERIFY(!names[0]->dryRun && names[1]->dryRun);
    QCOMPARE(sightings.found[1].record, 4U);
    QCOMPARE(sightings.found[1].rule, 0U);
    QCOMPARE(sightings.lists->lists(sightings.found[1].label).size(), 1U);
    QVERIFY(bench.analyser().takeSightings().found.empty());
}

void TestListChanges::nothingIsNoticedUnwatched()
{
    AnalysisBench bench;
    QVERIFY(bench.load("<rule id=\"100\" level=\"1\"><match>x</match><description>d</description></rule>")
                .empty());
    (void)bench.analyser().changeLists({{}, watched({{"192.0.2.0/24", 0}}, {{"l", false}})});
    (void)bench.feed("t ip=192.0.2.1");
    const auto replaced = bench.analyser().changeLists({{}, std::shared_ptr<const WatchedLists>()});
    QCOMPARE(replaced.old.size(), 1U);
    QVERIFY(bench.analyser().takeSightings().found.empty()); // labels of lists that are no more
    (void)bench.feed("t ip=192.0.2.1");
    QVERIFY(bench.analyser().takeSightings().found.empty());
    // Other changes leave what is watched as it is.
    (void)bench.analyser().changeLists({{}, watched({{"192.0.2.0/24", 0}}, {{"l", false}})});
    (void)bench.analyser().changeLists({{{"l", textList("a:\n")}}, {}});
    (void)bench.feed("t ip=192.0.2.1");
    QCOMPARE(bench.analyser().takeSightings().found.size(), 1U);
}

QTEST_APPLESS_MAIN(TestListChanges)
#include "tst_list_changes.moc"
