#include "engine/base/bounded_queue.h"

#include <QtTest>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

using namespace bartizan;
using namespace std::chrono_literals;

class BoundedQueueTest : public QObject
{
    Q_OBJECT

private slots:
    void itemsComeOutInOrder();
    void aFullQueueMakesTheProducerWait();
    void closingWakesAWaitingProducer();
    void closingWakesAWaitingConsumer();
    void whatWasPushedBeforeClosingStillComesOut();
    void anUrgentItemPassesAFullQueue();
    void nothingIsLostBetweenManyThreads();
};

void BoundedQueueTest::itemsComeOutInOrder()
{
    BoundedQueue<std::unique_ptr<int>> queue(3);
    QVERIFY(!queue.tryPop());
    for (int i = 0; i < 3; ++i)
        QVERIFY(queue.push(std::make_unique<int>(i)));
    QCOMPARE(queue.size(), std::size_t{3});
    for (int i = 0; i < 3; ++i)
        QCOMPARE(**queue.pop(), i);
}

void BoundedQueueTest::aFullQueueMakesTheProducerWait()
{
    BoundedQueue<int> queue(1);
    QVERIFY(queue.push(1));
    std::atomic<bool> pushed{false};
    std::thread producer([&] {
        queue.push(2);
        pushed = true;
    });
    std::this_thread::sleep_for(50ms);
    QVERIFY(!pushed);
    QCOMPARE(queue.size(), std::size_t{1});
    QVERIFY(queue.tryPop() == 1);
    producer.join();
    QVERIFY(queue.pop() == 2);
}

void BoundedQueueTest::closingWakesAWaitingProducer()
{
    BoundedQueue<int> queue(1);
    QVERIFY(queue.push(1));
    std::atomic<bool> accepted{true};
    std::thread producer([&] { accepted = queue.push(2); });
    std::this_thread::sleep_for(20ms);
    queue.close();
    producer.join();
    QVERIFY(!accepted);
    QVERIFY(queue.pop() == 1);
    QVERIFY(!queue.pop());
}

void BoundedQueueTest::closingWakesAWaitingConsumer()
{
    BoundedQueue<int> queue(1);
    std::atomic<bool> got{true};
    std::thread consumer([&] { got = queue.pop().has_value(); });
    std::this_thread::sleep_for(20ms);
    queue.close();
    consumer.join();
    QVERIFY(!got);
}

void BoundedQueueTest::whatWasPushedBeforeClosingStillComesOut()
{
    BoundedQueue<int> queue(8);
    QVERIFY(queue.push(1) && queue.push(2));
    queue.close();
    QVERIFY(!queue.push(3));
    QVERIFY(queue.pop() == 1 && queue.pop() == 2);
    QVERIFY(!queue.pop() && !queue.tryPop());
}

void BoundedQueueTest::anUrgentItemPassesAFullQueue()
{
    BoundedQueue<int> queue(1);
    QVERIFY(queue.push(1));
    queue.pushUrgent(0);
    QCOMPARE(queue.size(), std::size_t{2});
    QVERIFY(queue.pop() == 0 && queue.pop() == 1);
}

void BoundedQueueTest::nothingIsLostBetweenManyThreads()
{
    constexpr int kProducers = 4;
    constexpr int kEach = 5000;
    BoundedQueue<int> queue(7);
    std::vector<std::thread> threads;
    std::vector<std::atomic<int>> seen(kProducers * kEach);
    for (int c = 0; c < 3; ++c) {
        threads.emplace_back([&] {
            while (const auto item = queue.pop())
                ++seen[static_cast<std::size_t>(*item)];
        });
    }
    std::vector<std::thread> producers;
    for (int p = 0; p < kProducers; ++p) {
        producers.emplace_back([&queue, p] {
            for (int i = 0; i < kEach; ++i)
                queue.push(p * kEach + i);
        });
    }
    for (auto& producer : producers)
        producer.join();
    queue.close();
    for (auto& thread : threads)
        thread.join();
    for (const auto& count : seen)
        QCOMPARE(count.load(), 1);
}

QTEST_GUILESS_MAIN(BoundedQueueTest)
#include "tst_bounded_queue.moc"
