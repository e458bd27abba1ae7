#include "app/shell/single_instance.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <future>

using namespace bartizan::app;

class TestSingleInstance : public QObject
{
    Q_OBJECT

private slots:
    void second_handsItsWishToTheFirst()
    {
        const QTemporaryDir folder;
        SingleInstance first(folder.path());
        QCOMPARE(first.claim(), SingleInstance::Role::First);
        QSignalSpy again(&first, &SingleInstance::startedAgain);
        bool isSecond = false;
        bool handedOver = false;
        // In another thread, since it waits for the first one.
        auto other = std::async(std::launch::async, [&] {
            SingleInstance second(folder.path());
            isSecond = second.claim() == SingleInstance::Role::Second;
            handedOver = second.handOver(QStringLiteral("activity"));
        });
        QTRY_COMPARE(again.size(), 1);
        other.get();
        QVERIFY(isSecond);
        QVERIFY(handedOver);
        QCOMPARE(again.at(0).at(0).toString(), QStringLiteral("activity"));
    }

    void staleSocket_ofADeadInstance_isTakenOver()
    {
        const QTemporaryDir folder;
        QFile stale(folder.filePath(QStringLiteral("bartizan-app.sock")));
        QVERIFY(stale.open(QIODevice::WriteOnly));
        stale.close();
        SingleInstance first(folder.path());
        QCOMPARE(first.claim(), SingleInstance::Role::First);
        QCOMPARE(QFile::permissions(stale.fileName()) &
                     (QFile::ReadOther | QFile::WriteOther | QFile::WriteGroup),
                 QFile::Permissions());
    }

    void claim_isFreeAgain_afterTheFirstEnded()
    {
        const QTemporaryDir folder;
        {
            SingleInstance first(folder.path());
            QCOMPARE(first.claim(), SingleInstance::Role::First);
        }
        SingleInstance next(folder.path());
        QCOMPARE(next.claim(), SingleInstance::Role::First);
    }

    void handOver_toNobody_fails()
    {
        const QTemporaryDir folder;
        const SingleInstance lonely(folder.path());
        QVERIFY(!lonely.handOver({}));
    }
};

QTEST_GUILESS_MAIN(TestSingleInstance)
#include "tst_single_instance.moc"
