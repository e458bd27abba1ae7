#include "engine/store/migrations.h"
#include "store_samples.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>

#include <map>

using namespace bartizan;
using namespace bartizan::test;

namespace {

const QString kSubject = QStringLiteral(BARTIZAN_BIN_DIR "/store_subject");

QByteArray bytesOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool overwrite(const QString& path, qint64 offset, const QByteArray& bytes)
{
    QFile file(path);
    return file.open(QIODevice::ReadWrite) && file.seek(offset) && file.write(bytes) == bytes.size();
}

QString describeAll(const Problems& problems)
{
    QStringList texts;
    for (const Problem& problem : problems)
        texts.append(QString::fromStdString(describe(problem)));
    return texts.join(QLatin1Char('\n'));
}

// Runs the subject in a mount namespace of its own, on a tmpfs of 1 MiB, so that the machine is left alone.
// Nothing when that is not possible here.
std::optional<QString> runOnSmallDisk(const QString& mode, const QString& prepare)
{
    const QTemporaryDir folder;
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    const QString script =
        QStringLiteral("mount -t tmpfs -o size=1M tmpfs \"$1\" || exit 99; %1; exec \"$2\" %2")
            .arg(prepare, mode);
    process.start(QStringLiteral("unshare"),
                  {QStringLiteral("--map-root-user"), QStringLiteral("--mount"), QStringLiteral("sh"),
                   QStringLiteral("-c"), script, QStringLiteral("sh"), folder.path(), kSubject});
    if (!process.waitForFinished(60'000) || process.exitCode() == 99)
        return std::nullopt;
    const QString output = QString::fromUtf8(process.readAll());
    if (output.contains(QLatin1String("unshare:")))
        return std::nullopt;
    return output;
}

} // namespace

class TestStoreFailure : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("history.db"));
    }

    void aKillAtAnyStepLosesNothingThatWasReported_data()
    {
        QTest::addColumn<QString>("step");
        QTest::addColumn<int>("blocks"); // in the file after the kill in round 3
        QTest::addColumn<int>("batches");
        QTest::newRow("block begun") << "block-begun" << 2 << 2;
        QTest::newRow("block rows written") << "block-rows-written" << 2 << 2;
        QTest::newRow("block committed") << "block-committed" << 3 << 2;
        QTest::newRow("batch begun") << "batch-begun" << 3 << 2;
        QTest::newRow("batch rows written") << "batch-rows-written" << 3 << 2;
        QTest::newRow("batch committed") << "batch-committed" << 3 << 3;
    }
    void aKillAtAnyStepLosesNothingThatWasReported()
    {
        QFETCH(QString, step);
        QFETCH(int, blocks);
        QFETCH(int, batches);
        QProcess subject;
        subject.start(kSubject, {QStringLiteral("write"), m_path, step, QStringLiteral("3")});
        while (!subject.readAllStandardOutput().endsWith("holding\n"))
            QVERIFY(subject.waitForReadyRead(10'000));
        subject.kill();
        QVERIFY(subject.waitForFinished());
        auto store = openStore(m_path, m_clock);
        QCOMPARE(store->counters()->activeBlocks, blocks);
        checkBatches(*store, batches);
    }

    void aKillAtAnyMomentLeavesAlertsAndPositionsInStep()
    {
        for (int round = 1; round <= 8; ++round) {
            const QString path = m_folder->filePath(QStringLiteral("history-%1.db").arg(round));
            QProcess subject;
            subject.start(kSubject, {QStringLiteral("write"), path});
            QVERIFY(subject.waitForReadyRead(10'000));
            QTest::qSleep(37 * round);
            subject.kill();
            QVERIFY(subject.waitForFinished());
            const QList<QByteArray> said = subject.readAllStandardOutput().split('\n');
            auto store = openStore(path, m_clock);
            QVERIFY2(store->problems().empty(), qPrintable(describeAll(store->problems())));
            std::int64_t reported = 0;
            for (const QByteArray& line : said.first(said.size() - 1)) // the last one may be cut
                reported = line.mid(6).toLongLong();
            QVERIFY(reported > 0);
            const auto inFile = store->counters()->activeBlocks;
            QVERIFY(inFile >= reported && inFile <= reported + 2);
            const auto positions = store->positions();
            checkBatches(*store, positions->empty() ? 0 : std::stoi(positions->front().position));
        }
    }

    void aLockedDatabaseIsReportedAndNothingIsLost()
    {
        std::atomic<int> changes = 0;
        Store::Options options;
        options.busyTimeout = std::chrono::milliseconds(30);
        options.retryInterval = std::chrono::milliseconds(30);
        options.queuedAlerts = 100;
        options.problemsChanged = [&] { ++changes; };
        auto store = openStore(m_path, m_clock, options);
        BlockRecord block = sampleBlock("192.0.2.1", 1);
        BZ_OK(store->save(block));
        {
            store::Database other;
            BZ_OK(other.open({m_path.toStdString()}, store::Database::Access::ReadWrite,
                             std::chrono::seconds(5)));
            BZ_OK(other.run("BEGIN IMMEDIATE"));

            block.state = BlockState::Active;
            const auto saved = store->save(block);
            QCOMPARE(saved.error().code, ErrorCode::Busy);
            BlockRecord second = sampleBlock("192.0.2.2", 2);
            QCOMPARE(store->save(second).error().code, ErrorCode::Busy);
            QCOMPARE(second.id, 2);
            QCOMPARE(store->addAllow({cidr("192.0.2.3"), "", 0, ""}).error().code, ErrorCode::Busy);
            for (int i = 0; i < 50; ++i) // more than the queue holds, but equal once folded
                writeAlerts(*store, {kAlert, kAlert, kAlert, kAlert}, {{"/log", std::to_string(i)}});
            QCOMPARE(store->flush(std::chrono::milliseconds(100)).error().code, ErrorCode::Busy);
            const auto problems = store->problems();
            QCOMPARE(problems.size(), 1U);
            QCOMPARE(problems[0].component, std::string("store"));
            QCOMPARE(problems[0].file, m_path.toStdString());
            QVERIFY(problems[0].message.contains("locked by another program"));
            QVERIFY(!problems[0].cure.empty());
            BZ_VALUE(before, store->block(1)); // reading goes on
            QCOMPARE(before.state, BlockState::Pending);
            BZ_OK(other.run("ROLLBACK"));
        }
        BZ_OK(store->flush());
        QTRY_VERIFY(store->problems().empty());
        QCOMPARE(changes.load(), 2);
        BZ_VALUE(after, store->block(1));
        QCOMPARE(after.state, BlockState::Active);
        QVERIFY(store->block(2).has_value());
        BZ_VALUE(alerts, store->alerts({}));
        QCOMPARE(alerts.items.size(), 1U);
        QCOMPARE(alerts.items[0].count, 200);
        QCOMPARE(store->positions()->front().position, std::string("49"));
    }

    void alertsThatCannotBeKeptAreCounted()
    {
        Store::Options options;
        options.busyTimeout = std::chrono::milliseconds(10);
        options.retryInterval = std::chrono::milliseconds(20);
        options.queuedAlerts = 10;
        auto store = openStore(m_path, m_clock, options);
        store::Database other;
        BZ_OK(
            other.open({m_path.toStdString()}, store::Database::Access::ReadWrite, std::chrono::seconds(5)));
        BZ_OK(other.run("BEGIN IMMEDIATE"));
        writeAlerts(*store, {kAlert});
        QTRY_VERIFY(!store->problems().empty());
        for (int i = 1; i <= 100; ++i) {
            AlertRecord alert = kAlert;
            alert.location = std::to_string(i);
            writeAlerts(*store, {alert}, {{"/log", std::to_string(i)}});
        }
        QTRY_COMPARE(store->problems().size(), 2U);
        QVERIFY2(describeAll(store->problems()).contains(QLatin1String("alerts could not be kept")),
                 qPrintable(describeAll(store->problems())));
        BZ_OK(other.run("ROLLBACK"));
        BZ_OK(store->flush());
        QTRY_COMPARE(store->problems().size(), 1U);
        QCOMPARE(store->positions()->front().position, std::string("100"));
        BZ_VALUE(alerts, store->alerts({}));
        QVERIFY(alerts.items.size() >= 8 && alerts.items.size() <= 12);
        QCOMPARE(alerts.items.front().location, std::string("100"));
    }

    void whatIsKeptInMemoryIsWrittenAtTheEnd()
    {
        Store::Options options;
        options.busyTimeout = std::chrono::milliseconds(10);
        options.retryInterval = std::chrono::milliseconds(20);
        auto store = openStore(m_path, m_clock, options);
        store::Database other;
        BZ_OK(
            other.open({m_path.toStdString()}, store::Database::Access::ReadWrite, std::chrono::seconds(5)));
        BZ_OK(other.run("BEGIN IMMEDIATE"));
        BlockRecord block = sampleBlock("192.0.2.1", 1);
        QVERIFY(!store->save(block));
        writeAlerts(*store, {kAlert});
        std::thread release([&] {
            QTest::qSleep(100);
            (void)other.run("ROLLBACK");
        });
        store.reset();
        release.join();
        store = openStore(m_path, m_clock);
        QCOMPARE(store->activeBlocks()->size(), 1U);
        QCOMPARE(store->counters()->alerts, 1);
    }

    void aDamagedFileIsMovedAsideAndAnotherStarted_data()
    {
        QTest::addColumn<QString>("damage");
        QTest::addColumn<bool>("blocksSurvive");
        QTest::newRow("text instead") << "text" << false;
        QTest::newRow("garbage instead") << "garbage" << false;
        QTest::newRow("truncated") << "truncated" << true;
        QTest::newRow("garbage in the alerts") << "pages" << true;
        QTest::newRow("garbage in the header") << "header" << false;
    }
    void aDamagedFileIsMovedAsideAndAnotherStarted()
    {
        QFETCH(QString, damage);
        QFETCH(bool, blocksSurvive);
        makeHistory();
        const qint64 size = QFileInfo(m_path).size();
        QVERIFY(size > 400'000);
        if (damage == QLatin1String("text")) {
            QFile::remove(m_path);
            QVERIFY(overwrite(m_path, 0, "this is no database\n"));
        } else if (damage == QLatin1String("garbage")) {
            QVERIFY(overwrite(m_path, 0, QByteArray(static_cast<int>(size), '\x5a')));
        } else if (damage == QLatin1String("truncated")) {
            QVERIFY(QFile::resize(m_path, size - 100'000));
        } else if (damage == QLatin1String("pages")) {
            QVERIFY(overwrite(m_path, size / 2, QByteArray(60'000, '\xa5')));
        } else {
            QVERIFY(overwrite(m_path, 30, QByteArray(200, '\xa5')));
        }
        const QByteArray damagedBytes = bytesOf(m_path);

        auto store = openStore(m_path, m_clock);
        QVERIFY(store);
        const auto problems = store->problems();
        QCOMPARE(problems.size(), 1U);
        QVERIFY2(problems[0].message.contains("damaged"), problems[0].message.c_str());
        const QStringList aside =
            m_folder.get() ? QDir(m_folder->path()).entryList({QStringLiteral("history.db.damaged-*")})
                           : QStringList();
        QVERIFY(!aside.isEmpty());
        QVERIFY2(problems[0].cure.contains(aside.first().toStdString()), problems[0].cure.c_str());
        QCOMPARE(bytesOf(m_folder->filePath(aside.first())), damagedBytes);
        if (blocksSurvive) {
            QCOMPARE(store->activeBlocks()->size(), 20U);
            QCOMPARE(store->allowEntries()->size(), 1U);
            QCOMPARE(store->positions()->size(), 1U);
        }
        // And the new one works.
        BlockRecord block = sampleBlock("192.0.2.99", 1);
        BZ_OK(store->save(block));
        writeAlerts(*store, {kAlert});
        BZ_OK(store->flush());
        store.reset();
        store = openStore(m_path, m_clock);
        QVERIFY(store->problems().empty());
        QVERIFY(store->block(block.id).has_value());
    }

    void damageThatShowsWhileRunningIsAnsweredTheSameWay()
    {
        makeHistory();
        Store::Options options;
        options.retryInterval = std::chrono::milliseconds(20);
        auto store = openStore(m_path, m_clock, options);
        BlockRecord block = sampleBlock("192.0.2.99", 1);
        BZ_OK(store->save(block));
        BZ_OK(store->flush());
        const qint64 size = QFileInfo(m_path).size();
        QVERIFY(overwrite(m_path, size / 2, QByteArray(static_cast<int>(size / 2 - 20'000), '\xa5')));
        AlertQuery everything;
        everything.limit = 1000;
        everything.search = "no such text";
        const auto searched = store->alerts(everything);
        QVERIFY(!searched);
        QCOMPARE(searched.error().code, ErrorCode::Corrupt);
        QTRY_VERIFY2(describeAll(store->problems()).contains(QLatin1String("A new one was started")),
                     qPrintable(describeAll(store->problems())));
        QTRY_COMPARE(store->problems().size(), 1U);
        writeAlerts(*store, {kAlert});
        BZ_OK(store->flush());
        QVERIFY(store->alerts(everything).has_value());
        QCOMPARE(store->counters()->alerts, 1);
        BlockRecord next = sampleBlock("192.0.2.100", 1);
        BZ_OK(store->save(next));
        QCOMPARE(next.id, block.id + 1);
    }

    void aFullDiskStopsNeitherBlockingNorAnalysing()
    {
        const auto output = runOnSmallDisk(QStringLiteral("full \"$1\""), QStringLiteral(":"));
        if (!output)
            QSKIP("no tmpfs in a mount namespace of its own is to be had here");
        const QStringList lines = output->split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QVERIFY2(lines.size() >= 7, qPrintable(*output));
        QCOMPARE(lines[0], QStringLiteral("no problem"));
        QVERIFY2(lines[1].contains(QLatin1String("is full (Free space on it")), qPrintable(*output));
        QVERIFY2(lines[2].startsWith(QLatin1String("kept in memory: ")), qPrintable(*output));
        QCOMPARE(lines[3], QStringLiteral("still accepting"));
        const QStringList position = lines[4].split(QLatin1Char(' '));
        QCOMPARE(position[1], position[3]);
        QCOMPARE(lines[5], QStringLiteral("block 1"));
        // The oldest alerts were dropped, and how many is said; the problem with the disk is over.
        const QStringList kept = lines[6].split(QLatin1Char(' '));
        const auto dropped = QString::number(kept[3].toLongLong() - kept[1].toLongLong());
        QVERIFY2(lines[7].contains(dropped + QStringLiteral(" alerts could not be kept")),
                 qPrintable(*output));
        QCOMPARE(lines.size(), 8);
    }

    void aFolderThatCannotBeWrittenIsAnError()
    {
        auto missing =
            Store::open(m_folder->filePath(QStringLiteral("no/such/history.db")).toStdString(), m_clock, {});
        QVERIFY(!missing);
        QCOMPARE(missing.error().code, ErrorCode::Unavailable);
        QVERIFY(!missing.error().cure.empty());

        for (const char* existing : {":", "\"$2\" open \"$1/history.db\" >/dev/null"}) {
            const auto output = runOnSmallDisk(QStringLiteral("open \"$1/history.db\""),
                                               QLatin1String(existing) +
                                                   QStringLiteral("; mount -o remount,ro \"$1\" || exit 99"));
            if (!output)
                QSKIP("no tmpfs in a mount namespace of its own is to be had here");
            QVERIFY2(output->startsWith(
                         QStringLiteral("error %1: ").arg(static_cast<int>(ErrorCode::Unavailable))),
                     qPrintable(*output));
            QVERIFY2(output->contains(QLatin1String("writable for the engine's user")), qPrintable(*output));
        }
    }

    void aDatabaseLockedForGoodIsAnErrorAtOpen()
    {
        makeHistory();
        store::Database other;
        BZ_OK(
            other.open({m_path.toStdString()}, store::Database::Access::ReadWrite, std::chrono::seconds(5)));
        BZ_OK(other.run("PRAGMA locking_mode = EXCLUSIVE"));
        BZ_OK(other.run("BEGIN EXCLUSIVE"));
        const auto opened = Store::open(m_path.toStdString(), m_clock, {});
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, ErrorCode::Busy);
        QVERIFY(!opened.error().cure.empty());
    }

    void everyEarlierSchemaIsMigrated()
    {
        const auto steps = store::migrations();
        for (std::size_t version = 0; version <= steps.size(); ++version) {
            const QString path = m_folder->filePath(QStringLiteral("version-%1.db").arg(version));
            {
                store::Database old;
                BZ_OK(old.open({path.toStdString()}, store::Database::Access::ReadWrite,
                               std::chrono::seconds(5)));
                BZ_OK(store::migrate(old, steps.first(version)));
                if (version > 0)
                    BZ_OK(old.run("INSERT INTO positions VALUES ('/log', 'kept')"));
            }
            auto store = openStore(path, m_clock);
            QVERIFY(store->problems().empty());
            QCOMPARE(store->positions()->size(), version > 0 ? 1U : 0U);
            BlockRecord block = sampleBlock("192.0.2.1", 1);
            BZ_OK(store->save(block));
        }
    }

    void aMigrationIsDoneWhollyOrNotAtAll()
    {
        constexpr std::array<std::string_view, 1> kGood = {"CREATE TABLE one (a INTEGER) STRICT"};
        constexpr std::array<std::string_view, 2> kBad = {"CREATE TABLE two (a INTEGER) STRICT", "NOT SQL"};
        const std::array<store::Migration, 2> steps = {store::Migration(kGood), store::Migration(kBad)};
        store::Database database;
        BZ_OK(database.open({m_path.toStdString()}, store::Database::Access::ReadWrite,
                            std::chrono::seconds(5)));
        BZ_OK(store::migrate(database, std::span(steps).first(1)));
        QVERIFY(!store::migrate(database, steps));
        QCOMPARE(database.number("PRAGMA user_version").value(), 1);
        QCOMPARE(database.number("SELECT count(*) FROM sqlite_schema").value(), 1);
    }

    void aNewerSchemaIsRefusedAndLeftAlone()
    {
        makeHistory();
        {
            store::Database newer;
            BZ_OK(newer.open({m_path.toStdString()}, store::Database::Access::ReadWrite,
                             std::chrono::seconds(5)));
            BZ_OK(newer.run("PRAGMA user_version = 99"));
        }
        const auto opened = Store::open(m_path.toStdString(), m_clock, {});
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, ErrorCode::Unsupported);
        QVERIFY(!opened.error().cure.empty());
        store::Database newer;
        BZ_OK(newer.open({m_path.toStdString()}, store::Database::Access::ReadOnly, {}));
        QCOMPARE(newer.number("SELECT count(*) FROM blocks").value(), 20);
    }

private:
    // As store_subject writes them: batch n has the position n, three alerts of its own and one that is
    // always the same.
    static void checkBatches(Store& store, int batches)
    {
        std::map<std::string, std::int64_t> counts;
        AlertQuery query;
        query.limit = 1000;
        for (bool more = true; more;) {
            BZ_VALUE(page, store.alerts(query));
            for (const AlertRecord& alert : page.items)
                counts[alert.location] += alert.count;
            more = page.more;
            query.before = page.items.empty() ? 0 : page.items.back().id;
        }
        QCOMPARE(counts["always"], batches);
        QCOMPARE(counts.size(), static_cast<std::size_t>(3 * batches + 1));
        for (const auto& [location, count] : counts)
            QVERIFY(count == 1 || location == "always");
        BZ_VALUE(positions, store.positions());
        QCOMPARE(positions.size(), batches > 0 ? 1U : 0U);
        if (batches > 0)
            QCOMPARE(positions[0].position, std::to_string(batches));
    }

    // 20 blocks, an allow entry and a position in the first pages, then 1000 alerts.
    void makeHistory()
    {
        auto store = openStore(m_path, m_clock);
        std::vector<BlockRecord> blocks;
        for (int i = 0; i < 20; ++i)
            blocks.push_back(sampleBlock(("10.0.0." + std::to_string(i)).c_str(), i));
        BZ_OK(store->save(blocks));
        BZ_OK(store->addAllow({cidr("192.0.2.3"), "the office", 0, "anna"}));
        for (int i = 0; i < 1000; ++i) {
            AlertRecord alert = kAlert;
            alert.location = std::to_string(i);
            alert.firstLog = alert.lastLog = std::string(400, 'x');
            writeAlerts(*store, {alert}, {{"/log", "1"}});
        }
        BZ_OK(store->flush());
    }

    const FixedClock m_clock;
    const AlertRecord kAlert = sampleAlert(1'780'000'020'000, 1, "192.0.2.1", "line");
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

QTEST_GUILESS_MAIN(TestStoreFailure)
#include "tst_store_failure.moc"
