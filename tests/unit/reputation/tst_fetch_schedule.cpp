// When lists are asked for, told by a clock that the test turns.
#include "engine/reputation/schedule/fetch_schedule.h"

#include <QTest>

#include <algorithm>
#include <vector>

using namespace bartizan;
using namespace std::chrono_literals;

namespace {

constexpr EpochMs kStart = 1'800'000'000'000;
constexpr EpochMs kSecond = 1000;
constexpr EpochMs kMinute = 60 * kSecond;
constexpr EpochMs kHour = 60 * kMinute;
constexpr EpochMs kDay = 24 * kHour;

// A server and a list that is asked for as the schedule says.
struct Subscription
{
    FetchTimes times;
    std::chrono::minutes interval{60};
    std::uint64_t seed = 1;
    std::vector<EpochMs> tries;

    // One step of whoever keeps the lists. True: it was tried.
    bool step(EpochMs now, bool serverIsUp)
    {
        if (nextFetch(times, interval, seed, now) > now)
            return false;
        tries.push_back(now);
        times.triedAt = now;
        if (serverIsUp) {
            times.checkedAt = now;
            times.failures = 0;
        } else {
            ++times.failures;
        }
        return true;
    }
    void run(EpochMs from, EpochMs until, bool serverIsUp, EpochMs everyMs = kSecond)
    {
        for (EpochMs now = from; now < until; now += everyMs)
            step(now, serverIsUp);
    }
};

FetchTimes answeredAt(EpochMs moment)
{
    return {.checkedAt = moment, .triedAt = moment, .failures = 0, .serverAsks = {}};
}

FetchTimes failedAt(EpochMs moment, int failures)
{
    return {.checkedAt = moment - kDay, .triedAt = moment, .failures = failures, .serverAsks = {}};
}

} // namespace

class tst_fetch_schedule : public QObject
{
    Q_OBJECT
private slots:
    void aNewListIsDueAtOnce() { QCOMPARE(nextFetch({}, 60min, 1, kStart), kStart); }

    void aTryThatAClockAheadTold_delaysNothing()
    {
        // Set back between the question and the answer.
        const FetchTimes times{
            .checkedAt = kStart, .triedAt = kStart + 365 * kDay, .failures = 0, .serverAsks = {}};
        const EpochMs due = nextFetch(times, 60min, 1, kStart + kMinute);
        QVERIFY(due >= kStart + kHour && due <= kStart + kHour + kHour / 10);
        QVERIFY(nextFetch(times, 60min, 1, kStart + 2 * kHour) < kStart + 2 * kHour + 5 * kMinute);
    }

    void afterAnAnswerItRestsForTheIntervalAndATenthAtMost()
    {
        EpochMs least = kDay;
        EpochMs most = 0;
        for (std::uint64_t seed = 0; seed < 1000; ++seed) {
            const EpochMs rest = nextFetch(answeredAt(kStart), 60min, seed, kStart) - kStart;
            QVERIFY(rest >= kHour && rest <= kHour + kHour / 10);
            least = std::min(least, rest);
            most = std::max(most, rest);
        }
        QVERIFY(most - least > kHour / 10 * 9 / 10);
    }

    void askingAgainLaterOrAfterARestartChangesNothing()
    {
        const EpochMs due = nextFetch(answeredAt(kStart), 60min, 7, kStart);
        for (EpochMs now = kStart; now < due; now += kMinute)
            QCOMPARE(nextFetch(answeredAt(kStart), 60min, 7, now), due);
        QVERIFY(nextFetch(answeredAt(kStart), 60min, 7, due) <= due);
    }

    void aWeekOfAnswersIsOneAnInterval()
    {
        Subscription list;
        list.run(kStart, kStart + 7 * kDay, true);
        QVERIFY2(list.tries.size() >= 7 * 24 * 10 / 11 && list.tries.size() <= 7 * 24,
                 std::to_string(list.tries.size()).c_str());
        for (std::size_t i = 1; i < list.tries.size(); ++i)
            QVERIFY(list.tries[i] - list.tries[i - 1] >= kHour);
    }

    void aServerDownForADay()
    {
        Subscription list;
        list.run(kStart, kStart + 3 * kHour, true);
        const std::size_t before = list.tries.size();
        const EpochMs down = kStart + 3 * kHour;
        list.run(down, down + kDay, false);
        // 2, 4, … 256 minutes, then six hours, each up to a quarter less.
        const std::size_t inVain = list.tries.size() - before;
        QVERIFY2(inVain >= 10 && inVain <= 14, std::to_string(inVain).c_str());
        for (std::size_t i = before + 1; i < list.tries.size(); ++i) {
            const EpochMs rest = list.tries[i] - list.tries[i - 1];
            QVERIFY(rest >= 90 * kSecond && rest <= 6 * kHour + kSecond);
        }

        // It is up again: found with the next try, and from then on as if nothing had been.
        const EpochMs up = down + kDay;
        list.run(up, up + kDay, true);
        const auto back = std::ranges::lower_bound(list.tries, up);
        QVERIFY(back != list.tries.end() && *back - up <= 6 * kHour);
        QCOMPARE(list.times.failures, 0);
        for (auto next = std::next(back); next != list.tries.end(); ++next) {
            const EpochMs rest = *next - *std::prev(next);
            QVERIFY(rest >= kHour && rest <= kHour + kHour / 10 + kSecond);
        }
    }

    void backOffEndsWhereItIsToEnd_data()
    {
        QTest::addColumn<int>("minutes");
        QTest::addColumn<int>("failures");
        QTest::addColumn<qint64>("longest");
        QTest::newRow("first") << 60 << 1 << qint64(2 * kMinute);
        QTest::newRow("fourth") << 60 << 4 << qint64(16 * kMinute);
        QTest::newRow("six hours") << 60 << 12 << qint64(6 * kHour);
        QTest::newRow("the interval") << 12 * 60 << 30 << qint64(12 * kHour);
        QTest::newRow("a day") << 7 * 24 * 60 << 1'000'000 << qint64(kDay);
    }
    void backOffEndsWhereItIsToEnd()
    {
        QFETCH(int, minutes);
        QFETCH(int, failures);
        QFETCH(qint64, longest);
        EpochMs most = 0;
        for (std::uint64_t seed = 0; seed < 1000; ++seed) {
            const EpochMs rest =
                nextFetch(failedAt(kStart, failures), std::chrono::minutes(minutes), seed, kStart) - kStart;
            QVERIFY(rest <= longest && rest >= longest * 3 / 4 && rest >= kMinute);
            most = std::max(most, rest);
        }
        QVERIFY(most > longest * 98 / 100);
    }

    void whatTheServerAsksForLengthens()
    {
        FetchTimes times = answeredAt(kStart);
        times.serverAsks = 4h;
        EpochMs rest = nextFetch(times, 60min, 1, kStart) - kStart;
        QVERIFY(rest >= 4 * kHour && rest <= 4 * kHour + 24 * kMinute);
        times.serverAsks = 1min; // less than ours counts for nothing
        rest = nextFetch(times, 60min, 1, kStart) - kStart;
        QVERIFY(rest >= kHour && rest <= kHour + 6 * kMinute);
        times.serverAsks = std::chrono::seconds::max();
        rest = nextFetch(times, 60min, 1, kStart) - kStart;
        QVERIFY(rest >= kDay && rest <= kDay + kDay / 10);
        times.serverAsks = -5s;
        QVERIFY(nextFetch(times, 60min, 1, kStart) >= kStart + kHour);

        FetchTimes refused = failedAt(kStart, 1);
        refused.serverAsks = 2h;
        QCOMPARE(nextFetch(refused, 60min, 1, kStart), kStart + 2 * kHour);
        refused.serverAsks = 1s;
        QVERIFY(nextFetch(refused, 60min, 1, kStart) >= kStart + kMinute);
    }

    void listsDueTogetherComeOneAfterTheOther()
    {
        const EpochMs wake = kStart + 7 * kDay;
        std::vector<Subscription> lists(40);
        for (std::size_t i = 0; i < lists.size(); ++i) {
            lists[i].seed = 1000 + i;
            lists[i].times = answeredAt(kStart);
        }
        std::vector<int> inMinute(6);
        int most = 0;
        for (EpochMs now = wake; now < wake + 6 * kMinute; now += kSecond) {
            const auto started =
                std::ranges::count_if(lists, [&](Subscription& list) { return list.step(now, true); });
            inMinute[static_cast<std::size_t>((now - wake) / kMinute)] += static_cast<int>(started);
            most = std::max(most, static_cast<int>(started));
        }
        for (const Subscription& list : lists)
            QCOMPARE(list.tries.size(), 1U);
        for (std::size_t minute = 0; minute < 5; ++minute)
            QVERIFY2(inMinute[minute] >= 1 && inMinute[minute] <= 20,
                     std::to_string(inMinute[minute]).c_str());
        QVERIFY2(most <= 12, std::to_string(most).c_str());
    }

    // Whoever sleeps until the time told and wakes late still finds the list due.
    void anOverdueListIsNotPutOffForEver()
    {
        for (std::uint64_t seed = 0; seed < 200; ++seed) {
            EpochMs now = kStart + 7 * kDay + static_cast<EpochMs>(seed) * 997;
            int waits = 0;
            for (; nextFetch(answeredAt(kStart), 60min, seed, now) > now; ++waits)
                now = nextFetch(answeredAt(kStart), 60min, seed, now) + 20 * kSecond;
            QVERIFY(waits <= 1);
        }
    }

    void aClockSetBackPostponesByOneRestAtMost()
    {
        for (const EpochMs ahead : {kMinute, kHour, 2 * kHour, 400 * kDay}) {
            Subscription list;
            list.times = answeredAt(kStart + ahead);
            list.run(kStart, kStart + 3 * kHour, true);
            QVERIFY(!list.tries.empty());
            QVERIFY2(list.tries.front() - kStart <= 2 * (kHour + kHour / 10),
                     std::to_string(list.tries.front() - kStart).c_str());

            Subscription failing;
            failing.times = failedAt(kStart + ahead, 3);
            failing.run(kStart, kStart + kHour, true);
            QVERIFY(!failing.tries.empty() && failing.tries.front() - kStart <= 16 * kMinute + kSecond);
        }
    }
};

QTEST_GUILESS_MAIN(tst_fetch_schedule)
#include "tst_fetch_schedule.moc"
