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
    void environmentIsBare();
    void filesOfOthersRunNothing();
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
