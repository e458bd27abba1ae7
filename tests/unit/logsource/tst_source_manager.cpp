#include "tests/unit/logsource/fake_log_files.h"
#include "tests/unit/logsource/source_bench.h"

#include <QElapsedTimer>
#include <QTest>

#include <condition_variable>

using namespace bartizan;
using namespace bartizan::test;
namespace fs = std::filesystem;

namespace {

// A watch that tells what the test says, and counts how often somebody slept.
class FakeWatch final : public FileWatch
{
public:
    Result<void> add(const std::string&, FolderWatch) override { return {}; }
    void remove(const std::string&) override {}
    std::vector<FileChange> wait(std::optional<std::chrono::milliseconds> timeout) override
    {
        std::unique_lock lock(m_mutex);
        ++m_waits;
        const auto isDue = [this] { return m_woken || !m_changes.empty(); };
        if (timeout)
            m_condition.wait_for(lock, *timeout, isDue);
        else
            m_condition.wait(lock, isDue);
        m_woken = false;
        return std::exchange(m_changes, {});
    }
    void wake() override
    {
        const std::lock_guard lock(m_mutex);
        m_woken = true;
        m_condition.notify_all();
    }
    void tell(FileChange change)
    {
        const std::lock_guard lock(m_mutex);
        m_changes.push_back(std::move(change));
        m_condition.notify_all();
    }
    [[nodiscard]] int waits()
    {
        const std::lock_guard lock(m_mutex);
        return m_waits;
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_condition;
    std::vector<FileChange> m_changes;
    bool m_woken = false;
    int m_waits = 0;
};

} // namespace

class SourceManagerTest : public QObject
{
    Q_OBJECT

private slots:
    void readsWhatIsWritten();
    void findsFilesThatAppearLater();
    void findsFoldersThatAppearLater();
    void followsGlobsWithoutReadingRotatedPieces();
    void followsFoldersThatAreReplaced_data();
    void followsFoldersThatAreReplaced();
    void followsLinksThroughRotation_data();
    void followsLinksThroughRotation();
    void followsFoldersThatAreLinks();
    void continuesAtStoredPositions();
    void storedPositionsOfVanishedLogsStopNothing();
    void reportsWhatItCannotRead();
    void saysThatALogIsDeniedAndReadsItOnceAllowed();
    void refusesWhatIsNoRegularFile();
    void aFullQueueStopsTheReading();
    void sleepsAtRest();
    void sleepsAtRestBehindLinks();
    void isQuick();
};

void SourceManagerTest::readsWhatIsWritten()
{
    Bench bench;
    bench.append("a.log", "old\n");
    bench.append("b.log", "old\n");
    QVERIFY(bench.start({source(bench.path("a.log")), source(bench.path("b.log"))}).empty());
    QTRY_COMPARE(bench.positions().size(), std::size_t{2});
    bench.append("a.log", "one\ntwo\n");
    QTRY_COMPARE(bench.lines(), words("a.log: one,a.log: two"));
    bench.append("b.log", "three\n");
    QTRY_COMPARE(bench.lines(), words("a.log: one,a.log: two,b.log: three"));
    fs::rename(bench.path("a.log"), bench.path("a.log.1"));
    QTRY_COMPARE(bench.status("a.log"), QStringLiteral("missing"));
    bench.append("a.log.1", "four\n");
    bench.append("a.log", "five\n");
    QTRY_COMPARE(bench.lines().mid(3), words("a.log: four,a.log: five"));
    QTRY_COMPARE(bench.status("a.log"), QStringLiteral("reading"));
    const SourceState state = bench.states().front();
    QCOMPARE(state.lines, std::uint64_t{4});
    QCOMPARE(state.bytes, std::uint64_t{18});
    QVERIFY(state.lastLineAt);
}

void SourceManagerTest::findsFilesThatAppearLater()
{
    Bench bench;
    QVERIFY(bench.start({source(bench.path("a.log"))}).empty());
    QTRY_COMPARE(bench.status("a.log"), QStringLiteral("missing"));
    bench.append("a.log", "one\n");
    QTRY_COMPARE(bench.lines(), words("a.log: one"));
    QCOMPARE(bench.status("a.log"), QStringLiteral("reading"));
    QVERIFY(bench.changes() >= 2);
}

void SourceManagerTest::findsFoldersThatAppearLater()
{
    Bench bench;
    QVERIFY(bench.start({source(bench.path("x/y/a.log")), source(bench.path("g/*/b.log"))}).empty());
    QTRY_COMPARE(bench.status("x/y/a.log"), QStringLiteral("missing"));
    for (const char* folder : {"x", "x/y", "g", "g/h"}) {
        fs::create_directory(bench.path(folder));
        QTest::qWait(20);
    }
    bench.append("x/y/a.log", "one\n");
    QTRY_COMPARE(bench.lines(), words("a.log: one"));
    bench.append("g/h/b.log", "two\n");
    QTRY_COMPARE(bench.lines(), words("a.log: one,b.log: two"));
    fs::remove_all(bench.path("x"));
    QTRY_COMPARE(bench.status("x/y/a.log"), QStringLiteral("missing"));
    fs::create_directories(bench.path("x/y"));
    bench.append("x/y/a.log", "three\n");
    QTRY_COMPARE(bench.lines(), words("a.log: one,b.log: two,a.log: three"));
}

void SourceManagerTest::followsGlobsWithoutReadingRotatedPieces()
{
    Bench bench;
    bench.append("a.log", "old\n");
    bench.append("a.log.1", "older\n");
    bench.append("a.log.2.gz", "oldest\n");
    bench.append("skip.log", "old\n");
    LocalFile file = source(bench.path("*.log*"));
    file.exclude = {bench.path("skip*")};
    file.onlyFutureEvents = false;
    QVERIFY(bench.start({file}).empty());
    QTRY_COMPARE(bench.lines(), words("a.log: old"));
    bench.append("b.log", "new\n");
    QTRY_COMPARE(bench.lines(), words("a.log: old,b.log: new"));
    bench.append("skip.log", "no\n");
    fs::rename(bench.path("a.log.1"), bench.path("a.log.2"));
    fs::rename(bench.path("a.log"), bench.path("a.log.1"));
    bench.append("a.log", "next\n");
    QTRY_COMPARE(bench.lines(), words("a.log: old,b.log: new,a.log: next"));
    fs::rename(bench.path("b.log"), bench.path("c.log"));
    bench.append("c.log", "more\n");
    QTRY_COMPARE(bench.lines().mid(3), words("b.log: more"));
    QTest::qWait(50);
    QCOMPARE(bench.lines().size(), 4);
}

void SourceManagerTest::followsFoldersThatAreReplaced_data()
{
    QTest::addColumn<QString>("location");
    QTest::addColumn<QString>("replaced");
    const auto row = [](const char* name, const char* location, const char* replaced) {
        QTest::newRow(name) << QString::fromLatin1(location) << QString::fromLatin1(replaced);
    };
    row("own folder", "app/logs/in/a.log", "app/logs/in");
    row("folder above", "app/logs/in/a.log", "app");
    row("wildcard below", "app/*/in/*.log", "app");
    row("wildcard above", "*/logs/in/a.log", "app/logs");
}

void SourceManagerTest::followsFoldersThatAreReplaced()
{
    QFETCH(QString, location);
    QFETCH(QString, replaced);
    Bench bench;
    fs::create_directories(bench.path("app/logs/in"));
    bench.append("app/logs/in/a.log", "old\n");
    QVERIFY(bench.start({source(bench.path(location.toStdString()))}).empty());
    QTRY_COMPARE(bench.positions().size(), std::size_t{1});
    QStringList expected;
    const auto write = [&](const char* line) {
        bench.append("app/logs/in/a.log", std::string(line) + '\n');
        expected << QStringLiteral("a.log: ") + QString::fromLatin1(line);
    };
    const fs::path folder = bench.path(replaced.toStdString());

    fs::rename(folder, bench.path("aside"));
    fs::create_directories(bench.path("app/logs/in"));
    write("one");
    QTRY_COMPARE(bench.lines(), expected);
    write("two");
    QTRY_COMPARE(bench.lines(), expected);

    // Removed step by step, so that the engine looks in between; it holds the removed log open.
    fs::remove(bench.path("app/logs/in/a.log"));
    QTRY_VERIFY(bench.status("app/logs/in/a.log") != QStringLiteral("reading"));
    QTest::qWait(20);
    fs::remove_all(folder);
    QTest::qWait(20);
    fs::create_directories(bench.path("app/logs/in"));
    write("three");
    QTRY_COMPARE(bench.lines(), expected);
    write("four");
    QTRY_COMPARE(bench.lines(), expected);
}

void SourceManagerTest::followsLinksThroughRotation_data()
{
    QTest::addColumn<QString>("target"); // of the link, % is the bench's folder
    QTest::addColumn<QString>("real");
    QTest::addColumn<QStringList>("locations");
    const auto row = [](const char* name, const char* target, const char* real, const char* locations) {
        QTest::newRow(name) << QString::fromLatin1(target) << QString::fromLatin1(real) << words(locations);
    };
    row("absolute", "%/other/app.log", "other/app.log", "dir/app.log");
    row("relative", "../other/app.log", "other/app.log", "dir/app.log");
    row("same folder", "real.txt", "dir/real.txt", "dir/app.log");
    row("a link to a link", "%/middle/link", "other/app.log", "dir/app.log");
    row("glob", "%/other/app.log", "other/app.log", "dir/*.log");
    row("a folder that is a link", "%/current/app.log", "other/app.log", "dir/app.log");
    row("name like a glob", "%/ot[h]er*/app.log", "ot[h]er*/app.log", "dir/app.log");
    row("folder read as well", "%/other/app.log", "other/app.log", "dir/app.log,other/side.log");
}

void SourceManagerTest::followsLinksThroughRotation()
{
    QFETCH(QString, target);
    QFETCH(QString, real);
    QFETCH(QStringList, locations);
    Bench bench;
    for (const char* folder : {"dir", "middle", "other", "ot[h]er*", "new"})
        fs::create_directory(bench.path(folder));
    fs::create_symlink("../other/app.log", bench.path("middle/link"));
    fs::create_symlink("other", bench.path("current"));
    target.replace(QLatin1Char('%'), QString::fromStdString(bench.path(".")));
    fs::create_symlink(target.toStdString(), bench.path("dir/app.log"));
    const std::string log = real.toStdString();
    bench.append(log, "old\n");
    std::vector<LocalFile> sources;
    for (const QString& location : locations)
        sources.push_back(source(bench.path(location.toStdString())));
    QVERIFY(bench.start(sources).empty());
    QTRY_COMPARE(bench.positions().size(), std::size_t{1});

    QStringList expected;
    const auto write = [&](const std::string& name, const char* line) {
        bench.append(name, std::string(line) + '\n');
        expected << QStringLiteral("app.log: ") + QString::fromLatin1(line);
    };
    write(log, "one");
    QTRY_COMPARE(bench.lines(), expected);

    // While nothing carries the name, the engine looks at a link that leads nowhere.
    fs::rename(bench.path(log), bench.path(log + ".1"));
    QTRY_COMPARE(bench.status("dir/app.log"), QStringLiteral("missing"));
    write(log + ".1", "late");
    QTRY_COMPARE(bench.lines(), expected);
    write(log, "two");
    QTRY_COMPARE(bench.lines(), expected);
    write(log, "three");
    QTRY_COMPARE(bench.lines(), expected);
    QCOMPARE(bench.status("dir/app.log"), QStringLiteral("reading"));

    // At once, and with nothing in the new file at first.
    fs::rename(bench.path(log), bench.path(log + ".2"));
    bench.append(log, "");
    QTest::qWait(50);
    write(log, "four");
    QTRY_COMPARE(bench.lines(), expected);

    // The link leads elsewhere, to where nothing is yet.
    fs::create_symlink(bench.path("new/app.log"), bench.path("dir/link.new"));
    fs::rename(bench.path("dir/link.new"), bench.path("dir/app.log"));
    QTRY_COMPARE(bench.status("dir/app.log"), QStringLiteral("missing"));
    write("new/app.log", "five");
    QTRY_COMPARE(bench.lines(), expected);

    // The folder behind it comes back.
    fs::remove_all(bench.path("new"));
    QTRY_COMPARE(bench.status("dir/app.log"), QStringLiteral("missing"));
    fs::create_directory(bench.path("new"));
    write("new/app.log", "six");
    QTRY_COMPARE(bench.lines(), expected);
    write("new/app.log", "seven");
    QTRY_COMPARE(bench.lines(), expected);
}

void SourceManagerTest::followsFoldersThatAreLinks()
{
    Bench bench;
    for (const char* folder : {"releases/1", "releases/2"})
        fs::create_directories(bench.path(folder));
    fs::create_symlink("releases/1", bench.path("current"));
    bench.append("current/app.log", "old\n");
    QVERIFY(bench.start({source(bench.path("current/app.log"))}).empty());
    QTRY_COMPARE(bench.positions().size(), std::size_t{1});
    bench.append("releases/1/app.log", "one\n");
    QTRY_COMPARE(bench.lines(), words("app.log: one"));
    fs::create_symlink("releases/2", bench.path("next"));
    fs::rename(bench.path("next"), bench.path("current"));
    bench.append("releases/2/app.log", "two\n");
    QTRY_COMPARE(bench.lines(), words("app.log: one,app.log: two"));
    bench.append("releases/2/app.log", "three\n");
    QTRY_COMPARE(bench.lines(), words("app.log: one,app.log: two,app.log: three"));
}

void SourceManagerTest::continuesAtStoredPositions()
{
    Bench first;
    first.append("a.log", "one\n");
    QVERIFY(first.start({source(first.path("a.log"))}).empty());
    QTRY_VERIFY(!first.positions().empty());
    const std::string log = first.path("a.log");
    std::vector<FilePosition> stored{first.positions().begin()->second};
    first.append("a.log", "two\n");
    QTRY_COMPARE(first.lines(), words("a.log: two"));
    first.stop();

    Bench second; // as after a crash: the position of "two" was not stored
    QVERIFY(second.start({source(log)}, stored).empty());
    QTRY_COMPARE(second.lines(), words("a.log: two"));
}

void SourceManagerTest::storedPositionsOfVanishedLogsStopNothing()
{
    Bench bench;
    fs::create_directory(bench.path("dir"));
    fs::create_symlink(bench.path("dir/nothing"), bench.path("link.log"));
    bench.append("here.log", "old\n");
    std::vector<LocalFile> sources{source(bench.path("here.log"))};
    std::vector<FilePosition> stored;
    for (const char* name : {"gone.log", "no/folder/a.log", "link.log", "of-no-source.log"}) {
        stored.push_back({bench.path(name), {1, 4711}, 1000, 64, 17, 64, 18});
        if (name != std::string_view("of-no-source.log"))
            sources.push_back(source(bench.path(name)));
    }
    QVERIFY(bench.start(sources, stored).empty());
    QTRY_COMPARE(bench.status("here.log"), QStringLiteral("reading"));
    for (const char* name : {"gone.log", "no/folder/a.log", "link.log"})
        QCOMPARE(bench.status(name), QStringLiteral("missing"));
    QStringList expected = words("here.log: one");
    bench.append("here.log", "one\n");
    QTRY_COMPARE(bench.lines(), expected);
    fs::create_directories(bench.path("no/folder"));
    for (const char* name : {"gone.log", "no/folder/a.log", "link.log"}) {
        bench.append(name, "new\n");
        expected << QString::fromStdString(fs::path(name).filename().string() + ": new");
        QTRY_COMPARE(bench.lines(), expected);
    }
    bench.append("here.log", "two\n");
    expected << QStringLiteral("here.log: two");
    QTRY_COMPARE(bench.lines(), expected);
}

void SourceManagerTest::reportsWhatItCannotRead()
{
    Bench bench;
    LocalFile channel = source("Security", "eventchannel");
    channel.formatPlace = {"bartizan.conf", 7, 3};
    LocalFile queried = source(bench.path("a.log"));
    queried.query = "x";
    queried.place = {"bartizan.conf", 9, 1};
    const Problems problems = bench.start({channel, queried, source(bench.path("a.log"))});
    QCOMPARE(problems.size(), std::size_t{3});
    QCOMPARE(problems[0].line, 7);
    QVERIFY(problems[0].message.find("eventchannel") != std::string::npos);
    QVERIFY(problems[1].message.find("<query>") != std::string::npos);
    QVERIFY(problems[2].message.find("already") != std::string::npos);
    QTRY_COMPARE(bench.states().size(), std::size_t{1});
}

void SourceManagerTest::saysThatALogIsDeniedAndReadsItOnceAllowed()
{
    test::FakeLogFiles files;
    FakeWatch watch;
    SystemClock clock;
    BoundedQueue<SourceBatch> queue(4);
    files.append("/var/log/a.log", "old\n");
    files.deny("/var/log/a.log");
    SourceManager manager(files, watch, clock, queue);
    QVERIFY(manager.start({source("/var/log/a.log")}, {}).empty());
    QTRY_VERIFY(!manager.states().empty());
    QVERIFY(manager.states().front().status == SourceStatus::Denied);
    QVERIFY(manager.states().front().detail.find("tester") != std::string::npos);
    QVERIFY(!manager.states().front().cure.empty());
    files.allow("/var/log/a.log");
    watch.tell({"/var/log", "a.log", false});
    QTRY_VERIFY(manager.states().front().status == SourceStatus::Reading);
    manager.stop();
    QVERIFY(manager.states().front().detail.empty());
}

void SourceManagerTest::refusesWhatIsNoRegularFile()
{
    Bench bench;
    fs::create_directory(bench.path("folder"));
    fs::create_symlink(bench.path("real.log"), bench.path("link.log"));
    bench.append("real.log", "old\n");
    QVERIFY(bench.start({source(bench.path("folder")), source(bench.path("link.log")), source("/dev/zero")})
                .empty());
    QTRY_COMPARE(bench.states().size(), std::size_t{3});
    QCOMPARE(bench.status("folder"), QStringLiteral("failed"));
    QVERIFY(bench.states().front().status == SourceStatus::Failed); // /dev/zero
    bench.append("real.log", "one\n");
    QTRY_COMPARE(bench.lines(), words("link.log: one"));
}

void SourceManagerTest::aFullQueueStopsTheReading()
{
    const QTemporaryDir folder;
    const std::string log = folder.path().toStdString() + "/a.log";
    const std::string line(999, 'x');
    {
        std::ofstream stream(log);
        for (int i = 0; i < 5000; ++i)
            stream << line << '\n';
    }
    const auto files = makeLogFileSystem();
    const auto watch = makeInotifyWatch();
    SystemClock clock;
    BoundedQueue<SourceBatch> queue(2);
    LocalFile file = source(log);
    file.onlyFutureEvents = false;
    SourceManager manager(*files, **watch, clock, queue);
    QVERIFY(manager.start({file}, {}).empty());
    QTRY_COMPARE(queue.size(), std::size_t{2});
    QTest::qWait(50);
    QCOMPARE(queue.size(), std::size_t{2});
    std::size_t lines = 0;
    std::uint64_t offset = 0;
    while (lines < 5000) {
        const auto batch = queue.pop();
        QVERIFY(batch);
        QVERIFY(batch->records.byteCount() <= 256 * 1024 + 1000);
        lines += batch->records.records().size();
        offset = batch->positions.front().offset;
        QCOMPARE(offset, lines * 1000); // the position belongs to this very batch
    }
    manager.stop();
    QCOMPARE(queue.size(), std::size_t{0});
}

void SourceManagerTest::sleepsAtRest()
{
    test::FakeLogFiles files;
    FakeWatch watch;
    SystemClock clock;
    BoundedQueue<SourceBatch> queue(4);
    files.append("/var/log/a.log", "old\n");
    SourceManager manager(files, watch, clock, queue);
    QVERIFY(manager.start({source("/var/log/a.log"), source("/var/log/*.txt")}, {}).empty());
    QTRY_COMPARE(manager.states().size(), std::size_t{2});
    QTest::qWait(50);
    const int before = watch.waits();
    QTest::qWait(300);
    QCOMPARE(watch.waits(), before);
    manager.stop();
}

void SourceManagerTest::sleepsAtRestBehindLinks()
{
    Bench bench;
    for (const char* folder : {"dir", "other"})
        fs::create_directory(bench.path(folder));
    fs::create_symlink("../other/app.log", bench.path("dir/app.log"));
    fs::create_symlink("../nowhere/app.log", bench.path("dir/lost.log"));
    bench.append("other/app.log", "old\n");
    QVERIFY(bench.start({source(bench.path("dir/*.log"))}).empty());
    QTRY_COMPARE(bench.states().size(), std::size_t{2});
    QTest::qWait(50);
    const int before = bench.timeouts();
    QTest::qWait(2500); // longer than between two polls
    QCOMPARE(bench.timeouts(), before);
    fs::create_directory(bench.path("nowhere"));
    bench.append("nowhere/app.log", "one\n");
    QTRY_COMPARE(bench.lines(), words("lost.log: one"));
}

void SourceManagerTest::isQuick()
{
    const QTemporaryDir folder;
    const std::string log = folder.path().toStdString() + "/a.log";
    std::ofstream stream(log, std::ios::app);
    const auto files = makeLogFileSystem();
    const auto watch = makeInotifyWatch();
    SystemClock clock;
    BoundedQueue<SourceBatch> queue(4);
    SourceManager manager(*files, **watch, clock, queue);
    QVERIFY(manager.start({source(log)}, {}).empty());
    QVERIFY(queue.pop()); // the position at the start
    std::vector<qint64> times;
    for (int i = 0; i < 200; ++i) {
        QElapsedTimer timer;
        timer.start();
        stream << "line\n" << std::flush;
        QVERIFY(queue.pop());
        times.push_back(timer.nsecsElapsed() / 1000);
    }
    manager.stop();
    std::ranges::sort(times);
    qInfo("from write to batch: median %lld us, p99 %lld us", times[100], times[197]);
    QVERIFY2(times[100] < 5000, "a written line waits for something");
}

QTEST_GUILESS_MAIN(SourceManagerTest)
#include "tst_source_manager.moc"
