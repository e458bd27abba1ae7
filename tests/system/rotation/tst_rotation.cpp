// Every line written is seen once, in order, whatever rotation does meanwhile: a program writes numbered
// lines while its log is rotated by rename and by copying and truncating, and the reader is stopped, killed
// and started again.
#include "engine/logsource/source_manager.h"
#include "platform/linux/inotify_watch.h"
#include "platform/linux/log_file_system.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <thread>

using namespace bartizan;
namespace fs = std::filesystem;

namespace {

constexpr int kRotations = 40;

enum class Naming { Numbers, Dates };

class Random
{
public:
    explicit Random(unsigned seed)
        : m_engine(seed)
    {
    }
    int upTo(int most) { return std::uniform_int_distribution<int>(0, most)(m_engine); }

private:
    std::mt19937 m_engine;
};

// Writes and rotates in one thread, so that no line falls between the copy and the truncation.
class Writer
{
public:
    Writer(fs::path log, Naming naming, unsigned seed)
        : m_log(std::move(log))
        , m_naming(naming)
        , m_random(seed)
    {
    }

    // Pieces that are older than the first sight of a log are not read: let it be seen first.
    void begin()
    {
        reopen();
        writeLines(1);
    }

    void run()
    {
        for (int rotation = 0; rotation < kRotations; ++rotation) {
            for (int burst = m_random.upTo(4); burst >= 0; --burst) {
                writeLines(m_random.upTo(60));
                std::this_thread::sleep_for(std::chrono::microseconds(m_random.upTo(3000)));
            }
            if (m_random.upTo(1) == 0)
                rotateByRename();
            else
                rotateByCopy();
            if (m_random.upTo(2) == 0)
                std::this_thread::sleep_for(std::chrono::microseconds(m_random.upTo(4000)));
        }
        writeLines(10);
        m_done = true;
    }

    [[nodiscard]] bool isDone() const { return m_done; }
    // After run().
    [[nodiscard]] const std::vector<std::string>& written() const { return m_written; }

private:
    void reopen()
    {
        m_stream = std::ofstream(m_log, std::ios::app | std::ios::binary);
        if (!m_stream)
            qFatal("%s can't be written", m_log.c_str());
    }

    void writeLines(int count)
    {
        for (int i = 0; i < count; ++i) {
            std::string line = "line " + std::to_string(m_written.size()) + " ";
            line.append(static_cast<std::size_t>(m_random.upTo(m_random.upTo(20) == 0 ? 5000 : 80)), 'x');
            if (m_random.upTo(5) == 0) {
                const auto half = static_cast<std::ptrdiff_t>(line.size() / 2);
                m_stream << std::string_view(line.begin(), line.begin() + half) << std::flush;
                m_stream << std::string_view(line.begin() + half, line.end()) << "\n" << std::flush;
            } else {
                m_stream << line << "\n" << std::flush;
            }
            m_written.push_back(std::move(line));
        }
    }

    // Makes room for a new piece and names it.
    fs::path nextPiece()
    {
        const std::string log = m_log.string();
        ++m_pieces;
        if (m_naming == Naming::Dates)
            return log + "-" + std::to_string(20260000 + m_pieces);
        for (int i = m_pieces - 1; i >= 1; --i)
            fs::rename(log + "." + std::to_string(i), log + "." + std::to_string(i + 1));
        return log + ".1";
    }

    void rotateByRename()
    {
        fs::rename(m_log, nextPiece());
        if (m_random.upTo(1) == 0)
            writeLines(m_random.upTo(5)); // still into the renamed file
        if (m_random.upTo(1) == 0)
            std::this_thread::sleep_for(std::chrono::microseconds(m_random.upTo(2000)));
        reopen();
    }

    void rotateByCopy()
    {
        const fs::path piece = nextPiece();
        {
            std::ifstream from(m_log, std::ios::binary);
            std::ofstream to(piece, std::ios::binary);
            std::array<char, 1500> chunk;
            while (from.read(chunk.data(), chunk.size()) || from.gcount() > 0)
                to << std::string_view(chunk.data(), static_cast<std::size_t>(from.gcount())) << std::flush;
        }
        fs::resize_file(m_log, 0);
    }

    fs::path m_log;
    Naming m_naming;
    Random m_random;
    std::ofstream m_stream;
    int m_pieces = 0;
    std::vector<std::string> m_written;
    std::atomic<bool> m_done = false;
};

// What has been taken from the queue, and which positions were stored with it.
struct Taken
{
    std::vector<std::string> lines;
    std::map<std::string, FilePosition> stored;
};

// The engine's reading part, as often as it is started.
class Reader
{
public:
    Reader(std::string log, unsigned seed)
        : m_log(std::move(log))
        , m_random(seed)
    {
    }

    // One life of the engine: reads for a while, then stops in order or dies, after which what was not stored
    // is gone.
    void live(std::chrono::microseconds time)
    {
        run([end = std::chrono::steady_clock::now() + time](const Taken&) {
            return std::chrono::steady_clock::now() >= end;
        });
        if (m_random.upTo(2) == 0 && m_snapshots.size() > 1)
            m_taken = m_snapshots[static_cast<std::size_t>(
                m_random.upTo(static_cast<int>(m_snapshots.size()) - 1))];
    }

    // Reads until `count` lines are there and nothing more comes for a moment.
    void finish(std::size_t count)
    {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        run([&](const Taken& taken) {
            return taken.lines.size() >= count || std::chrono::steady_clock::now() >= end;
        });
    }

    [[nodiscard]] const std::vector<std::string>& lines() const { return m_taken.lines; }

private:
    void run(const std::function<bool(const Taken&)>& isEnough)
    {
        const auto files = makeLogFileSystem();
        const auto watch = makeInotifyWatch();
        QVERIFY(watch);
        BoundedQueue<SourceBatch> queue(3);
        SourceManager manager(*files, **watch, m_clock, queue);
        std::vector<FilePosition> positions;
        for (const auto& [path, position] : m_taken.stored)
            positions.push_back(position);
        m_snapshots = {m_taken};

        LocalFile source;
        source.format = "syslog";
        source.location = m_log;
        source.onlyFutureEvents = false;
        QVERIFY(manager.start({source}, positions).empty());
        while (!isEnough(m_taken)) {
            if (m_random.upTo(3) == 0)
                std::this_thread::sleep_for(std::chrono::microseconds(m_random.upTo(2000)));
            if (auto batch = queue.tryPop())
                take(*batch);
        }
        std::thread stopper([&] {
            manager.stop();
            queue.close();
        });
        while (auto batch = queue.pop())
            take(*batch);
        stopper.join();
    }

    void take(const SourceBatch& batch)
    {
        for (const auto& record : batch.records.records())
            m_taken.lines.emplace_back(batch.records.text(record));
        for (const FilePosition& position : batch.positions)
            m_taken.stored.insert_or_assign(position.path, position);
        if (m_random.upTo(9) == 0)
            m_snapshots.push_back(m_taken);
    }

    std::string m_log;
    Random m_random;
    SystemClock m_clock;
    Taken m_taken;
    std::vector<Taken> m_snapshots;
};

} // namespace

class RotationTest : public QObject
{
    Q_OBJECT

private slots:
    void seesEachLineOnce_data();
    void seesEachLineOnce();
};

void RotationTest::seesEachLineOnce_data()
{
    QTest::addColumn<bool>("dates");
    QTest::addColumn<unsigned>("seed");
    const int seeds = qEnvironmentVariableIntValue("BARTIZAN_ROTATION_SEEDS");
    for (unsigned seed = 1; seed <= static_cast<unsigned>(seeds > 0 ? seeds : 5); ++seed) {
        QTest::addRow("numbered pieces, seed %u", seed) << false << seed;
        QTest::addRow("dated pieces, seed %u", seed) << true << seed;
    }
}

void RotationTest::seesEachLineOnce()
{
    QFETCH(bool, dates);
    QFETCH(unsigned, seed);
    const QTemporaryDir folder;
    QVERIFY(folder.isValid());
    const fs::path log = fs::path(folder.path().toStdString()) / "app.log";

    Writer writer(log, dates ? Naming::Dates : Naming::Numbers, seed);
    Reader reader(log.string(), seed + 1000);
    Random random(seed + 2000);
    writer.begin();
    reader.finish(1);
    std::thread writing([&] { writer.run(); });
    while (!writer.isDone()) {
        reader.live(std::chrono::microseconds(random.upTo(60'000)));
        std::this_thread::sleep_for(std::chrono::microseconds(random.upTo(20'000)));
    }
    writing.join();
    reader.finish(writer.written().size());

    const auto& written = writer.written();
    const auto& seen = reader.lines();
    const auto [a, b] = std::ranges::mismatch(written, seen);
    if (a != written.end() || b != seen.end()) {
        const auto show = [](const auto& at, const auto& lines) {
            return at == lines.end() ? QStringLiteral("(end)") : QString::fromStdString(at->substr(0, 40));
        };
        QFAIL(qPrintable(QStringLiteral("%1 written, %2 seen; line %3: written %4, seen %5")
                             .arg(written.size())
                             .arg(seen.size())
                             .arg(a - written.begin())
                             .arg(show(a, written), show(b, seen))));
    }
}

QTEST_GUILESS_MAIN(RotationTest)
#include "tst_rotation.moc"
