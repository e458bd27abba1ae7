#include "engine/store/database.h"
#include "store_samples.h"

#include <QElapsedTimer>
#include <QTemporaryDir>

#include <algorithm>
#include <thread>

using namespace bartizan;
using namespace bartizan::test;

namespace {

// A batch as the pipeline makes them in a flood of lines that all differ.
std::vector<AlertRecord> differentAlerts(int batch, int size)
{
    std::vector<AlertRecord> alerts;
    for (int i = 0; i < size; ++i) {
        const std::string source = "10." + std::to_string(batch % 250) + "." + std::to_string(i / 250) + "." +
                                   std::to_string(i % 250);
        alerts.push_back(
            sampleAlert(1'780'000'020'000 + batch * 1000, 5710, source, std::string(300, 'x') + source));
    }
    return alerts;
}

double percentile(std::vector<qint64>& sorted, double share)
{
    const auto place = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
    return static_cast<double>(sorted[place]) / 1e6;
}

} // namespace

class TestStoreLoad : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("history.db"));
    }

    void aFloodOfEqualAlertsStaysAFewRows()
    {
        auto store = openStore(m_path, m_clock);
        QElapsedTimer timer;
        timer.start();
        const std::string line(200, 'x');
        for (int batch = 0; batch < 200; ++batch) {
            std::vector<AlertRecord> alerts;
            for (int i = 0; i < 1000; ++i) // over four minutes
                alerts.push_back(sampleAlert(1'780'000'020'000 + batch * 1200 + i, 5710, "192.0.2.1", line));
            writeAlerts(*store, std::move(alerts), {{"/log", std::to_string(batch)}});
        }
        BZ_OK(store->flush());
        qInfo("equal alerts: %.0f a second", 200'000.0 * 1e9 / static_cast<double>(timer.nsecsElapsed()));
        BZ_VALUE(page, store->alerts({}));
        QVERIFY2(page.items.size() <= 5, qPrintable(QString::number(page.items.size())));
        std::int64_t count = 0;
        for (const AlertRecord& alert : page.items)
            count += alert.count;
        QCOMPARE(count, 200'000);
        QVERIFY(store->sizeInBytes() < 5'000'000);
    }

    void anUrgentWriteDoesNotWaitForTheFlood()
    {
        auto store = openStore(m_path, m_clock);
        std::atomic<bool> done = false;
        std::atomic<int> batches = 0;
        std::thread flood([&] {
            while (!done) {
                writeAlerts(*store, differentAlerts(batches, 1000), {{"/log", std::to_string(batches)}});
                ++batches;
                while (store->load().waitingAlerts > 5000)
                    std::this_thread::sleep_for(std::chrono::microseconds(100));
            }
        });
        const auto measure = [&](const char* name, int writes) {
            std::vector<qint64> waits;
            for (int i = 0; i < writes; ++i) {
                BlockRecord block = sampleBlock("198.51.100.7", i);
                QElapsedTimer timer;
                timer.start();
                const auto saved = store->save(block);
                waits.push_back(timer.nsecsElapsed());
                if (!saved)
                    QTest::qFail(saved.error().message.c_str(), __FILE__, __LINE__);
                QTest::qWait(2);
            }
            std::ranges::sort(waits);
            qInfo("block, %s: median %.3f ms, p99 %.3f ms, most %.3f ms", name, percentile(waits, 0.5),
                  percentile(waits, 0.99), percentile(waits, 1));
            return percentile(waits, 0.5);
        };
        QElapsedTimer timer;
        timer.start();
        const double inFlood = measure("in a flood", 500);
        const double seconds = static_cast<double>(timer.nsecsElapsed()) / 1e9;
        done = true;
        flood.join();
        qInfo("different alerts: %.0f a second meanwhile", batches * 1000 / seconds);
        BZ_OK(store->flush(std::chrono::seconds(30)));
        const double atRest = measure("at rest", 300);
        // Far above what is usual, for slow machines: a regression to waiting for a batch or a disk would
        // show.
        QVERIFY(inFlood < 20);
        QVERIFY(atRest < 10);
        QCOMPARE(store->counters()->activeBlocks, 800);
        QVERIFY(store->problems().empty());
    }

    // What the writer can't keep up with is counted by rule and place; the caller never waits for it.
    void aFloodBeyondTheDiskIsCondensed()
    {
        Store::Options options;
        options.queuedAlerts = 4000;
        auto store = openStore(m_path, m_clock, options);
        store::Database other;
        BZ_OK(
            other.open({m_path.toStdString()}, store::Database::Access::ReadWrite, std::chrono::seconds(5)));
        BZ_OK(other.run("BEGIN IMMEDIATE")); // a disk that takes nothing at all
        QElapsedTimer timer;
        timer.start();
        for (int batch = 0; batch < 300; ++batch)
            writeAlerts(*store, differentAlerts(batch, 1000), {{"/log", std::to_string(batch)}});
        const qint64 handedIn = timer.elapsed();
        qInfo("300,000 alerts handed in: %lld ms", handedIn);
        QVERIFY(store->load().waitingAlerts <= 4000);
        BZ_OK(other.run("ROLLBACK"));
        BZ_OK(store->flush(std::chrono::seconds(30)));
        std::int64_t count = 0;
        std::int64_t rows = 0;
        AlertQuery query;
        query.limit = 1000;
        for (bool more = true; more;) {
            BZ_VALUE(page, store->alerts(query));
            for (const AlertRecord& alert : page.items) {
                count += alert.count;
                ++rows;
                QVERIFY(alert.count == 1 || alert.sourceAddress.empty());
            }
            more = page.more;
            query.before = page.items.back().id;
        }
        const StoreLoad load = store->load();
        QCOMPARE(count + load.droppedAlerts, 300'000);
        QCOMPARE(load.droppedAlerts, 0);
        QVERIFY(load.condensedAlerts > 290'000);
        QVERIFY(rows <= 4010);
        QCOMPARE(load.waitingAlerts, 0);
    }

    void differentAlertsAreWrittenFast()
    {
        Store::Options options;
        options.queuedAlerts = 200'000; // so that none is condensed
        options.queuedBytes = 200'000'000;
        auto store = openStore(m_path, m_clock, options);
        std::vector<std::vector<AlertRecord>> batches;
        for (int i = 0; i < 60; ++i)
            batches.push_back(differentAlerts(i, 1000));
        QElapsedTimer timer;
        timer.start();
        for (auto& batch : batches)
            writeAlerts(*store, std::move(batch));
        BZ_OK(store->flush(std::chrono::seconds(30)));
        qInfo("different alerts: %.0f a second", 60'000.0 * 1e9 / static_cast<double>(timer.nsecsElapsed()));
        QCOMPARE(store->counters()->alerts, 60'000);

        timer.restart();
        AlertQuery query;
        query.search = "no such text";
        BZ_VALUE(page, store->alerts(query));
        qInfo("searching %lld MB in vain: %lld ms", static_cast<long long>(store->sizeInBytes() / 1000000),
              timer.elapsed());
        QVERIFY(page.items.empty());
        query.search = "10.0.0.7";                         // in the first batch
        QCOMPARE(store->alerts(query)->items.size(), 11U); // 10.0.0.70 to 10.0.0.79 too
    }

    void theFileStaysWithinItsBound()
    {
        constexpr std::int64_t kBound = 8'000'000;
        constexpr std::int64_t kBatch = 1'000'000;
        Store::Options options;
        options.maxBytes = kBound;
        auto store = openStore(m_path, m_clock, options);
        BlockRecord standing = sampleBlock("198.51.100.7", m_clock.now());
        BlockRecord ended =
            sampleBlock("198.51.100.8", m_clock.now()); // not old: size alone is what may take it
        ended.state = BlockState::Expired;
        BZ_OK(store->save(standing));
        BZ_OK(store->save(ended));
        std::int64_t most = 0;
        for (int batch = 0; batch < 60; ++batch) { // some 40 MB
            writeAlerts(*store, differentAlerts(batch, 1000), {{"/log", std::to_string(batch)}});
            BZ_OK(store->flush(std::chrono::seconds(30)));
            most = std::max<std::int64_t>(most, QFileInfo(m_path).size());
        }
        BZ_OK(store->flush(std::chrono::seconds(30)));
        { // The search index follows, while rows keep coming.
            store::Database index;
            BZ_OK(index.open({m_path.toStdString() + "-search"}, store::Database::Access::ReadOnly,
                             std::chrono::seconds(5)));
            QTRY_VERIFY(index.number("SELECT min(first_id) FROM parts").value_or(0) > 16'384);
        }
        qInfo("at most %.1f MB of %.1f MB", static_cast<double>(most) / 1e6,
              static_cast<double>(kBound) / 1e6);
        QVERIFY(most < kBound + kBatch);
        // The newest are kept, and neither blocks nor positions had to go.
        BZ_VALUE(page, store->alerts({}));
        QVERIFY(page.items.front().firstTime == 1'780'000'020'000 + 59 * 1000);
        QVERIFY(store->counters()->alerts > 5000);
        QVERIFY(store->block(standing.id).has_value());
        QVERIFY(store->block(ended.id).has_value());
        QCOMPARE(store->positions()->front().position, std::string("59"));
        store.reset();
        QVERIFY(QFileInfo(m_path).size() < kBound + kBatch);

        // A smaller bound makes the file smaller.
        options.maxBytes = 2'000'000;
        store = openStore(m_path, m_clock, options);
        QTRY_VERIFY(store->counters()->alerts < 3500);
        QTest::qWait(500); // for giving back the space
        store.reset();
        QVERIFY2(QFileInfo(m_path).size() <= 2'000'000,
                 qPrintable(QString::number(QFileInfo(m_path).size())));
    }

    void oldHistoryGoesAndWhatStandsStays()
    {
        constexpr EpochMs kDay = 24LL * 3600 * 1000;
        const EpochMs start = m_clock.now();
        auto store = openStore(m_path, m_clock);
        for (int day = 0; day < 20; ++day) {
            std::vector<AlertRecord> alerts;
            for (int i = 0; i < 500; ++i) {
                alerts.push_back(sampleAlert(start + day * kDay, 5710, "192.0.2.1", std::string(300, 'x')));
                alerts.back().location = std::to_string(i);
            }
            writeAlerts(*store, std::move(alerts));
            for (const BlockState state : {BlockState::Active, BlockState::Pending, BlockState::Released}) {
                BlockRecord block = sampleBlock("192.0.2.1", start + day * kDay);
                block.state = state;
                BZ_OK(store->save(block));
            }
            store->audit({0, start + day * kDay, 0, "", 0, "pause", "{}", true, ""});
        }
        BZ_OK(store->flush());
        const auto sizeBefore = store->sizeInBytes();
        m_clock.set(start + 100 * kDay); // days 0…9 are over 90 days old
        store->retain();
        QTRY_COMPARE(store->counters()->alerts, 10 * 500);
        QTRY_COMPARE(store->counters()->blocks, 20 + 20 + 10);
        QTRY_COMPARE(store->auditEntries()->size(), 10U);
        QCOMPARE(store->counters()->activeBlocks, 40);
        AlertQuery oldest;
        oldest.limit = 1000;
        oldest.before = 5000 + 2;
        BZ_VALUE(page, store->alerts(oldest));
        QCOMPARE(page.items.size(), 1U);
        QCOMPARE(page.items[0].firstTime, start + 10 * kDay);
        QTest::qWait(300);
        store.reset();
        QVERIFY(QFileInfo(m_path).size() < sizeBefore * 3 / 4);
    }

private:
    FixedClock m_clock;
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

QTEST_GUILESS_MAIN(TestStoreLoad)
#include "tst_store_load.moc"
