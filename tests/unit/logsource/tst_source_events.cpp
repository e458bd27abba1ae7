#include "tests/unit/logsource/source_bench.h"

#include <QElapsedTimer>
#include <QTest>

using namespace bartizan;
using namespace bartizan::test;
namespace fs = std::filesystem;

class SourceEventsTest : public QObject
{
    Q_OBJECT

private slots:
    void joinsLinesToEvents_data();
    void joinsLinesToEvents();
    void pendingEventsAreReadAgainAfterARestart();
    void pendingEventsEndByThemselves();
    void eventsMayBeginBeforeARotation();
    void pendingEventsOutliveARotationAndARestart();
    void everyBatchIsAPlaceToGoOnFrom();
    void oldContentIsLeftOut();
    void binariesAreLeftOut();
    void binariesThatComeLaterAreLeftOut();
    void longEventsAreCutAndCounted();
    void shapesLinesByFormat_data();
    void shapesLinesByFormat();
};

void SourceEventsTest::joinsLinesToEvents_data()
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

void SourceEventsTest::joinsLinesToEvents()
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

void SourceEventsTest::pendingEventsAreReadAgainAfterARestart()
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

void SourceEventsTest::pendingEventsEndByThemselves()
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

void SourceEventsTest::eventsMayBeginBeforeARotation()
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

void SourceEventsTest::pendingEventsOutliveARotationAndARestart()
{
    Bench first;
    LocalFile file = source(first.path("f"), "multi-line:3");
    file.onlyFutureEvents = false;
    first.append("f", "1\n2\n3\n4\n");
    QVERIFY(first.start({file}).empty());
    QTRY_COMPARE(first.lines(), words("f: 1 2 3"));
    fs::rename(first.path("f"), first.path("f.1"));
    first.append("f", "5\n");
    QTest::qWait(200); // it has gone on to the new log; the event that began in the old one is pending
    first.stop();
    const FilePosition stored = first.positions().begin()->second;
    QCOMPARE(stored.offset, std::uint64_t{6});

    Bench second;
    first.append("f", "6\n7\n");
    QVERIFY(second.start({file}, {stored}).empty());
    QTRY_COMPARE(second.lines(), words("f: 4 5 6"));
    first.append("f", "8\n9\n");
    QTRY_COMPARE(second.lines(), words("f: 4 5 6,f: 7 8 9"));
}

// A batch and its positions are stored together: whichever was the last one, nothing is lost or repeated.
void SourceEventsTest::everyBatchIsAPlaceToGoOnFrom()
{
    constexpr int kEvents = 9000; // more than two batches
    const auto files = makeLogFileSystem();
    const SystemClock clock;
    const QTemporaryDir folder;
    const std::string path = folder.path().toStdString() + "/f";
    LocalFile file = source(path, "multi-line-regex");
    file.onlyFutureEvents = false;
    file.multiline = MultilineRegex{"^e", MultilineRegex::Match::Start, MultilineRegex::Replace::Blank, 100};
    QStringList expected;
    {
        std::ofstream log(path);
        for (int i = 0; i < kEvents; ++i) {
            log << "e" << i << "\n more\n";
            expected << QStringLiteral("e%1  more").arg(i);
        }
    }
    QStringList found;
    std::vector<FilePosition> positions;
    // The last event stays pending.
    for (int run = 0; found.size() < kEvents - 1; ++run) {
        QVERIFY(run < 100);
        const auto watch = std::move(*makeInotifyWatch());
        BoundedQueue<SourceBatch> queue{1};
        SourceManager manager(*files, *watch, clock, queue);
        QVERIFY(manager.start({file}, positions).empty());
        const auto batch = queue.pop();
        queue.close(); // what came after that batch is as good as never read
        manager.stop();
        QVERIFY(batch.has_value());
        for (const auto& record : batch->records.records())
            found << QString::fromStdString(std::string(batch->records.text(record)));
        if (!batch->positions.empty())
            positions = batch->positions;
    }
    QCOMPARE(found, expected.mid(0, kEvents - 1));
}

void SourceEventsTest::oldContentIsLeftOut()
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

void SourceEventsTest::binariesAreLeftOut()
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

void SourceEventsTest::binariesThatComeLaterAreLeftOut()
{
    Bench bench;
    LocalFile file = source(bench.path("*.bin"));
    file.ignoreBinaries = true;
    bench.append("text.bin", "");
    QVERIFY(bench.start({file}).empty());
    QTRY_COMPARE(bench.positions().size(), std::size_t{1});
    bench.append("late.bin", ""); // empty: may become either
    QTRY_COMPARE(bench.states().size(), std::size_t{2});
    bench.append("late.bin", std::string("\x7f\0ELF\n", 6) + "still binary\n");
    bench.append("text.bin", "text\n");
    QTRY_COMPARE(bench.lines(), words("text.bin: text"));
    QTRY_COMPARE(bench.states().size(), std::size_t{1});
    // What takes its place is read when it is text.
    fs::remove(bench.path("late.bin"));
    bench.append("late.bin", "text too\n");
    QTRY_COMPARE(bench.lines(), words("text.bin: text,late.bin: text too"));
}

void SourceEventsTest::longEventsAreCutAndCounted()
{
    Bench bench;
    const LocalFile file = source(bench.path("f"), "multi-line:2");
    bench.append("f", "");
    QVERIFY(bench.start({file}).empty());
    QTRY_COMPARE(bench.positions().size(), std::size_t{1});
    const std::string half(40 * 1024, 'x');
    bench.append("f", half + "\n" + half + "\na\nb\n");
    QTRY_COMPARE(bench.lines().size(), 2);
    QCOMPARE(bench.lines().front().size(), 3 + 64 * 1024);
    QCOMPARE(bench.lines().back(), QStringLiteral("f: a b"));
    QTRY_COMPARE(bench.states().front().cut, std::uint64_t{1});
}

void SourceEventsTest::shapesLinesByFormat_data()
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
        "53/open/udp//x///\tIgnored State: x\nHost: 192.0.2.1 ()\tStatus: Up\n"
        "Status: Up\n",
        {QStringLiteral("f: Host: 192.0.2.1 (a.b), open ports: 22(tcp) 53(udp)")}, 1);
    row("djb-multilog", "djb-multilog",
        "@4000000065f1a2b30c5e9a2c in time\n@40000000 short\nplain\n@4000000065f1a2b3zzzzzzzz x\n",
        {QStringLiteral("in time"), QStringLiteral("x")}, 2);
    row("out_format", "syslog", "a\"b\n", {QStringLiteral("f: [a\"b|a\\\"b|YSJi|desk|192.0.2.9|$(else)|%]")},
        0);
    row("filters", "syslog", "keep 1\nkeep drop\nother\n", words("f: keep 1"), 0);
}

void SourceEventsTest::shapesLinesByFormat()
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
    QTRY_COMPARE(bench.states().size(), std::size_t{1}); // told a moment after the position
    QTRY_COMPARE(bench.states().front().dropped, static_cast<std::uint64_t>(dropped));
}

QTEST_GUILESS_MAIN(SourceEventsTest)
#include "tst_source_events.moc"
