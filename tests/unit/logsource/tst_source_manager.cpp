#include "engine/logsource/source_manager.h"
#include "platform/linux/inotify_watch.h"
#include "platform/linux/log_file_system.h"
#include "tests/unit/logsource/fake_log_files.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

using namespace bartizan;
namespace fs = std::filesystem;

namespace {

LocalFile source(const std::string& location, const std::string& format = "syslog")
{
    LocalFile file;
    file.location = location;
    file.format = format;
    return file;
}

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

// The real one, with a count of how often nothing had happened.
class CountingWatch final : public FileWatch
{
public:
    Result<void> add(const std::string& path, FolderWatch folder) override
    {
        return m_watch->add(path, folder);
    }
    void remove(const std::string& path) override { m_watch->remove(path); }
    std::vector<FileChange> wait(std::optional<std::chrono::milliseconds> timeout) override
    {
        auto changes = m_watch->wait(timeout);
        if (changes.empty())
            ++m_timeouts;
        return changes;
    }
    void wake() override { m_watch->wake(); }
    [[nodiscard]] int timeouts() const { return m_timeouts; }

private:
    std::unique_ptr<FileWatch> m_watch = std::move(*makeInotifyWatch());
    std::atomic<int> m_timeouts = 0;
};

// A folder with real logs and a manager that reads them.
class Bench
{
public:
    Bench()
        : m_files(makeLogFileSystem())
    {
    }
    ~Bench() { stop(); }

    [[nodiscard]] std::string path(const std::string& name) const
    {
        return m_folder.path().toStdString() + "/" + name;
    }
    void append(const std::string& name, std::string_view text)
    {
        std::ofstream(path(name), std::ios::app | std::ios::binary) << text;
    }

    Problems start(const std::vector<LocalFile>& sources, const std::vector<FilePosition>& positions = {})
    {
        m_manager =
            std::make_unique<SourceManager>(*m_files, m_watch, m_clock, m_queue, [this] { ++m_changes; });
        Problems problems = m_manager->start(sources, positions, {"desk", "192.0.2.9"});
        m_consumer = std::thread([this] {
            while (auto batch = m_queue.pop())
                take(*batch);
        });
        return problems;
    }
    void stop()
    {
        if (!m_manager)
            return;
        m_manager->stop();
        m_queue.close();
        m_consumer.join();
        m_manager.reset();
    }

    // "name: text", sorted by nothing: as they came.
    [[nodiscard]] QStringList lines()
    {
        const std::lock_guard lock(m_mutex);
        QStringList lines;
        for (const std::string& line : m_lines)
            lines << QString::fromStdString(line);
        return lines;
    }
    [[nodiscard]] std::map<std::string, FilePosition> positions()
    {
        const std::lock_guard lock(m_mutex);
        return m_positions;
    }
    [[nodiscard]] QString status(const std::string& name)
    {
        for (const SourceState& state : m_manager->states()) {
            if (state.path == path(name))
                return QString::fromUtf8(sourceStatusName(state.status));
        }
        return QStringLiteral("(none)");
    }
    [[nodiscard]] std::vector<SourceState> states() { return m_manager->states(); }
    [[nodiscard]] int changes() const { return m_changes; }
    [[nodiscard]] int timeouts() const { return m_watch.timeouts(); }

private:
    void take(const SourceBatch& batch)
    {
        const std::lock_guard lock(m_mutex);
        for (const auto& record : batch.records.records()) {
            const std::string name = fs::path(batch.records.location(record)).filename().string();
            m_lines.push_back(name + ": " + std::string(batch.records.text(record)));
        }
        for (const FilePosition& position : batch.positions)
            m_positions.insert_or_assign(position.path, position);
    }

    QTemporaryDir m_folder;
    std::unique_ptr<LogFileSystem> m_files;
    CountingWatch m_watch;
    SystemClock m_clock;
    BoundedQueue<SourceBatch> m_queue{4};
    std::unique_ptr<SourceManager> m_manager;
    std::thread m_consumer;
    std::atomic<int> m_changes = 0;
    std::mutex m_mutex;
    std::vector<std::string> m_lines;
    std::map<std::string, FilePosition> m_positions;
};

QStringList words(const char* text)
{
    return QString::fromLatin1(text).split(QLatin1Char(','), Qt::SkipEmptyParts);
}

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
    void joinsLinesToEvents_data();
    void joinsLinesToEvents();
    void pendingEventsAreReadAgainAfterARestart();
    void pendingEventsEndByThemselves();
    void eventsMayBeginBeforeARotation();
    void oldContentIsLeftOut();
    void binariesAreLeftOut();
    void shapesLinesByFormat_data();
    void shapesLinesByFormat();
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

void SourceManagerTest::joinsLinesToEvents_data()
{
    QTest::addColumn<QString>("format");
    QTest::addColumn<QByteArray>("regex"); // match and replace as letters, then the pattern
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QStringList>("expected");
    const auto row = [](const char* name, const char* format, const char* regex, const char* text,
                        const QStringList& expected) {
        QTest::newRow(name) << QString::fromLatin1(format) << QByteArray(regex) << QByteArray(text)
                            << expected;
    };
    row("multi-line:3", "multi-line:3", "", "a\nb\nc\nd\ne\nf\ng\n", words("f: a b c,f: d e f"));
    row("start", "multi-line-regex", "sn^\\d", "1 a\n b\n2 c\n3 d\n",
        {QStringLiteral("f: 1 a\n b"), QStringLiteral("f: 2 c")});
    row("start, no first line", "multi-line-regex", "sw^\\d", "x\ny\n1 a\n2\n", words("f: x y,f: 1 a"));
    row("end", "multi-line-regex", "ew;$", "a\nb;\nc;\nd\n", words("f: a b;,f: c;"));
    row("end, tab", "multi-line-regex", "et;$", "a\nb;\n", {QStringLiteral("f: a\tb;")});
    row("end, nothing between", "multi-line-regex", "e0;$", "a\nb;\n", words("f: ab;"));
    row("all", "multi-line-regex", "aw^<.*>$", "<a\nb\nc>\n<d>\n", words("f: <a b c>,f: <d>"));
    row("audit", "audit", "",
        "type=A msg=audit(1.2:3): x\ntype=B msg=audit(1.2:3): y\ntype=A msg=audit(1.2:4): z\nplain\n",
        {QStringLiteral("f: type=A msg=audit(1.2:3): x type=B msg=audit(1.2:3): y"),
         QStringLiteral("f: type=A msg=audit(1.2:4): z"), QStringLiteral("f: plain")});
    row("snort-full", "snort-full", "", "[**] [1:2:3] x [**]\n[Priority: 2]\nUDP\n\n[**] y\n\n",
        {QStringLiteral("f: [**] [1:2:3] x [**] [Priority: 2] UDP"), QStringLiteral("f: [**] y")});
    row("mysql", "mysql_log", "",
        "060516 22:38:46 mysqld started\n070823 21:23:08 2 Query\tINSERT\n  INTO a\n\t\t 3 Quit\n060517 1\n",
        {QStringLiteral("f: MySQL log: 060516 22:38:46 mysqld started"),
         QStringLiteral("f: MySQL log: 070823 21:23:08 2 Query\tINSERT INTO a"),
         QStringLiteral("f: MySQL log: \t\t 3 Quit")});
    row("postgresql", "postgresql_log", "",
        "[2007-08-31 18:37:15.525 ADT] 1: LOG\n\tmore\n[2007-08-31 18:37:16 x\n",
        {QStringLiteral("f: PostgreSQL log: [2007-08-31 18:37:15.525 ADT] 1: LOG more")});
}

void SourceManagerTest::joinsLinesToEvents()
{
    QFETCH(QString, format);
    QFETCH(QByteArray, regex);
    QFETCH(QByteArray, text);
    QFETCH(QStringList, expected);
    LocalFile file;
    file.format = format.toStdString();
    file.onlyFutureEvents = false;
    if (!regex.isEmpty()) {
        using Match = MultilineRegex::Match;
        using Replace = MultilineRegex::Replace;
        MultilineRegex multiline{regex.mid(2).toStdString(), Match::Start, Replace::Nothing, 100};
        multiline.match = regex[0] == 'e' ? Match::End : regex[0] == 'a' ? Match::All : Match::Start;
        multiline.replace = regex[1] == '0'   ? Replace::None
                            : regex[1] == 'w' ? Replace::Blank
                            : regex[1] == 't' ? Replace::Tab
                                              : Replace::Nothing;
        file.multiline = multiline;
    }
    // All at once, and line by line.
    for (const bool atOnce : {true, false}) {
        Bench bench;
        file.location = bench.path("f");
        bench.append("f", atOnce ? text.toStdString() : std::string());
        QVERIFY(bench.start({file}).empty());
        QTRY_COMPARE(bench.positions().size(), std::size_t{1});
        for (const QByteArray& line : atOnce ? QByteArrayList() : text.split('\n').mid(0, text.count('\n'))) {
            bench.append("f", line.toStdString() + '\n');
            QTest::qWait(1);
        }
        QTRY_COMPARE(bench.lines().mid(0, expected.size()), expected);
    }
}

void SourceManagerTest::pendingEventsAreReadAgainAfterARestart()
{
    LocalFile file;
    file.format = "multi-line:3";
    file.onlyFutureEvents = false;
    Bench first;
    file.location = first.path("f");
    first.append("f", "1\n2\n3\n4\n5\n");
    QVERIFY(first.start({file}).empty());
    QTRY_COMPARE(first.lines(), words("f: 1 2 3"));
    QTRY_COMPARE(first.positions().begin()->second.offset, std::uint64_t{6});
    first.stop();
    const std::vector<FilePosition> stored{first.positions().begin()->second};

    Bench second;
    first.append("f", "6\n7\n");
    QVERIFY(second.start({file}, stored).empty());
    QTRY_COMPARE(second.lines(), words("f: 4 5 6"));
    first.append("f", "8\n9\n");
    QTRY_COMPARE(second.lines(), words("f: 4 5 6,f: 7 8 9"));
    QTRY_COMPARE(second.positions().begin()->second.offset, std::uint64_t{18});
}

void SourceManagerTest::pendingEventsEndByThemselves()
{
    Bench bench;
    LocalFile file = source(bench.path("f"), "multi-line-regex");
    file.multiline = MultilineRegex{"^\\d", MultilineRegex::Match::Start, MultilineRegex::Replace::Blank, 1};
    bench.append("f", "");
    QVERIFY(bench.start({file}).empty());
    QTRY_COMPARE(bench.positions().size(), std::size_t{1});
    QElapsedTimer timer;
    timer.start();
    bench.append("f", "1 a\n b\n");
    QTRY_COMPARE(bench.lines(), words("f: 1 a  b"));
    QVERIFY(timer.elapsed() >= 900);
    QTRY_COMPARE(bench.positions().begin()->second.offset, std::uint64_t{7});
    const int before = bench.timeouts();
    QTest::qWait(1500);
    QCOMPARE(bench.timeouts(), before); // nothing is pending: nothing to wake up for
}

void SourceManagerTest::eventsMayBeginBeforeARotation()
{
    Bench bench;
    LocalFile file = source(bench.path("f"), "multi-line:2");
    bench.append("f", "");
    QVERIFY(bench.start({file}).empty());
    QTRY_COMPARE(bench.positions().size(), std::size_t{1});
    bench.append("f", "1\n2\n3\n");
    QTRY_COMPARE(bench.lines(), words("f: 1 2"));
    fs::rename(bench.path("f"), bench.path("f.1"));
    bench.append("f", "4\n5\n6\n");
    QTRY_COMPARE(bench.lines(), words("f: 1 2,f: 3 4,f: 5 6"));
}

void SourceManagerTest::oldContentIsLeftOut()
{
    Bench bench;
    for (const char* name : {"old", "new"})
        bench.append(name, "content\n");
    fs::last_write_time(bench.path("old"), fs::file_time_type::clock::now() - std::chrono::hours(3));
    std::vector<LocalFile> sources;
    for (const char* name : {"old", "new"}) {
        sources.push_back(source(bench.path(name)));
        sources.back().onlyFutureEvents = false;
        sources.back().age = std::chrono::hours(2);
    }
    QVERIFY(bench.start(sources).empty());
    QTRY_COMPARE(bench.lines(), words("new: content"));
    QTRY_COMPARE(bench.positions().size(), std::size_t{2});
    bench.append("old", "again\n");
    QTRY_COMPARE(bench.lines(), words("new: content,old: again"));
}

void SourceManagerTest::binariesAreLeftOut()
{
    Bench bench;
    bench.append("a.bin", std::string("\x7f"
                                      "ELF\0\1\n",
                                      7));
    bench.append("b.bin", "latin \xe9\n");
    bench.append("c.bin", "text \xc3\xa9\n");
    LocalFile file = source(bench.path("*.bin"));
    file.onlyFutureEvents = false;
    file.ignoreBinaries = true;
    QVERIFY(bench.start({file}).empty());
    QTRY_COMPARE(bench.lines(), QStringList{QString::fromUtf8("c.bin: text \xc3\xa9")});
    QTest::qWait(50);
    QCOMPARE(bench.states().size(), std::size_t{1});
}

void SourceManagerTest::shapesLinesByFormat_data()
{
    QTest::addColumn<QString>("format");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QStringList>("expected");
    QTest::addColumn<int>("dropped");
    const auto row = [](const char* name, const char* format, const QByteArray& text,
                        const QStringList& expected, int dropped) {
        QTest::newRow(name) << QString::fromLatin1(format) << text << expected << dropped;
    };
    row("syslog keeps comments", "syslog", "#a\nb\n", words("f: #a,f: b"), 0);
    row("iis drops comments", "iis", "#a\nb\r\n", words("f: b"), 0);
    row("snort-fast", "snort-fast", "[**] x\n", words("f: [**] x"), 0);
    row("NUL", "syslog", QByteArray("a\0b\nc\n", 6), words("f: c"), 1);
    row("json", "json", "{\"a\":1}\n", {QStringLiteral("f: {\"a\":1,\"k\":\"v\\\"\"}")}, 0);
    row("json, empty object", "json", " {} \n", {QStringLiteral("f:  {\"k\":\"v\\\"\"}")}, 0);
    row("json, bad lines", "json",
        "{\"a\":01}\n[1]\n{\"a\":1} x\n{\"a\"}\n{\"a\":\"\\x\"}\n{\"a\":tru}\nplain\n\n{\"a\":1,}\n", {}, 9);
    row("json, nested", "json", "{\"a\":[1,-2.5e+3,{\"b\":null}],\"c\":\"\\u00e9\"}\n",
        {QStringLiteral("f: {\"a\":[1,-2.5e+3,{\"b\":null}],\"c\":\"\\u00e9\",\"k\":\"v\\\"\"}")}, 0);
    row("nmapg", "nmapg",
        "# Nmap 7\nHost: 192.0.2.1 (a.b)\tPorts: 22/open/tcp//ssh///, 25/closed/tcp//smtp///, "
        "53/open/udp//x///\tIgnored State: x\nHost: 192.0.2.1 ()\tStatus: Up\n",
        {QStringLiteral("f: Host: 192.0.2.1 (a.b), open ports: 22(tcp) 53(udp)")}, 1);
    row("djb-multilog", "djb-multilog",
        "@4000000065f1a2b30c5e9a2c in time\n@40000000 short\nplain\n@4000000065f1a2b3zzzzzzzz x\n",
        {QStringLiteral("in time"), QStringLiteral("x")}, 2);
    row("out_format", "syslog", "a\"b\n", {QStringLiteral("f: [a\"b|a\\\"b|YSJi|desk|192.0.2.9|$(else)|%]")},
        0);
    row("filters", "syslog", "keep 1\nkeep drop\nother\n", words("f: keep 1"), 0);
}

void SourceManagerTest::shapesLinesByFormat()
{
    QFETCH(QString, format);
    QFETCH(QByteArray, text);
    QFETCH(QStringList, expected);
    QFETCH(int, dropped);
    Bench bench;
    LocalFile file = source(bench.path("f"), format.toStdString());
    if (format == QStringLiteral("json"))
        file.labels = {{"k", "v\""}};
    if (QTest::currentDataTag() == std::string_view("out_format"))
        file.outFormat = "[$(log)|$(json_escaped_log)|$(base64_log)|$(hostname)|$(host_ip)|$(else)|%]";
    if (QTest::currentDataTag() == std::string_view("filters")) {
        file.restrict = {{"^keep", "osregex"}};
        file.ignore = {{"dr[o]p"}};
    }
    bench.append("f", std::string_view(text.constData(), static_cast<std::size_t>(text.size())));
    file.onlyFutureEvents = false;
    QVERIFY(bench.start({file}).empty());
    QTRY_COMPARE(bench.positions().size(), std::size_t{1});
    if (format == QStringLiteral("djb-multilog")) {
        // The stamp is in local time, and the folder has a name of its own.
        QTRY_COMPARE(bench.lines().size(), expected.size());
        const QStringList lines = bench.lines();
        for (qsizetype i = 0; i < lines.size(); ++i) {
            const QString folder =
                QString::fromStdString(fs::path(bench.path("f")).parent_path().filename().string());
            QVERIFY2(lines[i].startsWith(QStringLiteral("f: Mar 13 ")) &&
                         lines[i].endsWith(QStringLiteral(" desk %1: %2").arg(folder, expected[i])),
                     qPrintable(lines[i]));
        }
    } else {
        QTRY_COMPARE(bench.lines(), expected);
    }
    QTRY_COMPARE(bench.states().front().dropped, static_cast<std::uint64_t>(dropped));
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
