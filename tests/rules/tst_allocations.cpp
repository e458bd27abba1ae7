// What the built-in rules ask of the allocator once they have run for a while: nothing for a line, and one
// block for an event that is remembered.
#include "engine/analysis/analysis_port.h"
#include "engine/config/ruleset_files.h"
#include "engine/lists/address_table_builder.h"
#include "tests/unit/rules/counted_allocations.h"

#include <QTest>

#include <array>

using namespace bartizan;

class AllocationsTest : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase();
    void aLineAsksForNothing_data();
    void aLineAsksForNothing();
    void aWatchedListAsksForNothing();
    void aRememberedEventIsOneBlock();

private:
    // Of `lines` lines of a kind, a second apart.
    std::size_t allocationsFor(const std::string& pattern, int lines, std::size_t& alerts);

    std::unique_ptr<AnalysisPort> m_analyser = makeAnalyser({});
    EpochMs m_now = 1'700'000'000'000;
    const std::string m_location = "test.log";
    RecordBatch m_batch;
    Verdicts m_verdicts;
};

void AllocationsTest::initTestCase()
{
    Problems problems;
    const auto source = readRulesetFolder(BARTIZAN_SOURCE_DIR "/resources/ruleset", problems);
    QVERIFY(source);
    QVERIFY(m_analyser->load(*source));
}

std::size_t AllocationsTest::allocationsFor(const std::string& pattern, int lines, std::size_t& alerts)
{
    const auto before = test::allocationCount();
    for (int i = 0; i < lines; ++i) {
        m_now += 1000;
        m_batch.clear();
        m_batch.add(pattern, m_batch.locationIndex(m_location), m_now);
        m_verdicts.clear();
        (void)m_analyser->analyse(m_batch, VerdictDetail::AlertsOnly, m_verdicts);
        alerts += m_verdicts.size();
    }
    return test::allocationCount() - before;
}

void AllocationsTest::aLineAsksForNothing_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::newRow("no decoder") << QByteArray("Oct 10 10:00:00 desk kernel: usb 1-1: new device");
    QTest::newRow("another program") << QByteArray(
        "Oct 10 10:00:00 desk systemd[1]: Started Daily apt download activities.");
    QTest::newRow("a decoder") << QByteArray(
        "Oct 10 10:00:00 desk sshd[411]: Received disconnect from 192.0.2.5 port 40022:11: Bye [preauth]");
    QTest::newRow("a visitor") << QByteArray(
        R"(192.0.2.5 - - [10/Oct/2031:10:00:00 +0000] "GET /index.html HTTP/1.1" 200 512 "-" "Mozilla/5.0")");
    QTest::newRow("no header") << QByteArray("just some words that nobody knows");
}

void AllocationsTest::aLineAsksForNothing()
{
    QFETCH(QByteArray, line);
    std::size_t alerts = 0;
    (void)allocationsFor(line.toStdString(), 100, alerts); // buffers grow to what they need
    QCOMPARE(allocationsFor(line.toStdString(), 1000, alerts), std::size_t{0});
    QCOMPARE(alerts, std::size_t{0});
}

void AllocationsTest::aWatchedListAsksForNothing()
{
    AddressTableBuilder builder;
    builder.add(0, *Cidr::parse("198.51.100.0/24"));
    const auto image = std::make_shared<std::vector<std::byte>>(std::move(builder).build().value());
    const auto lists = std::make_shared<const WatchedLists>(AddressTable::open(*image).value(), image,
                                                            std::vector<WatchedList>{{"list", false}});
    (void)m_analyser->changeLists({{}, lists});
    std::size_t alerts = 0;
    const std::string line =
        R"(192.0.2.5 - - [10/Oct/2031:10:00:00 +0000] "GET /index.html HTTP/1.1" 200 512 "-" "Mozilla/5.0")";
    (void)allocationsFor(line, 100, alerts);
    QCOMPARE(allocationsFor(line, 1000, alerts), std::size_t{0});
    (void)m_analyser->changeLists({{}, std::shared_ptr<const WatchedLists>()});
}

void AllocationsTest::aRememberedEventIsOneBlock()
{
    const std::string line =
        "Oct 10 10:00:00 desk sshd[411]: Failed password for root from 192.0.2.5 port 40022 ssh2";
    std::size_t alerts = 0;
    (void)allocationsFor(line, 2000, alerts);
    alerts = 0;
    const auto count = allocationsFor(line, 2000, alerts);
    QCOMPARE(alerts, std::size_t{2000});
    // A composite that fires shows what it counted, which is a text of its own.
    QVERIFY2(count >= 2000 && count < 2000 + 2000 / 3, qPrintable(QString::number(count)));
}

QTEST_GUILESS_MAIN(AllocationsTest)
#include "tst_allocations.moc"
