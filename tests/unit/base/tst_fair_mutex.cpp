#include "engine/base/fair_mutex.h"

#include <QtTest/QtTest>

#include <atomic>
#include <thread>
#include <vector>

using namespace bartizan;
using namespace std::chrono_literals;

class TestFairMutex : public QObject
{
    Q_OBJECT

private slots:
    void whoWaits_isServedBeforeWhoComesBack()
    {
        FairMutex mutex;
        for (int round = 0; round < 20; ++round) {
            std::atomic<bool> waits = false;
            std::atomic<bool> served = false;
            mutex.lock();
            std::thread other([&] {
                waits = true;
                const std::lock_guard lock(mutex);
                served = true;
            });
            while (!waits)
                std::this_thread::yield();
            std::this_thread::sleep_for(20ms); // until it stands in the queue
            mutex.unlock();
            mutex.lock();
            const bool wasServed = served;
            mutex.unlock();
            other.join();
            QVERIFY(wasServed);
        }
    }

    void oneAtATime()
    {
        FairMutex mutex;
        int counter = 0; // not atomic: the thread sanitizer looks too
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int n = 0; n < 2000; ++n) {
                    const std::lock_guard lock(mutex);
                    ++counter;
                }
            });
        }
        for (auto& thread : threads)
            thread.join();
        QCOMPARE(counter, 8000);
    }
};

QTEST_GUILESS_MAIN(TestFairMutex)
#include "tst_fair_mutex.moc"
