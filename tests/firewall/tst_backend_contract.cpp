// Every backend keeps the contract, and one that lies is found out.
#include "platform/fake/lying_backend.h"
#include "platform/fake/memory_backend.h"
#include "platform/linux/nftables_backend.h"
#include "tests/firewall/backend_contract.h"
#include "tests/support/network_namespace.h"

#include <QtTest/QtTest>

#include <algorithm>
#include <thread>

using namespace bartizan;

namespace {

class ManualClock final : public Clock
{
public:
    [[nodiscard]] EpochMs now() const override { return m_now; }
    void advance(std::chrono::milliseconds time) { m_now += time.count(); }

private:
    EpochMs m_now = 1'000'000;
};

QByteArray text(const std::vector<std::string>& breaches)
{
    QByteArray all;
    for (const std::string& breach : breaches)
        all += QByteArray::fromStdString(breach) + "\n";
    return all;
}

bool mentions(const std::vector<std::string>& breaches, std::string_view part)
{
    return std::ranges::any_of(breaches,
                               [&](const std::string& breach) { return breach.find(part) != breach.npos; });
}

} // namespace

class BackendContractTest : public QObject
{
    Q_OBJECT

private slots:
    void memoryKeepsTheContract()
    {
        ManualClock clock;
        MemoryBackend backend(clock);
        const auto breaches = test::contractBreaches(backend, [&](auto time) { clock.advance(time); });
        QVERIFY2(breaches.empty(), text(breaches));
    }

    void nftablesKeepsTheContract()
    {
        if (const std::string missing = test::missingPrivilege(); !missing.empty())
            QSKIP(missing.c_str());
        const test::NetworkNamespace space("contract");
        std::vector<std::string> breaches;
        space.run([&] {
            NftablesBackend backend;
            breaches = test::contractBreaches(backend, [](auto time) { std::this_thread::sleep_for(time); });
        });
        QVERIFY2(breaches.empty(), text(breaches));
        QCOMPARE(QByteArray::fromStdString(space.exec({"nft", "list", "ruleset"}).output), QByteArray());
    }

    void liesAreFound_data()
    {
        QTest::addColumn<int>("lie");
        QTest::addColumn<QByteArray>("breach");
        QTest::newRow("adds nothing")
            << int(LyingBackend::Lie::AddsNothing) << QByteArray("192.0.2.1 was added and is not read back");
        QTest::newRow("keeps blocks")
            << int(LyingBackend::Lie::KeepsBlocks) << QByteArray("192.0.2.1 is still blocked after remove");
        QTest::newRow("removes later")
            << int(LyingBackend::Lie::RemovesLater) << QByteArray("the list is wrong after add");
    }
    void liesAreFound()
    {
        QFETCH(int, lie);
        QFETCH(QByteArray, breach);
        ManualClock clock;
        MemoryBackend inner(clock);
        LyingBackend backend(inner, LyingBackend::Lie(lie));
        const auto breaches = test::contractBreaches(backend, [&](auto time) { clock.advance(time); });
        QVERIFY2(mentions(breaches, breach.toStdString()), text(breaches));
    }
};

QTEST_GUILESS_MAIN(BackendContractTest)
#include "tst_backend_contract.moc"
