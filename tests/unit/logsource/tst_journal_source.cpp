#include <QRegularExpression>
#include <QTest> // first: moc 6.4 stumbles over <compare> before it

#include "engine/logsource/journal_line.h"
#include "engine/logsource/journal_source.h"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

using namespace bartizan;
using namespace std::chrono_literals;

namespace {

using Entry = std::map<std::string, std::string>;

// A journal in memory. The cursor is the number of entries read.
class FakeJournal final : public JournalReader
{
public:
    Result<Place> open(const std::string& cursor, Start start) override
    {
        const std::lock_guard lock(m_mutex);
        if (m_error)
            return std::unexpected(*m_error);
        ++m_opened;
        if (cursor == "lost") {
            m_at = 0;
            return Place::Lost;
        }
        m_at = !cursor.empty() ? std::stoul(cursor) : start == Start::AtEnd ? m_entries.size() : 0;
        return Place::Found;
    }
    Result<bool> next() override
    {
        const std::lock_guard lock(m_mutex);
        if (m_error)
            return std::unexpected(*m_error);
        if (m_at == m_entries.size())
            return false;
        ++m_at;
        return true;
    }
    std::optional<std::string> field(std::string_view name) override
    {
        const std::lock_guard lock(m_mutex);
        const Entry& entry = m_entries[m_at - 1];
        const auto found = entry.find(std::string(name));
        return found == entry.end() ? std::nullopt : std::optional(found->second);
    }
    EpochMs time() override { return 1'700'000'000'000; }
    std::string cursor() override
    {
        const std::lock_guard lock(m_mutex);
        return std::to_string(m_at);
    }
    void wait(std::optional<std::chrono::milliseconds> timeout) override
    {
        std::unique_lock lock(m_mutex);
        ++m_waits;
        const auto isDue = [this] { return m_woken; };
        if (timeout)
            m_condition.wait_for(lock, *timeout, isDue);
        else
            m_condition.wait(lock, isDue);
        m_woken = false;
    }
    void wake() override
    {
        const std::lock_guard lock(m_mutex);
        m_woken = true;
        m_condition.notify_all();
    }

    // Without notice, as the real one for half a second.
    void write(Entry entry)
    {
        const std::lock_guard lock(m_mutex);
        m_entries.push_back(std::move(entry));
    }
    void fail(std::optional<Error> error)
    {
        const std::lock_guard lock(m_mutex);
        m_error = std::move(error);
    }
    [[nodiscard]] int waits()
    {
        const std::lock_guard lock(m_mutex);
        return m_waits;
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_condition;
    std::vector<Entry> m_entries;
    std::size_t m_at = 0;
    std::optional<Error> m_error;
    bool m_woken = false;
    int m_waits = 0;
    int m_opened = 0;
};

Entry ssh(const char* message)
{
    return {{"MESSAGE", message},     {"_HOSTNAME", "desk"}, {"SYSLOG_IDENTIFIER", "sshd"},
            {"_PID", "4001"},         {"_UID", "0"},         {"_SYSTEMD_UNIT", "ssh.service"},
            {"_TRANSPORT", "syslog"}, {"PRIORITY", "6"}};
}

LocalFile source(std::vector<JournalFilter> filters = {})
{
    LocalFile file;
    file.format = "journald";
    file.filters = std::move(filters);
    return file;
}

struct Bench
{
    ~Bench() { stop(); }
    Problems start(const std::vector<LocalFile>& sources, const std::string& stored = {})
    {
        return reader.start(sources, stored);
    }
    void stop()
    {
        queue.close();
        reader.stop();
    }
    // The texts behind the header; waits until there are so many.
    QStringList lines(qsizetype atLeast)
    {
        for (int i = 0; i < 200 && m_lines.size() < atLeast; ++i) {
            while (const auto batch = queue.tryPop()) {
                for (const auto& record : batch->records.records())
                    m_lines << QString::fromStdString(std::string(batch->records.text(record)))
                                   .section(QStringLiteral(": "), 1);
                if (!batch->journalCursor.empty())
                    cursor = batch->journalCursor;
            }
            QTest::qWait(5);
        }
        return m_lines;
    }

    FakeJournal journal;
    SystemClock clock;
    BoundedQueue<SourceBatch> queue{64};
    JournalSource reader{journal, clock, queue};
    std::string cursor;

private:
    QStringList m_lines;
};

} // namespace

class TestJournalSource : public QObject
{
    Q_OBJECT

private slots:
    void aLineIsWhatSyslogWouldHaveWritten();
    void originIsWhatTheKernelVouchesFor();
    void linesWithoutATextAreLeftOut();
    void filtersOfABlockAllHold_blocksAreAlternatives();
    void entriesAreShapedLikeLines();
    void filesAreDoubtedOnlyWhereTheJournalTellsAboutSsh();
    void goesOnAtTheCursor();
    void sleepsAtRest_andReadsWithoutNoticeWhenAwake();
    void saysWhatIsWrong_andOpensAgain();
};

void TestJournalSource::aLineIsWhatSyslogWouldHaveWritten()
{
    FakeJournal journal;
    (void)journal.open("0", JournalReader::Start::AtBegin);
    JournalLine line;
    const auto text = [&](Entry entry) {
        journal.write(std::move(entry));
        (void)journal.next();
        return line.read(journal) ? line.text() : std::string("(none)");
    };
    QVERIFY2(QRegularExpression(
                 QStringLiteral("^Nov 1[45] \\d\\d:\\d\\d:20 desk sshd\\[4001\\]: Failed password$"))
                 .match(QString::fromStdString(text(ssh("Failed password"))))
                 .hasMatch(),
             line.text().c_str());
    QVERIFY(text({{"MESSAGE", "m"}, {"_COMM", "cron"}}).ends_with(" localhost cron: m"));
    QVERIFY(text({{"MESSAGE", "m"}, {"SYSLOG_IDENTIFIER", "a"}, {"SYSLOG_PID", "7"}, {"_PID", "8"}})
                .ends_with(" localhost a[7]: m"));
    QCOMPARE(text({{"MESSAGE", std::string(100'000, 'x')}}).size(), std::size_t{64 * 1024});
}

void TestJournalSource::originIsWhatTheKernelVouchesFor()
{
    FakeJournal journal;
    (void)journal.open("0", JournalReader::Start::AtBegin);
    JournalLine line;
    journal.write(ssh("m"));
    (void)journal.next();
    QVERIFY(line.read(journal));
    QVERIFY((line.origin() == RecordOrigin{RecordOrigin::Kind::Journal, 0, "syslog", "ssh.service"}));
    journal.write({{"MESSAGE", "m"}, {"_TRANSPORT", "kernel"}, {"_COMM", "sshd"}});
    (void)journal.next();
    QVERIFY(line.read(journal));
    QVERIFY((line.origin() == RecordOrigin{RecordOrigin::Kind::Journal, {}, "kernel", ""}));
}

void TestJournalSource::linesWithoutATextAreLeftOut()
{
    Bench bench;
    QVERIFY(bench.start({source()}).empty());
    bench.journal.write({{"_PID", "1"}});
    bench.journal.write({{"MESSAGE", std::string("a\0b", 3)}});
    bench.journal.write(ssh("good"));
    bench.journal.wake();
    QCOMPARE(bench.lines(1), QStringList{QStringLiteral("good")});
}

void TestJournalSource::filtersOfABlockAllHold_blocksAreAlternatives()
{
    Bench bench;
    QVERIFY(bench
                .start({source({{"_SYSTEMD_UNIT", "^ssh", false}, {"PRIORITY", "^[0-5]$", true}}),
                        source({{"SYSLOG_IDENTIFIER", "^cron$", false}})})
                .empty());
    Entry entry = ssh("too low");
    bench.journal.write(entry);
    entry["PRIORITY"] = "4";
    entry["MESSAGE"] = "high enough";
    bench.journal.write(entry);
    entry.erase("PRIORITY");
    entry["MESSAGE"] = "without";
    bench.journal.write(entry);
    entry.erase("_SYSTEMD_UNIT");
    entry["MESSAGE"] = "no unit";
    bench.journal.write(entry);
    bench.journal.write({{"MESSAGE", "other"}, {"SYSLOG_IDENTIFIER", "cron"}});
    bench.journal.wake();
    QCOMPARE(bench.lines(3), (QStringList{QStringLiteral("high enough"), QStringLiteral("without"),
                                          QStringLiteral("other")}));
}

void TestJournalSource::entriesAreShapedLikeLines()
{
    Bench bench;
    LocalFile shaped = source();
    shaped.ignore = {{"drop"}};
    shaped.restrict = {{"keep"}};
    shaped.outFormat = "x: $(location) $(log)";
    shaped.labels = {{"a", "b"}};
    QCOMPARE(bench.start({shaped}).size(), std::size_t{1}); // a journal has no members to add labels to
    for (const char* message : {"keep and drop", "neither", "keep"})
        bench.journal.write(ssh(message));
    bench.journal.wake();
    const QStringList lines = bench.lines(1);
    QCOMPARE(lines.size(), 1);
    QVERIFY2(lines.front().startsWith(QStringLiteral("journald Nov ")) &&
                 lines.front().endsWith(QStringLiteral(" desk sshd[4001]: keep")),
             qPrintable(lines.front()));
}

void TestJournalSource::filesAreDoubtedOnlyWhereTheJournalTellsAboutSsh()
{
    const auto vouches = [](std::vector<JournalFilter> filters) {
        Bench bench;
        (void)bench.start({source(std::move(filters))});
        return bench.reader.vouchesForSsh();
    };
    QVERIFY(vouches({}));
    QVERIFY(vouches({{"_SYSTEMD_UNIT", "^sshd?\\.service$", false}}));
    QVERIFY(vouches({{"SYSLOG_IDENTIFIER", "sshd-session", false}}));
    QVERIFY(!vouches({{"_SYSTEMD_UNIT", "^cron", false}}));
    QVERIFY(!vouches({{"PRIORITY", "^[0-3]$", false}}));
    Bench none;
    none.journal.fail(Error{ErrorCode::NotFound, "no journal", "cure"});
    (void)none.start({source()});
    QVERIFY(!none.reader.vouchesForSsh());
}

void TestJournalSource::goesOnAtTheCursor()
{
    std::string cursor;
    {
        Bench bench;
        bench.journal.write(ssh("before the first start"));
        (void)bench.start({source()});
        bench.journal.write(ssh("one"));
        bench.journal.wake();
        QCOMPARE(bench.lines(1), QStringList{QStringLiteral("one")});
        cursor = bench.cursor;
    }
    QCOMPARE(cursor, std::string("2"));
    Bench again;
    for (const char* message : {"before the first start", "one", "two"})
        again.journal.write(ssh(message));
    (void)again.start({source()}, cursor);
    QCOMPARE(again.lines(1), QStringList{QStringLiteral("two")});

    Bench lost;
    lost.journal.write(ssh("three"));
    (void)lost.start({source()}, "lost");
    QCOMPARE(lost.lines(1), QStringList{QStringLiteral("three")});
    QVERIFY(lost.reader.state().detail.find("may be missing") != std::string::npos);

    Bench all;
    all.journal.write(ssh("old"));
    LocalFile whole = source();
    whole.onlyFutureEvents = false;
    (void)all.start({whole});
    QCOMPARE(all.lines(1), QStringList{QStringLiteral("old")});
}

void TestJournalSource::sleepsAtRest_andReadsWithoutNoticeWhenAwake()
{
    Bench bench;
    (void)bench.start({source()});
    QTest::qWait(50);
    const int before = bench.journal.waits();
    bench.journal.write(ssh("without notice"));
    QTest::qWait(100);
    QCOMPARE(bench.journal.waits(), before);
    QCOMPARE(bench.lines(0), QStringList());
    bench.reader.stayAwake();
    QCOMPARE(bench.lines(1), QStringList{QStringLiteral("without notice")});
    bench.journal.write(ssh("now at once"));
    QCOMPARE(bench.lines(2).size(), 2);
}

void TestJournalSource::saysWhatIsWrong_andOpensAgain()
{
    Bench bench;
    bench.journal.fail(Error{ErrorCode::PermissionDenied, "not allowed", "Join the group."});
    (void)bench.start({source()});
    QCOMPARE(sourceStatusName(bench.reader.state().status), std::string_view("denied"));
    QCOMPARE(bench.reader.state().cure, std::string("Join the group."));
    bench.journal.fail(std::nullopt);
    bench.journal.wake();
    QTRY_COMPARE(sourceStatusName(bench.reader.state().status), std::string_view("reading"));
    bench.journal.fail(Error{ErrorCode::Unavailable, "damaged", ""});
    bench.journal.wake();
    QTRY_COMPARE(sourceStatusName(bench.reader.state().status), std::string_view("failed"));
    bench.journal.fail(std::nullopt);
    bench.journal.write(ssh("written meanwhile"));
    bench.journal.wake();
    QCOMPARE(bench.lines(1), QStringList{QStringLiteral("written meanwhile")});
}

QTEST_GUILESS_MAIN(TestJournalSource)
#include "tst_journal_source.moc"
