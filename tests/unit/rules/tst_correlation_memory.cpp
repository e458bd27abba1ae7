// What the correlation memory costs, whom it forgets when it is full, and how far a search walks.
#include "tests/plain/plain_evaluator.h"
#include "tests/unit/analysis/analysis_bench.h"
#include "tests/unit/rules/counted_allocations.h"

#include <QtTest>

#include <array>
#include <random>

using namespace bartizan;
using namespace bartizan::test;

namespace {

constexpr std::size_t kMib = std::size_t{1} << 20U;

std::string composite(int id, int level, int frequency, const std::string& relations)
{
    return "<rule id=\"" + std::to_string(id) + "\" level=\"" + std::to_string(level) + "\" frequency=\"" +
           std::to_string(frequency) + "\" timeframe=\"60\"><if_matched_sid>100</if_matched_sid>" +
           relations + "<description>d</description></rule>";
}

std::string rulesWith(const std::string& composites)
{
    return "<rule id=\"100\" level=\"3\"><match>fail</match><description>d</description></rule>" + composites;
}

const std::string kPerUser = rulesWith(composite(101, 10, 3, "<same_user />"));

AnalysisOptions limitedTo(std::size_t bytes)
{
    AnalysisOptions options;
    options.correlationBytes = bytes;
    options.secret = 7;
    return options;
}

std::string hex(std::uint32_t number)
{
    return QByteArray::number(number, 16).toStdString();
}

// A failure by a user of its own, from somewhere in the named networks.
std::string floodLine(const QByteArray& from, std::uint32_t i)
{
    const std::string user = " user=u" + std::to_string(i);
    if (from == "one /24")
        return "t fail ip=203.0.113." + std::to_string(i % 256) + user;
    if (from == "one /64")
        return "t fail ip=2001:db8:7:9::" + hex(i) + user;
    if (from == "one /48")
        return "t fail ip=2001:db8:7:" + hex(i % 65536) + "::1" + user;
    if (from == "a name")
        return "t fail ip=h" + std::to_string(i) + ".example" + user;
    if (from == "no address")
        return "t fail" + user;
    return "t fail ip=10." + std::to_string(i / 256 % 256) + '.' + std::to_string(i % 256) + ".1" + user;
}

} // namespace

class TestCorrelationMemory : public QObject
{
    Q_OBJECT

private slots:
    void staysBelowItsLimit_data();
    void staysBelowItsLimit();
    void aFloodPushesOutItsOwnNetwork_data();
    void aFloodPushesOutItsOwnNetwork();
    void aBlowFromEverywherePushesOutTheQuietest();
    void evictedAreCounted();
    void nothingIsForgottenBeforeItsTimeframe();
    void whatIsOverIsForgotten();
    void oneKeyHoldsOnlyWhatASearchReaches();
    void aWalkIsBoundedByTheFrequency_data();
    void aWalkIsBoundedByTheFrequency();
    void aReloadKeepsTheLimit();
    void aClockThatIsSetBackKeepsTheLimit();
    void countsLikeThePlainEvaluation_data();
    void countsLikeThePlainEvaluation();
};

void TestCorrelationMemory::staysBelowItsLimit_data()
{
    QTest::addColumn<int>("padding");
    QTest::addColumn<QByteArray>("from");
    QTest::newRow("one network") << 0 << QByteArray("one /64");
    QTest::newRow("many networks") << 0 << QByteArray("everywhere");
    QTest::newRow("long lines") << 3000 << QByteArray("everywhere");
}

void TestCorrelationMemory::staysBelowItsLimit()
{
    QFETCH(int, padding);
    QFETCH(QByteArray, from);
    const std::size_t limit = 2 * kMib;
    AnalysisBench bench(limitedTo(limit));
    bench.load(kPerUser);
    bench.feed("t other");
    const std::size_t allocatedBefore = allocatedBytes();
    const std::size_t usedBefore = bench.analyser().correlation().bytes;
    std::size_t peak = 0;
    for (std::uint32_t i = 0; i < 20'000; ++i) {
        bench.feed(floodLine(from, i) + std::string(static_cast<std::size_t>(padding), 'x'));
        peak = std::max(peak, bench.analyser().correlation().bytes);
    }
    const auto usage = bench.analyser().correlation();
    QVERIFY2(peak <= limit, qPrintable(QString::number(peak)));
    QVERIFY(usage.bytes > limit * 9 / 10); // it is full, or this shows nothing
    QVERIFY(usage.evicted > 0);
    const auto really = static_cast<double>(allocatedBytes() - allocatedBefore);
    const auto counted = static_cast<double>(usage.bytes - usedBefore);
    const auto told = QStringLiteral("%1 bytes are allocated, %2 counted, %3 events")
                          .arg(really)
                          .arg(counted)
                          .arg(usage.events);
    QVERIFY2(really <= counted * 1.03 && really >= counted * 0.9, qPrintable(told));
}

void TestCorrelationMemory::aFloodPushesOutItsOwnNetwork_data()
{
    QTest::addColumn<QByteArray>("from");
    for (const char* from : {"one /24", "one /64", "one /48", "a name", "no address"})
        QTest::newRow(from) << QByteArray(from);
}

void TestCorrelationMemory::aFloodPushesOutItsOwnNetwork()
{
    QFETCH(QByteArray, from);
    AnalysisBench bench(limitedTo(kMib));
    bench.load(kPerUser);
    bench.feed("t fail ip=198.51.100.7 user=root");
    bench.feed("t fail ip=198.51.100.7 user=root");
    for (std::uint32_t i = 0; i < 20'000; ++i)
        bench.feed(floodLine(from, i));
    QVERIFY(bench.analyser().correlation().evicted > 10'000);
    QCOMPARE(bench.rule("t fail ip=198.51.100.7 user=root"), 101U);
    // The flood's own first ones are gone, its last ones there.
    bench.feed(floodLine(from, 0));
    QCOMPARE(bench.rule(floodLine(from, 0)), 100U);
    bench.feed(floodLine(from, 19'999));
    QCOMPARE(bench.rule(floodLine(from, 19'999)), 101U);
}

void TestCorrelationMemory::aBlowFromEverywherePushesOutTheQuietest()
{
    AnalysisBench bench(limitedTo(kMib));
    bench.load(kPerUser);
    const std::string quiet = "t fail ip=198.51.100.7 user=quiet";
    const std::string busy = "t fail ip=192.0.2.7 user=busy";
    bench.feed(quiet);
    bench.feed(quiet);
    bench.feed(busy);
    for (std::uint32_t i = 0; i < 20'000; ++i) {
        bench.feed(floodLine("everywhere", i));
        if (i % 1'000 == 0) // the same network goes on
            bench.feed("t fail ip=192.0.2.9 user=neighbour" + std::to_string(i));
        if (i == 10'000)
            bench.feed(busy);
    }
    QCOMPARE(bench.rule(quiet), 100U);
    QCOMPARE(bench.rule(busy), 101U);
}

void TestCorrelationMemory::evictedAreCounted()
{
    AnalysisBench bench(limitedTo(kMib));
    bench.load(kPerUser);
    for (std::uint32_t i = 0; i < 1'000; ++i)
        bench.feed(floodLine("everywhere", i));
    QCOMPARE(bench.analyser().correlation().evicted, std::uint64_t{0});
    QCOMPARE(bench.analyser().correlation().events, std::size_t{1'000});
    for (std::uint32_t i = 1'000; i < 9'000; ++i)
        bench.feed(floodLine("everywhere", i));
    const auto usage = bench.analyser().correlation();
    QVERIFY(usage.evicted > 0);
    QCOMPARE(usage.evicted + usage.events, std::uint64_t{9'000});

    // What is over anyway is not forgotten too early.
    bench.pass(61);
    for (std::uint32_t i = 0; i < 3'000; ++i)
        bench.feed(floodLine("everywhere", i));
    QCOMPARE(bench.analyser().correlation().evicted, usage.evicted);
}

void TestCorrelationMemory::nothingIsForgottenBeforeItsTimeframe()
{
    AnalysisBench bench(limitedTo(64 * kMib));
    bench.load(kPerUser);
    bench.feed("t fail ip=198.51.100.7 user=root");
    bench.feed("t fail ip=198.51.100.7 user=root");
    for (std::uint32_t i = 0; i < 100'000; ++i) {
        if (i % 2'000 == 0)
            bench.pass(1);
        bench.feed(floodLine(i % 2 == 0 ? "one /64" : "everywhere", i));
    }
    bench.pass(10); // just its timeframe
    QCOMPARE(bench.rule("t fail ip=198.51.100.7 user=root"), 101U);
    QCOMPARE(bench.analyser().correlation().evicted, std::uint64_t{0});
}

void TestCorrelationMemory::whatIsOverIsForgotten()
{
    AnalysisBench bench(limitedTo(64 * kMib));
    bench.load(kPerUser +
               "<rule id=\"110\" level=\"3\"><match>long</match><description>d</description></rule>"
               "<rule id=\"111\" level=\"9\" frequency=\"3\" timeframe=\"600\"><if_matched_sid>110"
               "</if_matched_sid><description>d</description></rule>");
    bench.feed("t long");
    bench.feed("t long");
    for (std::uint32_t i = 0; i < 5'000; ++i)
        bench.feed(floodLine("everywhere", i));
    bench.pass(61);
    for (std::uint32_t i = 0; i < 100; ++i)
        bench.feed(floodLine("everywhere", 5'000 + i));
    QCOMPARE(bench.analyser().correlation().events, std::size_t{102});
    QVERIFY(bench.analyser().correlation().bytes < 100'000);
    QCOMPARE(bench.rule("t long"), 111U);
}

void TestCorrelationMemory::oneKeyHoldsOnlyWhatASearchReaches()
{
    AnalysisBench bench(limitedTo(kMib));
    bench.load(rulesWith(composite(101, 10, 12, "<same_user />") + composite(102, 9, 5, "<same_user />")));
    for (int i = 0; i < 10'000; ++i)
        bench.feed("t fail user=root");
    QCOMPARE(bench.analyser().correlation().events, std::size_t{11});
    QCOMPARE(bench.analyser().correlation().evicted, std::uint64_t{0});
}

void TestCorrelationMemory::aWalkIsBoundedByTheFrequency_data()
{
    QTest::addColumn<QByteArray>("relations");
    QTest::addColumn<int>("bound"); // three are counted; beside them, those that are equal in one value
    QTest::newRow("same") << QByteArray("<same_user />") << 3 + 1;
    QTest::newRow("different") << QByteArray("<same_user /><different_url />") << 3 + 3 + 1;
    QTest::newRow("different field") << QByteArray("<same_user /><different_field>d</different_field>")
                                     << 3 + 3 + 1;
    QTest::newRow("two different") << QByteArray("<same_user /><different_url /><different_id />")
                                   << 3 + 2 * 6 + 1;
    QTest::newRow("three different")
        << QByteArray("<same_user /><different_url /><different_id /><different_action />") << 3 + 3 * 15 + 1;
}

// Each event is looked for and kept as the matcher does: first a few others, then very many of a kind.
void TestCorrelationMemory::aWalkIsBoundedByTheFrequency()
{
    QFETCH(QByteArray, relations);
    QFETCH(int, bound);
    Problems problems;
    const auto ruleset = Ruleset::compile(
        {{{"0001-decoders.xml", kDecoders}},
         {{"0001-base.xml", kCategories},
          {"0002-test.xml", group(rulesWith(composite(101, 10, 4, relations.toStdString())))}},
         {}},
        problems);
    const RulePlan& plan = *ruleset->rules;
    const Rule& counted = *plan.find(100);
    const Rule& rule = *plan.find(101);
    CorrelationMemory memory(plan, {});
    EventValues values(plan);
    std::vector<std::string_view> previous;
    std::size_t longest = 0;
    int fired = 0;
    for (int i = 0; i < 20'000; ++i) {
        const std::string_view kind = i < 3 ? "/other" : "/equal";
        Event event;
        event.fullLog = event.log = "fail";
        event.setField(StaticField::DstUser, "root");
        event.setField(StaticField::Url, kind);
        event.addDynamic("d", kind);
        const std::string changing = std::to_string(i); // equal in one value is enough not to be counted
        event.setField(StaticField::Id, changing);
        event.setField(StaticField::Action, i % 2 == 0 ? std::string_view("even") : changing);
        values.reset(event);
        int matched = 0;
        bool doubted = false;
        fired += memory.search(plan, rule, event, values, 0, matched, doubted, previous) ? 1 : 0;
        longest = std::max(longest, memory.lastWalk());
        memory.remember(plan, counted, event, values, 0, matched, doubted);
    }
    QVERIFY(fired > 0);
    QVERIFY2(longest <= static_cast<std::size_t>(bound), qPrintable(QString::number(longest)));
    QVERIFY(memory.usage().events <= static_cast<std::size_t>(bound));
}

void TestCorrelationMemory::aReloadKeepsTheLimit()
{
    AnalysisBench bench(limitedTo(kMib));
    bench.load(kPerUser);
    for (std::uint32_t i = 0; i < 10'000; ++i)
        bench.feed(floodLine("everywhere", i));
    bench.feed("t fail ip=198.51.100.7 user=root url=/a");
    bench.feed("t fail ip=198.51.100.7 user=root url=/a");
    // Every event is now in six chains.
    bench.load(rulesWith(composite(101, 10, 3, "<same_user />") + composite(102, 4, 9, "<same_source_ip />") +
                         composite(103, 4, 9, "<same_user /><different_url />") +
                         composite(104, 4, 9, "<same_user /><same_source_ip />") + composite(105, 4, 9, "")));
    const auto usage = bench.analyser().correlation();
    QVERIFY2(usage.bytes <= kMib, qPrintable(QString::number(usage.bytes)));
    QVERIFY(usage.bytes > kMib * 8 / 10);
    QCOMPARE(bench.rule("t fail ip=198.51.100.7 user=root url=/a"), 101U);
    for (std::uint32_t i = 0; i < 10'000; ++i) {
        bench.feed(floodLine("one /24", i));
        QVERIFY(bench.analyser().correlation().bytes <= kMib);
    }
    // Nothing looks back any more: nothing is held.
    bench.load(rulesWith(""));
    QCOMPARE(bench.analyser().correlation().events, std::size_t{0});
}

void TestCorrelationMemory::aClockThatIsSetBackKeepsTheLimit()
{
    AnalysisBench bench(limitedTo(kMib));
    bench.load(kPerUser);
    bench.feed("t fail ip=198.51.100.7 user=root");
    bench.feed("t fail ip=198.51.100.7 user=root");
    bench.pass(-3600);
    for (std::uint32_t i = 0; i < 10'000; ++i) {
        bench.feed(floodLine("one /64", i));
        QVERIFY(bench.analyser().correlation().bytes <= kMib);
    }
    QCOMPARE(bench.rule("t fail ip=198.51.100.7 user=root"), 101U);
    bench.pass(3600 + 61); // until the clock is where it was
    for (std::uint32_t i = 0; i < 200; ++i)
        bench.feed(floodLine("everywhere", i));
    QVERIFY(bench.analyser().correlation().events <= 200);
}

void TestCorrelationMemory::countsLikeThePlainEvaluation_data()
{
    QTest::addColumn<int>("mode");
    QTest::addColumn<int>("memorySize"); // 0: not given
    QTest::newRow("until the timeframe is over") << static_cast<int>(AnalysisMode::Daemon) << 0;
    QTest::newRow("the newest 40") << static_cast<int>(AnalysisMode::Daemon) << 40;
    QTest::newRow("as the tester") << static_cast<int>(AnalysisMode::Tester) << 0;
}

// Few values and small frequencies, so that chains are full, marked and over all the time.
void TestCorrelationMemory::countsLikeThePlainEvaluation()
{
    QFETCH(int, mode);
    QFETCH(int, memorySize);
    const RulesetSource source{
        {{"0001-decoders.xml", kDecoders}},
        {{"0001-base.xml", kCategories},
         {"0002-test.xml",
          group(rulesWith(
              composite(101, 12, 6, "<match>k0</match><same_user /><different_url />") +
              composite(102, 11, 4, "<match>k1</match><same_user />") +
              composite(103, 10, 3, "<match>k2</match><same_user /><different_url /><different_srcip />") +
              composite(104, 9, 7, "<match>k3</match><same_source_ip />") +
              composite(105, 8, 3, "<match>k4</match><different_field>d</different_field><same_url />") +
              composite(106, 7, 2, "<match>k5</match><different_user />") +
              composite(107, 7, 4, "<match>k6</match><different_url /><different_field>d</different_field>") +
              composite(108, 7, 3,
                        "<match>k7</match><different_url /><different_user /><different_srcip />") +
              composite(109, 7, 3,
                        "<match>k8</match><different_url /><different_user /><different_srcip />"
                        "<different_field>d, e.f</different_field>")))}},
        {}};
    AnalysisOptions options;
    options.mode = static_cast<AnalysisMode>(mode);
    if (memorySize > 0)
        options.memorySize = static_cast<std::size_t>(memorySize);
    Analyser fast(options);
    plain::PlainEvaluator plain(options);
    QVERIFY(fast.load(source) && plain.load(source));
    std::mt19937 random(4);
    const auto one = [&](const char* name, std::uint_fast32_t choices) -> std::string {
        const auto choice = random() % (choices + 1);
        return choice == choices ? "" : name + std::to_string(choice);
    };
    EpochMs now = 1'700'000'000'000;
    std::array<int, 10> fired{};
    for (int i = 0; i < 30'000; ++i) {
        RecordBatch batch;
        now += static_cast<EpochMs>(random() % 4'000 + (random() % 50 == 0 ? 40'000 : 0));
        batch.add("t fail" + one(" k", 9) + one(" ip=192.0.2.", 3) + one(" user=u", 2) + one(" url=/", 2) +
                      one(" d=x", 2) + one(" e=y", 1),
                  batch.locationIndex("test"), now, 0, batch.originIndex({}));
        Verdicts verdicts;
        QVERIFY(fast.analyse(batch, VerdictDetail::Everything, verdicts));
        const Verdict expected = plain.analyse(batch).front();
        QCOMPARE(verdicts.front().rule->id, expected.rule->id);
        QVERIFY(verdicts.front().previousOutput == expected.previousOutput);
        ++fired.at(expected.rule->id - 100);
    }
    for (const int count : fired)
        QVERIFY(count > 0);
}

QTEST_APPLESS_MAIN(TestCorrelationMemory)
#include "tst_correlation_memory.moc"
