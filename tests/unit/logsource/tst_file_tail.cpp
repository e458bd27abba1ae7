#include "engine/logsource/file_tail.h"
#include "engine/logsource/rotation.h"
#include "tests/unit/logsource/fake_log_files.h"

#include <QTest>

using namespace bartizan;

namespace {

const std::string kLog = "/var/log/app.log";

// A log, its rotations and its reader, driven by a script of one word per step:
//   +TEXT   append TEXT ("," stands for a line end)      read  read all there is      one  read one line
//   mv:TO   rename the log                               mv:FROM>TO                   cp:TO  copy the log
//   trunc   truncate the log                             rm:PATH                      new  create an empty
//   log restart a new reader at the position                 crash  the same, at the position before the last
//   reading late:TEXT  append to the file renamed to .1 deny, allow, reuse (the next log gets the inode of
//   the present one)
// Paths are what follows "/var/log/app.log".
class Scene
{
public:
    explicit Scene(FirstSight first)
        : m_tail(std::make_unique<FileTail>(m_files, m_buffer, kLog, first))
    {
    }

    void play(const QString& script)
    {
        for (const QString& step : script.split(QLatin1Char(' '), Qt::SkipEmptyParts))
            playStep(step.toStdString());
    }

    [[nodiscard]] QString seen() const { return m_seen; }
    [[nodiscard]] QString error() const { return m_error; }
    [[nodiscard]] const FileTail& tail() const { return *m_tail; }

private:
    void playStep(const std::string& step)
    {
        if (step.starts_with('+'))
            append(step.substr(1));
        else if (step.starts_with("late:"))
            m_files.append(kLog + ".1", lines(step.substr(5)));
        else if (step == "read")
            read(1'000'000);
        else if (step == "one")
            read(1);
        else if (step.starts_with("mv:"))
            rename(step.substr(3));
        else if (step.starts_with("cp:"))
            m_files.copy(kLog, kLog + step.substr(3));
        else if (step == "trunc")
            m_files.truncate(kLog);
        else if (step.starts_with("rm:"))
            m_files.remove(kLog + step.substr(3));
        else if (step == "new")
            m_files.append(kLog, "");
        else if (step == "restart")
            restart(m_tail->position());
        else if (step == "crash")
            restart(m_before);
        else if (step == "deny")
            m_files.deny(kLog);
        else if (step == "allow")
            m_files.allow(kLog);
        else if (step == "reuse")
            m_files.create(kLog, m_inode);
        else
            qFatal("unknown step %s", step.c_str());
    }

    static std::string lines(std::string text)
    {
        std::ranges::replace(text, ',', '\n');
        return text;
    }

    void append(const std::string& text)
    {
        m_files.append(kLog, lines(text));
        m_inode = m_files.inodeOf(kLog);
    }

    void rename(const std::string& names)
    {
        const auto arrow = names.find('>');
        if (arrow == std::string::npos)
            m_files.rename(kLog, kLog + names);
        else
            m_files.rename(kLog + names.substr(0, arrow), kLog + names.substr(arrow + 1));
    }

    void read(int lines)
    {
        m_before = m_tail->position();
        m_error.clear();
        int left = lines;
        while (left > 0) {
            const auto result = m_tail->read(0, [&](std::string_view line) {
                m_seen += (m_seen.isEmpty() ? QString() : QStringLiteral(" ")) +
                          QString::fromLatin1(line.data(), static_cast<qsizetype>(line.size()));
                return --left > 0 ? FileTail::Room::More : FileTail::Room::Full;
            });
            if (!result) {
                m_error = QString::fromStdString(result.error().message);
                return;
            }
            if (*result == FileTail::Progress::Idle)
                return;
        }
    }

    void restart(const std::optional<FilePosition>& position)
    {
        const auto kept = decodePosition(kLog, encodePosition(position.value()));
        QVERIFY(kept);
        QCOMPARE(kept, position);
        m_tail = std::make_unique<FileTail>(m_files, m_buffer, *kept);
    }

    test::FakeLogFiles m_files;
    ReadBuffer m_buffer;
    std::unique_ptr<FileTail> m_tail;
    std::optional<FilePosition> m_before;
    std::uint64_t m_inode = 0;
    QString m_seen;
    QString m_error;
};

} // namespace

class FileTailTest : public QObject
{
    Q_OBJECT

private slots:
    void followsTheLog_data();
    void followsTheLog();
    void cutsOverlongLinesAndDropsLinesWithNul();
    void restartsInsideACutLine();
    void survivesAChangedDeviceNumber();
    void reportsALostPlace();
    void rotatedNames_data();
    void rotatedNames();
    void rejectsDamagedPositions();
};

void FileTailTest::followsTheLog_data()
{
    QTest::addColumn<bool>("fromStart");
    QTest::addColumn<QString>("script");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const char* script, const char* expected) {
        QTest::newRow(name) << true << QString::fromLatin1(script) << QString::fromLatin1(expected);
    };
    const auto fromEnd = [](const char* name, const char* script, const char* expected) {
        QTest::newRow(name) << false << QString::fromLatin1(script) << QString::fromLatin1(expected);
    };

    row("appending", "+a,b, read +c, read", "a b c");
    row("a partial line waits for its end", "+a,b read +c read +d, read", "a bcd");
    row("carriage returns are stripped", "+a\r,\r,b\r, read", "a  b");
    fromEnd("from the end", "+a,b, read +c, read", "c");
    fromEnd("from the end, with a line in the making", "+a,b read +c, read", "bc");
    fromEnd("from the end, never a line end", "+a read +b, read", "ab");
    fromEnd("appears later: from the start", "read +a,b, read", "a b");
    fromEnd("denied, then allowed: from the end", "+a, deny read allow read +b, read", "b");
    fromEnd("restart before anything was read", "new read restart +a, read", "a");

    row("rename", "+a, read +b, mv:.1 +c, read", "a b c");
    row("rename, unread at all", "+a, mv:.1 +b, read", "b");
    row("rename, last line without end", "+a,b read mv:.1 read +c, read", "a b c");
    row("rename, the old file grows before the new one has a line",
        "+a, read mv:.1 new read late:b, read +c, read", "a b c");
    row("rename, late writer", "+a, read mv:.1 +b, read late:l, read +c, read", "a b l c");
    row("rename twice while not reading", "+a, read +b, mv:.1 +c, mv:.1>.2 mv:.1 +d, read", "a b c d");
    row("rename, dated", "+a, read +b, mv:-20261123 +c, mv:-20261124 +d, read", "a b c d");
    row("rename, an empty one between", "+a, read +b, mv:.1 new mv:.1>.2 mv:.1 +c, read", "a b c");
    row("rename, old one gone", "+a, read mv:.1 rm:.1 +b, read", "a b");
    row("renamed, no successor yet", "+a, read mv:.1 read +b, read", "a b");
    row("removed and created with the same inode", "+a,b, read rm: reuse +c, restart read", "a b c");
    row("removed and created with the same inode, longer", "+a, read rm: reuse +cc,dd,ee, restart read",
        "a cc dd ee");

    row("copytruncate", "+a, read +b, cp:.1 trunc +c, read", "a b c");
    row("copytruncate, all read", "+a,b, read cp:.1 trunc read +c, read", "a b c");
    row("copytruncate, same size", "+aa, read cp:.1 trunc +bb, read", "aa bb");
    row("copytruncate, grown beyond", "+aa, read cp:.1 trunc +bb,cc, read", "aa bb cc");
    row("copytruncate twice", "+a, read +b, cp:.1 trunc +c, mv:.1>.2 cp:.1 trunc +d, read", "a b c d");
    row("copytruncate, empty, again", "+a, read cp:.1 trunc read +b, mv:.1>.2 cp:.1 trunc +c, read", "a b c");
    row("copytruncate seen in the middle", "+a, read cp:.1 read +b, read trunc +c, read", "a b c");
    row("copytruncate, a copy in the making behind a finished file",
        "+a, read mv:.1 +b,c, mv:.1>.2 cp:.1 read +d, trunc +e, read", "a b c e");
    row("truncated without a copy", "+a,b, read trunc +c, read", "a b c");
    row("copytruncate, then rename", "+a, read +b, cp:.1 trunc +c, mv:.1>.2 mv:.1 +d, read", "a b c d");
    row("rename, then copytruncate", "+a, read +b, mv:.1 +c, mv:.1>.2 cp:.1 trunc +d, read", "a b c d");

    row("restart", "+a, read restart +b, read", "a b");
    row("restart in the middle", "+a,b,c, one restart read", "a b c");
    row("restart inside a line", "+a,b read restart +c, read", "a bc");
    row("rename while down", "+a, read +b, mv:.1 +c, restart read", "a b c");
    row("rename while down, all read", "+a, read mv:.1 +c, restart read", "a c");
    row("rename while down, no successor", "+a, read +b, mv:.1 restart read +c, read", "a b c");
    row("rename twice while down", "+a, read +b, mv:.1 +c, mv:.1>.2 mv:.1 +d, restart read", "a b c d");
    row("moved elsewhere while down, inode used again", "+a, read +b, cp:.1 rm: reuse +cc,dd, restart read",
        "a b cc dd");
    row("copytruncate while down", "+a, read +b, cp:.1 trunc +c, restart read", "a b c");
    row("copytruncate while down, grown beyond", "+a, read +b, cp:.1 trunc +c,d,e,f, restart read",
        "a b c d e f");
    row("copytruncate twice while down", "+a, read +b, cp:.1 trunc +c, mv:.1>.2 cp:.1 trunc +d, restart read",
        "a b c d");
    row("restart between old and new", "+a, read mv:.1 new read restart +b, read", "a b");
    row("restart in a rotated file", "+a,b,c, one mv:.1 +d, one restart read", "a b c d");
    row("restart at the end of a rotated file, then rotated again",
        "+a, read mv:.1 new read restart +b, mv:.1>.2 mv:.1 +c, read", "a b c");
    row("crash repeats what was not stored", "+a, read +b, read crash read", "a b b");
    row("crash over a rotation", "+a, read +b, mv:.1 +c, read crash read", "a b c b c");
    row("replaced by an edited copy while down", "+a,b, read cp:.tmp mv:.tmp> +c, restart read", "a b c");
}

void FileTailTest::followsTheLog()
{
    QFETCH(bool, fromStart);
    QFETCH(QString, script);
    QFETCH(QString, expected);
    Scene scene(fromStart ? FirstSight::FromStart : FirstSight::FromEnd);
    scene.play(script);
    QCOMPARE(scene.seen(), expected);
}

void FileTailTest::cutsOverlongLinesAndDropsLinesWithNul()
{
    test::FakeLogFiles files;
    ReadBuffer buffer;
    FileTail tail(files, buffer, kLog, FirstSight::FromStart);
    files.append(kLog, std::string(kMaxLineSize, 'a') + "\n" + std::string(kMaxLineSize + 1, 'b') + "\n" +
                           std::string(500'000, 'c') + "\nd\n" + std::string("e\0f\n", 4) + "g\n");
    std::vector<std::string> lines;
    const auto sink = [&](std::string_view line) {
        lines.emplace_back(line);
        return FileTail::Room::More;
    };
    for (auto result = tail.read(0, sink); result && *result == FileTail::Progress::More;
         result = tail.read(0, sink)) {
    }
    QCOMPARE(lines.size(), std::size_t{5});
    QVERIFY(lines[0] == std::string(kMaxLineSize, 'a'));
    QVERIFY(lines[1] == std::string(kMaxLineSize, 'b'));
    QVERIFY(lines[2] == std::string(kMaxLineSize, 'c'));
    QVERIFY(lines[3] == "d");
    QVERIFY(lines[4] == "g");
    QCOMPARE(tail.cutLines(), std::uint64_t{2});
    QCOMPARE(tail.droppedLines(), std::uint64_t{1});
}

void FileTailTest::restartsInsideACutLine()
{
    test::FakeLogFiles files;
    ReadBuffer buffer;
    std::vector<std::string> lines;
    const auto sink = [&](std::string_view line) {
        lines.emplace_back(line);
        return FileTail::Room::More;
    };
    FileTail tail(files, buffer, kLog, FirstSight::FromStart);
    files.append(kLog, std::string(kMaxLineSize + 10, 'a'));
    QVERIFY(tail.read(0, sink));
    QCOMPARE(lines.size(), std::size_t{1});
    FileTail again(files, buffer, tail.position().value());
    files.append(kLog, "aaa\nb\n");
    QVERIFY(again.read(0, sink));
    QCOMPARE(lines.size(), std::size_t{2});
    QCOMPARE(lines.back(), std::string("b"));
}

void FileTailTest::survivesAChangedDeviceNumber()
{
    test::FakeLogFiles files;
    ReadBuffer buffer;
    files.append(kLog, "a\nb\n");
    FileTail tail(files, buffer, kLog, FirstSight::FromStart);
    QVERIFY(tail.read(0, [](std::string_view) { return FileTail::Room::More; }));
    FilePosition position = tail.position().value();
    position.identity.device = 77;
    FileTail again(files, buffer, position);
    int lines = 0;
    QVERIFY(again.read(0, [&](std::string_view) {
        ++lines;
        return FileTail::Room::More;
    }));
    QCOMPARE(lines, 0);
    QVERIFY(!again.lostItsPlace());
}

void FileTailTest::reportsALostPlace()
{
    Scene lost(FirstSight::FromStart);
    lost.play(QStringLiteral("+a, read +b, mv:.1 rm:.1 +c, restart read"));
    QCOMPARE(lost.seen(), QStringLiteral("a c"));
    QVERIFY(lost.tail().lostItsPlace());

    Scene truncated(FirstSight::FromStart);
    truncated.play(QStringLiteral("+a, read trunc +c, read"));
    QVERIFY(!truncated.tail().lostItsPlace());
}

void FileTailTest::rotatedNames_data()
{
    QTest::addColumn<QString>("log");
    QTest::addColumn<QStringList>("newestFirst"); // all of these are pieces, in this order
    QTest::addColumn<QStringList>("strangers");
    const auto row = [](const char* name, const char* log, const char* newestFirst, const char* strangers) {
        const auto words = [](const char* text) {
            return QString::fromLatin1(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
        };
        QTest::newRow(name) << QString::fromLatin1(log) << words(newestFirst) << words(strangers);
    };
    row("numbers", "/l/a.log", "/l/a.log.1 /l/a.log.2 /l/a.log.10",
        "/l/a.log /l/a.log.1.gz /l/a.logs /l/b.log.1 /l/a.log.x");
    row("dates", "/l/a", "/l/a-20261124 /l/a-20261123 /l/a-20251231",
        "/l/a-1 /l/ab-20261124 /l/a-20261124.gz");
    row("dates in front of the extension", "/l/a.log", "/l/a-2026-11-24.log /l/a-2026-11-23.log",
        "/l/a-2.log /l/a-8080.log /l/a-b.log");
    row("numbers in front of the extension", "/l/a.log", "/l/a.1.log /l/a.2.log", "");
    row("old", "/l/a.log", "/l/a.log.old", "/l/a.log.older");
}

void FileTailTest::rotatedNames()
{
    QFETCH(QString, log);
    QFETCH(QStringList, newestFirst);
    QFETCH(QStringList, strangers);
    std::string last;
    for (const QString& name : newestFirst) {
        const auto key = rotationKey(log.toStdString(), name.toStdString());
        QVERIFY2(key, qPrintable(name));
        QVERIFY2(last < *key, qPrintable(name));
        last = *key;
    }
    for (const QString& name : strangers)
        QVERIFY2(!rotationKey(log.toStdString(), name.toStdString()), qPrintable(name));
}

void FileTailTest::rejectsDamagedPositions()
{
    const FilePosition position{kLog, {1, 2}, 300, 256, 5, 256, 6};
    QVERIFY(decodePosition(kLog, encodePosition(position)) == position);
    for (const char* text : {"", "1", "1 1 2 3", "2 1 2 300 256 5 256 6", "1 1 2 300 256 5 256 6 7",
                             "1 1 2 300 257 5 256 6", "1 1 2 30 256 5 256 6", "1 1 2 -3 0 0 0 0"}) {
        QVERIFY2(!decodePosition(kLog, text), text);
    }
}

QTEST_GUILESS_MAIN(FileTailTest)
#include "tst_file_tail.moc"
