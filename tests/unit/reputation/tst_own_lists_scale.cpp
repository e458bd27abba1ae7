// A million entries. The bounds are on CPU time, several times what was measured, so that a busy machine
// passes.
#include "own_lists_bench.h"

#include <QRandomGenerator>

#include <cstdio>
#include <ctime>

using namespace bartizan;

class TestOwnListsScale : public QObject
{
    Q_OBJECT

private slots:
    void aMillionEntriesWork();
    void nestedNetworksAreNoTrap();
};

namespace {

class CpuTime
{
public:
    explicit CpuTime(const char* what)
        : m_what(what)
    {
    }
    double stop()
    {
        const double seconds = static_cast<double>(std::clock() - m_start) / CLOCKS_PER_SEC;
        std::printf("%s: %.2f CPU s\n", m_what, seconds);
        return seconds;
    }

private:
    const char* m_what;
    std::clock_t m_start = std::clock();
};

} // namespace

void TestOwnListsScale::aMillionEntriesWork()
{
    OwnListsBench bench;
    bench.write("bad", "# mine\n");
    std::string feed;
    QRandomGenerator random(7);
    for (int i = 0; i < 1'000'000; ++i) {
        const quint32 number = static_cast<quint32>(i) * 4001U; // all different
        feed += std::to_string(number >> 24U) + '.' + std::to_string(number >> 16U & 255U) + '.' +
                std::to_string(number >> 8U & 255U) + '.' + std::to_string(number & 255U) + '\n';
    }
    CpuTime import("import");
    const auto outcome = bench.lists().importText("bad", feed, {}, {}, ImportMode::Append, "alice", kNow);
    const double imported = import.stop();
    QVERIFY(outcome.has_value());
    QCOMPARE(outcome->edit.added, 1'000'000U);
    QVERIFY(imported < 9);

    CpuTime page("page");
    const auto entries = bench.lists().entries("bad", 900'000, 100, {});
    QVERIFY(page.stop() < 1);
    QCOMPARE(entries->total, 1'000'000U);
    QCOMPARE(entries->entries[0].addedAt, std::optional<EpochMs>(kNow));
    CpuTime filtered("filtered page");
    QVERIFY(bench.lists().entries("bad", 0, 100, "99.9")->total > 100);
    QVERIFY(filtered.stop() < 2);

    CpuTime edit("edit");
    QVERIFY(
        bench.edit("bad", {{{"alice", "", kNow + kHour}, {"0.0.0.0/8", "", {}}}, {"0.0.0.0"}}).isWritten());
    QVERIFY(edit.stop() < 5);
    CpuTime start("start");
    bench.restart();
    QVERIFY(start.stop() < 2);
    CpuTime expiry("expiry");
    QCOMPARE(bench.lists().expireDue(kNow + kHour).size(), std::size_t{1});
    QVERIFY(expiry.stop() < 4);
    CpuTime undo("undo of the edit, then of the import");
    QVERIFY(bench.lists().undo("bad", "alice", kNow).has_value());
    QVERIFY(bench.lists().undo("bad", "alice", kNow).has_value());
    QVERIFY(undo.stop() < 10);
    QCOMPARE(bench.text("bad"), std::string("# mine\n"));
}

void TestOwnListsScale::nestedNetworksAreNoTrap()
{
    OwnListsBench bench;
    bench.write("bad", "0.0.0.0/0:\n10.0.0.0/8:\n");
    std::string feed = "10.0.0.0/9\n10.0.0.0/10\n10.0.0.0/11\n";
    for (int i = 0; i < 200'000; ++i)
        feed += "10." + std::to_string(i >> 16) + '.' + std::to_string((i >> 8) & 255) + '.' +
                std::to_string(i & 255) + '\n';
    CpuTime import("nested");
    const auto outcome = bench.lists().importText("bad", feed, {}, {}, ImportMode::Append, "alice", kNow);
    QVERIFY(import.stop() < 5);
    QCOMPARE(outcome->edit.overlaps.size(), std::size_t{100});
    // Each of the 200,003 lies in both that were there; the addresses in three of the added ones, those in
    // two and one others.
    QCOMPARE(outcome->edit.overlapCount, 2U * 200'003U + 3U * 200'000U + 3U);
}

QTEST_GUILESS_MAIN(TestOwnListsScale)
#include "tst_own_lists_scale.moc"
