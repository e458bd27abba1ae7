// FetchProcess against a fetcher that hands over anything (tests/support/malicious_fetcher.cpp).
#include "engine/lists/compiled_list.h"
#include "platform/linux/fetch_process.h"
#include "platform/linux/sealed_memory.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QThread>
#include <QtTest>

#include <fcntl.h>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

using namespace bartizan;

class TestFetchProcess : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void cleanup();
    void goodListIsTaken();
    void stayingDoesNotMatter();
    void badAnswersAreRefused_data();
    void badAnswersAreRefused();
    void garbageIsRefusedWhenItIsOpened();
    void errorsAreMadeHarmless();
    void silenceEndsAtTheDeadline_data();
    void silenceEndsAtTheDeadline();
    void stopEndsIt();
    void stoppedBefore();
    void programMissing();
    void requestTooLong();
    void severalAtOnce();
    void sealedCopyCanNotBeChanged();

private:
    int m_descriptors = 0;
};

namespace {

int openDescriptors()
{
    return static_cast<int>(QDir(QStringLiteral("/proc/self/fd"))
                                .entryList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::System)
                                .size());
}

bool hasChildren()
{
    QFile children(QStringLiteral("/proc/self/task/%1/children").arg(::getpid()));
    return children.open(QIODevice::ReadOnly) && !children.readAll().trimmed().isEmpty();
}

Result<FetchReport> fetch(const char* behaviour, const std::stop_token& stop = {}, int seconds = 10)
{
    FetchProcess fetcher(BARTIZAN_BIN_DIR "/malicious_fetcher");
    FetchRequest request;
    request.url = std::string("https://lists.example/") + behaviour;
    request.limits.time = std::chrono::seconds(seconds);
    request.limits.entries = 1000;
    return fetcher.fetch(request, stop);
}

} // namespace

void TestFetchProcess::init()
{
    m_descriptors = openDescriptors();
}

void TestFetchProcess::cleanup()
{
    QCOMPARE(openDescriptors(), m_descriptors);
    QVERIFY(!hasChildren());
}

void TestFetchProcess::goodListIsTaken()
{
    const auto report = fetch("good");
    QVERIFY2(report.has_value(), report ? "" : report.error().message.c_str());
    QVERIFY(report->image != nullptr);
    const auto list = CompiledList::open(report->image->bytes());
    QVERIFY(list.has_value());
    QVERIFY(list->addresses().contains(*IpAddress::parse("192.0.2.7")));
}

void TestFetchProcess::stayingDoesNotMatter()
{
    QElapsedTimer timer;
    timer.start();
    QVERIFY(fetch("answers-and-stays").has_value());
    QVERIFY(timer.elapsed() < 5000);
}

void TestFetchProcess::badAnswersAreRefused_data()
{
    QTest::addColumn<QByteArray>("part");
    QTest::addColumn<int>("code");
    const int corrupt = static_cast<int>(ErrorCode::Corrupt);
    const int unavailable = static_cast<int>(ErrorCode::Unavailable);
    QTest::newRow("no-descriptor") << QByteArray("handed over none") << corrupt;
    QTest::newRow("unsealed") << QByteArray("can still be changed") << corrupt;
    QTest::newRow("half-sealed") << QByteArray("can still be changed") << corrupt;
    QTest::newRow("no-sealing") << QByteArray("can still be changed") << corrupt;
    QTest::newRow("too-large") << QByteArray("larger") << corrupt;
    QTest::newRow("holes") << QByteArray("holes") << corrupt;
    QTest::newRow("empty") << QByteArray("empty") << corrupt;
    QTest::newRow("pipe") << QByteArray("not memory") << corrupt;
    QTest::newRow("folder") << QByteArray("not memory") << corrupt;
    QTest::newRow("file") << QByteArray("not memory") << corrupt;
    QTest::newRow("device") << QByteArray("not memory") << corrupt;
    QTest::newRow("socket") << QByteArray("not memory") << corrupt;
    QTest::newRow("two-descriptors") << QByteArray("several files") << corrupt;
    QTest::newRow("descriptor-twice") << QByteArray("several files") << corrupt;
    QTest::newRow("many-descriptors") << QByteArray("several files") << corrupt;
    QTest::newRow("unchanged-with-list") << QByteArray("has not changed") << corrupt;
    QTest::newRow("no-json") << QByteArray("no report") << corrupt;
    QTest::newRow("nested-json") << QByteArray("no report") << corrupt;
    QTest::newRow("nested-objects") << QByteArray("no report") << corrupt;
    QTest::newRow("header-injection") << QByteArray("no report") << corrupt;
    QTest::newRow("endless-json") << QByteArray("does not end") << corrupt;
    QTest::newRow("endless-blanks") << QByteArray("does not end") << corrupt;
    QTest::newRow("empty-answer") << QByteArray("without an answer") << unavailable;
    QTest::newRow("signal") << QByteArray("signal SEGV") << unavailable;
    QTest::newRow("closes") << QByteArray("without an answer") << unavailable;
    QTest::newRow("child-keeps-channel") << QByteArray("without an answer") << unavailable;
}

void TestFetchProcess::badAnswersAreRefused()
{
    QFETCH(const QByteArray, part);
    QFETCH(const int, code);
    QElapsedTimer timer;
    timer.start();
    const auto report = fetch(QTest::currentDataTag());
    QVERIFY(timer.elapsed() < 8000);
    QVERIFY(!report.has_value());
    QVERIFY2(report.error().message.find(part.constData()) != std::string::npos,
             report.error().message.c_str());
    QCOMPARE(static_cast<int>(report.error().code), code);
    QVERIFY(!report.error().cure.empty());
}

void TestFetchProcess::garbageIsRefusedWhenItIsOpened()
{
    const auto report = fetch("garbage-image");
    QVERIFY(report.has_value());
    const auto list = CompiledList::open(report->image->bytes());
    QVERIFY(!list.has_value());
}

void TestFetchProcess::errorsAreMadeHarmless()
{
    const auto report = fetch("error-with-terminal-codes");
    QVERIFY(!report.has_value());
    QCOMPARE(report.error().code, ErrorCode::Refused);
    QVERIFY(report.error().message.find("red") != std::string::npos);
    for (const char* bad : {"\x1B", "\xE2\x80\xAE", "\x07"})
        QVERIFY((report.error().message + report.error().cure).find(bad) == std::string::npos);
}

void TestFetchProcess::silenceEndsAtTheDeadline_data()
{
    QTest::addColumn<int>("unused");
    for (const char* behaviour : {"silent", "silent-with-child", "deaf-and-silent"})
        QTest::newRow(behaviour) << 0;
}

void TestFetchProcess::silenceEndsAtTheDeadline()
{
    QElapsedTimer timer;
    timer.start();
    const auto report = fetch(QTest::currentDataTag(), {}, 1);
    QVERIFY(!report.has_value());
    QCOMPARE(report.error().code, ErrorCode::Unavailable);
    QVERIFY(report.error().message.find("longer than 1 seconds") != std::string::npos);
    QVERIFY(timer.elapsed() < 9000);
}

void TestFetchProcess::stopEndsIt()
{
    std::stop_source stop;
    const std::jthread stopper([&] {
        QThread::msleep(200);
        stop.request_stop();
    });
    QElapsedTimer timer;
    timer.start();
    const auto report = fetch("silent", stop.get_token());
    QVERIFY(!report.has_value());
    QCOMPARE(report.error().code, ErrorCode::Busy);
    QVERIFY(timer.elapsed() < 3000);
}

void TestFetchProcess::stoppedBefore()
{
    std::stop_source stop;
    stop.request_stop();
    const auto report = fetch("silent", stop.get_token());
    QVERIFY(!report.has_value());
    QCOMPARE(report.error().code, ErrorCode::Busy);
}

void TestFetchProcess::programMissing()
{
    FetchProcess fetcher("/nowhere/bartizan-fetch");
    const auto report = fetcher.fetch({}, {});
    QVERIFY(!report.has_value());
    QCOMPARE(report.error().code, ErrorCode::Unavailable);
    QVERIFY(report.error().message.find("can't be started") != std::string::npos);
}

void TestFetchProcess::requestTooLong()
{
    FetchProcess fetcher(BARTIZAN_BIN_DIR "/malicious_fetcher");
    FetchRequest request;
    request.url = "https://lists.example/" + std::string(100'000, 'a');
    const auto report = fetcher.fetch(request, {});
    QVERIFY(!report.has_value());
    QCOMPARE(report.error().code, ErrorCode::InvalidArgument);
}

void TestFetchProcess::severalAtOnce()
{
    std::vector<std::jthread> threads;
    std::atomic<int> good = 0;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&, i] {
            const auto report = fetch(i % 2 == 0 ? "good" : "garbage-image");
            good += report && CompiledList::open(report->image->bytes()) ? 1 : 0;
        });
    }
    threads.clear();
    QCOMPARE(good.load(), 4);
}

void TestFetchProcess::sealedCopyCanNotBeChanged()
{
    const std::array<std::byte, 64> bytes{std::byte{7}};
    const auto memory = sealedCopy(bytes);
    QVERIFY(memory.has_value());
    const char other = 'x';
    QVERIFY(::pwrite(memory->get(), &other, 1, 0) < 0);
    QVERIFY(::ftruncate(memory->get(), 0) < 0);
    QVERIFY(::mmap(nullptr, 64, PROT_READ | PROT_WRITE, MAP_SHARED, memory->get(), 0) == MAP_FAILED);
    QVERIFY(::fcntl(memory->get(), F_ADD_SEALS, F_SEAL_WRITE) < 0);
    const auto image = mapSealed(memory->get(), 64);
    QVERIFY(image.has_value());
    QVERIFY(std::ranges::equal((*image)->bytes(), bytes));
    QVERIFY(!mapSealed(memory->get(), 63).has_value());
}

QTEST_GUILESS_MAIN(TestFetchProcess)
#include "tst_fetch_process.moc"
