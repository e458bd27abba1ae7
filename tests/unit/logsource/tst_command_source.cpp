#include <QTest> // first: moc 6.4 stumbles over <compare> before it

#include "engine/logsource/command_source.h"
#include "platform/linux/shell_runner.h"

#include <QElapsedTimer>
#include <QTemporaryDir>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace bartizan;
using namespace std::chrono_literals;

namespace {

// A folder with a configuration file that is root's alone, and commands that are named in it.
struct Bench
{
    Bench()
        : configuration(folder.path().toStdString() + "/bartizan.conf")
    {
        std::ofstream(configuration) << "<ossec_config/>";
        std::filesystem::permissions(configuration, std::filesystem::perms(0644));
    }
    ~Bench()
    {
        queue.close();
        commands.stop();
    }
    [[nodiscard]] LocalFile source(const char* command, const char* format = "command") const
    {
        LocalFile file;
        file.format = format;
        file.command = command;
        file.place = file.formatPlace = {configuration, 3, 1};
        return file;
    }
    QStringList lines(qsizetype atLeast)
    {
        for (int i = 0; i < 600 && m_lines.size() < atLeast; ++i) {
            while (const auto batch = queue.tryPop()) {
                for (const auto& record : batch->records.records())
                    m_lines << QString::fromStdString(std::string(batch->records.location(record)) + "|" +
                                                      std::string(batch->records.text(record)));
            }
            QTest::qWait(5);
        }
        return m_lines;
    }

    QTemporaryDir folder;
    std::string configuration;
    SystemClock clock;
    BoundedQueue<SourceBatch> queue{64};
    std::unique_ptr<CommandRunner> runner = makeShellRunner();
    CommandSource commands{*runner, clock, queue};

private:
    QStringList m_lines;
};

} // namespace

class TestCommandSource : public QObject
{
    Q_OBJECT

private slots:
    void frequencies_data();
    void frequencies();
    void outputBecomesEvents();
    void runsAgainAndAgain();
    void oneThatHangsIsKilledWithAllItStarted();
    void outputIsBounded();
    void manyLinesAreManyBatches();
    void environmentIsBare();
    void commandsThatCannotRunAreReported_data();
    void commandsThatCannotRunAreReported();
    void theEndOfTheOutputIsNotTheEnd();
    void filesOfOthersRunNothing();
    void placesOfOthersAreNotTrusted();
    void stoppingKills();
};

void TestCommandSource::frequencies_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("seconds"); // 0: no time
    for (const auto& [text, seconds] : {std::pair{"", 360},
                                        {"10", 10},
                                        {" 7 ", 7},
                                        {"hourly", 3600},
                                        {"daily", 86400},
                                        {"0", 0},
                                        {"-1", 0},
                                        {"weekly", 0},
                                        {"1h", 0},
                                        {"99999999999", 0}})
        QTest::newRow(text) << QByteArray(text) << seconds;
}

void TestCommandSource::frequencies()
{
    QFETCH(QByteArray, text);
    QFETCH(int, seconds);
    QCOMPARE(commandFrequency(text.toStdString()).value_or(0s), std::chrono::seconds(seconds));
}

void TestCommandSource::outputBecomesEvents()
{
    Bench bench;
    LocalFile named = bench.source("printf 'a b\\nc\\n\\n'");
    named.alias = "letters";
    LocalFile shaped = bench.source("echo keep; echo drop");
    shaped.alias = "shaped";
    shaped.ignore = {{"drop"}};
    shaped.outFormat = "$(command)=$(log)";
    LocalFile whole = bench.source("printf '1\\n2\\n'; echo unseen >&2", "full_command");
    QVERIFY(bench.commands.start({named, whole, bench.source("true"), shaped}, {"desk", ""}).empty());
    QStringList lines = bench.lines(4);
    lines.sort();
    QCOMPARE(lines, (QStringList{QStringLiteral("letters|ossec: output: 'letters': a b"),
                                 QStringLiteral("letters|ossec: output: 'letters': c"),
                                 QStringLiteral(
                                     "printf '1\\n2\\n'; echo unseen >&2|ossec: output: 'printf '1\\n2\\n'; "
                                     "echo unseen >&2':\n1\n2"),
                                 QStringLiteral("shaped|shaped=ossec: output: 'shaped': keep")}));
    const auto states = bench.commands.states();
    QCOMPARE(states.size(), std::size_t{4});
    QCOMPARE(states.front().path, std::string("command: letters"));
    QVERIFY(states.front().status == SourceStatus::Reading);
}

void TestCommandSource::runsAgainAndAgain()
{
    Bench bench;
    LocalFile quick = bench.source("echo x");
    quick.frequency = "1";
    QElapsedTimer timer;
    timer.start();
    QVERIFY(bench.commands.start({quick}, {}).empty());
    QCOMPARE(bench.lines(3).size(), 3);
    QVERIFY(timer.elapsed() >= 1900);
}

void TestCommandSource::oneThatHangsIsKilledWithAllItStarted()
{
    Bench bench;
    const std::string mark = bench.folder.path().toStdString() + "/pid";
    LocalFile hanging = bench.source(("echo before; sleep 1000 & echo $! >" + mark + "; sleep 1000").c_str());
    hanging.frequency = "1";
    QVERIFY(bench.commands.start({hanging}, {}).empty());
    QTRY_VERIFY(bench.commands.states().front().status == SourceStatus::Failed);
    QVERIFY(!bench.commands.states().front().cure.empty());
    QVERIFY(bench.lines(1).front().endsWith(QStringLiteral("before")));
    pid_t grandchild = 0;
    std::ifstream(mark) >> grandchild;
    QVERIFY(grandchild > 1);
    // Another run may have begun meanwhile: the first one's is gone in any case, or is about to be.
    bench.queue.close();
    bench.commands.stop();
    std::ifstream(mark) >> grandchild;
    QTRY_VERIFY(::kill(grandchild, 0) != 0);
}

void TestCommandSource::outputIsBounded()
{
    const auto runner = makeShellRunner();
    const auto output = runner->run("yes", 30s);
    QVERIFY(output.has_value());
    QVERIFY(output->isCut && !output->timedOut);
    QCOMPARE(output->text.size(), std::size_t{1024 * 1024});
    Bench bench;
    LocalFile longLine = bench.source("head -c 200000 /dev/zero | tr '\\0' x");
    longLine.alias = "long";
    QVERIFY(bench.commands.start({longLine}, {}).empty());
    QCOMPARE(bench.lines(1).front().section(QLatin1Char('|'), 1).size(), 64 * 1024);
    QCOMPARE(bench.commands.states().front().cut, std::uint64_t{1});
}

void TestCommandSource::manyLinesAreManyBatches()
{
    Bench bench;
    LocalFile many = bench.source("seq 1 20000");
    many.alias = "seq";
    QVERIFY(bench.commands.start({many}, {}).empty());
    std::size_t count = 0;
    while (count < 20000) {
        const auto batch = bench.queue.pop();
        QVERIFY(batch->records.records().size() <= 4096);
        QVERIFY(batch->records.byteCount() <= 256 * 1024 + 64);
        for (const auto& record : batch->records.records())
            QCOMPARE(std::string(batch->records.text(record)),
                     "ossec: output: 'seq': " + std::to_string(++count));
    }
}

void TestCommandSource::environmentIsBare()
{
    qputenv("SECRET", "1");
    const auto runner = makeShellRunner();
    const auto environment = runner->run("env; cat; ls /proc/self/fd", 10s);
    QVERIFY(environment.has_value());
    QVERIFY2(environment->text.find("SECRET") == std::string::npos, environment->text.c_str());
    QVERIFY(environment->text.find("PATH=/usr/local/sbin:") != std::string::npos);
    QVERIFY2(environment->text.ends_with("0\n1\n2\n3\n"), environment->text.c_str()); // 3 is ls's own
    QCOMPARE(runner->run("exit 3", 10s)->text, std::string());
}

void TestCommandSource::commandsThatCannotRunAreReported_data()
{
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<QByteArray>("detail"); // empty: all is well
    QTest::newRow("missing") << QByteArray("no-such-program-here") << QByteArray("did not find");
    QTest::newRow("not executable") << QByteArray("/etc/passwd") << QByteArray("may not execute");
    QTest::newRow("endless") << QByteArray("sleep 1000") << QByteArray("in time");
    QTest::newRow("endless, output closed") << QByteArray("exec sleep 1000 >&-") << QByteArray("in time");
    QTest::newRow("fails") << QByteArray("exit 1") << QByteArray();
}

void TestCommandSource::commandsThatCannotRunAreReported()
{
    QFETCH(QByteArray, command);
    QFETCH(QByteArray, detail);
    Bench bench;
    LocalFile file = bench.source(command.constData());
    file.frequency = "1";
    // A second one shows when the first has been dealt with.
    QVERIFY(bench.commands.start({file, bench.source("echo done")}, {}).empty());
    QCOMPARE(bench.lines(1).size(), 1);
    const SourceState state = bench.commands.states().front();
    QVERIFY2(detail.isEmpty() == (state.status == SourceStatus::Reading), state.detail.c_str());
    QVERIFY2(QByteArray::fromStdString(state.detail).contains(detail), state.detail.c_str());
    QCOMPARE(state.cure.empty(), detail.isEmpty());
}

void TestCommandSource::theEndOfTheOutputIsNotTheEnd()
{
    const QTemporaryDir folder;
    const std::string mark = folder.path().toStdString() + "/mark";
    const auto runner = makeShellRunner();
    const auto output = runner->run("exec >&-; sleep 0.3; echo x >" + mark + "; exit 3", 20s);
    QVERIFY(output.has_value());
    QVERIFY(std::filesystem::exists(mark));
    QCOMPARE(output->status, 3);
    QVERIFY(!output->timedOut);
}

void TestCommandSource::filesOfOthersRunNothing()
{
    Bench bench;
    std::filesystem::permissions(bench.configuration, std::filesystem::perms(0666));
    const std::string mark = bench.folder.path().toStdString() + "/ran";
    const Problems problems = bench.commands.start({bench.source(("touch " + mark).c_str())}, {});
    QCOMPARE(problems.size(), std::size_t{1});
    QCOMPARE(problems.front().line, 3);
    QVERIFY(problems.front().message.find("written by others") != std::string::npos);
    QVERIFY(!problems.front().cure.empty());
    QTest::qWait(100);
    QVERIFY(!std::filesystem::exists(mark));
    QVERIFY(bench.commands.states().empty());
    if (::geteuid() == 0) {
        std::filesystem::permissions(bench.configuration, std::filesystem::perms(0644));
        QVERIFY(::chown(bench.configuration.c_str(), 65534, 65534) == 0);
        Bench other;
        QCOMPARE(other.runner->checkTrusted(bench.configuration).error().code, ErrorCode::PermissionDenied);
    }
}

void TestCommandSource::placesOfOthersAreNotTrusted()
{
    using std::filesystem::perms;
    const Bench bench;
    const std::string folder = bench.folder.path().toStdString();
    const auto trusts = [&](const std::string& file) { return bench.runner->checkTrusted(file); };
    std::filesystem::create_directories(folder + "/in/side");
    std::ofstream(folder + "/in/side/conf") << "x";
    std::filesystem::create_symlink(folder + "/in/side/conf", folder + "/link");
    std::filesystem::permissions(folder + "/in", perms(0755));
    QVERIFY(trusts(bench.configuration).has_value());
    QVERIFY(trusts(folder + "/in/side/conf").has_value());
    QVERIFY(trusts(folder + "/link").has_value());

    QCOMPARE(trusts(folder + "/missing").error().code, ErrorCode::NotFound);
    for (const std::string& notAFile : {folder, std::string("/dev/null")})
        QCOMPARE(trusts(notAFile).error().code, ErrorCode::PermissionDenied);
    // Whoever may write a folder above can put another file in this one's place, also behind a link.
    std::filesystem::permissions(folder + "/in", perms(0775));
    QCOMPARE(trusts(folder + "/in/side/conf").error().code, ErrorCode::PermissionDenied);
    QCOMPARE(trusts(folder + "/link").error().cure, "chmod go-w " + folder + "/in");
    std::filesystem::permissions(folder + "/in", perms(01777)); // nobody can exchange what others own
    QVERIFY(trusts(folder + "/link").has_value());
    if (::geteuid() == 0) {
        QVERIFY(::lchown((folder + "/link").c_str(), 65534, 65534) == 0);
        QCOMPARE(trusts(folder + "/link").error().cure, "chown -h root " + folder + "/link");
    }
}

void TestCommandSource::stoppingKills()
{
    Bench bench;
    QVERIFY(bench.commands.start({bench.source("sleep 1000")}, {}).empty());
    QTest::qWait(100);
    QElapsedTimer timer;
    timer.start();
    bench.queue.close();
    bench.commands.stop();
    QVERIFY(timer.elapsed() < 2000);
}

QTEST_GUILESS_MAIN(TestCommandSource)
#include "tst_command_source.moc"
