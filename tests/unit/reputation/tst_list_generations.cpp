#include "engine/reputation/list_generations.h"

#include <QtTest>

#include <algorithm>
#include <limits>

using namespace bartizan;

class TestListGenerations : public QObject
{
    Q_OBJECT

private slots:
    void timesAreSortedAndNowIsLast();
    void timesFromTheFutureAreNow();
    void thinnedTimesStayTrue();
    void damagedTimesDoNoHarm();
};

void TestListGenerations::timesAreSortedAndNowIsLast()
{
    const std::vector<EpochMs> times{300, 100, 300, 200};
    const ListGenerations generations(times, 400, 64);
    QCOMPARE(generations.times(), (std::vector<EpochMs>{100, 200, 300, 400}));
    QCOMPARE(generations.numberOf(200), 1);
    QCOMPARE(generations.newest(), 3);
    QCOMPARE(ListGenerations({}, 400, 64).times(), std::vector<EpochMs>{400});
}

void TestListGenerations::timesFromTheFutureAreNow()
{
    const std::vector<EpochMs> times{100, 900};
    const ListGenerations generations(times, 400, 64);
    QCOMPARE(generations.times(), (std::vector<EpochMs>{100, 400}));
    QCOMPARE(generations.numberOf(900), generations.newest());
}

// A list that changes every hour for two years, with one address of each hour.
void TestListGenerations::thinnedTimesStayTrue()
{
    constexpr EpochMs kHour = 3'600'000;
    constexpr EpochMs kEnd = 24 * 365 * 2 * kHour;
    std::vector<EpochMs> known;
    for (EpochMs now = 0; now <= kEnd; now += kHour) {
        known = ListGenerations(known, now, 64).times();
        QVERIFY(known.size() <= 64);
    }
    const ListGenerations generations(known, kEnd, 64);
    QCOMPARE(generations.times(), known);
    QCOMPARE(known.front(), EpochMs(0)); // the oldest stays exact
    for (EpochMs came = 0; came <= kEnd; came += kHour) {
        const EpochMs said = known[generations.numberOf(came)];
        QVERIFY(said >= came);
        QVERIFY2((said - came) * 2 <= kEnd - came, "too much is forgotten for its age");
    }
}

void TestListGenerations::damagedTimesDoNoHarm()
{
    std::vector<EpochMs> times{std::numeric_limits<EpochMs>::min(), std::numeric_limits<EpochMs>::max(), -1,
                               0};
    for (EpochMs i = 0; i < 1000; ++i)
        times.push_back(i * i);
    const ListGenerations generations(times, 2'000'000, 64);
    QCOMPARE(generations.times().size(), std::size_t{64});
    QVERIFY(std::ranges::is_sorted(generations.times()));
    QCOMPARE(generations.times().back(), EpochMs(2'000'000));
    QCOMPARE(generations.times().front(), std::numeric_limits<EpochMs>::min());
}

QTEST_APPLESS_MAIN(TestListGenerations)
#include "tst_list_generations.moc"
